import Foundation
import Glibc
import Testing

@testable import TerminalUI

@Suite("what the terminal is sent")
struct TerminalPartsTests {
    @Test("a terminal is gone when its other end is, and not when more has come than a read brought")
    func gone() throws {
        var (master, terminal): (Int32, Int32) = (-1, -1)
        try #require(openpty(&master, &terminal, nil, nil, nil) == 0)
        defer { close(terminal) }
        #expect(!System.isGone(terminal))
        #expect(System.isForeground(terminal), "a terminal of no session is nobody else's")
        #expect(write(master, "x\n", 2) == 2)
        #expect(!System.isGone(terminal))
        close(master)
        #expect(System.isGone(terminal))
    }

    @Test("text for the clipboard is base64 in OSC 52, bare on a plain terminal")
    func clipboard() {
        #expect(
            String(decoding: ClipboardSequence.bytes("http://x", through: .direct), as: UTF8.self)
                == "\u{1B}]52;c;aHR0cDovL3g=\u{7}"
        )
    }

    @Test("tmux gets it bare and wrapped, for whichever of its two options is on")
    func tmux() {
        let bytes = String(decoding: ClipboardSequence.bytes("x", through: .tmux), as: UTF8.self)
        #expect(bytes == "\u{1B}]52;c;eA==\u{7}\u{1B}Ptmux;\u{1B}\u{1B}]52;c;eA==\u{7}\u{1B}\\")
    }

    @Test("GNU screen gets it in pieces that it hands on")
    func screen() {
        let text = String(repeating: "x", count: 600)
        let bytes = ClipboardSequence.bytes(text, through: .screen)
        let pieces = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\u{1B}\\").filter { !$0.isEmpty }
        #expect(pieces.allSatisfy { $0.hasPrefix("\u{1B}P") && $0.utf8.count <= 242 })
        let joined = pieces.map { $0.dropFirst(2) }.joined()
        #expect(joined == String(decoding: ClipboardSequence.bytes(text, through: .direct), as: UTF8.self))
    }

    @Test(
        "who stands between is told from the environment",
        arguments: [
            ("xterm", [:], ClipboardSequence.Passage.direct), ("screen-256color", ["TMUX": "/tmp/x,1,0"], .tmux),
            ("tmux-256color", [:], .tmux), ("screen.xterm", [:], .screen), ("xterm", ["STY": "1.pts"], .screen),
        ] as [(String, [String: String], ClipboardSequence.Passage)]
    )
    func passage(term: String, variables: [String: String], expected: ClipboardSequence.Passage) {
        #expect(ClipboardSequence.passage(term: term) { variables[$0] } == expected)
    }

    @Test("each cluster that is not ASCII is placed by itself; one that the C library counts otherwise becomes `?`")
    func pieces() {
        let run = Run("ab山é😀c")
        let agreeing = run.pieces { $0 < 0x80 ? 1 : $0 == 0xE9 ? 1 : 2 }
        #expect(agreeing.map(\.width) == [2, 2, 1, 2, 1])
        let disagreeing = run.pieces { $0 == 0x1F600 ? -1 : $0 < 0x100 ? 1 : 2 }
        #expect(disagreeing[3].scalars == [0x3F, 0x3F])
    }

    @Test("every colour is one that can be told from black and from white, and none is used without colours")
    func palette() {
        for role in Role.allCases {
            #expect(Palette(colors: 0).style(role).color == nil)
            if let color = Palette(colors: 16).style(role).color { #expect([1, 2, 5, 6].contains(color)) }
            if let color = Palette(colors: 256).style(role).color { #expect(color >= 16) }
        }
    }

    @Test("rows that go on are written once more in one piece, and not again until they change")
    @MainActor
    func softWrap() throws {
        let wrap = try #require(SoftWrap { ["sc": "<", "rc": ">", "sgr0": ""][$0] })
        var rows = [Row("head"), Row("aaaa"), Row([Run("bb")], continuesPrevious: true), Row("tail")]
        var written: [String] = []
        func join() {
            let screen = Screen(size: Size(columns: 4, rows: 4), rows: rows)
            wrap.join(screen, position: { "@\($0) " }, write: { written.append($0) })
        }
        join()
        join()
        #expect(written == ["<@1 aaaabb>"])
        wrap.forget()
        join()
        rows[2].runs = [Run("cc")]
        join()
        #expect(written.suffix(2) == ["<@1 aaaabb>", "<@1 aaaacc>"])
    }

    @Test("a terminal that the machine does not know is looked up as what it is like; any other is not")
    func names() {
        #expect(TerminalNames.names(for: "xterm-kitty") == ["xterm-kitty", "xterm-256color", "xterm"])
        #expect(TerminalNames.names(for: "tmux-direct") == ["tmux-direct", "screen-256color", "screen"])
        #expect(TerminalNames.names(for: "wy60") == ["wy60"])
    }

    @Test("padding is taken out of capabilities")
    func padding() {
        #expect(System.withoutPadding("\u{1B}[H$<50>\u{1B}[J$<5/>x") == "\u{1B}[H\u{1B}[Jx")
    }
}
