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

@Suite("input")
struct InputDecoderTests {
    private static func scalars(_ text: String) -> [InputDecoder.Raw] { text.unicodeScalars.map { .scalar($0.value) } }

    @Test(
        "characters become keys",
        arguments: [
            ("q", [Input.key("q")]), ("\r", [.enter]), ("\n", [.enter]), ("\t", [.tab]), ("\u{7F}", [.backspace]),
            ("\u{3}", [.control("c")]), ("\u{1A}", [.control("z")]), ("\u{1B}", [.escape]), ("é", [.key("é")]),
            ("\u{0}", []), ("\u{9B}", []), ("\u{1B}o", []), ("\u{1B}[1;5Zq", [.key("q")]), ("\u{1B}OPq", [.key("q")]),
        ]
    )
    func keys(text: String, inputs: [Input]) {
        var decoder = InputDecoder()
        #expect(decoder.decode(Self.scalars(text)) == inputs)
    }

    @Test("a paste is one input, over several reads, and its keys do nothing")
    func paste() {
        var decoder = InputDecoder()
        #expect(decoder.decode([.pasteBegan] + Self.scalars("ql\u{1B}")) == [])
        #expect(decoder.isPasting)
        #expect(
            decoder.decode([.input(.up), .input(.enter)] + Self.scalars("é\r") + [.pasteEnded, .scalar(0x71)]) == [
                .paste("ql\u{1B}\né\n"), .key("q"),
            ]
        )
    }

    @Test("a paste without end is dropped, and keys work again")
    func endless() {
        var decoder = InputDecoder()
        _ = decoder.decode([.pasteBegan] + Array(repeating: .scalar(0x61), count: InputDecoder.longestPaste + 10))
        decoder.abandonPaste()
        #expect(decoder.decode([.scalar(0x71)]) == [.key("q")])
    }
}
