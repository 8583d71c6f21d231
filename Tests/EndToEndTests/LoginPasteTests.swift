import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// The callback's address on the standard input of `genesys-login login`.
    @Suite struct LoginPasteTests {
        private static func server(_ stage: Stage) throws -> StubServer {
            try stage.stubServer { request in
                .json(
                    request.path == "/oauth/token"
                        ? #"{"access_token": "typed-access", "token_type": "bearer", "expires_in": 60}"#
                        : #"{"id": "1", "name": "Ada Okafor"}"#
                )
            }
        }

        private static func arguments(_ server: StubServer) -> [String] {
            [
                "login", "--client-id", "client-1", "--login-url", server.url, "--api-url", server.url,
                "--redirect-uri", "http://localhost:0/callback", "--no-browser",
            ]
        }

        /// The URL among the lines that the program writes.
        private static func request(in lines: String) throws -> AuthorizationURL? {
            try lines.split(whereSeparator: \.isNewline).first { $0.contains("/oauth/authorize?") }
                .map { try AuthorizationURL(String($0)) }
        }

        /// Starts it on a terminal wide enough for the URL, and waits until it takes a paste.
        private func onTerminal(
            _ stage: Stage,
            _ server: StubServer
        ) async throws -> (screen: TmuxScreen, request: AuthorizationURL) {
            let screen = try await stage.screen(Self.arguments(server), width: 500)
            let lines = try await screen.wait(for: "Or paste here")
            return (screen, try #require(try Self.request(in: lines)))
        }

        private func expectRestored(_ screen: TmuxScreen, _ what: Comment) throws {
            let settings = try screen.settings()
            #expect(settings.before == settings.after, what)
            #expect(settings.before.contains(" echo "), "the terminal echoes before")
        }

        @Test("on a terminal: wrong ones are refused with the reason, each time; the right one signs in; none is shown")
        func terminal() async throws {
            try await Stage.with { stage in
                let server = try Self.server(stage)
                let (screen, request) = try await onTerminal(stage, server)
                let callback = "http://localhost:\(try request.callbackPort)/callback?code=typed-code"
                for count in 1...2 {
                    try await screen.paste("\(callback)&state=another")
                    try await screen.press(.enter)
                    try await waitUntil(
                        "refusal \(count)",
                        evidence: screen.evidence,
                        until: { try await screen.capture().ranges(of: "not from this attempt").count == count }
                    )
                }
                try await screen.press(.text("not an address"))
                try await screen.press(.enter)
                try await screen.wait(for: "is no callback URL")
                // What was typed before is gone with Ctrl-U, as on any terminal.
                try await screen.press(.text("half of something"))
                try await screen.press(.controlU)
                try await screen.paste("\(callback)&state=\(try request["state"])")
                try await screen.press(.enter)
                #expect(try await screen.exitStatus() == 0)
                try await screen.wait(for: "Ada Okafor\n")
                try expectRestored(screen, "after the sign-in")
                #expect(server.tokenRequests.map { $0.form["code"] } == ["typed-code"])
                for text in ["typed-code", "typed-access", "not an address", "half of"] {
                    #expect(screen.bytes.range(of: Data(text.utf8)) == nil, "\(text) came out on the terminal")
                }
            }
        }

        @Test("Ctrl-C gives up with exit status 130, and the terminal is as it was")
        func interrupted() async throws {
            try await Stage.with { stage in
                let (screen, _) = try await onTerminal(stage, try Self.server(stage))
                try await screen.press(.controlC)
                #expect(try await screen.exitStatus() == 130)
                try expectRestored(screen, "after Ctrl-C")
            }
        }

        @Test(
            "a signal that ends it, a fault included, leaves the terminal as it was",
            arguments: [
                SIGTERM, SIGHUP, SIGSEGV, SIGILL, SIGTRAP, SIGBUS, SIGSYS, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM,
                SIGPROF, SIGXCPU, SIGXFSZ, SIGPOLL, SIGPWR, SIGSTKFLT, __libc_current_sigrtmin(),
            ]
        )
        func ended(signal: Int32) async throws {
            try await Stage.with { stage in
                let (screen, _) = try await onTerminal(stage, try Self.server(stage))
                kill(try await screen.processID(), signal)
                #expect(try await screen.exitStatus() == 128 + Int(signal))
                try expectRestored(screen, "after signal \(signal)")
            }
        }

        @Test("in the background, then brought to the foreground: nothing that is pasted is shown")
        func background() async throws {
            try await Stage.with { stage in
                let server = try Self.server(stage)
                let shell = try await stage.shell()
                let lines = stage.folder.appending(path: "lines")
                let arguments = Self.arguments(server).joined(separator: " ")
                try await shell.enter("\(try Tools.program()) \(arguments) 2> \(lines.path) &")
                let request = try await poll(
                    "the URL",
                    evidence: shell.screen.evidence,
                    until: {
                        let text = (try? String(contentsOf: lines, encoding: .utf8)) ?? ""
                        return text.contains("Or paste here") ? try Self.request(in: text) : nil
                    }
                )
                let program = try await shell.program()
                var unguarded = Duration.zero
                for round in 1...6 {
                    try await shell.enter("clear; fg")
                    try await waitUntil("the foreground", until: { try shell.isInForeground(program) })
                    let start = ContinuousClock.now
                    try await waitUntil("a quiet terminal", until: { try await !shell.echoes() })
                    unguarded += start.duration(to: .now)
                    guard round < 6 else { break }
                    try await shell.screen.press(.controlZ)
                    try await shell.screen.wait(for: "Stopped")
                    try await shell.enter("clear; bg")
                    try await shell.waitForPrompt()
                }
                #expect(unguarded < .milliseconds(1_500), "sooner than anybody pastes, each time")
                let callback = "http://localhost:\(try request.callbackPort)/callback?code=typed-code"
                try await shell.screen.paste("\(callback)&state=\(try request["state"])")
                try await shell.screen.press(.enter)
                try await shell.screen.wait(for: "Ada Okafor")
                try await shell.waitForPrompt()
                try await shell.expectOrder()
                #expect(shell.screen.bytes.range(of: Data("typed-code".utf8)) == nil, "it came out on the terminal")
                #expect(server.tokenRequests.map { $0.form["code"] } == ["typed-code"])
            }
        }

        @Test("in a session of its own, on a terminal that is another's: what is pasted is taken and not shown")
        func ownSession() async throws {
            try await Stage.with { stage in
                let server = try Self.server(stage)
                let shell = try await stage.shell()
                let lines = stage.folder.appending(path: "lines")
                let arguments = Self.arguments(server).joined(separator: " ")
                try await shell.enter("clear; setsid -w \(try Tools.program()) \(arguments) 2> \(lines.path)")
                let request = try await poll(
                    "the URL",
                    evidence: shell.screen.evidence,
                    until: {
                        let text = (try? String(contentsOf: lines, encoding: .utf8)) ?? ""
                        return text.contains("Or paste here") ? try Self.request(in: text) : nil
                    }
                )
                try await waitUntil("a quiet terminal", until: { try await !shell.echoes() })
                let callback = "http://localhost:\(try request.callbackPort)/callback?code=typed-code"
                try await shell.screen.paste("\(callback)&state=\(try request["state"])")
                try await shell.screen.press(.enter)
                try await shell.screen.wait(for: "Ada Okafor")
                try await shell.waitForPrompt()
                try await shell.expectOrder()
                #expect(shell.screen.bytes.range(of: Data("typed-code".utf8)) == nil, "it came out on the terminal")
            }
        }

        @Test("of a pipe the lines until the callback are taken, and not a byte more")
        func sharedPipe() async throws {
            try await Stage.with { stage in
                let server = try Self.server(stage)
                let child = try ChildProcess(
                    "/bin/sh",
                    ["-c", "'\(try Tools.program())' \(Self.arguments(server).joined(separator: " ")); cat"],
                    environment: Tools.environment(home: stage.home),
                    filesIn: stage.newFolder("run")
                )
                let request = try await poll(
                    "the URL",
                    evidence: { child.errors },
                    until: { child.errors.contains("Or paste here") ? try Self.request(in: child.errors) : nil }
                )
                try child.write("wrong\n?code=typed-code&state=\(try request["state"])\nsomebody else's\nlines\n")
                try await waitUntil("the name", evidence: { child.errors }, until: { child.output.contains("Ada") })
                child.endInput()
                let result = try await child.finished("sh")
                #expect(result.output == "Ada Okafor\nsomebody else's\nlines\n", "\(result)")
            }
        }

        @Test(
            "two of them on one terminal, whichever ends first: it is as it was when both have ended",
            arguments: [[0, 1], [1, 0]]
        )
        func two(order: [Int]) async throws {
            try await Stage.with { stage in
                let server = try Self.server(stage)
                let command = "\(try Tools.program()) \(Self.arguments(server).joined(separator: " "))"
                let lines = (0...1).map { stage.folder.appending(path: "lines-\($0)") }
                let script = """
                    \(command) <&0 2> \(lines[0].path) &
                    until grep -q 'Or paste here' \(lines[0].path); do sleep 0.1; done
                    \(command) 2> \(lines[1].path)
                    wait
                    """
                let screen = try await stage.screen(["-c", script], program: Tools.bash())
                var callbacks: [Callback] = []
                for file in lines {
                    let request = try await poll(
                        "the URL",
                        evidence: screen.evidence,
                        until: {
                            let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
                            return text.contains("Or paste here") ? try Self.request(in: text) : nil
                        }
                    )
                    callbacks.append(Callback(request: request))
                }
                _ = try await callbacks[order[0]].answer("code=typed-code")
                try await waitUntil(
                    "the first one to end",
                    evidence: screen.evidence,
                    until: {
                        try String(contentsOf: lines[order[0]], encoding: .utf8).contains("The session is kept")
                    }
                )
                // For longer than the other one leaves the terminal out of sight.
                try await Task.sleep(for: .seconds(1))
                _ = try await callbacks[order[1]].answer("code=typed-code")
                #expect(try await screen.exitStatus() == 0)
                try expectRestored(screen, "after both")
            }
        }

        @Test("beside a screen on one terminal, which ends later: it is as it was")
        func besideScreen() async throws {
            try await Stage.with { stage in
                let server = try Self.server(stage)
                let lines = stage.folder.appending(path: "lines")
                let login = "\(try Tools.program()) \(Self.arguments(server).joined(separator: " "))"
                let script = """
                    \(login) <&0 2> \(lines.path) &
                    until grep -q 'Or paste here' \(lines.path); do sleep 0.1; done
                    \(try Tools.program()) --client-id client-2 --session-store memory
                    wait
                    """
                let screen = try await stage.screen(["-c", script], program: Tools.bash())
                try await screen.wait(for: "Signed out")
                let request = try #require(try Self.request(in: String(contentsOf: lines, encoding: .utf8)))
                _ = try await Callback(request: request).answer("code=typed-code")
                try await waitUntil(
                    "login to end",
                    evidence: screen.evidence,
                    until: { try String(contentsOf: lines, encoding: .utf8).contains("The session is kept") }
                )
                try await Task.sleep(for: .milliseconds(300))
                // The terminal edits lines again until the screen notices.
                try await screen.press(.letter("q"))
                try await screen.press(.enter)
                #expect(try await screen.exitStatus() == 0)
                try expectRestored(screen, "after both")
            }
        }

        @Test("from a pipe: a wrong line is refused with the reason, the right one signs in")
        func pipe() async throws {
            try await Stage.with { stage in
                let server = try Self.server(stage)
                let login = try stage.start(Self.arguments(server), inputStaysOpen: true)
                let request = try await poll(
                    "the URL",
                    evidence: { login.errors },
                    until: { login.errors.contains("Or paste here") ? try Self.request(in: login.errors) : nil }
                )
                try login.write("http://localhost:1/callback?code=typed-code&state=x\n")
                try await waitUntil(
                    "the refusal",
                    evidence: { login.errors },
                    until: { login.errors.contains("is not this sign-in's callback") }
                )
                // Its query alone is enough.
                try login.write("?code=typed-code&state=\(try request["state"])\n")
                let result = try await login.finished("login")
                #expect(result.status == 0, "\(result)")
                #expect(result.output == "Ada Okafor\n")
                #expect(!result.errors.contains("typed-code"), "\(result)")
                #expect(server.tokenRequests.map { $0.form["code"] } == ["typed-code"])
            }
        }
    }
}
