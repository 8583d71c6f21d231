import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// A program in another session than its terminal's, as `su -c` starts it: nobody hangs up there, and nobody gives the
    /// terminal to it or takes it.
    @Suite struct StarterTests {
        /// The only child of a process.
        private static func child(of process: Int32) async throws -> Int32 {
            try await poll("the child of \(process)") {
                let file = "/proc/\(process)/task/\(process)/children"
                let children = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
                return children.split(separator: " ").first.flatMap { Int32($0) }
            }
        }

        /// Kills whoever started the program, and waits until that one has ended too. Between them is a shell of the program's
        /// own session.
        private func endStarter(_ shell: ShellScreen) async throws {
            let starter = try await shell.program()
            let program = try await Self.child(of: try await Self.child(of: starter))
            kill(starter, SIGKILL)
            try await waitUntil("the program to end", until: { kill(program, 0) != 0 })
            // The shell may have been quicker, with a prompt on the screen that is gone.
            try await shell.screen.press(.enter)
            try await shell.waitForPrompt()
        }

        @Test("a screen ends with whoever started it, and the terminal is the shell's")
        func screen() async throws {
            try await Stage.with { stage in
                let port = try Ports.free()
                let shell = try await stage.shell()
                try await shell.enter(
                    "setsid -w sh -c '\(try Tools.program()) demo --no-browser --redirect-uri http://localhost:\(port)/callback; :'"
                )
                try await shell.screen.wait(for: "Signed out")
                try await shell.screen.press(.enter)
                try await shell.screen.wait(for: "Waiting for your browser")
                try await endStarter(shell)
                try await Ports.waitUntilFree(port)
                try await shell.expectOrder()
            }
        }

        @Test("a sign-in in plain lines does so too")
        func login() async throws {
            try await Stage.with { stage in
                let port = try Ports.free()
                let shell = try await stage.shell()
                try await shell.enter(
                    "setsid -w sh -c '\(try Tools.program()) login --client-id client-1 --login-url http://127.0.0.1:9 "
                        + "--no-browser --redirect-uri http://localhost:\(port)/callback; :'"
                )
                try await shell.screen.wait(for: "Or paste here")
                try await waitUntil("a quiet terminal", until: { try await !shell.echoes() })
                try await endStarter(shell)
                try await Ports.waitUntilFree(port)
                try await shell.expectOrder()
            }
        }

        @Test("its window is closed: a sign-in in plain lines ends")
        func closedWindow() async throws {
            try await Stage.with { stage in
                let port = try Ports.free()
                let shell = try await stage.shell()
                // Deaf to the hangup that the shell's own session gets, whoever started it lives on.
                try await shell.enter(
                    "(trap '' HUP; exec setsid -w env --default-signal=HUP \(try Tools.program()) login --client-id client-1 "
                        + "--login-url http://127.0.0.1:9 --no-browser --redirect-uri http://localhost:\(port)/callback)"
                )
                try await shell.screen.wait(for: "Or paste here")
                try await shell.screen.tmux("kill-session")
                try await Ports.waitUntilFree(port)
            }
        }

        @Test("half of the terminal's modes set from another window: it is given back whole")
        func halfSetUp() async throws {
            try await Stage.with { stage in
                let shell = try await stage.shell()
                try await shell.start([
                    "login", "--client-id", "client-1", "--login-url", "http://127.0.0.1:9", "--no-browser",
                ])
                try await shell.screen.wait(for: "Or paste here")
                try await waitUntil("a quiet terminal", until: { try await !shell.echoes() })
                let terminal = try await shell.screen.device()
                _ = try await ChildProcess.run(
                    "/bin/sh",
                    ["-c", "stty echo <\(terminal)"],
                    environment: Tools.environment(home: stage.home),
                    filesIn: stage.newFolder("stty")
                )
                try await waitUntil("a quiet terminal", until: { try await !shell.echoes() })
                try await shell.screen.press(.text("\u{3}"))
                try await shell.waitForPrompt()
                try await shell.expectOrder()
            }
        }

        @Test(
            "a screen that is started in the background stops, and a signal to end it does so",
            arguments: ["TERM", "HUP"],
            ["demo --no-browser", "--no-browser"]
        )
        func background(signal: String, arguments: String) async throws {
            try await Stage.with { stage in
                let shell = try await stage.shell()
                try await shell.enter("\(try Tools.program()) \(arguments) &")
                let program = try await shell.program()
                try await waitUntil(
                    "it to stop",
                    until: { try String(contentsOfFile: "/proc/\(program)/stat", encoding: .utf8).contains(") T ") }
                )
                try await shell.enter("kill -\(signal) %1")
                // The shell may not have heard of it yet.
                try await waitUntil(
                    "the program to end",
                    until: {
                        (try? String(contentsOfFile: "/proc/\(program)/stat", encoding: .utf8))?.contains(") Z ")
                            ?? true
                    }
                )
                try await shell.screen.press(.enter)
                try await shell.waitForPrompt()
                try await shell.expectOrder()
            }
        }

        @Test("started in another session beside the shell it shows nothing, and says why")
        func besideTheShell() async throws {
            try await Stage.with { stage in
                let shell = try await stage.shell()
                let words = stage.folder.appending(path: "words")
                // The shell goes on at once: `setsid` does not wait.
                try await shell.enter("setsid sh -c 'sleep 0.3; \(try Tools.program()) 2> \(words.path)'")
                try await waitUntil(
                    "the words",
                    until: {
                        ((try? String(contentsOf: words, encoding: .utf8)) ?? "").contains(
                            "in the background of its terminal"
                        )
                    }
                )
                try await shell.expectOrder()
            }
        }

        @Test("brought to the foreground it shows itself, and leaves the terminal as it was")
        func foreground() async throws {
            try await Stage.with { stage in
                let shell = try await stage.shell()
                try await shell.enter("\(try Tools.program()) demo --no-browser &")
                _ = try await shell.program()
                try await shell.enter("fg")
                try await shell.screen.wait(for: "Signed out")
                try await shell.screen.press(.text("q"))
                try await shell.waitForPrompt()
                try await shell.expectOrder()
            }
        }

        @Test("as the first process of a container it ends when it is asked to", arguments: [SIGTERM, SIGHUP, SIGINT])
        func firstProcess(signal: Int32) async throws {
            try await Stage.with { stage in
                let port = try Ports.free()
                let container = try ChildProcess(
                    "/usr/bin/unshare",
                    [
                        "--map-root-user", "--pid", "--fork", "--mount-proc", "--kill-child", try Tools.program(),
                        "login",
                        "--client-id", "client-1", "--login-url", "http://127.0.0.1:9", "--no-browser",
                        "--redirect-uri", "http://localhost:\(port)/callback",
                    ],
                    environment: Tools.environment(home: stage.home),
                    filesIn: stage.newFolder("container")
                )
                stage.atTheEnd { await container.end() }
                try await waitUntil(
                    "the sign-in",
                    evidence: { container.errors },
                    until: { container.errors.contains("/oauth/authorize?") }
                )
                kill(try await Self.child(of: container.id), signal)
                let result = try await container.finished("unshare")
                #expect(result.status == 128 + signal, "\(result)")
            }
        }
    }
}
