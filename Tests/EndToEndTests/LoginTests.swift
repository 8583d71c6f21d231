import Foundation
import Testing

extension EndToEndTests {
    /// The same sign-in as plain lines.
    @Suite struct LoginTests {
        private static let person = #"{"id": "1", "name": "Ada Okafor", "email": "ada@example.com"}"#
        private static let tokens =
            #"{"access_token": "plain-access", "refresh_token": "plain-refresh", "token_type": "bearer", "expires_in": 60}"#

        private static func answer(_ request: StubServer.Request) -> StubServer.Reply {
            .json(request.path == "/oauth/token" ? tokens : person)
        }

        /// Runs `login` and brings `parameters` as the callback of what the browser was given.
        private func login(
            _ stage: Stage,
            _ server: StubServer,
            _ options: [String] = [],
            callback parameters: String?,
            environment: [String: String] = [:]
        ) async throws -> ChildProcess.Finished {
            let browser = try stage.browserScript()
            let login = try stage.start(
                [
                    "login", "--client-id", "client-1", "--login-url", server.url, "--api-url", server.url,
                    "--redirect-uri", "http://localhost:0/callback", "--browser", browser.command,
                ] + options,
                environment: ["TERM": "dumb"].merging(environment) { $1 }
            )
            if let parameters {
                try await waitUntil("the browser to be opened", until: { !browser.opened.isEmpty })
                let callback = Callback(request: try AuthorizationURL(browser.opened[0]))
                _ = try await callback.answer(parameters)
            }
            return try await login.finished("login")
        }

        @Test("the person's name is all there is on standard output; the rest is told on standard error")
        func signsIn() async throws {
            try await Stage.with { stage in
                let server = try stage.stubServer(Self.answer)
                let result = try await login(stage, server, callback: "code=plain-code")
                #expect(result.status == 0, "\(result)")
                #expect(result.output == "Ada Okafor <ada@example.com>\n")
                #expect(
                    result.errors.contains("\(server.url)/oauth/authorize?"),
                    "the URL, whole, on a line: \(result)"
                )
                #expect(server.requests.map(\.path) == ["/oauth/token", "/api/v2/users/me"])
                for secret in ["plain-code", "plain-access", "plain-refresh"] {
                    #expect(!(result.output + result.errors).contains(secret), "\(result)")
                }
            }
        }

        @Test("--json writes one object with stable keys")
        func json() async throws {
            try await Stage.with { stage in
                let server = try stage.stubServer(Self.answer)
                let result = try await login(stage, server, ["--json"], callback: "code=plain-code")
                #expect(result.status == 0, "\(result)")
                let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
                #expect(object?["signed_in"] as? Bool == true)
                #expect(object?["user_id"] as? String == "1")
                #expect(object?["name"] as? String == "Ada Okafor")
                #expect(object?["email"] as? String == "ada@example.com")
                #expect(object?["expires_at"] is String)
            }
        }

        @Test("the profile keeps a sign-in of another client: whose place this one takes is said")
        func takesPlace() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                let result = try await rig.signIn(["--client-id", "client-2"])
                #expect(result.status == 0, "\(result)")
                #expect(result.errors.contains("keeps a sign-in of the client client-1"), "\(result)")
                #expect(result.errors.contains("took the place of a sign-in of the client client-1"), "\(result)")
                let again = try await rig.signIn(["--client-id", "client-2"])
                #expect(!again.errors.contains("a sign-in of the client"), "\(again)")
            }
        }

        @Test("a session that expires while the profile is loaded: words, an object, exit status 4")
        func expiresMeanwhile() async throws {
            try await Stage.with { stage in
                let server = try stage.stubServer { request in
                    if request.path == "/oauth/token" {
                        return .json(#"{"access_token": "plain-access", "token_type": "bearer", "expires_in": 1}"#)
                    }
                    Thread.sleep(forTimeInterval: 3)
                    return .json(Self.person)
                }
                let result = try await login(stage, server, ["--json"], callback: "code=plain-code")
                #expect(result.status == 4, "\(result)")
                #expect(result.errors.contains("The session has expired."), "\(result)")
                let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
                #expect((object?["error"] as? [String: Any])?["code"] as? String == "session_expired", "\(result)")
            }
        }

        @Test(
            "a failure has its exit status, its words on standard error, and nothing on standard output",
            arguments: [
                ("error=access_denied", Int32(77), "access_denied"),
                ("error=temporarily_unavailable", 69, "temporarily_unavailable"),
                ("session_state=x", 1, "missing_code"),
            ]
        )
        func failures(callback: String, status: Int32, code: String) async throws {
            try await Stage.with { stage in
                let server = try stage.stubServer(Self.answer)
                let result = try await login(stage, server, callback: callback)
                #expect(result.status == status, "\(result)")
                #expect(result.errors.contains(code), "\(result)")
                #expect(result.errors.contains("What to do: "), "\(result)")
                #expect(result.output.isEmpty, "\(result)")
                #expect(server.requests.isEmpty)
            }
        }

        @Test("nobody comes: the time is over, exit status 75, and the code for scripts")
        func timesOut() async throws {
            try await Stage.with { stage in
                let server = try stage.stubServer(Self.answer)
                let result = try await login(stage, server, ["--timeout", "1", "--json"], callback: nil)
                #expect(result.status == 75, "\(result)")
                let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
                #expect((object?["error"] as? [String: Any])?["code"] as? String == "timed_out")
            }
        }

        @Test("a service that nobody can reach: exit status 69")
        func unreachable() async throws {
            try await Stage.with { stage in
                let server = try stage.stubServer(Self.answer)
                server.end()
                let result = try await login(stage, server, callback: "code=plain-code")
                #expect(result.status == 69, "\(result)")
                #expect(result.errors.contains("connection_refused"), "\(result)")
            }
        }

        @Test("from another machine, the tunnel that brings the callback here is told")
        func overSSH() async throws {
            try await Stage.with { stage in
                let server = try stage.stubServer(Self.answer)
                let result = try await login(
                    stage,
                    server,
                    callback: "code=plain-code",
                    environment: ["SSH_CONNECTION": "192.0.2.1 4711 192.0.2.7 22", "USER": "ada"]
                )
                #expect(result.errors.contains(/ssh -L (\d+):localhost:\1 ada@192\.0\.2\.7\n/), "\(result)")
            }
        }
    }
}
