import Testing

@testable import TerminalUI

@Suite("text")
struct TextTests {
    @Test(
        "columns of a grapheme cluster",
        arguments: [
            ("a", 1), ("é", 1), ("e\u{301}", 1), ("e\u{301}\u{302}\u{303}", 1), ("山", 2), ("ａ", 2), ("한", 2),
            ("\u{1112}\u{1161}\u{11AB}", 2), ("😀", 2), ("👩‍👩‍👧‍👦", 2), ("👍🏽", 2), ("❤️", 1), ("🇩🇪", 2), ("ا", 1),
            ("\u{200B}", 0),
            ("½", 1), ("—", 1), ("✓", 1),
        ]
    )
    func widths(text: String, columns: Int) {
        #expect(DisplayWidth.of(text) == columns)
    }

    @Test("what an ASCII terminal cannot show is a question mark per column")
    func ascii() {
        #expect(Charset.ascii.shown("Zoë 山田 “x”… ü") == "Zo? ???? \"x\"... ?")
        #expect(Charset.console.shown("Zoë 山田") == "Zoë 山田")
    }

    @Test("control, escape and bidirectional characters are gone from what is shown")
    func cleaned() {
        #expect(Charset.unicode.shown("a\u{1B}[31mb\u{202E}c\u{7F}\u{9B}d\r\ne") == "a[31mbcd e")
    }
}
