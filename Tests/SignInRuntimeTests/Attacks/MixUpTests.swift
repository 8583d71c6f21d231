import GenesysCloud
import OAuth
import SignIn
import SignInRuntime
import Testing

/// RFC 9700 §4.4: a code of the honest server is led to the attacker's.
@Suite("Attack: mix-up", .timeLimit(.minutes(1)))
struct MixUpTests {
    @Test(
        "an answer that names another issuer is refused, and its code goes nowhere",
        arguments: [
            "https://login.evil.example", "https://login.mypurecloud.com/", "http://login.mypurecloud.com",
            "https://LOGIN.mypurecloud.com", "https://login.mypurecloud.com%00",
        ]
    )
    func foreignIssuer(issuer: String) async throws {
        let stage = AttackStage()
        let attempt = try await stage.begin()
        let answer = try await stage.get("/callback?code=c0de&state=\(attempt.state)&iss=\(issuer)", from: attempt)
        #expect(answer.status == 400)
        #expect(stage.server.requests.isEmpty)
        #expect(await stage.notices() == [.callbackRefused(.foreignIssuer)])
        await stage.end()
    }

    @Test("the issuer that was asked is taken")
    func ownIssuer() async throws {
        let stage = AttackStage()
        let attempt = try await stage.begin()
        let target = "/callback?iss=https%3A%2F%2Flogin.mypurecloud.com&code=c0de&state=\(attempt.state)"
        #expect(try await stage.get(target, from: attempt).status == 303)
        try await stage.reach("a profile") { $0.isSignedIn }
        await stage.end()
    }

    @Test("a code goes to the server that its attempt asked, whatever was asked before")
    func ownEndpoint() async throws {
        let stage = AttackStage()
        let evil = try await stage.begin(.sample(login: "https://login.evil.example"))
        await stage.engine.send(.cancelChosen)
        let honest = try await stage.begin(.sample(login: "https://login.mypurecloud.de"))
        // The answer to the first attempt's request, of whichever server, is foreign to the second.
        #expect(try await stage.get("/callback?code=1&state=\(evil.state)", from: honest).status == 400)
        #expect(stage.server.requests.isEmpty)
        #expect(try await stage.get("/callback?code=2&state=\(honest.state)", from: honest).status == 303)
        try await stage.reach("a profile") { $0.isSignedIn }
        #expect(stage.server.requests.first?.url == "https://login.mypurecloud.de/oauth/token")
        #expect(stage.server.tokenRequests.count == 1)
        await stage.end()
    }
}
