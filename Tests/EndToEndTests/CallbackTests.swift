import Foundation
import Testing

extension EndToEndTests {
    /// Callbacks that do not come from the authorization server, or come from it with something missing.
    @Suite struct CallbackTests {
        @Test("forged and clumsy callbacks are refused, the wait goes on, and the real one still signs in")
        func forgedCallbacks() async throws {
            try await Stage.with { stage in
                let chromium = try await stage.chromium()
                let (screen, request) = try await waitingDemo(stage)
                let callback = Callback(request: request)
                let state = try request["state"]
                let port = try request.callbackPort
                let good = "/callback?code=forged&state=\(state)"
                let refusals: [(String, target: String, method: String, host: String)] = [
                    ("a foreign state", "/callback?code=forged&state=foreign", "GET", "localhost:\(port)"),
                    (
                        "a state that differs in one letter", "/callback?code=forged&state=\(state.dropLast())",
                        "GET", "localhost:\(port)"
                    ),
                    ("no state", "/callback?code=forged", "GET", "localhost:\(port)"),
                    ("no parameter at all", "/callback", "GET", "localhost:\(port)"),
                    ("the code twice", "\(good)&code=other", "GET", "localhost:\(port)"),
                    ("the state twice", "\(good)&state=\(state)", "GET", "localhost:\(port)"),
                    (
                        "an error with a foreign state", "/callback?error=access_denied&state=foreign", "GET",
                        "localhost:\(port)"
                    ),
                    ("a foreign issuer", "\(good)&iss=http%3A%2F%2Felsewhere.example", "GET", "localhost:\(port)"),
                    ("POST", good, "POST", "localhost:\(port)"),
                    ("HEAD", good, "HEAD", "localhost:\(port)"),
                    ("another path", "/callback/?code=forged&state=\(state)", "GET", "localhost:\(port)"),
                    ("the root", "/?code=forged&state=\(state)", "GET", "localhost:\(port)"),
                    ("a foreign host", good, "GET", "elsewhere.example"),
                    ("a foreign host with the right port", good, "GET", "elsewhere.example:\(port)"),
                    ("the icon of the page", "/favicon.ico", "GET", "localhost:\(port)"),
                ]
                for refusal in refusals {
                    let answer = try await callback.send(refusal.target, method: refusal.method, host: refusal.host)
                    #expect((400...499).contains(answer.status), "\(refusal.0) was answered with \(answer.status)")
                    #expect(!answer.text.contains(state), "\(refusal.0): the answer gives the state away")
                    let shown = try await screen.capture()
                    #expect(shown.contains("Waiting for your browser"), "after \(refusal.0):\n\(shown)")
                }
                let overIPv6 = try await callback.send("/callback?code=forged&state=foreign", to: .ipv6)
                #expect((400...499).contains(overIPv6.status))

                try await chromium.approveDemo(at: request.text)
                try await chromium.wait(forURL: "/signed-in") { $0.hasSuffix("/signed-in") }
                try await screen.wait(for: "Welcome, ")
            }
        }

        @Test("what is sent as a callback never reaches the screen")
        func callbackText() async throws {
            try await Stage.with { stage in
                let (screen, request) = try await waitingDemo(stage)
                let callback = Callback(request: request)
                let answer = try await callback.send("/callback?code=forged-code-7d1c&state=forged-state-7d1c")
                #expect((400...499).contains(answer.status))
                _ = try await callback.answer(
                    "error=server_error&error_description=%1B%5B31mred%1B%5B0m%07%E2%80%AEdesrever"
                )
                let ended = try await screen.wait(for: "Server says")
                #expect(ended.contains("red"), "the server's words, without what commands the terminal:\n\(ended)")
                for text in ["forged-code-7d1c", "forged-state-7d1c", "\u{1B}[31mred", "\u{202E}"] {
                    let found = screen.bytes.range(of: Data(text.utf8)) != nil
                    #expect(!found, "\(text.debugDescription) came out on the terminal")
                }
            }
        }

        @Test(
            "an answer with the right state and no code ends the attempt with words, and Enter tries again",
            arguments: [
                ("error=access_denied", "access_denied"),
                ("error=temporarily_unavailable&error_description=back+at+noon", "back at noon"),
                ("error=a_word_nobody_knows", "a_word_nobody_knows"),
                ("session_state=x", "no authorization code"),
            ]
        )
        func answersWithoutCode(parameters: String, words: String) async throws {
            try await Stage.with { stage in
                let (screen, request) = try await waitingDemo(stage)
                let answer = try await Callback(request: request).answer(parameters)
                #expect(answer.status == 303)
                #expect(answer.headers["location"]?.hasSuffix("/failed") == true, "\(answer.headers)")
                let ended = try await screen.wait(for: "What to do")
                #expect(ended.contains("Signed out"), "the headline after a failure:\n\(ended)")
                #expect(ended.contains(words), "the screen must say «\(words)»:\n\(ended)")
                // At once, while the browser may not have asked for its last page yet.
                try await screen.press(.enter)
                try await screen.wait(for: "Waiting for your browser")
            }
        }

        /// The demo, waiting, with an authorization request that nobody has answered yet.
        private func waitingDemo(_ stage: Stage) async throws -> (TmuxScreen, AuthorizationURL) {
            let browser = try stage.browserScript()
            let screen = try await stage.screen([
                "demo", "--redirect-uri", "http://localhost:\(try Ports.free())/callback", "--browser",
                browser.command,
            ])
            try await screen.wait(for: "Signed out")
            try await screen.press(.enter)
            try await screen.wait(for: "Waiting for your browser")
            return (screen, try await browser.authorizationURL(screen: screen))
        }
    }
}
