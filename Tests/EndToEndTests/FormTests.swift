import Foundation
import Testing

extension EndToEndTests {
    /// What a person types into the screen.
    @Suite struct FormTests {
        private static let clientID = "12345678-90ab-cdef-1234-567890abcdef"

        private func fillIn(_ screen: TmuxScreen) async throws {
            try await screen.wait(for: "Client id and region")
            try await screen.press(.text(Self.clientID))
            try await screen.press(.tab)
            try await screen.press(.controlU)
            try await screen.press(.text("mypurecloud.de"))
            try await screen.wait(for: "eu-central-1")
            try await screen.press(.enter)
        }

        @Test("without a client id the screen asks for it and the region, saves them, and knows them next time")
        func firstRun() async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen([])
                try await fillIn(screen)
                try await screen.wait(for: "Save for next time?")
                try await screen.press(.letter("y"))
                try await screen.wait(for: "Saved to")
                let file = stage.home.appending(path: ".config/genesys-login/config.toml")
                let saved = try String(contentsOf: file, encoding: .utf8)
                #expect(saved.contains("client_id = \"\(Self.clientID)\""))
                #expect(saved.contains("region = \"eu-central-1\""))
                let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
                #expect(mode == 0o600)
                try await screen.press(.letter("q"))
                #expect(try await screen.exitStatus() == 0)
                try await screen.expectRestoredTerminal()

                let next = try await stage.screen([])
                let shown = try await next.wait(for: "Signed out")
                #expect(shown.contains(Self.clientID))
                #expect(shown.contains("eu-central-1"))
            }
        }

        @Test("what is saved beside a variable that is used in its place is said to be")
        func savedInVain() async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen([], environment: ["GENESYSCLOUD_REGION": "us-east-1"])
                try await fillIn(screen)
                try await screen.wait(for: "GENESYSCLOUD_REGION is set, and used in place of what is saved")
                try await screen.press(.letter("q"))
            }
        }

        @Test("where a URL says where to sign in, the form asks for no region", arguments: ["login", "api"])
        func noRegionBesideURL(host: String) async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen([
                    "--\(host)-url", "https://\(host).mypurecloud.de", "--region", "eu-west-2",
                ])
                let shown = try await screen.wait(for: "Client id")
                #expect(!shown.contains("Region"))
                try await screen.press(.text(Self.clientID))
                try await screen.press(.enter)
                try await screen.wait(for: "In use until the program ends.")
                try await screen.press(.letter("q"))
                #expect(try await screen.exitStatus() == 0)
            }
        }

        @Test("after a sign-out, B opens the page of what was signed out of, whatever the form says meanwhile")
        func signOutPage() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                let browser = try stage.browserScript()
                let screen = try await rig.screen(browser: browser)
                try await screen.wait(for: "Welcome, Ada Okafor")
                try await screen.press(.letter("l"))
                try await screen.wait(for: "B opens")
                try await screen.press(.letter("e"))
                try await screen.wait(for: "Client id")
                try await screen.press(.controlU)
                try await screen.press(.text("client-2"))
                try await screen.press(.enter)
                try await screen.wait(for: "In use until the program ends.")
                try await screen.press(.letter("b"))
                try await waitUntil("the page", until: { !browser.opened.isEmpty })
                #expect(browser.opened[0].contains("/logout?client_id=client-1&"), "\(browser.opened)")
            }
        }

        @Test("the address that a browser elsewhere ended on is pasted: a wrong one is refused, the right one signs in")
        func paste() async throws {
            try await Stage.with { stage in
                let server = try stage.stubServer { request in
                    .json(
                        request.path == "/oauth/token"
                            ? #"{"access_token": "pasted-access", "token_type": "bearer", "expires_in": 60}"#
                            : #"{"id": "1", "name": "Ada Okafor"}"#
                    )
                }
                let browser = try stage.browserScript()
                let screen = try await stage.screen([
                    "--client-id", "client-1", "--login-url", server.url, "--api-url", server.url, "--redirect-uri",
                    "http://localhost:0/callback", "--browser", browser.command,
                ])
                try await screen.wait(for: "Signed out")
                try await screen.press(.enter)
                let request = try await browser.authorizationURL(screen: screen)
                let callback = "http://localhost:\(try request.callbackPort)/callback?code=pasted-code"

                try await screen.press(.letter("p"))
                try await screen.wait(for: "Paste the callback address")
                try await screen.paste("\(callback)&state=another")
                try await screen.press(.enter)
                try await screen.wait(for: "not from this attempt")
                #expect(server.requests.isEmpty)

                try await screen.paste("\(callback)&state=\(try request["state"])")
                try await screen.press(.enter)
                try await screen.wait(for: "Welcome, Ada Okafor")
                #expect(server.tokenRequests.map { $0.form["code"] } == ["pasted-code"])
                for secret in ["pasted-code", "pasted-access"] {
                    #expect(screen.bytes.range(of: Data(secret.utf8)) == nil, "\(secret) came out on the terminal")
                }
            }
        }
    }
}
