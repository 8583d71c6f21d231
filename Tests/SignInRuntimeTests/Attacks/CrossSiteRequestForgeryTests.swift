import OAuth
import SignIn
import SignInRuntime
import Testing

/// RFC 9700 §4.7, RFC 6749 §10.12, RFC 6819 §4.4.1.8: a page that the person happens to open calls the redirect URI.
@Suite("Attack: cross-site request forgery on the redirect", .timeLimit(.minutes(1)))
struct CrossSiteRequestForgeryTests {
    @Test(
        "a callback without this attempt's state is refused, tells nothing, and the right one still works",
        arguments: [
            "code=evil", "code=evil&state=", "code=evil&state=guess", "error=access_denied",
            "error=access_denied&state=guess", "state=guess",
        ]
    )
    func forged(query: String) async throws {
        let stage = AttackStage()
        let attempt = try await stage.begin()
        let answer = try await stage.get("/callback?\(query)", from: attempt)
        #expect(answer.status == 400)
        #expect(!answer.text.contains(attempt.state))
        #expect(!answer.text.contains("evil") && !answer.text.contains("guess"))
        #expect(await stage.engine.state.isWaiting)
        #expect(stage.server.requests.isEmpty)
        #expect(try await stage.get("/callback?code=c0de&state=\(attempt.state)", from: attempt).status == 303)
        try await stage.reach("a profile") { $0.isSignedIn }
        #expect(stage.server.tokenRequests.allSatisfy { $0.contains("code=c0de&") })
        await stage.end()
    }

    @Test("a form that a page posts is refused before its state is looked at")
    func posted() async throws {
        let stage = AttackStage()
        let attempt = try await stage.begin()
        let port = try #require(attempt.boundRedirectURI).port
        let body = "code=evil&state=\(attempt.state)"
        let answer = try await RawClient.exchange(
            "POST /callback?\(body) HTTP/1.1\r\nHost: localhost:\(port)\r\n"
                + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)",
            port: port
        )
        #expect(Answer(text: answer).status == 405)
        #expect(await stage.engine.state.isWaiting)
        #expect(stage.server.requests.isEmpty)
        await stage.end()
    }

    @Test(
        "a page that knows the state, and asks for the callback as a part of itself or ahead, is refused",
        arguments: [
            "Sec-Fetch-Dest: image", "Sec-Fetch-Dest: iframe\r\nSec-Fetch-Mode: navigate", "sec-fetch-mode: no-cors",
            "Sec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty", "Sec-Fetch-Dest: serviceworker",
            "Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\nSec-Purpose: prefetch;prerender",
            "Purpose: prefetch",
            "X-Moz: prefetch",
        ]
    )
    func partOfPage(fields: String) async throws {
        let stage = AttackStage()
        let attempt = try await stage.begin()
        let port = try #require(attempt.boundRedirectURI).port
        func answer(_ code: String, _ fields: String) async throws -> Answer {
            let request =
                "GET /callback?code=\(code)&state=\(attempt.state) HTTP/1.1\r\nHost: localhost:\(port)\r\n"
                + "\(fields)\r\nSec-Fetch-Site: cross-site\r\n\r\n"
            return Answer(text: try await RawClient.exchange(request, port: port))
        }
        let refused = try await answer("evil", fields)
        #expect(refused.status == 403)
        #expect(!refused.text.contains("evil") && !refused.text.contains(attempt.state))
        #expect(await stage.engine.state.isWaiting)
        #expect(stage.server.requests.isEmpty)
        async let gone = answer("c0de", "Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-User: ?1")
        try await stage.reach("a profile") { $0.isSignedIn }
        #expect(try await gone.status == 303)
        #expect(stage.server.tokenRequests.allSatisfy { $0.contains("code=c0de&") })
        await stage.end()
    }

    @Test("the state of an attempt that is over is worth nothing")
    func spent() async throws {
        let stage = AttackStage()
        let first = try await stage.begin()
        _ = try await stage.get("/callback?error=access_denied&state=\(first.state)", from: first)
        try await stage.reach("a failure") { $0.failure != nil }
        let second = try await stage.begin()
        #expect(try await stage.get("/callback?code=evil&state=\(first.state)", from: second).status == 400)
        #expect(await stage.engine.state.isWaiting)
        #expect(stage.server.requests.isEmpty)
        await stage.end()
    }
}
