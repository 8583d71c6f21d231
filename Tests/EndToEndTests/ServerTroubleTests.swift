import Foundation
import Testing

extension EndToEndTests {
    /// Servers that answer what they should not.
    @Suite struct ServerTroubleTests {
        @Test(
            "a token endpoint's wrong answer is named, the code is sent once, and Enter tries again",
            arguments: [
                (StubServer.Reply.html("<html><body>Bad gateway</body></html>", status: 502), ["web page", "502"]),
                (.html("<html><body>Welcome to the hotel's network</body></html>", status: 200), ["web page"]),
                (.json("{}"), ["access_token"]),
                (.json(#"{"access_token": "a-token-of-the-stub", "token_type": "mac"}"#), ["type mac"]),
                (
                    .json(#"{"error": "invalid_grant", "error_description": "The verifier is wrong"}"#, status: 400),
                    ["invalid_grant", "The verifier is wrong"]
                ),
                (
                    .json(#"{"error": "invalid_client", "description": "No such client"}"#, status: 401),
                    ["does not know this client", "No such client"]
                ),
                (.json(#"{"access_token": "a-token-of-the-st"#), ["JSON"]),
                (StubServer.Reply(body: ""), ["empty"]),
            ]
        )
        func tokenEndpoint(reply: StubServer.Reply, words: [String]) async throws {
            try await Stage.with { stage in
                let server = try stage.stubServer { _ in reply }
                let browser = try stage.browserScript()
                let screen = try await start(stage, server, browser)
                let first = try await signIn(screen, browser, attempt: 1)
                #expect(first.answer.headers["location"]?.hasSuffix("/failed") == true, "\(first.answer)")
                let failed = try await screen.wait(for: "What to do")
                #expect(failed.contains("Signed out"), "the headline after a failure:\n\(failed)")
                for word in words {
                    let found = failed.range(of: word, options: .caseInsensitive) != nil
                    #expect(found, "the screen must say «\(word)»:\n\(failed)")
                }
                #expect(server.requests.map(\.path) == ["/oauth/token"], "nothing else may be sent")
                let form = server.tokenRequests.first?.form ?? [:]
                #expect(form["code"] == "code-1")
                #expect(form["grant_type"] == "authorization_code")
                #expect(form["redirect_uri"] == (try first.request["redirect_uri"]))
                #expect((form["code_verifier"] ?? "").count == 43)
                #expect(form["client_secret"] == nil)

                let second = try await signIn(screen, browser, attempt: 2)
                #expect(try first.request["state"] != second.request["state"])
                #expect(server.tokenRequests.map { $0.form["code"] } == ["code-1", "code-2"])
                let secrets =
                    ["a-token-of-the-stub", "code-1"] + server.tokenRequests.compactMap { $0.form["code_verifier"] }
                for secret in secrets {
                    #expect(screen.bytes.range(of: Data(secret.utf8)) == nil, "\(secret) came out on the terminal")
                }
            }
        }

        @Test("a profile with an e-mail address and no name is greeted by the address")
        func profileWithoutName() async throws {
            try await Stage.with { stage in
                let server = try stage.stubServer { request in
                    switch request.path {
                    case "/oauth/token": .json(Self.tokens)
                    case "/api/v2/users/me": .json(#"{"id": "7", "email": "no.name@example.com"}"#)
                    default: .json("", status: 200)
                    }
                }
                let browser = try stage.browserScript()
                let screen = try await start(stage, server, browser)
                let signedIn = try await signIn(screen, browser, attempt: 1)
                #expect(signedIn.answer.headers["location"]?.hasSuffix("/signed-in") == true, "\(signedIn.answer)")
                try await screen.wait(for: "Welcome, no.name@example.com")
            }
        }

        @Test("a profile that cannot be had keeps the token, says why, and `r` tries again")
        func profileMissing() async throws {
            try await Stage.with { stage in
                let server = try stage.stubServer { request in
                    switch request.path {
                    case "/oauth/token": .json(Self.tokens)
                    case "/api/v2/users/me":
                        .json(
                            #"{"status": 403, "code": "missing.permission", "message": "Ask your administrator"}"#,
                            status: 403
                        )
                    default: .json("", status: 200)
                    }
                }
                let browser = try stage.browserScript()
                let screen = try await start(stage, server, browser)
                _ = try await signIn(screen, browser, attempt: 1)
                try await screen.wait(for: "Token held")
                // The server's own words.
                try await screen.wait(for: "Ask your administrator")
                let before = server.requests.filter { $0.path == "/api/v2/users/me" }.count
                try await screen.press(.letter("r"))
                try await waitUntil(
                    "another profile request",
                    evidence: screen.evidence,
                    until: { server.requests.filter { $0.path == "/api/v2/users/me" }.count > before }
                )
                #expect(server.tokenRequests.count == 1, "the token is good: no other is asked for")
                try await screen.wait(for: "Token held")
                try await screen.press(.letter("l"))
                try await screen.wait(for: "Signed out")
            }
        }

        @Test("a profile without an id is told as what it is")
        func profileWithoutID() async throws {
            try await Stage.with { stage in
                let server = try stage.stubServer { request in
                    request.path == "/oauth/token" ? .json(Self.tokens) : .json("{}")
                }
                let browser = try stage.browserScript()
                let screen = try await start(stage, server, browser)
                _ = try await signIn(screen, browser, attempt: 1)
                let held = try await screen.wait(for: "What to do")
                #expect(held.contains("Token held"), "\(held)")
                #expect(held.contains("without id"), "the missing member must be named:\n\(held)")
            }
        }

        private static let tokens = """
            {"access_token": "a-token-of-the-stub", "token_type": "bearer", "expires_in": "3600"}
            """

        private func start(
            _ stage: Stage,
            _ server: StubServer,
            _ browser: BrowserScript
        ) async throws -> TmuxScreen {
            let screen = try await stage.screen([
                "--client-id", "x", "--login-url", server.url, "--api-url", server.url, "--redirect-uri",
                "http://localhost:0/callback", "--browser", browser.command,
            ])
            try await screen.wait(for: "Signed out")
            return screen
        }

        /// Presses Enter, and brings the callback with `code-N` as the browser would.
        private func signIn(
            _ screen: TmuxScreen,
            _ browser: BrowserScript,
            attempt: Int
        ) async throws -> (request: AuthorizationURL, answer: PlainHTTP.Answer) {
            try await screen.press(.enter)
            let request = try await browser.authorizationURL(attempt, screen: screen)
            let answer = try await Callback(request: request).answer("code=code-\(attempt)")
            #expect(answer.status == 303, "the browser goes on to a page without the code")
            return (request, answer)
        }
    }
}
