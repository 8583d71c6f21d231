import Foundation
import Testing

extension EndToEndTests {
    /// Against django-oauth-toolkit: the same protocol as written by other people.
    @Suite struct AuthorizationServerTests {
        @Test("a person signs in on the server's own page; `r` rotates the refresh token, `l` deletes the token")
        func wholeSession() async throws {
            try await Stage.with { stage in
                let port = try Ports.free()
                let server = try await stage.authorizationServer(callbackPort: port)
                let chromium = try await stage.chromium()
                let browser = try stage.browserScript()
                let screen = try await stage.screen(
                    server.options(callbackPort: port, browser: browser.command)
                )
                try await screen.wait(for: "Signed out")
                var search = SecretSearch()
                try search.add(process: try await screen.processID())

                try await screen.press(.enter)
                let request = try await browser.authorizationURL(screen: screen)
                #expect(try request["code_challenge_method"] == "S256")
                #expect(try request["response_type"] == "code")
                #expect(try request["client_id"] == AuthorizationServer.clientID)
                #expect(try request["redirect_uri"] == "http://localhost:\(port)/callback")
                try await chromium.signIn(at: request.text)
                try await chromium.wait(forURL: "/signed-in") { $0.hasSuffix("/signed-in") }
                let greeting = try await screen.wait(for: "Welcome, \(AuthorizationServer.name)")
                #expect(greeting.contains(AuthorizationServer.email), "\(greeting)")
                #expect(try server.tokenRequests("authorization_code").map(\.status) == [200])

                try await screen.press(.letter("r"))
                try await waitUntil(
                    "the refresh",
                    evidence: { "\(server.evidence())\n\(await screen.evidence())" },
                    until: { try !server.tokenRequests("refresh_token").isEmpty }
                )
                try await screen.wait(for: "Welcome, \(AuthorizationServer.name)")
                try search.add(process: try await screen.processID())
                let refreshTokens = try server.secrets().filter { $0.name == "refresh_token" }.map(\.value)
                #expect(refreshTokens.count == 2 && Set(refreshTokens).count == 2, "the refresh token must rotate")

                try await screen.press(.letter("l"))
                try await screen.wait(for: "Signed out")
                try await waitUntil(
                    "the sign-out to reach the server",
                    evidence: { server.evidence() },
                    until: { try !server.deletions().isEmpty }
                )
                #expect(try server.deletions().map(\.status) == [200], "\(server.evidence())")
                #expect(try server.tokenRequests("refresh_token").map(\.status) == [200], "exactly one refresh")
                #expect(try server.tokenRequests("authorization_code").count == 1, "a code is sent once")
                #expect(try server.requests().filter { $0.status == 401 } == [])

                try search.add(process: try await screen.processID())
                search.add(filesBelow: stage.home)
                try await screen.press(.letter("q"))
                #expect(try await screen.exitStatus() == 0)
                try await screen.expectRestoredTerminal()

                search.add("the terminal", screen.bytes)
                search.add(filesBelow: stage.home)
                #expect(search.places(of: AuthorizationServer.email) == ["the terminal"], "the search must find things")
                let secrets = try server.secrets()
                #expect(Set(secrets.map(\.name)) == ["code", "code_verifier", "access_token", "refresh_token"])
                for secret in secrets {
                    #expect(secret.value.count >= 20)
                    #expect(search.places(of: secret.value) == [], "a secret, \(secret.name), came out")
                }
            }
        }

        @Test("a token that lives for seconds is refreshed by itself, each time with the newest refresh token")
        func refreshByItself() async throws {
            try await Stage.with { stage in
                let port = try Ports.free()
                let server = try await stage.authorizationServer(callbackPort: port, accessTokenLifetime: 6)
                let chromium = try await stage.chromium()
                let browser = try stage.browserScript()
                let screen = try await stage.screen(
                    server.options(callbackPort: port, browser: browser.command)
                )
                try await screen.wait(for: "Signed out")
                try await screen.press(.enter)
                try await chromium.signIn(at: try await browser.authorizationURL(screen: screen).text)
                try await screen.wait(for: "Welcome, \(AuthorizationServer.name)")
                try await waitUntil(
                    "two refreshes",
                    evidence: { "\(server.evidence())\n\(await screen.evidence())" },
                    until: { try server.tokenRequests("refresh_token").count >= 2 }
                )
                // A refresh token that was used before would have been refused, and the whole family with it.
                #expect(try server.tokenRequests("refresh_token").allSatisfy { $0.status == 200 })
                try await screen.wait(for: "Welcome, \(AuthorizationServer.name)")
            }
        }

        @Test("Cancel on the server's consent page ends the attempt with words, and the next one works")
        func consentRefused() async throws {
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
                let first = try await browser.authorizationURL(screen: screen)
                try await chromium.signIn(at: first.text, consent: false)
                try await chromium.wait(forURL: "/failed") { $0.hasSuffix("/failed") }
                try await screen.wait(for: "access_denied")
                #expect(try server.tokenRequests("authorization_code") == [], "there was no code to send")

                try await screen.press(.enter)
                let second = try await browser.authorizationURL(2, screen: screen)
                try await chromium.open(second.text)
                try await chromium.click("input[name=allow]")
                try await screen.wait(for: "Welcome, \(AuthorizationServer.name)")
            }
        }
    }
}
