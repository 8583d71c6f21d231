import Foundation
import Testing

extension EndToEndTests {
    /// What a server sends does not decide how much memory the program takes.
    @Suite struct MemoryTests {
        private static let person = #"{"id": "1", "name": "Ada Okafor"}"#
        private static let tokens = #"{"access_token": "a", "token_type": "bearer", "expires_in": 60}"#

        /// Signs in, and returns the most memory that it took, in kilobytes. The program goes on for a while after it
        /// has all answers: it waits for the browser to ask for the last page.
        private func peak(
            _ stage: Stage,
            _ answer: @escaping @Sendable (StubServer.Request) -> StubServer.Reply
        ) async throws -> Int {
            let server = try stage.stubServer(answer)
            let browser = try stage.browserScript()
            let before = browser.opened.count
            let login = try stage.start(
                [
                    "login", "--client-id", "client-1", "--login-url", server.url, "--api-url", server.url,
                    "--redirect-uri", "http://localhost:0/callback", "--browser", browser.command,
                ],
                environment: ["TERM": "dumb"]
            )
            try await waitUntil("the browser to be opened", until: { browser.opened.count > before })
            _ = try await Callback(request: try AuthorizationURL(browser.opened[before])).answer("code=c0de")
            var peak = 0
            try await waitUntil(
                "login to end",
                until: {
                    peak = max(peak, login.peakMemory ?? 0)
                    return !login.isRunning
                }
            )
            #expect(peak > 0)
            return peak
        }

        @Test("200 MB, a megabyte of brackets and a megabyte of members take no more memory than a good answer")
        func bounded() async throws {
            let flood = String(repeating: "x", count: 200_000_000)
            let brackets = String(repeating: "[", count: 1_000_000)
            let members = "{\(String(repeating: "\"a\":1,", count: 150_000))\"b\":2}"
            try await Stage.with { stage in
                let good = try await peak(stage) { .json($0.path == "/oauth/token" ? Self.tokens : Self.person) }
                for body in [flood, brackets, members] {
                    let token = try await peak(stage) { .json($0.path == "/oauth/token" ? body : Self.person) }
                    let profile = try await peak(stage) { .json($0.path == "/oauth/token" ? Self.tokens : body) }
                    #expect(
                        max(token, profile) < good + 8 * 1024,
                        "\(body.prefix(9)): \(token) and \(profile) KB instead of \(good)"
                    )
                }
            }
        }
    }
}
