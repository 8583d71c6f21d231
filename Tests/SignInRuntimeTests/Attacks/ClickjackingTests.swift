import OAuth
import SignIn
import SignInRuntime
import Testing

/// RFC 9700 §4.16: a page is shown in a frame, and the person clicks on what is under another picture.
@Suite("Attack: clickjacking of the listener's pages", .timeLimit(.minutes(1)))
struct ClickjackingTests {
    @Test("no page may stand in a frame, and none has anything to click")
    func frames() async throws {
        let stage = AttackStage()
        let attempt = try await stage.begin()
        var answers: [Answer] = []
        for target in ["/pending", "/elsewhere", "/callback?state=guess"] {
            answers.append(try await stage.get(target, from: attempt))
        }
        _ = try await stage.get("/callback?code=c0de&state=\(attempt.state)", from: attempt)
        answers.append(try await stage.get("/signed-in", from: attempt))
        for answer in answers {
            let policy = try #require(answer.header("Content-Security-Policy"))
            #expect(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'none'"))
            #expect(answer.header("X-Frame-Options") == "DENY")
            #expect(answer.header("Cross-Origin-Opener-Policy") == "same-origin")
            for element in ["<button", "<input", "<form", "<a ", "onclick"] { #expect(!answer.text.contains(element)) }
        }
        await stage.end()
    }
}
