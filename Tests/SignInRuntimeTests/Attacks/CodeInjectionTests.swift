import FoundationEssentials
import GenesysCloud
import OAuth
import SignIn
import SignInRuntime
import Synchronization
import Testing

/// RFC 9700 §4.5: a code that was issued for somebody else's attempt is put into one's own.
@Suite("Attack: code injection", .timeLimit(.minutes(1)))
struct CodeInjectionTests {
    /// An authorization server that checks PKCE: it knows which challenge each code belongs to.
    private final class Codes: Sendable {
        private let challenges = Mutex<[String: String]>([:])

        /// Issues a code to the attempt, as the person's approval would.
        func issue(_ code: String, to attempt: Attempt) {
            challenges.withLock { $0[code] = attempt.proofKey.challenge.value }
        }

        func answer(_ request: HTTPRequest) -> HTTPResponse {
            guard request.method == .post else { return .ada }
            let fields = FormEncoding.decode(request.body?.reveal() ?? "") ?? []
            func value(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }
            let expected = challenges.withLock { $0.removeValue(forKey: value("code")) }
            guard let expected, CodeChallenge(of: Secret(value("code_verifier"))).value == expected else {
                return .json(#"{"error":"invalid_grant"}"#, status: 400)
            }
            return .tokens()
        }
    }

    @Test("a stolen code in one's own attempt brings no token: its challenge is another")
    func injected() async throws {
        let codes = Codes()
        let victim = AttackStage { request, _ in codes.answer(request) }
        let attacker = AttackStage { request, _ in codes.answer(request) }
        let theirs = try await victim.begin()
        codes.issue("stolen", to: theirs)
        let own = try await attacker.begin()
        _ = try await attacker.get("/callback?code=stolen&state=\(own.state)", from: own)
        let state = try await attacker.reach("a failure") { $0.failure != nil }
        guard case .tokenRequest(.answer(.errorResponse(let error, _, _))) = state.failure?.problem else {
            Issue.record("\(state)")
            return
        }
        #expect(error.code == .invalidGrant)
        #expect(attacker.server.tokenRequests.count == 1)
        await attacker.end()
        await victim.end()
    }

    @Test("of two codes for one attempt the first is sent, and only once")
    func second() async throws {
        let codes = Codes()
        let stage = AttackStage { request, _ in codes.answer(request) }
        let attempt = try await stage.begin()
        codes.issue("right", to: attempt)
        async let first = stage.get("/callback?code=right&state=\(attempt.state)", from: attempt)
        #expect(try await first.status == 303)
        try await stage.reach("a profile") { $0.isSignedIn }
        // The port may be free by now; what still comes on it changes nothing.
        _ = try? await stage.get("/callback?code=other&state=\(attempt.state)", from: attempt)
        #expect(stage.server.tokenRequests.count == 1)
        #expect(stage.server.tokenRequests.allSatisfy { $0.contains("code=right&") })
        await stage.end()
    }

    @Test("each attempt has a verifier and a state of its own, of 256 random bits")
    func fresh() async throws {
        let stage = AttackStage()
        var seen: Set<String> = []
        for _ in 0..<5 {
            let attempt = try await stage.begin()
            for secret in [attempt.proofKey.verifier.reveal(), attempt.state] {
                #expect(secret.utf8.count == 43)
                #expect(seen.insert(secret).inserted)
            }
            await stage.engine.send(.cancelChosen)
        }
        await stage.end()
    }
}
