import FoundationEssentials
import GenesysCloud
import Logging
import OAuth
import SessionStore
import SignIn
import SignInRuntime
import Synchronization
import Testing

/// The world around an engine, as a test wants it: a clock that the test moves, a server that the test scripts, and a
/// listener and a browser that remember.
final class World: Sendable {
    let clock = TestClock()
    let server: ScriptedServer
    let store: SessionStore
    let listener = FakeListener()
    let engine: Engine

    /// With `sockets` the listener is the real one, and ``listener`` is not used.
    init(
        store: SessionStore = .memory(),
        sockets: LoopbackListeners? = nil,
        log: Logger = .silent,
        exitPatience: Duration = Engine.exitPatience,
        _ answers: @escaping @Sendable (HTTPRequest, Int) async throws(TransportError) -> HTTPResponse
    ) {
        self.store = store
        let server = ScriptedServer(answers)
        self.server = server
        let (clock, listener, opened) = (clock, listener, OpenedURLs())
        self.openedURLs = opened
        engine = Engine(
            Dependencies(
                now: { clock.now },
                sleepUntil: { date in try await clock.sleep(until: date) },
                entropy: {
                    var generator = SystemRandomNumberGenerator()
                    return Entropy(from: &generator)
                },
                listen: { uri, expects, handler throws(ListenerFailure) in
                    if let sockets { return try await sockets.open(uri, expects: expects, handler: handler) }
                    return try await listener.open(uri, handler)
                },
                openBrowser: { url, started throws(BrowserFailure) in
                    opened.append(url)
                    await started()
                },
                transport: HTTPTransport { request throws(TransportError) in try await server.answer(request) }
                    .logged(to: log),
                store: store
            ).logged(to: log),
            exitPatience: exitPatience
        )
    }

    private let openedURLs: OpenedURLs

    var browserURLs: [String] { openedURLs.all }

    /// Waits until the engine's state is as wanted; fails after the deadline of the whole test otherwise.
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

    /// Waits until the store keeps what is wanted; store actions end after the state has changed.
    func reachStore(_ isReached: (Session?) -> Bool) async throws {
        for _ in 0..<10_000 {
            if isReached(try await store.load("default")) { return }
            try await Task.sleep(for: .milliseconds(1))
        }
        try #require(isReached(try await store.load("default")), "the store")
    }

    /// Signs in as the browser would, and returns once the profile is there.
    func signIn(timeout: Int = 300) async throws {
        await engine.send(.signInChosen(engine.plan(try .sample(timeout: timeout))))
        try await callBack()
        try await reach("a profile") { if case .userProfile = $0 { true } else { false } }
    }

    /// Brings the callback that belongs to the attempt under way.
    func callBack(_ parameters: String = "code=c0de") async throws {
        let state = try await reach("an attempt with a listener") {
            if case .awaitingCallback(let attempt) = $0 { attempt.authorizationURL != nil } else { false }
        }
        guard case .awaitingCallback(let attempt) = state else { return }
        await listener.arrive("\(parameters)&state=\(attempt.expectedState.value.reveal())")
    }
}

final class OpenedURLs: Sendable {
    private let urls = Mutex<[String]>([])
    var all: [String] { urls.withLock { $0 } }
    func append(_ url: String) { urls.withLock { $0.append(url) } }
}

/// A wall clock that stands still until the test moves it.
final class TestClock: Sendable {
    private struct Sleeper {
        let date: Date
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct Time {
        var now = Date(timeIntervalSince1970: 1_800_000_000)
        var lastID = 0
        var sleepers: [Int: Sleeper] = [:]
    }

    private let time = Mutex(Time())

    var now: Date { time.withLock { $0.now } }

    /// The dates that are waited for.
    var waits: [Date] { time.withLock { $0.sleepers.values.map(\.date).sorted() } }

    func advance(by seconds: Double) {
        let due = time.withLock { time in
            time.now += seconds
            let due = time.sleepers.filter { $0.value.date <= time.now }
            for key in due.keys { time.sleepers[key] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
    }

    func sleep(until date: Date) async throws {
        let id = time.withLock { time in
            time.lastID += 1
            return time.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isDue = time.withLock { time in
                    if date <= time.now { return true }
                    time.sleepers[id] = Sleeper(date: date, continuation: continuation)
                    return false
                }
                if isDue { continuation.resume() } else if Task.isCancelled { wake(id, CancellationError()) }
            }
        } onCancel: {
            wake(id, CancellationError())
        }
    }

    private func wake(_ id: Int, _ error: any Error) {
        time.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume(throwing: error)
    }
}

/// A server that answers as the test says, told how many requests of the kind came before.
final class ScriptedServer: Sendable {
    private let answers: @Sendable (HTTPRequest, Int) async throws(TransportError) -> HTTPResponse
    private let log = Mutex<[HTTPRequest]>([])

    init(
        store: SessionStore = .memory(),
        _ answers: @escaping @Sendable (HTTPRequest, Int) async throws(TransportError) -> HTTPResponse
    ) {
        self.answers = answers
    }

    var requests: [HTTPRequest] { log.withLock { $0 } }

    /// The requests as `METHOD path`.
    var lines: [String] {
        requests.map { request in
            "\(request.method.rawValue) /\(request.url.split(separator: "/", maxSplits: 2).last ?? "")"
        }
    }

    func answer(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let before = log.withLock { log in
            defer { log.append(request) }
            return log.count { $0.method == request.method && $0.url == request.url }
        }
        return try await answers(request, before)
    }
}

/// A listener without a socket.
final class FakeListener: CallbackListener, Sendable {
    private struct Log {
        var handler: CallbackHandler?
        var uri: RedirectURI?
        var replies: UInt64 = 0
        var first: String?
        var refused: [AuthorizationResponse.Refusal] = []
        var outcomes: [Effect.Outcome] = []
    }

    private let log = Mutex(Log())

    var redirectURI: RedirectURI {
        guard let uri = log.withLock({ $0.uri }) else { preconditionFailure("the listener was not opened") }
        return uri
    }
    var refused: [AuthorizationResponse.Refusal] { log.withLock { $0.refused } }
    var outcomes: [Effect.Outcome] { log.withLock { $0.outcomes } }

    func open(_ uri: RedirectURI, _ handler: @escaping CallbackHandler) async throws(ListenerFailure) -> FakeListener {
        let first = log.withLock { log in
            log.handler = handler
            log.uri = uri.bound(to: 4242)
            return log.first
        }
        if let first { await arrive(first) }
        return self
    }

    /// Has `query` arrive the moment that the port is bound.
    func arrivesAtOnce(_ query: String) {
        log.withLock { $0.first = query }
    }

    func arrive(_ query: String) async {
        let (handler, reply) = log.withLock { log in
            log.replies += 1
            return (log.handler, log.replies)
        }
        await handler?(.callback(ReplyID(reply), query: Secret(query)))
    }

    func refuse(_ reply: ReplyID, _ refusal: AuthorizationResponse.Refusal) async {
        log.withLock { $0.refused.append(refusal) }
    }

    func conclude(_ outcome: Effect.Outcome) async {
        log.withLock { $0.outcomes.append(outcome) }
    }
}

extension HTTPResponse {
    static func json(_ text: String, status: Int = 200, headers: [String: String] = [:]) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers, body: Data(text.utf8))
    }

    /// A token response for the given turn: every token is another one.
    static func tokens(_ turn: Int = 0, lifetime: Int = 3600, refresh: Bool = true) -> HTTPResponse {
        .json(
            """
            {"access_token":"access-\(turn)","token_type":"bearer","expires_in":\(lifetime)\
            \(refresh ? ",\"refresh_token\":\"refresh-\(turn)\"" : "")}
            """
        )
    }

    static let ada = HTTPResponse.json(#"{"id":"1","name":"Ada Okafor"}"#)
}
