import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// A working day with the log at its most talkative, and then a search of every place for every secret.
    @Suite struct WholeDayTests {
        @Test("no secret of a whole day is in the log, on the terminal, in a file, in /proc, or left in memory")
        func wholeDay() async throws {
            try await Stage.with { stage in
                let port = try Ports.free()
                let server = try await stage.authorizationServer(callbackPort: port, accessTokenLifetime: 8)
                let chromium = try await stage.chromium()
                let browser = try stage.browserScript()
                let temporary = try stage.newFolder("temporary")
                let log = stage.home.appending(path: "log")
                let options =
                    server.options(callbackPort: port, browser: browser.command)
                    + ["--log-file", log.path, "--log-level", "trace"]
                var search = SecretSearch()

                // In the morning on the screen: a forged callback, the right one, refreshes by the clock and by hand.
                let screen = try await stage.screen(
                    options,
                    environment: ["TMPDIR": temporary.path],
                    width: 120,
                    height: 40
                )
                try await screen.wait(for: "Signed out")
                try await screen.press(.enter)
                let first = try await browser.authorizationURL(screen: screen)
                let forged = try await Callback(request: first).send(
                    "/callback?code=forged-code-of-the-test&state=forged"
                )
                #expect(forged.status == 400)
                try await chromium.signIn(at: first.text)
                try await screen.wait(for: "Welcome, \(AuthorizationServer.name)")
                try search.add(process: try await screen.processID())
                try await refreshes(1, server, screen)
                try await screen.press(.letter("r"))
                try await refreshes(3, server, screen)
                try await screen.wait(for: "Welcome, \(AuthorizationServer.name)")

                // Sign-out, and an attempt that the person refuses in the browser.
                try await screen.press(.letter("l"))
                try await screen.wait(for: "Signed out")
                try await waitUntil("the sign-out", evidence: { server.evidence() }) {
                    try !server.deletions().isEmpty
                }
                try await screen.press(.enter)
                let second = try await browser.authorizationURL(2, screen: screen)
                try await chromium.open(second.text)
                try await chromium.click("input[type=submit]:not([name])")
                try await screen.wait(for: "access_denied")
                try search.add(process: try await screen.processID())
                try await expectForgotten(server, by: screen)
                try await screen.press(.letter("q"))
                #expect(try await screen.exitStatus() == 0)
                search.add("the terminal", screen.bytes)

                // In the evening once more, as plain lines.
                let login = try stage.start(["login"] + options, environment: ["TMPDIR": temporary.path])
                let third = try await browser.authorizationURL(3, screen: screen)
                try search.add(process: login.id)
                try await chromium.open(third.text)
                try await chromium.click("input[name=allow]")
                let end = try await login.finished("login")
                #expect(end.status == 0, "\(end)")
                search.add("standard output", Data(end.output.utf8))
                search.add("standard error", Data(end.errors.utf8))

                search.add(filesBelow: stage.home)
                search.add(filesBelow: temporary)
                search.add("the browser's environment", browser.environment)
                try expectSilence(search, server, [first, second, third])
                try expectTold(log, server)
            }
        }

        private func refreshes(_ count: Int, _ server: AuthorizationServer, _ screen: TmuxScreen) async throws {
            try await waitUntil(
                "\(count) refreshes",
                evidence: { "\(server.evidence())\n\(await screen.evidence())" },
                until: { try server.tokenRequests("refresh_token").count >= count }
            )
        }

        /// After the sign-out, nothing of it is left in the program's memory once its connections are closed.
        private func expectForgotten(_ server: AuthorizationServer, by screen: TmuxScreen) async throws {
            let process = try await screen.processID()
            guard geteuid() == 0 else {
                #expect(throws: (any Error).self, "the memory must be closed") {
                    try ProcessMemory.count([], in: process)
                }
                return
            }
            #expect(try ProcessMemory.count([AuthorizationServer.clientID], in: process) != [:], "it must find things")
            let secrets = try server.secrets()
            let names = Dictionary(secrets.map { ($0.value, $0.name) }, uniquingKeysWith: { one, _ in one })
            try await waitUntil(
                "every secret to be gone from the program's memory",
                within: .seconds(60),
                evidence: {
                    let left = (try? ProcessMemory.count(secrets.map(\.value), in: process)) ?? [:]
                    return "left: \(left.map { "\(names[$0] ?? "") \($1)" })"
                },
                until: { try ProcessMemory.count(secrets.map(\.value), in: process).isEmpty }
            )
        }

        private func expectSilence(
            _ search: SecretSearch,
            _ server: AuthorizationServer,
            _ requests: [AuthorizationURL]
        ) throws {
            let secrets = try server.secrets()
            #expect(Set(secrets.map(\.name)) == ["code", "code_verifier", "access_token", "refresh_token"])
            #expect(secrets.count { $0.name == "access_token" } >= 5)
            for secret in secrets {
                #expect(secret.value.count >= 20)
                #expect(search.places(of: secret.value) == [], "a secret, \(secret.name), came out")
            }
            #expect(search.places(of: "forged-code-of-the-test") == [])
            // The authorization URL has to be shown and handed to the browser, its parts are to be nowhere else.
            for value in try requests.flatMap({ [try $0["state"], try $0["code_challenge"]] }) {
                let places = Set(search.places(of: value))
                #expect(places.isSubset(of: ["the terminal", "standard error"]), "\(places)")
            }
            #expect(
                search.places(of: AuthorizationServer.email).contains("the terminal"),
                "the search must find things"
            )
        }

        private func expectTold(_ log: URL, _ server: AuthorizationServer) throws {
            var status = stat()
            #expect(stat(log.path, &status) == 0 && status.st_mode & 0o7777 == 0o600)
            let text = try String(contentsOf: log, encoding: .utf8)
            let lines = text.split(separator: "\n")
            let answered = lines.filter { $0.contains(" info ") && $0.contains("POST \(server.url)/oauth/token 200 ") }
            let granted = try server.requests().filter { $0.path == "/oauth/token" && $0.status == 200 }
            #expect(answered.count == granted.count, "a line for each request:\n\(text)")
            for expected in [
                " screen ", " login ", "callback refused reason=foreignState", "timerFired.refreshDue",
                "refreshChosen", "sessionRefreshed", "signOutChosen", "failure: access_denied", "browser: opening",
                "grant_type=refresh_token&refresh_token=‹redacted›", "Authorization: Bearer ‹redacted›",
                "code_verifier=‹redacted›", "state=‹redacted›", "code_challenge=‹redacted›",
            ] {
                #expect(text.contains(expected), "\(expected) belongs into the log:\n\(text)")
            }
            let shape = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (trace|debug|info|warning|error) +\d+ \S.*/
            #expect(lines.allSatisfy { $0.wholeMatch(of: shape) != nil })
        }

        @Test("a disk that is full loses the log, and not the session")
        func fullDisk() async throws {
            try await Stage.with { stage in
                let server = try stage.stubServer { request in
                    .json(
                        request.path == "/oauth/token"
                            ? #"{"access_token": "full-access", "token_type": "bearer", "expires_in": 60}"#
                            : #"{"id": "1", "name": "Ada Okafor"}"#
                    )
                }
                let browser = try stage.browserScript()
                let log = stage.home.appending(path: "log")
                // 2 KiB may be written to any file: less than the log, more than all else.
                let login = try ChildProcess(
                    "/bin/sh",
                    [
                        "-c", "ulimit -f 4; exec \"$@\"", "sh", try Tools.program(), "login", "--client-id", "client-1",
                        "--login-url", server.url, "--api-url", server.url, "--redirect-uri",
                        "http://localhost:0/callback", "--browser", browser.command, "--log-file", log.path,
                        "--log-level", "trace",
                    ],
                    environment: Tools.environment(home: stage.home),
                    filesIn: stage.newFolder("run")
                )
                stage.atTheEnd { await login.end() }
                try await waitUntil("the browser to be opened", until: { !browser.opened.isEmpty })
                _ = try await Callback(request: try AuthorizationURL(browser.opened[0])).answer("code=full-code")
                let end = try await login.finished("login")
                #expect(end.status == 0, "\(end)")
                #expect(end.output == "Ada Okafor\n")
                #expect(try Data(contentsOf: log).count == 2_048)
            }
        }
    }
}
