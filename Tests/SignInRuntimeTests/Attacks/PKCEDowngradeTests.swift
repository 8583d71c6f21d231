import OAuth
import SignIn
import SignInRuntime
import Testing

/// RFC 9700 §4.8: PKCE is talked out of.
@Suite("Attack: PKCE downgrade", .timeLimit(.minutes(1)))
struct PKCEDowngradeTests {
    private func parameters(of url: String) throws -> [String: String] {
        let query = try #require(url.split(separator: "?", maxSplits: 1).last)
        let fields = try #require(FormEncoding.decode(query))
        return Dictionary(fields.map { ($0.name, $0.value) }, uniquingKeysWith: { one, _ in one })
    }

    @Test(
        "after a server that will not have it, the next request asks for S256 again",
        arguments: ["invalid_request", "unsupported_response_type", "server_error"]
    )
    func insisting(error: String) async throws {
        let stage = AttackStage()
        for _ in 0..<2 {
            let attempt = try await stage.begin()
            let sent = try parameters(of: try #require(attempt.authorizationURL))
            #expect(sent["code_challenge_method"] == "S256")
            #expect(sent["code_challenge"] == CodeChallenge(of: attempt.proofKey.verifier).value)
            let words = "error_description=code_challenge%20not%20supported"
            _ = try await stage.get("/callback?error=\(error)&\(words)&state=\(attempt.state)", from: attempt)
            try await stage.reach("a failure") { $0.failure != nil }
        }
        #expect(stage.server.requests.isEmpty)
        await stage.end()
    }

    @Test("nothing that a callback brings leaves the verifier out of the token request")
    func verifierAlways() async throws {
        let stage = AttackStage()
        let attempt = try await stage.begin()
        let target = "/callback?code=c0de&state=\(attempt.state)&code_challenge_method=plain&code_verifier=x"
        _ = try await stage.get(target, from: attempt)
        try await stage.reach("a profile") { $0.isSignedIn }
        let body = try #require(stage.server.tokenRequests.first)
        #expect(body.contains("&code_verifier=\(attempt.proofKey.verifier.reveal())&"))
        await stage.end()
    }
}
