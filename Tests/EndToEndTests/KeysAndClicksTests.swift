import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// Keys, clicks and pastes as bytes, the way terminals send them.
    @Suite struct KeysAndClicksTests {
        private static let demo = ["demo", "--no-browser", "--redirect-uri", "http://localhost:0/callback"]

        @Test(
            "the mouse alone signs in, refreshes, signs out and quits",
            arguments: ["xterm-256color", "screen-256color", "tmux-256color", "linux"]
        )
        func clicks(term: String) async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen(Self.demo, environment: ["TERM": term])
                try await screen.wait(for: "Signed out")
                try await screen.click(on: "edit client id")
                try await screen.wait(for: "Enter accept")
                try await screen.click(on: "Esc cancel")
                try await screen.wait(for: "Enter sign in")
                try await screen.click(on: "? help")
                try await screen.wait(for: "Keys")
                try await screen.click(on: "Esc close")
                try await screen.wait(for: "Enter sign in")
                // Beside a label, and on the text above: nothing.
                try await screen.click(row: 0, column: 0)
                try await screen.click(on: "Signed out")
                try await screen.click(on: "Enter sign in")
                try await screen.wait(for: "Waiting for your browser")
                try await screen.click(on: "a approve")
                try await screen.wait(for: "Welcome, ")
                try await screen.click(on: "r refresh")
                try await screen.wait(for: "Token refreshed")
                try await screen.click(on: "l sign out")
                try await screen.wait(for: "The token was deleted")
                try await screen.click(on: "q quit")
                #expect(try await screen.exitStatus() == 0)
                try await screen.waitForRestoredTerminal()
            }
        }

        @Test("the wheel, other buttons, and unknown keys do nothing")
        func unknownKeys() async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen(Self.demo, environment: ["TERM": "xterm-256color"])
                try await screen.wait(for: "Signed out")
                try await screen.press(.enter)
                try await screen.wait(for: "Waiting for your browser")
                try await screen.press(.letter("a"))
                try await screen.wait(for: "Welcome, ")
                let (row, column) = try await screen.place(of: "q quit")
                for button in [1, 2, 64, 65] {
                    try await screen.type("\u{1B}[<\(button);\(column + 1);\(row + 1)M")
                }
                for sequence in [
                    "\u{1B}OP", "\u{1B}[15~", "\u{1B}[24~", "\u{1B}[5~", "\u{1B}[6~", "\u{1B}[2~", "\u{1B}[1;5A",
                    "\u{1B}[1;2C", "\u{1B}[I", "\u{1B}[O", "\u{1B}[27;5;113~", "\u{1B}[113;5u",
                    "\u{1B}]11;rgb:0000/0000/0000\u{1B}\\", "\u{1B}[?62;c", "\u{0}", "\u{1C}", "\u{1D}", "é", "山", "z",
                    "7", "\u{1B}[3~", "\u{9}", "\u{7F}",
                ] {
                    try await screen.type(sequence)
                }
                // What is on the screen after all of them, and a key that means something still does it.
                try await screen.press(.letter("?"))
                try await screen.wait(for: "Keys")
                try await screen.press(.escape)
                try await screen.wait(for: "Welcome, ")
                try await screen.press(.letter("q"))
                #expect(try await screen.exitStatus() == 0)
            }
        }

        @Test("a paste in brackets presses no key, whatever is in it")
        func paste() async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen(Self.demo)
                try await screen.wait(for: "Signed out")
                try await screen.paste("q\ns\u{3}\u{1B}[201")
                try await screen.press(.letter("?"))
                try await screen.wait(for: "Keys")
                try await screen.press(.escape)
                try await screen.wait(for: "Enter sign in")
                try await screen.press(.enter)
                try await screen.wait(for: "Waiting for your browser")
                try await screen.paste("aq\u{1B}\u{3}http://localhost/callback")
                try await screen.press(.letter("a"))
                try await screen.wait(for: "Welcome, ")
                try await screen.paste("rlq")
                try await screen.press(.letter("r"))
                try await screen.wait(for: "Token refreshed")
                #expect(screen.isRunning)
            }
        }

        @Test("what a terminal answers to the program before is no key")
        func answers() async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen(Self.demo, environment: ["TERM": "xterm-256color"])
                try await screen.wait(for: "Signed out")
                try await typeAnswers(to: screen)
                try await screen.press(.letter("?"))
                try await screen.wait(for: "Keys")
                try await screen.press(.escape)
                try await screen.wait(for: "Enter sign in")
                try await screen.press(.enter)
                try await screen.wait(for: "a approve")
                try await screen.press(.letter("a"))
                try await screen.wait(for: "Welcome, ")
                try await typeAnswers(to: screen)
                try await screen.press(.letter("?"))
                try await screen.wait(for: "Keys")
                try await screen.press(.escape)
                let shown = try await screen.wait(for: "Welcome, ")
                #expect(!shown.contains("refreshed"), "\(shown)")
            }
        }

        private func typeAnswers(to screen: TmuxScreen) async throws {
            for answer in [
                "\u{1B}]11;rgb:2e2e/3434/4040\u{1B}\\", "\u{1B}]11;rgb:2e2e/3434/4040\u{7}",
                "\u{1B}P>|XTerm(390)\u{1B}\\", "\u{1B}]lsome title\u{1B}\\", "\u{1B}_Gq\u{1B}\\", "\u{1B}[M q!",
                "\u{1B}[[E", "\u{1B}[24;80R", "\u{1B}[?1;2c",
            ] {
                try await screen.type(answer)
                // Torn apart, as a slow line does.
                try await screen.type(String(answer.prefix(4)))
                try await screen.type(String(answer.dropFirst(4)))
            }
        }

        @Test("a paste that stalls presses no key; Ctrl-C gets through one without an end")
        func stalledPaste() async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen(Self.demo)
                try await screen.wait(for: "Signed out")
                try await screen.press(.enter)
                try await screen.wait(for: "a approve")
                try await screen.press(.letter("a"))
                try await screen.wait(for: "Welcome, ")
                try await screen.type("\u{1B}[200~https://foo")
                // Time itself is what this is about.
                try await Task.sleep(for: .seconds(2.5))
                try await screen.type("/login\u{1B}[201~")
                try await screen.press(.letter("?"))
                try await screen.wait(for: "Keys")
                try await screen.press(.escape)
                try await screen.wait(for: "Welcome, ")
                try await screen.type("\u{1B}[200~lq")
                try await Task.sleep(for: .seconds(1.2))
                try await screen.press(.controlC)
                #expect(try await screen.exitStatus() == 130)
                try await screen.expectRestoredTerminal()
            }
        }

        @Test("u shows the URL alone on the ordinary screen, without the mouse, and Enter comes back")
        func bareURL() async throws {
            try await Stage.with { stage in
                let shell = try await stage.shell()
                try await shell.start(Self.demo)
                try await shell.screen.wait(for: "Signed out")
                try await shell.screen.press(.enter)
                try await shell.screen.wait(for: "Waiting for your browser")
                try await shell.screen.press(.letter("u"))
                let bare = try await shell.screen.wait(for: "Press Enter to go back.")
                #expect(bare.contains("\nhttp://127.0.0.1:"), "from column 0:\n\(bare)")
                #expect(bare.contains("\nPress Enter"), "from column 0:\n\(bare)")
                #expect(try await !shell.screen.isOnAlternateScreen())
                #expect(try await shell.screen.isCursorVisible())
                try await waitUntil(
                    "no mode but that of pastes",
                    until: { shell.screen.modesLeftOn == [.bracketedPaste] }
                )
                // No end of the input, and no key.
                try await shell.screen.type("\u{4}q")
                try await shell.screen.press(.controlU)
                try await shell.screen.press(.enter)
                try await shell.screen.wait(for: "Waiting for your browser")
                #expect(try await shell.screen.reportsMouse())
                try await shell.screen.press(.letter("q"))
                try await shell.waitForPrompt()
                try await shell.expectOrder()
            }
        }

        /// What terminals send for Home, End, Left, Right and Delete, one row a family.
        private static let families = [
            ["\u{1B}[H", "\u{1B}[F", "\u{1B}[D", "\u{1B}[C", "\u{1B}[3~"],
            ["\u{1B}OH", "\u{1B}OF", "\u{1B}OD", "\u{1B}OC", "\u{1B}[3~"],
            ["\u{1B}[1~", "\u{1B}[4~", "\u{1B}[D", "\u{1B}[C", "\u{1B}[3~"],
            ["\u{1B}[7~", "\u{1B}[8~", "\u{1B}OD", "\u{1B}OC", "\u{1B}[3~"],
        ]

        @Test(
            "Home, End, the arrows, Delete, Ctrl-U and Ctrl-W edit, whichever sequences the terminal sends for them",
            arguments: ["xterm-256color", "tmux-256color", "linux", "vt100"]
        )
        func editing(term: String) async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen([], environment: ["TERM": term])
                try await screen.wait(for: "Client id and region")
                for family in Self.families {
                    try await screen.type("bcxe")
                    try await screen.type(family[0])
                    try await screen.type("a")
                    try await screen.type(family[3])
                    try await screen.type(family[3])
                    try await screen.type(family[4])
                    try await screen.type("d")
                    try await screen.type(family[1])
                    try await screen.type("g")
                    try await screen.type(family[2])
                    try await screen.type("f")
                    try await screen.wait(for: "abcdefg")
                    try await screen.press(.controlU)
                    try await screen.wait(for: "Client id     g")
                    try await screen.type(family[4])
                    try await screen.wait(for: "paste or type it here")
                }
                try await screen.paste("one-two-three\n")
                try await screen.wait(for: "one-two-three")
                try await screen.press(.controlW)
                try await screen.type("2")
                try await screen.wait(for: "one-two-2")
                // Shift-Tab goes back to the field that Tab left.
                try await screen.press(.tab)
                try await screen.type("\u{1B}[Z")
                try await screen.type("3")
                try await screen.wait(for: "one-two-23")
            }
        }

        @Test("150 changes of size in a burst, between 1×1 and 500×200, and the screen is whole")
        func burst() async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen(Self.demo)
                try await screen.wait(for: "Signed out")
                try await screen.press(.enter)
                try await screen.wait(for: "Waiting for your browser")
                let device = open(try await screen.device(), O_RDWR | O_NOCTTY)
                defer { close(device) }
                var random = SystemRandomNumberGenerator()
                for _ in 1...150 {
                    let rows = UInt16.random(in: 1...200, using: &random)
                    let columns = UInt16.random(in: 1...500, using: &random)
                    var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
                    #expect(ioctl(device, UInt(TIOCSWINSZ), &size) == 0)
                }
                for (width, height) in [(500, 200), (1, 1), (80, 24)] {
                    try await screen.resize(width: width, height: height)
                    #expect(screen.isRunning)
                }
                try await screen.wait(for: "Esc cancel")
                try await screen.press(.letter("?"))
                try await screen.wait(for: "Keys")
                try await screen.press(.escape)
                let shown = Self.still(try await screen.wait(for: "Esc cancel"))
                try await screen.press(.controlL)
                try await waitUntil(
                    "the screen to be as it is drawn anew",
                    evidence: screen.evidence,
                    until: { Self.still(try await screen.capture()) == shown }
                )
            }
        }

        /// The rows that time does not change.
        private static func still(_ screen: String) -> [Substring] {
            screen.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.contains(" left") }
        }
    }
}
