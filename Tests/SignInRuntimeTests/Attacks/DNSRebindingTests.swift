import OAuth
import SignIn
import SignInRuntime
import Testing

/// A page of the attacker's, whose name now resolves to 127.0.0.1, is of the listener's origin to the browser.
@Suite("Attack: DNS rebinding of the listener", .timeLimit(.minutes(1)))
struct DNSRebindingTests {
    @Test(
        "a request that names another host gets nothing, not even with the right state",
        arguments: [
            "evil.example", "evil.example:3000", "localhost.evil.example", "127.0.0.1.evil.example",
            "localhost@evil.example",
            "evil.example#localhost", "0.0.0.0", "[::]", "2130706433", "127.1", "localhost:3000:80", "",
        ]
    )
    func foreignHost(host: String) async throws {
        let stage = AttackStage()
        let attempt = try await stage.begin()
        for target in ["/callback?code=evil&state=\(attempt.state)", "/pending", "/signed-in"] {
            let answer = try await stage.get(target, from: attempt, host: host)
            #expect(answer.status == 400)
            #expect(!answer.text.contains(attempt.state))
        }
        #expect(stage.server.requests.isEmpty)
        #expect(await stage.engine.state.isWaiting)
        await stage.end()
    }

    @Test("a page on another origin may read nothing of the listener's: no answer allows it")
    func noSharing() async throws {
        let stage = AttackStage()
        let attempt = try await stage.begin()
        let port = try #require(attempt.boundRedirectURI).port
        for method in ["GET", "OPTIONS"] {
            let text = try await RawClient.exchange(
                "\(method) /pending HTTP/1.1\r\nHost: localhost:\(port)\r\nOrigin: https://evil.example\r\n"
                    + "Access-Control-Request-Private-Network: true\r\nAccess-Control-Request-Method: GET\r\n\r\n",
                port: port
            )
            #expect(!text.lowercased().contains("access-control-"))
            #expect(Answer(text: text).header("Cross-Origin-Resource-Policy") == "same-origin")
        }
        await stage.end()
    }
}
