import OAuth
import SessionStore
import SignIn
import SignInRuntime
import Synchronization
import Testing

/// RFC 9700 §4.14: a refresh token is stolen and used by two.
@Suite("Attack: refresh token reuse", .timeLimit(.minutes(1)))
struct RefreshTokenReuseTests {
    /// Takes each refresh token once; one that comes again ends the family (§4.14.2).
    private final class Family: Sendable {
        private let state = Mutex((current: 0, isRevoked: false))

        func answer(_ request: HTTPRequest) -> HTTPResponse {
            guard request.method == .post, let body = request.body?.reveal() else { return .ada }
            guard body.hasPrefix("grant_type=refresh_token") else { return .tokens(0) }
            return state.withLock { state in
                guard !state.isRevoked, body.contains("&refresh_token=refresh-\(state.current)&") else {
                    state.isRevoked = true
                    return .json(#"{"error":"invalid_grant"}"#, status: 400)
                }
                state.current += 1
                return .tokens(state.current)
            }
        }

        /// Somebody else uses the token that is good now.
        func steal() {
            state.withLock { $0.current += 1 }
        }
    }

    @Test("each refresh spends the newest token, and none is spent twice")
    func rotation() async throws {
        let family = Family()
        let world = World { request, _ in family.answer(request) }
        try await world.signIn()
        for turn in 1...5 {
            world.clock.advance(by: 3540)
            try await world.reach("refresh \(turn)") {
                guard case .userProfile(let signedIn) = $0 else { return false }
                return signedIn.held.session.tokens.refreshToken?.reveal() == "refresh-\(turn)"
            }
        }
        let spent = world.server.requests.compactMap { $0.body?.reveal() }.filter { $0.hasPrefix("grant_type=refresh") }
        #expect(spent.count == 5 && Set(spent).count == 5)
    }

    @Test("a token that somebody else has used ends the session at once: it is forgotten, and not tried again")
    func stolen() async throws {
        let family = Family()
        let world = World { request, _ in family.answer(request) }
        try await world.signIn()
        family.steal()
        world.clock.advance(by: 3540)
        try await world.reach("the end of the session") {
            if case .loggedOut(.sessionExpired(let failure?)) = $0 {
                failure.report.code == "invalid_grant"
            } else {
                false
            }
        }
        let requests = world.server.requests.count
        world.clock.advance(by: 100_000)
        await world.engine.send(.quitChosen)
        for await _ in world.engine.states {}
        #expect(world.server.requests.count == requests)
        #expect(try await world.store.load("default") == nil)
    }
}
