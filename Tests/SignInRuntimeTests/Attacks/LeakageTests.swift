import OAuth
import SignIn
import SignInRuntime
import Testing

/// RFC 9700 §4.2 and §4.3: a code or a token leaves with the referrer, or stays in the history.
@Suite("Attack: leakage by referrer and history", .timeLimit(.minutes(1)))
struct LeakageTests {
    /// What a browser sees: pages while waiting, the answer to the callback, and the page after it.
    private func everyAnswer() async throws -> (answers: [Answer], secrets: [String]) {
        let stage = AttackStage()
        let attempt = try await stage.begin()
        var answers: [Answer] = []
        for target in ["/", "/pending", "/favicon.ico", "/callback?code=c0de&state=guess"] {
            answers.append(try await stage.get(target, from: attempt))
        }
        answers.append(try await stage.get("/callback?code=c0de&state=\(attempt.state)", from: attempt))
        answers.append(try await stage.get("/signed-in", from: attempt))
        await stage.end()
        return (answers, ["c0de", attempt.state, attempt.proofKey.verifier.reveal(), "access-0", "refresh-0"])
    }

    @Test("no page sends a referrer, is kept in a cache, or holds a code, a state or a token")
    func pages() async throws {
        let (answers, secrets) = try await everyAnswer()
        #expect(answers.compactMap(\.status) == [404, 200, 404, 400, 303, 200])
        for answer in answers {
            #expect(answer.header("Referrer-Policy") == "no-referrer")
            #expect(answer.header("Cache-Control") == "no-store")
            for secret in secrets { #expect(!answer.text.contains(secret)) }
        }
    }

    @Test("no page loads anything, links anywhere or runs a script")
    func nothingFromElsewhere() async throws {
        for answer in try await everyAnswer().answers where answer.status != 303 {
            #expect(try #require(answer.header("Content-Security-Policy")).hasPrefix("default-src 'none';"))
            for word in [
                "<script", "<a ", "<iframe", "src=", "http://", "https://", "url(", "<form", "<meta http-equiv",
            ] {
                #expect(!answer.text.lowercased().contains(word), "\(word)")
            }
        }
    }

    @Test("the callback's own address is never shown: a redirect without a body takes its place")
    func history() async throws {
        let (answers, _) = try await everyAnswer()
        let callback = try #require(answers.first { $0.status == 303 })
        #expect(callback.header("Location") == "/signed-in")
        #expect(callback.text.hasSuffix("\r\n\r\n"))
    }

    @Test("a token is in the Authorization header and in no URL")
    func bearer() async throws {
        let stage = AttackStage()
        try await stage.signIn()
        for request in stage.server.requests {
            #expect(!request.url.contains("access-0") && !request.url.contains("?"))
        }
        #expect(stage.server.requests.last?.bearer?.reveal() == "access-0")
        await stage.end()
    }
}
