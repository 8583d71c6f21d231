import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// The program as a citizen of the terminal.
    @Suite struct TerminalTests {
        private static let sizes = [(40, 12), (10, 3), (1, 1), (120, 40), (80, 24)]

        @Test("no size ends the program, while it waits and while somebody is signed in")
        func resizing() async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen([
                    "demo", "--no-browser", "--redirect-uri", "http://localhost:0/callback",
                ])
                try await screen.wait(for: "Signed out")
                try await resize(screen, headline: "Signed out")
                try await screen.press(.enter)
                try await screen.wait(for: "Waiting for your browser")
                try await resize(screen, headline: "Waiting for your browser")
                try await screen.press(.letter("a"))
                try await screen.wait(for: "Welcome, ")
                try await resize(screen, headline: "Welcome, ")
                try await screen.press(.letter("q"))
                #expect(try await screen.exitStatus() == 0)
                try await screen.expectRestoredTerminal()
            }
        }

        @Test(
            "a flag that another window sets on the terminal makes nothing of the screen's modes stay",
            arguments: ["ixon", "iutf8"]
        )
        func flagFromElsewhere(flag: String) async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen([
                    "demo", "--no-browser", "--redirect-uri", "http://localhost:0/callback",
                ])
                try await screen.wait(for: "Signed out")
                let name = try await screen.tmux("display-message", "-p", "#{pane_tty}").split(separator: "\n").joined()
                for value in ["-\(flag)", flag] {
                    let result = try await ChildProcess.run(
                        "/bin/stty",
                        ["-F", name, value],
                        environment: Tools.environment(home: stage.home),
                        filesIn: stage.newFolder("stty")
                    )
                    #expect(result.status == 0, "\(result)")
                    // Something is drawn.
                    try await screen.press(.letter("?"))
                    try await screen.wait(for: "Show the keys")
                    try await screen.press(.letter("?"))
                    try await screen.wait(for: "Signed out")
                }
                try await screen.press(.letter("q"))
                #expect(try await screen.exitStatus() == 0)
                let settings = try screen.settings()
                #expect(settings.before == settings.after)
            }
        }

        private func resize(_ screen: TmuxScreen, headline: String) async throws {
            for (width, height) in Self.sizes {
                try await screen.resize(width: width, height: height)
                // The headline must be there from 40×12 up; below that, being alive is enough.
                if width >= 40 { try await screen.wait(for: headline) }
                #expect(screen.isRunning, "at \(width)×\(height), \(headline)")
            }
        }

        @Test("started in a terminal of any size, the program runs", arguments: [(1, 1), (10, 3), (40, 12), (200, 60)])
        func startSize(width: Int, height: Int) async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen(
                    ["demo", "--no-browser", "--redirect-uri", "http://localhost:0/callback"],
                    width: width,
                    height: height
                )
                try await waitUntil("the second screen", until: { try await screen.isOnAlternateScreen() })
                try await screen.resize(width: 80, height: 24)
                try await screen.wait(for: "Signed out")
            }
        }

        @Test("SIGTERM and SIGHUP leave the terminal as it was and the port free", arguments: [SIGTERM, SIGHUP])
        func signals(signal: Int32) async throws {
            try await Stage.with { stage in
                let port = try Ports.free()
                let screen = try await stage.screen([
                    "demo", "--no-browser", "--redirect-uri", "http://localhost:\(port)/callback",
                ])
                try await screen.wait(for: "Signed out")
                try await screen.press(.enter)
                try await screen.wait(for: "Waiting for your browser")
                kill(try await screen.processID(), signal)
                #expect(try await screen.exitStatus() != 0)
                try await screen.expectRestoredTerminal()
                try await Ports.waitUntilFree(port)
            }
        }

        @Test("Ctrl-C cancels an attempt, and a second one quits")
        func controlC() async throws {
            try await Stage.with { stage in
                let port = try Ports.free()
                let screen = try await stage.screen([
                    "demo", "--no-browser", "--redirect-uri", "http://localhost:\(port)/callback",
                ])
                try await screen.wait(for: "Signed out")
                try await screen.press(.enter)
                try await screen.wait(for: "Waiting for your browser")
                try await screen.press(.controlC)
                try await screen.wait(for: "Signed out")
                try await Ports.waitUntilFree(port)
                #expect(screen.isRunning)
                try await screen.press(.controlC)
                let status = try await screen.exitStatus()
                #expect([0, 130].contains(status), "0, done, or 130, interrupted; it was \(status)")
                try await screen.expectRestoredTerminal()
            }
        }

        @Test("NO_COLOR takes the colours away, and nothing else", arguments: [true, false])
        func noColor(set: Bool) async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen(
                    ["demo", "--no-browser"],
                    environment: set ? ["NO_COLOR": "1"] : [:]
                )
                try await screen.wait(for: "Signed out")
                let shown = try await screen.captureWithAttributes()
                // Select Graphic Rendition with a colour: 30–37, 38, 90–97.
                let colored = shown.contains(/\e\[(?:\d+;)*(?:3[0-8]|9[0-7])[;m]/)
                #expect(colored == !set, "\(shown.debugDescription)")
                #expect(shown.contains(/\e\[(?:\d+;)*1[;m]/), "bold stays: \(shown.debugDescription)")
            }
        }

        @Test("`?` shows the keys, and Esc goes back")
        func help() async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen(["demo", "--no-browser"])
                try await screen.wait(for: "Signed out")
                try await screen.press(.letter("?"))
                let help = try await screen.wait(for: "Keys")
                for key in ["Enter", "?", "q"] { #expect(help.contains(key), "the help must tell of \(key):\n\(help)") }
                try await screen.press(.escape)
                try await screen.wait(for: "Signed out")
                #expect(screen.isRunning)
            }
        }
    }
}
