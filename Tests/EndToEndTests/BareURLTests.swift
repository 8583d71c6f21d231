import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// The URL shown by itself: there a person copies it, and there the address comes back.
    @Suite struct BareURLTests {
        /// Waits with the bare URL on the screen, on a terminal wide enough for it.
        private func onBareURL(
            _ stage: Stage
        ) async throws -> (screen: TmuxScreen, request: AuthorizationURL, server: StubServer) {
            let server = try stage.stubServer { request in
                .json(
                    request.path == "/oauth/token"
                        ? #"{"access_token": "bare-access", "token_type": "bearer", "expires_in": 60}"#
                        : #"{"id": "1", "name": "Ada Okafor"}"#
                )
            }
            let arguments = [
                "--client-id", "client-1", "--login-url", server.url, "--api-url", server.url, "--redirect-uri",
                "http://localhost:0/callback", "--no-browser",
            ]
            let screen = try await stage.screen(arguments, width: 500)
            try await screen.wait(for: "Signed out")
            try await screen.press(.enter)
            try await screen.wait(for: "u bare")
            try await screen.press(.letter("u"))
            let lines = try await screen.wait(for: "Press Enter to go back.").split(whereSeparator: \.isNewline)
            let url = try #require(lines.first { $0.contains("/oauth/authorize?") })
            return (screen, try AuthorizationURL(String(url)), server)
        }

        /// A callback that is longer than what the terminal's own line editing takes.
        private func callback(_ request: AuthorizationURL) throws -> String {
            let more = String(repeating: "x", count: 6_000)
            return "http://localhost:\(try request.callbackPort)/callback?code=bare-code&more=\(more)"
                + "&state=\(try request["state"])"
        }

        @Test("an address pasted there signs in, and nothing of it is shown or pressed", arguments: [true, false])
        func paste(inBrackets: Bool) async throws {
            try await Stage.with { stage in
                let (screen, request, server) = try await onBareURL(stage)
                let callback = try callback(request)
                if inBrackets {
                    try await screen.paste(callback + "\n")
                } else {
                    try await screen.tmux("set-buffer", callback + "\nl\nq\n")
                    try await screen.tmux("paste-buffer")
                }
                try await screen.wait(for: "Welcome, Ada Okafor")
                #expect(server.tokenRequests.map { $0.form["code"] } == ["bare-code"])
                // Time itself is what this is about: a pause after which a key is one again.
                try await Task.sleep(for: .seconds(1.2))
                try await screen.press(.letter("q"))
                #expect(try await screen.exitStatus() == 0)
                try await screen.expectRestoredTerminal()
                for text in ["bare-code", "xxx", "bare-access"] {
                    #expect(screen.bytes.range(of: Data(text.utf8)) == nil, "\(text) came out on the terminal")
                }
            }
        }

        @Test("an address of another attempt is refused with the reason, on the screen")
        func foreign() async throws {
            try await Stage.with { stage in
                let (screen, request, server) = try await onBareURL(stage)
                try await screen.paste(
                    "http://localhost:\(try request.callbackPort)/callback?code=bare-code&state=another"
                )
                try await screen.wait(for: "not from this attempt")
                #expect(server.tokenRequests.isEmpty)
            }
        }

        @Test("Ctrl-C gives the attempt up")
        func interrupted() async throws {
            try await Stage.with { stage in
                let (screen, _, _) = try await onBareURL(stage)
                try await screen.press(.controlC)
                try await screen.wait(for: "Signed out")
                #expect(try await screen.isOnAlternateScreen())
                try await screen.press(.controlC)
                #expect(try await screen.exitStatus() == 130)
                try await screen.expectRestoredTerminal()
            }
        }

        @Test("a paste that is under way when the screen comes back presses no key there")
        func pasteUnderWay() async throws {
            try await Stage.with { stage in
                let (screen, _, _) = try await onBareURL(stage)
                try await screen.type("\u{1B}[200~half of an address")
                kill(try await screen.processID(), SIGINT)
                try await screen.wait(for: "Signed out")
                try await screen.type("esq\u{1B}[201~")
                try await screen.press(.letter("?"))
                try await screen.wait(for: "Keys")
                try await screen.press(.escape)
                try await screen.wait(for: "Enter sign in")
                #expect(screen.bytes.range(of: Data("half of".utf8)) == nil)
            }
        }

        @Test(
            "whatever ends the program there, the terminal is as it was",
            arguments: [SIGTERM, SIGHUP, SIGSEGV, SIGQUIT, SIGKILL]
        )
        func ended(signal: Int32) async throws {
            try await Stage.with { stage in
                let (screen, _, _) = try await onBareURL(stage)
                kill(try await screen.processID(), signal)
                #expect(try await screen.exitStatus() == 128 + Int(signal))
                try await screen.waitForRestoredTerminal()
            }
        }

        @Test("Ctrl-Z gives the terminal back to the shell, and fg brings the screen back")
        func suspended() async throws {
            try await Stage.with { stage in
                let shell = try await stage.shell()
                try await shell.start(["demo", "--no-browser", "--redirect-uri", "http://localhost:0/callback"])
                try await shell.screen.wait(for: "Signed out")
                try await shell.screen.press(.enter)
                try await shell.screen.wait(for: "u bare")
                try await shell.screen.press(.letter("u"))
                try await shell.screen.wait(for: "Press Enter to go back.")
                try await shell.screen.press(.controlZ)
                try await shell.screen.wait(for: "Stopped")
                try await shell.expectOrder()
                try await shell.enter("clear; fg")
                try await shell.screen.wait(for: "Waiting for your browser")
                #expect(try await shell.screen.reportsMouse())
                try await shell.screen.press(.letter("q"))
                try await shell.waitForPrompt()
                try await shell.expectOrder()
            }
        }
    }
}
