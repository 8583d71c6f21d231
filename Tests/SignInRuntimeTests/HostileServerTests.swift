import FoundationEssentials
import GenesysCloud
import NIOPosix
import OAuth
import SessionStore
import SignIn
import SignInRuntime
import Testing

/// The engine with the real transport, against a server that misbehaves at one of its two endpoints.
private struct Rig {
    let engine: Engine
    let listener = FakeListener()
    private let live: LiveTransport
    private let settings: SignInSettings

    /// - Parameter total: the longest that a request may take.
    init(port: Int, total: Duration) throws {
        let origin = "http://127.0.0.1:\(port)"
        settings = try .sample(login: origin, api: origin)
        live = try LiveTransport(
            eventLoops: MultiThreadedEventLoopGroup.singleton,
            settings: .direct,
            limits: TransportLimits(total: total, body: Misbehaviour.limit)
        )
        let listener = listener
        engine = Engine(
            Dependencies(
                now: { Date() },
                sleepUntil: { date in
                    // The waits between two tries are of no interest here; those for a session's end are long.
                    guard date.timeIntervalSinceNow > 20 else { return }
                    try await Task.sleep(for: .seconds(date.timeIntervalSinceNow))
                },
                entropy: {
                    var generator = SystemRandomNumberGenerator()
                    return Entropy(from: &generator)
                },
                listen: { uri, _, handler throws(ListenerFailure) in try await listener.open(uri, handler) },
                openBrowser: { _, started throws(BrowserFailure) in await started() },
                transport: live.transport,
                store: .memory()
            )
        )
    }

    /// Signs in, and returns what became of it.
    func signIn(code: String) async throws -> State {
        await engine.send(.signOutChosen)
        await engine.send(.signInChosen(engine.plan(settings)))
        let state = try await reach {
            if case .awaitingCallback(let attempt) = $0 { attempt.authorizationURL != nil } else { false }
        }
        guard case .awaitingCallback(let attempt) = state else { return state }
        await listener.arrive("code=\(code)&state=\(attempt.expectedState.value.reveal())")
        return try await reach { $0.isSettled }
    }

    func refreshed() async throws -> State {
        await engine.send(.refreshChosen(engine.plan(settings)))
        return try await reach { $0.isSettled }
    }

    private func reach(_ isReached: (State) -> Bool) async throws -> State {
        for _ in 0..<30_000 {
            let state = await engine.state
            if isReached(state) { return state }
            try await Task.sleep(for: .milliseconds(1))
        }
        let state = await engine.state
        try #require(isReached(state))
        return state
    }

    func end() async {
        await engine.send(.quitChosen)
        for await _ in engine.states {}
        await live.shutdown()
    }
}

extension State {
    /// Whether nothing is under way.
    fileprivate var isSettled: Bool {
        switch self {
        case .loggedOut, .userProfile: true
        case .awaitingCallback: false
        case .tokenHeld(let tokenHeld): if case .failed = tokenHeld.profile { true } else { false }
        }
    }
}

private func answer(_ status: String, _ body: String, headers: String = "") -> String {
    httpAnswer(status, body, headers: headers + HostileServer.lastWord)
}

@Suite("A server that misbehaves", .timeLimit(.minutes(3)))
struct HostileServerTests {
    /// Runs a sign-in against `answer` at `endpoint`, checks what always must hold, and hands over what became of it.
    private func meet(
        _ endpoint: HostileServer.Endpoint,
        _ answer: HostileServer.Answer,
        waits: Bool = false,
        _ judge: @Sendable @escaping (State, HostileServer) async throws -> Void
    ) async throws {
        try await HostileServer.with(endpoint, answer) { server in
            let rig = try Rig(port: server.port, total: .seconds(waits ? Misbehaviour.patience : 30))
            let state = try await rig.signIn(code: "c0de-1")
            try await judge(state, server)
            if let failure = state.failure {
                // A clear screen: each of the three lines says something.
                let report = failure.report
                #expect(![report.code, report.summary, report.cause, report.remedy].contains(""))
            }
            await server.heal()
            let next =
                if case .tokenHeld = state { try await rig.refreshed() } else { try await rig.signIn(code: "c0de-2") }
            #expect(next.isSignedIn, "the next attempt")
            let requests = await server.requests
            #expect(requests.count { $0.contains("code=c0de-1&") } == 1, "a code is sent once")
            #expect(!requests.contains { $0.lowercased().contains("\r\ncookie:") })
            await rig.end()
        }
    }

    @Test(
        "at the token endpoint: the error is told, the code is not sent again, the next attempt works",
        arguments: Misbehaviour.all
    )
    func token(misbehaviour: Misbehaviour) async throws {
        try await meet(.token, misbehaviour.answer, waits: misbehaviour.waits) { state, _ in
            switch misbehaviour.token {
            case .works: #expect(state.isSignedIn)
            case .fails(let error): #expect(state.failure?.problem == .tokenRequest(.answer(error)))
            case .breaks(let error): #expect(state.failure?.problem == .tokenRequest(.transport(error)))
            }
        }
    }

    @Test(
        "at users/me: the error is told, the token is kept unless it was refused, trying again works",
        arguments: Misbehaviour.all
    )
    func profile(misbehaviour: Misbehaviour) async throws {
        try await meet(.profile, misbehaviour.answer, waits: misbehaviour.waits) { state, _ in
            switch misbehaviour.profile {
            case .works: #expect(state.isSignedIn)
            case .fails(let error):
                #expect(state.failure?.problem == .api(error))
                if case .tokenHeld = state {} else { #expect(error.isUnauthorized) }
            case .breaks(let error): #expect(state.failure?.problem == .api(.transport(error)))
            }
        }
    }

    @Test("a redirect is not followed, wherever it points", arguments: [301, 302, 303, 307, 308])
    func redirect(status: Int) async throws {
        try await RawServer.with(answering: httpAnswer("200 OK", "{}")) { elsewhere in
            let answer = HostileServer.Answer.bytes(
                answer("\(status) X", "", headers: "Location: http://127.0.0.1:\(elsewhere.port)/oauth/token\r\n")
            )
            try await meet(.token, answer) { state, _ in
                #expect(state.failure?.problem == .tokenRequest(.answer(.redirected(status: status))))
            }
            try await meet(.profile, answer) { state, _ in
                #expect(
                    state.failure?.problem
                        == .api(.unreadable(status: status, found: .empty, correlationID: nil))
                )
            }
            #expect(await elsewhere.requests.isEmpty)
        }
    }

    @Test("an answer that sets a cookie gets none back")
    func cookie() async throws {
        let answer = HostileServer.Answer.bytes(
            answer("200 OK", #"{"access_token":"access-1","id":"1"}"#, headers: "Set-Cookie: a=b; Path=/\r\n")
        )
        for endpoint in HostileServer.Endpoint.allCases {
            try await meet(endpoint, answer) { state, _ in #expect(state.isSignedIn) }
        }
    }
}
