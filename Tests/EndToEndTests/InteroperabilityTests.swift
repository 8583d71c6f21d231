import Foundation
import Testing

extension EndToEndTests {
    /// What other servers do differently, the reuse of a refresh token at a real one among it.
    @Suite struct InteroperabilityTests {
        @Test("a refresh token that somebody else has used ends the session with words, and Enter signs in anew")
        func reuse() async throws {
            try await Stage.with { stage in
                let port = try Ports.free()
                let server = try await stage.authorizationServer(callbackPort: port)
                let chromium = try await stage.chromium()
                let browser = try stage.browserScript()
                let screen = try await stage.screen(
                    server.options(callbackPort: port, browser: browser.command),
                    width: 120,
                    height: 40
                )
                try await screen.wait(for: "Signed out")
                try await screen.press(.enter)
                try await chromium.signIn(at: try await browser.authorizationURL(screen: screen).text)
                try await screen.wait(for: "Welcome, \(AuthorizationServer.name)")

                let refreshToken = try #require(try server.secrets().last { $0.name == "refresh_token" }).value
                let form =
                    "grant_type=refresh_token&refresh_token=\(refreshToken)&client_id=\(AuthorizationServer.clientID)"
                let theirs = try await PlainHTTP.send(
                    "POST",
                    port: try server.port,
                    target: "/oauth/token",
                    headers: ["Content-Type": "application/x-www-form-urlencoded"],
                    body: Data(form.utf8)
                )
                #expect(theirs.status == 200, "the thief gets a token: \(theirs)")

                try await screen.press(.letter("r"))
                let over = try await screen.wait(for: "invalid_grant")
                #expect(over.contains("Signed out"), "\(over)")
                #expect(try server.tokenRequests("refresh_token").map(\.status) == [200, 400])

                try await screen.press(.enter)
                let again = try await browser.authorizationURL(2, screen: screen)
                try await chromium.open(again.text)
                try await chromium.click("input[name=allow]")
                try await screen.wait(for: "Welcome, \(AuthorizationServer.name)")
            }
        }

        private static let person = StubServer.Reply.json(
            #"{"id": "1", "name": "Ada Okafor", "links": [{"rel": "x"}]}"#
        )

        /// Runs `login` against a server that answers token requests with `tokens`, with a callback of `query`, in which
        /// STATE stands for the state.
        private func login(
            _ stage: Stage,
            tokens: StubServer.Reply,
            query: String
        ) async throws -> ChildProcess.Finished {
            let server = try stage.stubServer { $0.path == "/oauth/token" ? tokens : Self.person }
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
            let callback = Callback(request: try AuthorizationURL(browser.opened[before]))
            let state = try callback.request["state"]
            _ = try await callback.send("/callback?\(query.replacing("STATE", with: state))")
            let result = try await login.finished("login")
            #expect(server.tokenRequests.count == 1, "a code is sent once: \(result)")
            return result
        }

        @Test(
            "parameters and members in any order, with others between them, sign in",
            arguments: [
                "state=STATE&code=c0de", "session_state=9&state=STATE&client_id=x&code=c0de&scope=",
                "code=c0de&state=STATE&authuser=0&prompt=none&hd=", "code=a%2Fb%2Bc%3D%3D&state=STATE",
            ]
        )
        func order(query: String) async throws {
            let tokens = StubServer.Reply.json(
                #"{"scope": null, "x": {"y": [1]}, "expires_in": "3600", "token_type": "BEARER", "access_token": "t"}"#
            )
            try await Stage.with { stage in
                let result = try await login(stage, tokens: tokens, query: query)
                #expect(result.status == 0 && result.output.contains("Ada Okafor"), "\(result)")
            }
        }

        @Test(
            "an error that a server names in its own way, or not at all, is told as it is",
            arguments: [
                (StubServer.Reply.json(#"{"error": "invalid_code"}"#, status: 403), "invalid_code"),
                (.json(#"{"error": "expired", "description": "The code is too old."}"#, status: 400), "too old"),
                (.json(#"{"message": "nope"}"#, status: 400), "400"),
                (StubServer.Reply(status: 403, body: ""), "403"),
            ]
        )
        func errors(tokens: StubServer.Reply, words: String) async throws {
            try await Stage.with { stage in
                let result = try await login(stage, tokens: tokens, query: "code=c0de&state=STATE")
                #expect(result.status != 0 && result.output.isEmpty, "\(result)")
                #expect(result.errors.contains(words) && result.errors.contains("What to do"), "\(result)")
            }
        }
    }
}
