import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// Whatever ends the program or stops it, the terminal is as it was: second screen, cursor, echo, mouse, paste mode.
    @Suite struct RestorationTests {
        /// Ways to end that no program can prepare for in its own code.
        enum Blow: Sendable, CaseIterable, CustomTestStringConvertible {
            case segmentationFault, abort, busError, illegalInstruction, trap, floatingPoint, badSystemCall
            case quit, kill, userSignal
            /// A stack that overflows on another thread than the first: no handler has a stack to run on.
            case overflowElsewhere

            var signal: Int32? {
                switch self {
                case .segmentationFault: SIGSEGV
                case .abort: SIGABRT
                case .busError: SIGBUS
                case .illegalInstruction: SIGILL
                case .trap: SIGTRAP
                case .floatingPoint: SIGFPE
                case .badSystemCall: SIGSYS
                case .quit: SIGQUIT
                case .kill: SIGKILL
                case .userSignal: SIGUSR1
                case .overflowElsewhere: nil
                }
            }

            var testDescription: String { signal.map { "signal \($0)" } ?? "a stack overflow on another thread" }
        }

        @Test("a crash leaves the terminal as it was", arguments: Blow.allCases)
        func crash(blow: Blow) async throws {
            try await Stage.with { stage in
                var environment = ["SWIFT_BACKTRACE": "enable=no"]
                let fuse = stage.folder.appending(path: "fuse")
                if blow == .overflowElsewhere {
                    environment["LD_PRELOAD"] = try await overflowLibrary(in: stage)
                    environment["OVERFLOW_WHEN"] = fuse.path
                }
                let screen = try await stage.screen(Self.demo, environment: environment)
                try await screen.wait(for: "Signed out")
                try await screen.press(.enter)
                try await screen.wait(for: "Waiting for your browser")
                #expect(try await screen.isOnAlternateScreen())
                try await waitUntil("the modes", until: { screen.modesLeftOn.contains(.bracketedPaste) })
                #expect(try await screen.reportsMouse())
                if let signal = blow.signal {
                    kill(try await screen.processID(), signal)
                } else {
                    try Data().write(to: fuse)
                }
                #expect(try await screen.exitStatus() == 128 + Int(blow.signal ?? SIGSEGV))
                try await screen.waitForRestoredTerminal()
            }
        }

        private func overflowLibrary(in stage: Stage) async throws -> String {
            let library = stage.folder.appending(path: "overflow.so").path
            let result = try await ChildProcess.run(
                Tools.compiler(),
                ["-shared", "-fPIC", "-O0", "-o", library, Tools.support.appending(path: "overflow.c").path],
                environment: Tools.environment(home: stage.home),
                filesIn: stage.folder
            )
            guard result.status == 0 else { throw Failure("overflow.c: \(result)") }
            return library
        }

        @Test(
            "a crash on a terminal without a second screen leaves an empty screen, not ours",
            arguments: ["linux", "vt100"]
        )
        func crashWithoutSecondScreen(term: String) async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen(Self.demo, environment: ["TERM": term])
                try await screen.wait(for: "Signed out")
                kill(try await screen.processID(), SIGKILL)
                _ = try await screen.exitStatus()
                try await screen.waitForRestoredTerminal()
                try await waitUntil(
                    "the program's screen to be gone",
                    evidence: screen.evidence,
                    until: { try await !screen.capture().contains("sign in") }
                )
            }
        }

        @Test("a terminal that is closed ends the program, and its port is free")
        func closedTerminal() async throws {
            try await Stage.with { stage in
                let port = try Ports.free()
                let screen = try await stage.screen([
                    "demo", "--no-browser", "--redirect-uri", "http://localhost:\(port)/callback",
                ])
                try await screen.wait(for: "Signed out")
                try await screen.press(.enter)
                try await screen.wait(for: "Waiting for your browser")
                let program = try await screen.processID()
                try await screen.tmux("kill-session")
                try await waitUntil("the program to end", until: { kill(program, 0) != 0 })
                try await Ports.waitUntilFree(port)
            }
        }

        @Test(
            "a flood of keys keeps neither a signal nor the end of the terminal waiting",
            arguments: [SIGTERM, SIGHUP]
        )
        func flood(signal: Int32) async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen(Self.demo)
                try await screen.wait(for: "Signed out")
                try await screen.press(.enter)
                try await screen.wait(for: "Waiting for your browser")
                try await screen.press(.letter("p"))
                try await screen.wait(for: "Paste")
                let flood = stage.folder.appending(path: "flood")
                try Data(repeating: UInt8(ascii: "x"), count: 3_000_000).write(to: flood)
                try await screen.tmux("load-buffer", flood.path)
                try await screen.tmux("paste-buffer", "-r")
                try await screen.wait(for: "characters")
                let program = try await screen.processID()
                if signal == SIGHUP {
                    try await screen.tmux("kill-session")
                    try await waitUntil("the program to end", until: { kill(program, 0) != 0 })
                } else {
                    kill(program, signal)
                    #expect(try await screen.exitStatus() == 128 + Int(signal))
                }
            }
        }

        @Test("a terminal that takes no output does not keep a signal waiting, and is restored when it does again")
        func frozen() async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen(Self.demo)
                try await screen.wait(for: "Signed out")
                let terminal = open(try await screen.device(), O_RDWR | O_NOCTTY)
                defer { close(terminal) }
                try await screen.press(.enter)
                try await screen.wait(for: "Waiting for your browser")
                let program = try await screen.processID()
                #expect(tcflow(terminal, TCOOFF) == 0)
                // The countdown waits for the terminal, and all else for the countdown.
                try await Task.sleep(for: .seconds(2))
                // Once it waits as long as a refresh may take; whoever asks again means it.
                kill(program, SIGTERM)
                try await Task.sleep(for: .milliseconds(200))
                kill(program, SIGTERM)
                try await waitUntil("the program to end", until: { kill(program, 0) != 0 })
                #expect(tcflow(terminal, TCOON) == 0)
                #expect(try await screen.exitStatus() == 128 + Int(SIGTERM))
                try await screen.waitForRestoredTerminal()
            }
        }

        @Test("the screen dies of the signal that ends it", arguments: [SIGTERM, SIGHUP])
        func diesOfSignal(signal: Int32) async throws {
            try await Stage.with { stage in
                let shell = try await stage.shell()
                try await shell.start(Self.demo)
                try await shell.screen.wait(for: "Signed out")
                kill(try await shell.program(), signal)
                // The shell tells a signal from an exit status.
                try await shell.screen.wait(for: signal == SIGTERM ? "Terminated" : "Hangup")
                try await shell.expectOrder()
            }
        }

        @Test("SIGINT from elsewhere does what Ctrl-C does")
        func interrupt() async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen(Self.demo)
                try await screen.wait(for: "Signed out")
                try await screen.press(.enter)
                try await screen.wait(for: "Waiting for your browser")
                kill(try await screen.processID(), SIGINT)
                try await screen.wait(for: "Signed out")
                kill(try await screen.processID(), SIGINT)
                #expect(try await screen.exitStatus() == 130)
                try await screen.expectRestoredTerminal()
            }
        }

        // MARK: Ctrl-Z and fg

        @Test("Ctrl-Z gives the terminal back to the shell, fg brings the screen back, as often as one likes")
        func suspend() async throws {
            try await Stage.with { stage in
                let shell = try await stage.shell()
                try await shell.start(Self.demo)
                try await shell.screen.wait(for: "Signed out")
                try await shell.screen.press(.enter)
                for _ in 1...2 {
                    try await shell.screen.wait(for: "Waiting for your browser")
                    try await shell.screen.press(.controlZ)
                    try await shell.screen.wait(for: "Stopped")
                    try await shell.expectOrder()
                    // Cleared, so that the next "Stopped" is a new one.
                    try await shell.enter("clear; fg")
                }
                try await shell.screen.wait(for: "Waiting for your browser")
                #expect(try await shell.screen.isOnAlternateScreen())
                #expect(try await !shell.screen.isCursorVisible())
                #expect(try await shell.screen.reportsMouse())
                try await shell.screen.press(.letter("a"))
                try await shell.screen.wait(for: "Welcome, ")
                try await shell.screen.press(.letter("q"))
                try await shell.waitForPrompt()
                try await shell.expectOrder()
            }
        }

        @Test("a program that was stopped from elsewhere comes back whole")
        func stopped() async throws {
            try await Stage.with { stage in
                let shell = try await stage.shell()
                try await shell.start(Self.demo)
                try await shell.screen.wait(for: "Signed out")
                // `kill -STOP` from another terminal: the program cannot give the terminal back.
                kill(try await shell.program(), SIGSTOP)
                try await shell.screen.wait(for: "Stopped")
                try await shell.enter("fg")
                try await shell.screen.wait(for: "sign in")
                try await shell.screen.press(.letter("?"))
                try await shell.screen.wait(for: "Keys")
                try await shell.screen.press(.letter("q"))
                try await shell.waitForPrompt()
                try await shell.expectOrder()
            }
        }

        @Test("a stopped program that is killed leaves the shell's terminal alone", arguments: ["TERM", "HUP", "KILL"])
        func killedWhileStopped(signal: String) async throws {
            try await Stage.with { stage in
                let shell = try await stage.shell()
                try await shell.start(Self.demo)
                try await shell.screen.wait(for: "Signed out")
                let program = try await shell.program()
                try await shell.screen.press(.controlZ)
                try await shell.screen.wait(for: "Stopped")
                try await shell.enter("kill -\(signal) %1")
                try await waitUntil(
                    "the program to end",
                    evidence: { await shell.screen.evidence() },
                    until: { Self.hasEnded(program) }
                )
                try await shell.expectOrder()
            }
        }

        /// Whether the process has ended: bash does not always collect at once what was killed while it was stopped.
        private static func hasEnded(_ process: Int32) -> Bool {
            guard kill(process, 0) == 0 else { return true }
            let line = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
            return line.isEmpty || line.contains(") Z ")
        }

        private static let demo = ["demo", "--no-browser", "--redirect-uri", "http://localhost:0/callback"]
    }
}
