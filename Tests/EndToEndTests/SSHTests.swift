import Foundation
import Testing

extension EndToEndTests {
    /// The program at the other end of a real SSH connection, the browser on this one.
    @Suite struct SSHTests {
        private static func server(_ stage: Stage, token: String) throws -> StubServer {
            try stage.stubServer { request in
                .json(
                    request.path == "/oauth/token"
                        ? #"{"access_token": "\#(token)", "token_type": "bearer", "expires_in": 60}"#
                        : #"{"id": "1", "name": "Ada Okafor"}"#
                )
            }
        }

        private static func options(_ server: StubServer, _ redirectURI: String) -> [String] {
            [
                "--client-id", "client-1", "--login-url", server.url, "--api-url", server.url, "--redirect-uri",
                redirectURI,
            ]
        }

        /// Starts to sign in over SSH; returns the screen and the URL that the program gave to the browser beside it.
        private func waiting(
            _ stage: Stage,
            _ ssh: SSHServer,
            _ server: StubServer,
            _ redirectURI: String = "http://localhost:0/callback"
        ) async throws -> (TmuxScreen, AuthorizationURL) {
            let browser = try stage.browserScript()
            let screen = try await stage.screen(
                over: ssh,
                Self.options(server, redirectURI) + ["--browser", browser.command]
            )
            try await screen.wait(for: "Signed out")
            try await screen.press(.enter)
            let request = try await browser.authorizationURL(screen: screen)
            try await screen.wait(for: "ssh -L")
            return (screen, request)
        }

        @Test("the screen shows the URL bare and whole, the tunnel and p; the pasted address signs in")
        func screen() async throws {
            try await Stage.with { stage in
                let ssh = try await stage.sshServer()
                let server = try Self.server(stage, token: "token-over-ssh")
                let (screen, request) = try await waiting(stage, ssh, server)
                let port = try request.callbackPort

                let rows = try await screen.capture().split(separator: "\n", omittingEmptySubsequences: false)
                let first = try #require(rows.firstIndex { $0.hasPrefix("\(server.url)/oauth/authorize?") })
                let url = rows[first...].prefix { !$0.isEmpty }.joined()
                #expect(url == request.text, "the URL from column 0, with nothing beside it")
                let tunnel = "ssh -L \(port):localhost:\(port) -p \(ssh.port) \(ssh.user)@127.0.0.1"
                #expect(rows.contains { $0.trimmingCharacters(in: .whitespaces) == tunnel }, "\(rows)")
                #expect(rows.contains { $0.contains("p paste") }, "\(rows)")

                try await screen.press(.letter("p"))
                try await screen.wait(for: "Paste the callback address")
                let callback = "http://localhost:\(port)/callback?code=code-over-ssh"
                try await screen.paste("\(callback)&state=another")
                try await screen.press(.enter)
                try await screen.wait(for: "not from this attempt")
                try await screen.paste("\(callback)&state=\(try request["state"])")
                try await screen.press(.enter)
                try await screen.wait(for: "Welcome, Ada Okafor")
                #expect(server.tokenRequests.map { $0.form["code"] } == ["code-over-ssh"])

                try await screen.press(.letter("q"))
                #expect(try await screen.exitStatus() == 0)
                try await screen.expectRestoredTerminal()
                for secret in ["code-over-ssh", "token-over-ssh"] {
                    #expect(screen.bytes.range(of: Data(secret.utf8)) == nil, "\(secret) came out on the terminal")
                }
            }
        }

        /// Both machines are this one, and the port is taken at one of its ends. A listener on 127.0.0.1 leaves ::1 to the
        /// tunnel, which is run as it is shown; one on both leaves it another address, which is put before it.
        @Test(
            "the tunnel line, run as it is shown, brings the callback",
            arguments: [("127.0.0.1", "", Loopback.ipv6), ("localhost", "127.0.0.2:", Loopback.another)]
        )
        func tunnel(host: String, prefix: String, near: Loopback) async throws {
            try await Stage.with { stage in
                let ssh = try await stage.sshServer()
                let server = try Self.server(stage, token: "token-through-tunnel")
                let (screen, request) = try await waiting(stage, ssh, server, "http://\(host):0/callback")
                let shown = try #require(
                    try await screen.capture().split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
                        .first { $0.hasPrefix("ssh -L ") }
                )
                var words = shown.split(separator: " ").map(String.init)
                words[2] = prefix + words[2]
                let tunnel = try ssh.tunnel(words)
                stage.atTheEnd { await tunnel.end() }
                let port = try request.callbackPort
                try await waitUntil(
                    "the tunnel to open",
                    evidence: { "\(tunnel.errors)\n\(ssh.evidence)" },
                    until: { (try? Socket.connect(to: near, port: port).close()) != nil }
                )

                let callback = "/callback?code=code-through-tunnel&state=\(try request["state"])"
                let answer = try await PlainHTTP.send(to: near, port: port, target: callback, host: "\(host):\(port)")
                #expect(answer.status == 303)
                #expect(answer.headers["location"] == "/signed-in")
                let page = try await PlainHTTP.send(
                    to: near,
                    port: port,
                    target: "/signed-in",
                    host: "\(host):\(port)"
                )
                #expect(page.status == 200)
                try await screen.wait(for: "Welcome, Ada Okafor")
                #expect(server.tokenRequests.map { $0.form["code"] } == ["code-through-tunnel"])
            }
        }

        @Test("the plain lines show the URL, the tunnel and the paste; a long address is taken and not shown")
        func plainLines() async throws {
            try await Stage.with { stage in
                let ssh = try await stage.sshServer()
                let server = try Self.server(stage, token: "token-over-ssh")
                let browser = try stage.browserScript()
                let screen = try await stage.screen(
                    over: ssh,
                    ["login"] + Self.options(server, "http://localhost:0/callback") + ["--browser", browser.command]
                )
                let request = try await browser.authorizationURL(screen: screen)
                let port = try request.callbackPort
                let shown = try await screen.wait(for: "Or paste here")
                #expect(shown.contains("ssh -L \(port):localhost:\(port) -p \(ssh.port) \(ssh.user)@127.0.0.1\n"))
                let code = "code-over-ssh-" + String(repeating: "c", count: 9_000)
                try await screen.paste("http://localhost:\(port)/callback?code=\(code)&state=\(try request["state"])")
                try await screen.press(.enter)
                #expect(try await screen.exitStatus() == 0)
                try await screen.wait(for: "Ada Okafor\n")
                #expect(server.tokenRequests.map { $0.form["code"] } == [code])
                for secret in ["code-over-ssh", "cccc", "token-over-ssh"] {
                    #expect(screen.bytes.range(of: Data(secret.utf8)) == nil, "\(secret) came out on the terminal")
                }
            }
        }
    }
}
