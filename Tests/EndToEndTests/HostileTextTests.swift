import Foundation
import Testing

extension EndToEndTests {
    /// Names and messages from a server that try to do something to the terminal.
    @Suite struct HostileTextTests {
        /// A name as JSON, and what is left of it on the screen.
        struct Name: Sendable, CustomTestStringConvertible {
            let what: String
            let json: String
            let shown: String
            var testDescription: String { what }
        }

        private static let names = [
            Name(
                what: "escape sequences: title, colours, clearing, the alternate screen, a clipboard write",
                json: #"Mal\u001b]0;owned\u0007lo\u001b[31mry\u001b[2J\u001b[?1049l\u001b]52;c;eA==\u0007\u001bc"#,
                shown: "Welcome, Mal"
            ),
            Name(what: "C1 controls", json: #"Mal\u009b2J\u009d0;owned\u009clory"#, shown: "Welcome, Mal"),
            Name(what: "NUL, DEL, line breaks, tabs", json: #"Mal\u0000\u007f\r\n\u2028\tlory"#, shown: "Welcome, Mal"),
            Name(what: "bidirectional overrides", json: #"\u202eyrollaM\u2066\u202c\u200f"#, shown: "Welcome, yrollaM"),
            Name(
                what: "a thousand combining marks",
                json: "e" + String(repeating: #"\u0301"#, count: 1_000) + "va",
                shown: "va"
            ),
            Name(
                what: "emoji sequences, wide and zero-width characters",
                json: #"\ud83d\udc69\u200d\ud83d\udc67 \u5c71\u7530 \ud83c\udde9\ud83c\uddea"#
                    + #"\u2764\ufe0f\u200b\ufeff Ada"#,
                shown: "山田"
            ),
            Name(
                what: "ten thousand wide characters",
                json: String(repeating: #"\u5c71"#, count: 10_000),
                shown: "Welcome, 山山"
            ),
        ]

        @Test("a name changes nothing outside its place", arguments: names)
        func name(name: Name) async throws {
            let tame = try await Stage.with { try await signIn($0, name: "Ada", wait: "Welcome, Ada").rest }
            try await Stage.with { stage in
                let (screen, rest) = try await signIn(stage, name: name.json, wait: name.shown)
                // The name may take two rows and push the others down; what they say is the same.
                #expect(rest.filter { !$0.isEmpty } == tame.filter { !$0.isEmpty })
                #expect(try await !screen.tmux("display-message", "-p", "#{pane_title}").contains("owned"))
                #expect(try await screen.isOnAlternateScreen())
                #expect(try await screen.tmux("list-buffers").isEmpty, "nothing came on the clipboard")
                let before = Self.rows(try await screen.capture())
                try await screen.press(.controlL)
                try await screen.press(.letter("?"))
                try await screen.wait(for: "Keys")
                try await screen.press(.escape)
                try await screen.wait(for: name.shown)
                let after = Self.rows(try await screen.capture())
                #expect(after == before, "drawn anew it is the same")
                try await screen.press(.letter("q"))
                #expect(try await screen.exitStatus() == 0)
                try await screen.expectRestoredTerminal()
            }
        }

        /// The screen after signing in as `name`, and its rows below the name.
        private func signIn(
            _ stage: Stage,
            name: String,
            wait shown: String
        ) async throws -> (screen: TmuxScreen, rest: [String]) {
            let server = try stage.stubServer { request in
                .json(
                    request.path == "/oauth/token"
                        ? #"{"access_token": "t", "token_type": "bearer", "expires_in": 86400}"#
                        : #"{"id": "1", "name": "\#(name)", "email": "ada@example.com", "title": "Analyst"}"#
                )
            }
            let browser = try stage.browserScript()
            let screen = try await stage.screen([
                "--client-id", "x", "--login-url", server.url, "--api-url", server.url, "--redirect-uri",
                "http://localhost:0/callback", "--browser", browser.command,
            ])
            try await screen.wait(for: "Signed out")
            try await screen.press(.enter)
            let request = try await browser.authorizationURL(screen: screen)
            _ = try await Callback(request: request).answer("code=code-1")
            try await screen.wait(for: "ada@example.com")
            let rows = Self.rows(try await screen.wait(for: shown))
            let below = rows.firstIndex { $0.contains("ada@example.com") } ?? 0
            return (screen, rows[below...].map { $0.replacing("127.0.0.1:\(server.port)", with: "HOST") })
        }

        /// The rows, without the time that is left.
        private static func rows(_ screen: String) -> [String] {
            screen.split(separator: "\n", omittingEmptySubsequences: false)
                .map { String($0).replacing(/expires in .*/, with: "expires") }
        }
    }
}
