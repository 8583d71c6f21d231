import OAuth
import SignIn
import SignInRuntime
import Testing

/// RFC 9700 §4.11.1: the client's own address sends a browser elsewhere.
@Suite("Attack: the listener as an open redirector", .timeLimit(.minutes(1)))
struct OpenRedirectorTests {
    private static let targets = [
        "//evil.example/", "/\\evil.example/", "/http://evil.example/", "http://evil.example/callback",
        "/callback/../pending?next=http://evil.example", "/pending?redirect_uri=http://evil.example",
        "/signed-in?next=//evil.example", "/callback?url=http://evil.example", "/%2F%2Fevil.example",
        "/callback?state=x%0D%0ALocation:%20http://evil.example",
    ]

    @Test("nothing that is asked for leads to another host", arguments: targets)
    func whileWaiting(target: String) async throws {
        let stage = AttackStage()
        let attempt = try await stage.begin()
        let answer = try await stage.get(target, from: attempt)
        #expect(answer.status == 400 || answer.status == 404 || answer.status == 200)
        #expect(!answer.text.lowercased().contains("\r\nlocation:"))
        #expect(!answer.text.contains("evil"))
        await stage.end()
    }

    @Test("the one redirect there is leads to a page of the listener, whatever the callback holds")
    func callback() async throws {
        let stage = AttackStage()
        let attempt = try await stage.begin()
        let extra = "redirect_uri=http://evil.example&next=//evil.example&page=%2F%2Fevil.example"
        let answer = try await stage.get("/callback?code=c&\(extra)&state=\(attempt.state)", from: attempt)
        #expect(answer.status == 303)
        #expect(answer.header("Location") == "/signed-in")
        await stage.end()
    }
}
