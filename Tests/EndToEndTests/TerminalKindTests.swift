import Foundation
import Testing

extension EndToEndTests {
    /// The kinds of terminal there are: what `TERM` promises, and what the locale can show.
    @Suite struct TerminalKindTests {
        /// A terminal's name and the colours that its description promises.
        struct Kind: Sendable, CustomTestStringConvertible {
            let term: String
            let colors: Colors
            var hasSecondScreen = true
            var testDescription: String { term }
        }

        enum Colors: Sendable {
            case none, eight, many
        }

        static let kinds = [
            Kind(term: "xterm-256color", colors: .many), Kind(term: "screen-256color", colors: .many),
            Kind(term: "tmux-256color", colors: .many), Kind(term: "rxvt-unicode-256color", colors: .many),
            Kind(term: "xterm", colors: .eight), Kind(term: "screen", colors: .eight),
            Kind(term: "linux", colors: .eight, hasSecondScreen: false),
            Kind(term: "ansi", colors: .eight, hasSecondScreen: false),
            Kind(term: "vt100", colors: .none, hasSecondScreen: false),
            Kind(term: "vt220", colors: .none, hasSecondScreen: false),
        ]

        @Test("the whole session on every kind of terminal, in colours it has, and it is as it was", arguments: kinds)
        func session(kind: Kind) async throws {
            try await play(kind.term, locale: "C.UTF-8", secondScreen: kind.hasSecondScreen) { screens, attributed in
                for screen in screens {
                    #expect(screen.contains("genesys-login"), "\(screen)")
                    #expect(screen.contains("? help") && screen.contains("q quit"), "the keys:\n\(screen)")
                }
                let many = attributed.contains(/\e\[(?:\d+;)*38;5;/)
                let eight = attributed.contains(/\e\[(?:[1-9];)*3[0-7]m/)
                switch kind.colors {
                case .none: #expect(!many && !eight)
                case .eight: #expect(!many && eight)
                case .many: #expect(many && !eight)
                }
            }
        }

        @Test(
            "NO_COLOR takes the colours away on every kind of terminal",
            arguments: kinds.filter { $0.colors != .none }
        )
        func noColor(kind: Kind) async throws {
            try await play(
                kind.term,
                locale: "C.UTF-8",
                secondScreen: kind.hasSecondScreen,
                environment: ["NO_COLOR": "1"]
            ) { _, attributed in
                #expect(!attributed.contains(/\e\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7])[;m]/))
                #expect(attributed.contains(/\e\[(?:\d+;)*1[;m]/), "bold stays")
            }
        }

        @Test(
            "outside UTF-8 the screen is ASCII alone, and the same otherwise",
            arguments: ["xterm-256color", "linux", "vt100"],
            ["C", "POSIX"]
        )
        func ascii(term: String, locale: String) async throws {
            try await play(term, locale: locale, secondScreen: term.hasPrefix("xterm")) { screens, _ in
                for screen in screens { #expect(screen.utf8.count == screen.unicodeScalars.count, "\(screen)") }
            }
        }

        @Test("the Linux console gets marks that its fonts have, a UTF-8 terminal gets the finer ones")
        func marks() async throws {
            try await play("linux", locale: "C.UTF-8", secondScreen: false) { screens, _ in
                #expect(screens[1].contains("+ Key pair made"))
            }
            try await play("xterm-256color", locale: "C.UTF-8", secondScreen: true) { screens, _ in
                #expect(screens[1].contains("✓ Key pair made"))
            }
        }

        @Test("a newer terminal without a description here gets xterm's; one that is like none is told what to do")
        func unknown() async throws {
            try await play("xterm-kitty", locale: "C.UTF-8", secondScreen: true) { screens, attributed in
                #expect(screens[1].contains("✓ Key pair made"))
                #expect(attributed.contains(/\e\[(?:\d+;)*38;5;/))
            }
            try await Stage.with { stage in
                let screen = try await stage.screen(["demo"], environment: ["TERM": "no-such-terminal"])
                #expect(try await screen.exitStatus() == 64)
                let said = try await screen.wait(for: "genesys-login login")
                #expect(said.contains("no-such-terminal") && said.contains("TERM"), "\(said)")
                try await screen.waitForRestoredTerminal()
            }
        }

        @Test("a size that no screen can have is told as such, and not as a terminal that is unknown")
        func unusableSize() async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen(["demo"], environment: ["LINES": "99999999"])
                #expect(try await screen.exitStatus() == 64)
                let said = try await screen.wait(for: "genesys-login login")
                #expect(said.contains("LINES") && !said.contains("description"), "\(said)")
                try await screen.waitForRestoredTerminal()
            }
        }

        /// Signs in, refreshes, signs out, quits; hands over the screens, and all of them with their attributes.
        private func play(
            _ term: String,
            locale: String,
            secondScreen: Bool,
            environment: [String: String] = [:],
            expect: (_ screens: [String], _ attributed: String) -> Void
        ) async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen(
                    ["demo", "--no-browser", "--redirect-uri", "http://localhost:0/callback"],
                    environment: environment.merging(["TERM": term, "LC_ALL": locale]) { $1 }
                )
                var screens = [try await screen.wait(for: "Signed out")]
                var attributed = try await screen.captureWithAttributes()
                #expect(try await screen.isOnAlternateScreen() == secondScreen)
                for (key, headline) in [
                    (TmuxScreen.Key.enter, "Waiting for your browser"), (.letter("a"), "Welcome, "),
                    (.letter("r"), "Token refreshed"), (.letter("l"), "The token was deleted"),
                ] {
                    try await screen.press(key)
                    screens.append(try await screen.wait(for: headline))
                    attributed += try await screen.captureWithAttributes()
                }
                expect(screens, attributed)
                try await screen.press(.letter("q"))
                #expect(try await screen.exitStatus() == 0)
                try await screen.waitForRestoredTerminal()
                let left = try await screen.capture()
                #expect(!left.contains("deleted at the server"), "our screen must be gone:\n\(left)")
                #expect(left.contains("exit status 0"))
                #expect(left.contains(TmuxScreen.lineBefore) == secondScreen, "\(left)")
            }
        }
    }
}
