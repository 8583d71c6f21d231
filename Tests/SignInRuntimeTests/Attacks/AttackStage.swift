import FoundationEssentials
import GenesysCloud
import NIOPosix
import OAuth
import SessionStore
import SignIn
import SignInRuntime
import Testing

/// The engine and the real listener on a real port; the servers are scripted, and the browser and the attacker are the
/// test.
struct AttackStage {
    let engine: Engine
    let server: ScriptedServer

    init(
        _ answers: @escaping @Sendable (HTTPRequest, Int) async throws(TransportError) -> HTTPResponse = {
            request,
            turn in request.method == .post ? .tokens(turn) : .ada
        }
    ) {
        let server = ScriptedServer(answers)
        self.server = server
        let clock = TestClock()
        let listeners = LoopbackListeners(eventLoops: MultiThreadedEventLoopGroup.singleton)
        engine = Engine(
            Dependencies(
                now: { clock.now },
                sleepUntil: { date in try await clock.sleep(until: date) },
                entropy: {
                    var generator = SystemRandomNumberGenerator()
                    return Entropy(from: &generator)
                },
                listen: { uri, expects, handler throws(ListenerFailure) in
                    try await listeners.open(uri, expects: expects, handler: handler)
                },
                openBrowser: { _, started throws(BrowserFailure) in await started() },
                transport: HTTPTransport { request throws(TransportError) in try await server.answer(request) },
                store: .memory()
            )
        )
    }

    /// Begins an attempt, and returns it once the browser has its URL.
    func begin(_ settings: SignInSettings? = nil) async throws -> Attempt {
        await engine.send(.signInChosen(engine.plan(try settings ?? .sample())))
        let state = try await reach("an attempt with a listener") {
            if case .awaitingCallback(let attempt) = $0 { attempt.authorizationURL != nil } else { false }
        }
        guard case .awaitingCallback(let attempt) = state else { throw NoAttempt() }
        return attempt
    }

    /// Begins an attempt, brings its callback as the browser would, and returns once the profile is there.
    func signIn() async throws {
        let attempt = try await begin()
        _ = try await get("/callback?code=c0de&state=\(attempt.state)", from: attempt)
        try await reach("a profile") { $0.isSignedIn }
    }

    /// What the listener answers; it holds a callback's answer until the attempt is over.
    func get(_ target: String, from attempt: Attempt, host: String? = nil) async throws -> Answer {
        let port = try #require(attempt.boundRedirectURI).port
        let request = "GET \(target) HTTP/1.1\r\nHost: \(host ?? "localhost:\(port)")\r\n\r\n"
        return Answer(text: try await RawClient.exchange(request, port: port))
    }

    @discardableResult
    func reach(_ description: Comment, _ isReached: (State) -> Bool) async throws -> State {
        for _ in 0..<10_000 {
            let state = await engine.state
            if isReached(state) { return state }
            try await Task.sleep(for: .milliseconds(1))
        }
        let state = await engine.state
        try #require(isReached(state), description)
        return state
    }

    /// The attempt's notices.
    func notices() async -> [Notice.Kind] {
        guard case .awaitingCallback(let attempt) = await engine.state else { return [] }
        return attempt.notices.map(\.kind)
    }

    /// Leaves the program, and returns once the port is free.
    func end() async {
        await engine.send(.quitChosen)
        for await _ in engine.states {}
    }

    private struct NoAttempt: Error {}
}

/// An answer of the listener.
struct Answer {
    let text: String

    var status: Int? { text.split(separator: " ").dropFirst().first.flatMap { Int($0) } }

    /// The value of a header field that stands there once; `nil` where it is missing or repeated.
    func header(_ name: String) -> String? {
        let head = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)[0]
        let lines = head.split(separator: "\r\n").filter { $0.lowercased().hasPrefix("\(name.lowercased()):") }
        return lines.count == 1 ? String(lines[0].drop { $0 != ":" }.dropFirst().drop { $0 == " " }) : nil
    }
}

extension Attempt {
    /// The value of `state` that belongs to the attempt.
    var state: String { expectedState.value.reveal() }
}

extension State {
    var isSignedIn: Bool { if case .userProfile = self { true } else { false } }
    var isWaiting: Bool { if case .awaitingCallback = self { true } else { false } }
    var failure: Failure? {
        switch self {
        case .loggedOut(.failed(let failure)), .loggedOut(.sessionExpired(let failure?)): failure
        case .tokenHeld(let tokenHeld): if case .failed(let failure) = tokenHeld.profile { failure } else { nil }
        default: nil
        }
    }
}

extension ScriptedServer {
    /// The bodies of the token requests, in order.
    var tokenRequests: [String] { requests.filter { $0.method == .post }.compactMap { $0.body?.reveal() } }
}
