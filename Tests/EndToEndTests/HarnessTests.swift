import Foundation
import Testing

extension EndToEndTests {
    /// The harness itself, without the program: so that a failure elsewhere is the program's.
    @Suite struct HarnessTests {
        @Test("Chromium and the authorization server complete a sign-in that is done by hand")
        func signInByHand() async throws {
            // RFC 7636 Appendix B.
            let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
            let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
            try await Stage.with { stage in
                let callback = try stage.stubServer { _ in .html("<title>received</title>", status: 200) }
                let redirectURI = "http://localhost:\(callback.port)/callback"
                let server = try await stage.authorizationServer(callbackPort: callback.port)
                let chromium = try await stage.chromium()
                let query = Self.form([
                    "client_id": AuthorizationServer.clientID, "response_type": "code", "redirect_uri": redirectURI,
                    "code_challenge": challenge, "code_challenge_method": "S256", "state": "by-hand",
                ])
                try await chromium.signIn(at: "\(server.url)/oauth/authorize?\(query)")
                let url = try await chromium.wait(forURL: redirectURI) { $0.hasPrefix(redirectURI) }
                #expect(try await chromium.title() == "received")
                let response = try AuthorizationURL(url)
                #expect(try response["state"] == "by-hand")
                #expect(try response["iss"] == server.url)

                let exchange = [
                    "grant_type": "authorization_code", "code": try response["code"], "code_verifier": verifier,
                    "client_id": AuthorizationServer.clientID, "redirect_uri": redirectURI,
                ]
                let wrong = exchange.merging(["code_verifier": challenge]) { $1 }
                #expect(try await Self.token(server, wrong).status == 400, "a wrong verifier must be refused")
                let first = try await Self.tokens(server, exchange)
                let second = try await Self.tokens(
                    server,
                    [
                        "grant_type": "refresh_token", "refresh_token": first.refresh_token,
                        "client_id": AuthorizationServer.clientID,
                    ]
                )
                #expect(first.refresh_token != second.refresh_token)

                let authorization = ["Authorization": "Bearer \(second.access_token)"]
                let profile = try await PlainHTTP.send(
                    port: try server.port,
                    target: "/api/v2/users/me",
                    headers: authorization
                )
                #expect(profile.status == 200)
                #expect(profile.text.contains(AuthorizationServer.email))
                let deletion = try await PlainHTTP.send(
                    "DELETE",
                    port: try server.port,
                    target: "/api/v2/tokens/me",
                    headers: authorization
                )
                #expect(deletion.status == 200)
                #expect(deletion.headers["content-type"]?.hasPrefix("text/html") == true)
                #expect(deletion.body.isEmpty)
                let afterwards = try await PlainHTTP.send(
                    port: try server.port,
                    target: "/api/v2/users/me",
                    headers: authorization
                )
                #expect(afterwards.status == 401, "a revoked token must be refused")

                #expect(try server.tokenRequests("authorization_code").map(\.status) == [400, 200])
                #expect(try server.tokenRequests("refresh_token").map(\.status) == [200])
                #expect(try server.deletions().map(\.status) == [200])
                #expect(
                    try server.secrets().map(\.name) == [
                        "code", "code_verifier", "code_verifier", "access_token", "refresh_token", "access_token",
                        "refresh_token",
                    ]
                )
            }
        }

        @Test("the authorization server insists on S256 and on the registered redirect URI")
        func strictness() async throws {
            try await Stage.with { stage in
                let server = try await stage.authorizationServer(callbackPort: 4)
                let chromium = try await stage.chromium()
                func request(_ changes: [String: String]) -> String {
                    let usual = [
                        "client_id": AuthorizationServer.clientID, "response_type": "code", "state": "s",
                        "redirect_uri": "http://localhost:4/callback", "code_challenge_method": "S256",
                        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                    ]
                    return "\(server.url)/oauth/authorize?\(Self.form(usual.merging(changes) { $1 }))"
                }
                // Port 4 serves nobody: the address bar tells what the server answered.
                try? await chromium.signIn(at: request(["code_challenge_method": "plain"]))
                #expect(try await chromium.currentURL().contains("code=") == false)
                // Asked again: the browser may still be on its way to port 4, and leave the page for it.
                try await waitUntil(
                    "the refusal of the redirect URI",
                    evidence: { (try? await chromium.source()) ?? "" },
                    until: {
                        try await chromium.open(request(["redirect_uri": "http://localhost:5/callback"]))
                        return try await chromium.text().contains("redirect")
                    }
                )
                #expect(try server.secrets().isEmpty)
            }
        }

        @Test("a screen shows what a program writes, takes its keys, and outlives it")
        func screen() async throws {
            try await Stage.with { stage in
                let screen = try TmuxScreen(home: stage.home, folder: stage.newFolder("screen"))
                stage.atTheEnd { await screen.end() }
                try await screen.start(
                    program: "/bin/sh",
                    arguments: [
                        "-c", "tput smcup; tput civis; stty -echo; env; read a; echo \"got $a it's\"; read b; exit 7",
                    ],
                    environment: ["EXTRA": "it's here"],
                    width: 80,
                    height: 24
                )
                let first = try await screen.wait(for: "EXTRA=it's here")
                #expect(first.contains("TERM=tmux-256color"))
                #expect(!first.lowercased().contains("proxy"))
                #expect(!first.contains(TmuxScreen.lineBefore))
                #expect(screen.isRunning)
                try await screen.press(.letter("x"))
                try await screen.press(.enter)
                try await screen.wait(for: "got x it's")
                try await screen.resize(width: 10, height: 3)
                try await screen.resize(width: 1, height: 1)
                try await screen.resize(width: 120, height: 40)
                #expect(try await screen.isOnAlternateScreen())
                #expect(try await screen.isCursorVisible() == false)
                try await screen.press(.enter)
                #expect(try await screen.exitStatus() == 7)
                #expect(try await screen.capture().contains("exit status 7"))
                #expect(!screen.isRunning)
                let (before, after) = try screen.settings()
                #expect(before != after, "the shell left echo off")
                #expect(screen.bytes.range(of: Data("got x it's".utf8)) != nil)
            }
        }

        @Test("listening sockets are found in the kernel's tables, and gone when they are closed")
        func listening() async throws {
            let port = try Ports.free()
            let ipv4 = try Socket.listen(on: .ipv4, port: port)
            let ipv6 = try Socket.listen(on: .ipv6, port: port)
            #expect(try Ports.listeningAddresses(port) == [Ports.kernelIPv4, Ports.kernelIPv6])
            ipv4.close()
            #expect(try Ports.listeningAddresses(port) == [Ports.kernelIPv6])
            ipv6.close()
            try await Ports.waitUntilFree(port)
        }

        private struct Tokens: Decodable {
            let access_token, refresh_token: String
        }

        private static func form(_ fields: [String: String]) -> String {
            let plain = CharacterSet.alphanumerics.union(.init(charactersIn: "-._~"))
            return fields.map { name, value in
                "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: plain) ?? "")"
            }.joined(separator: "&")
        }

        private static func token(
            _ server: AuthorizationServer,
            _ fields: [String: String]
        ) async throws -> PlainHTTP.Answer {
            try await PlainHTTP.send(
                "POST",
                port: server.port,
                target: "/oauth/token",
                headers: ["Content-Type": "application/x-www-form-urlencoded"],
                body: Data(form(fields).utf8)
            )
        }

        private static func tokens(_ server: AuthorizationServer, _ fields: [String: String]) async throws -> Tokens {
            try JSONDecoder().decode(Tokens.self, from: try await token(server, fields).body)
        }
    }
}
