import Testing

@testable import TerminalUI

@Suite("input")
struct InputDecoderTests {
    /// Decodes reads that follow one another after this pause.
    private static func decode(_ reads: [String], after pause: Duration = .zero) -> [Input] {
        var decoder = InputDecoder()
        return reads.enumerated().flatMap { decoder.decode(scalars($1), after: $0 == 0 ? .zero : pause) }
    }

    private static func scalars(_ text: String) -> [InputDecoder.Raw] { text.unicodeScalars.map { .scalar($0.value) } }

    private static let soon = InputDecoder.sequencePause - .milliseconds(1)

    @Test(
        "characters become keys",
        arguments: [
            ("q", [Input.key("q")]), ("\r", [.enter]), ("\n", [.enter]), ("\t", [.tab]), ("\u{7F}", [.backspace]),
            ("\u{3}", [.control("c")]), ("\u{1A}", [.control("z")]), ("\u{1B}", [.escape]), ("é", [.key("é")]),
            ("\u{0}", []), ("\u{9B}", []), ("\u{1B}o", []), ("\u{1B}[1;5Zq", [.key("q")]), ("\u{1B}OPq", [.key("q")]),
            ("\u{1B}\u{1B}", [.escape]),
        ]
    )
    func keys(text: String, inputs: [Input]) {
        #expect(Self.decode([text]) == inputs)
    }

    // MARK: Sequences

    /// Answers to what a program before this one asked, and keys and reports that mean nothing here.
    private static let sequences = [
        // Strings: OSC colours, a title's report, DCS (XTVERSION, XTGETTCAP), APC, PM, SOS; in eight bits too.
        "\u{1B}]11;rgb:2e2e/3434/4040\u{1B}\\", "\u{1B}]11;rgb:2e2e/3434/4040\u{7}", "\u{1B}]lsome title\u{1B}\\",
        "\u{1B}P>|XTerm(390)\u{1B}\\", "\u{1B}P1+r544e=787465726d\u{1B}\\", "\u{1B}_Gi=31;OK\u{1B}\\",
        "\u{1B}^quit\u{1B}\\", "\u{1B}Xquit\u{1B}\\", "\u{9D}lsome title\u{9C}", "\u{90}>|XTerm(390)\u{1B}\\",
        // Attributes, cursor, focus, window, modes, keys in the forms of kitty and xterm.
        "\u{1B}[?1;2c", "\u{1B}[>41;390;0c", "\u{1B}[24;80R", "\u{1B}[I", "\u{1B}[O", "\u{1B}[8;24;80t",
        "\u{1B}[?2026;2$y", "\u{1B}[97;5u", "\u{1B}[?1u", "\u{1B}[27;5;113~", "\u{9B}24;80R",
        // Function keys: SS3, with a modifier, of the Linux console, with Alt of rxvt.
        "\u{1B}OQ", "\u{1B}O5Q", "\u{1B}[[A", "\u{1B}\u{1B}[23~", "\u{1B}\u{1B}Ol",
        // A click in the three forms.
        "\u{1B}[M q!", "\u{1B}[32;5;6M", "\u{1B}[<0;5;6M",
    ]

    @Test("a terminal's sequence is no key, and the key behind it is one", arguments: sequences)
    func sequence(text: String) {
        #expect(Self.decode([text + "q"]) == [.key("q")])
    }

    @Test("a sequence that is torn anywhere behind its Esc is no key either", arguments: sequences)
    func tornSequence(text: String) {
        let first = text.firstIndex { $0 != "\u{1B}" } ?? text.startIndex
        for index in text.indices[text.index(after: first)...] {
            let parts = [String(text[..<index]), String(text[index...])]
            #expect(Self.decode(parts + ["q"], after: Self.soon) == [.key("q")], "\(parts)")
        }
    }

    @Test("torn behind its Esc, a sequence is an Esc and nothing else")
    func tornEscape() {
        #expect(Self.decode(["\u{1B}", "]11;rgb:0/0/0\u{7}"], after: Self.soon) == [.escape])
        #expect(Self.decode(["\u{1B}", "[200~q\u{1B}[201~"], after: Self.soon) == [.escape, .paste("q")])
        // A person's keys.
        #expect(Self.decode(["\u{1B}", "P"]) == [.escape, .key("P")])
        #expect(Self.decode(["\u{1B}", "\u{1B}"]) == [.escape, .escape])
        #expect(Self.decode(["\u{1B}", "]q"], after: InputDecoder.sequencePause) == [.escape, .key("]"), .key("q")])
    }

    @Test("Alt with the key that begins a sequence takes no more than what follows within a pause")
    func alt() {
        for introducer in "[]OPX^_" {
            let reads = ["\u{1B}\(introducer)", "q"]
            #expect(Self.decode(reads, after: Self.soon) == [], "\(introducer)")
            #expect(Self.decode(reads, after: InputDecoder.sequencePause) == [.key("q")], "\(introducer)")
        }
        #expect(Self.decode(["\u{1B}[M", "q"], after: InputDecoder.sequencePause) == [.key("q")])
    }

    @Test("Ctrl-C and a key that ncurses knows get through an unfinished sequence")
    func unfinished() {
        for begun in ["[", "[1;", "]11;", "O", "[M"] {
            #expect(Self.decode(["\u{1B}\(begun)", "\u{3}"]) == [.control("c")], "\(begun)")
            var decoder = InputDecoder()
            #expect(decoder.decode(Self.scalars("\u{1B}\(begun)") + [.input(.up)], after: .zero) == [.up], "\(begun)")
            #expect(decoder.decode([.scalar(0x71)], after: .zero) == [.key("q")], "\(begun)")
        }
    }

    @Test("what comes together after a sequence was given up is its rest, up to the next pause")
    func restOfSequence() {
        let pause = InputDecoder.sequencePause
        #expect(Self.decode(["\u{1B}]11;rgb:2e2e", "/eeee/e\u{7}"], after: pause) == [])
        var decoder = InputDecoder()
        _ = decoder.decode(Self.scalars("\u{1B}]11;rgb:2e2e"), after: .zero)
        #expect(decoder.decode(Self.scalars("/eeee"), after: pause) == [])
        #expect(decoder.decode(Self.scalars("/eeee"), after: .zero) == [])
        #expect(decoder.decode(Self.scalars("e"), after: pause) == [.key("e")])
    }

    @Test("what comes together with a string's end, or a paste's, is no key")
    func strayEnd() {
        for end in ["\u{7}", "\u{1B}\\", "\u{9C}", "\u{1B}[201~"] {
            #expect(Self.decode(["/eeee\(end)q"]) == [.key("q")])
        }
        var decoder = InputDecoder()
        #expect(decoder.decode([.scalar(0x6C), .pasteEnded, .scalar(0x71)], after: .zero) == [.key("q")])
    }

    // MARK: Pastes

    @Test("a paste is one input, over several reads, and its keys do nothing")
    func paste() {
        var decoder = InputDecoder()
        #expect(decoder.decode([.pasteBegan] + Self.scalars("ql\u{1B}"), after: .zero) == [])
        #expect(decoder.isPasting)
        let rest = [.input(.up), .input(.enter)] + Self.scalars("é\r") + [.pasteEnded, .scalar(0x71)]
        #expect(decoder.decode(rest, after: .zero) == [.paste("ql\u{1B}\né\n"), .key("q")])
    }

    @Test("a paste's marks count where ncurses did not put them together, torn anywhere behind the first Esc")
    func tornMarks() {
        let text = "\u{1B}[200~l\u{1B}[20\u{1B}[201~"
        for index in text.unicodeScalars.indices.dropFirst(2) {
            let parts = [String(text.unicodeScalars[..<index]), String(text.unicodeScalars[index...])]
            #expect(Self.decode(parts + ["q"], after: Self.soon) == [.paste("l\u{1B}[20"), .key("q")], "\(parts)")
        }
    }

    @Test("a paste that stalls goes on and is whole")
    func stalled() {
        var decoder = InputDecoder()
        _ = decoder.decode([.pasteBegan] + Self.scalars("https://foo"), after: .zero)
        let almost = InputDecoder.pastePause - .milliseconds(1)
        #expect(decoder.decode(Self.scalars("/l"), after: almost) == [])
        #expect(decoder.decode(Self.scalars("ogin") + [.pasteEnded], after: almost) == [.paste("https://foo/login")])
    }

    @Test("the rest of a paste that was given up is no key, nor is what comes before its end")
    func restOfPaste() {
        let begun = [.pasteBegan] + Self.scalars("https://foo")
        var decoder = InputDecoder()
        _ = decoder.decode(begun, after: .zero)
        #expect(decoder.decode(Self.scalars("/lo"), after: InputDecoder.pastePause) == [])
        #expect(decoder.decode(Self.scalars("q"), after: .zero) == [])
        #expect(decoder.decode([.scalar(0x71), .pasteEnded, .scalar(0x71)], after: .zero) == [.key("q")])
        _ = decoder.decode(begun, after: .zero)
        #expect(decoder.decode(Self.scalars("/lo"), after: InputDecoder.pastePause) == [])
        #expect(decoder.decode([.pasteBegan, .scalar(0x71), .pasteEnded], after: .zero) == [.paste("q")])
    }

    @Test("Ctrl-C that is pressed again and again gets through what has no end, a pause after it began")
    func impatience() {
        for begun: [InputDecoder.Raw] in [[.pasteBegan, .scalar(0x68)], [.pasteBegan, .pasteBegan]] {
            var decoder = InputDecoder()
            #expect(decoder.decode(begun, after: .zero).isEmpty)
            for _ in 1...3 { #expect(decoder.decode([.scalar(0x03)], after: .milliseconds(300)).isEmpty) }
            #expect(decoder.decode([.scalar(0x03)], after: .milliseconds(300)) == [.control("c")])
        }
    }

    @Test("a paste without end is dropped after a pause, by Ctrl-C or by the next paste, and keys work again")
    func endless() {
        let endless = [.pasteBegan] + Self.scalars(String(repeating: "a", count: InputDecoder.longestPaste + 10))
        for (raws, pause, expected) in [
            ([.scalar(0x71)], InputDecoder.pastePause, [.key("q")]),
            ([.scalar(0x03)], InputDecoder.sequencePause, [.control("c")]),
            ([.scalar(0x03)], Self.soon, []), ([.scalar(0x71), .scalar(0x03)], InputDecoder.sequencePause, []),
            ([.pasteBegan, .scalar(0x71), .pasteEnded], .zero, [.paste("q")]),
        ] as [([InputDecoder.Raw], Duration, [Input])] {
            var decoder = InputDecoder()
            _ = decoder.decode(endless, after: .zero)
            #expect(decoder.decode(raws, after: pause) == expected)
            #expect(decoder.isPasting == expected.isEmpty)
        }
    }

    @Test("what is skipped is skipped until a pause, and a paste goes on")
    func skipped() {
        var decoder = InputDecoder()
        decoder.skipRest()
        #expect(decoder.decode(Self.scalars("ql"), after: .zero) == [])
        #expect(decoder.decode(Self.scalars("q"), after: Self.soon) == [])
        #expect(decoder.decode(Self.scalars("q"), after: InputDecoder.sequencePause) == [.key("q")])
        _ = decoder.decode([.pasteBegan, .scalar(0x71)], after: .zero)
        decoder.skipRest()
        #expect(decoder.decode([.pasteEnded], after: .zero) == [.paste("q")])
    }
}

@Suite("the line below the bare URL")
struct BareLineTests {
    private static let callback = "http://localhost:3000/callback?code=x&state=é"

    /// What comes of these reads, and how many of them it took.
    private func text(_ reads: [[UInt8]]) -> (text: String?, reads: Int) {
        var (decoder, line) = (InputDecoder(), BareLine())
        for (index, read) in reads.enumerated() {
            for input in decoder.decode(line.scalars(read), after: .zero) {
                if let text = line.take(input) { return (text, index + 1) }
            }
        }
        return (nil, reads.count)
    }

    @Test(
        "it ends with Enter or with a paste in brackets",
        arguments: [
            ("\r", ""), ("\n", ""), ("\(callback)\r", callback), ("\(callback)\nqq\n", callback),
            ("\u{1B}[200~\(callback)\u{1B}[201~", callback), ("q\u{1B}[200~one\rtwo\u{1B}[201~\r", "one\ntwo"),
            ("xy\u{7F}\u{1B}[A\r", "x"), ("xy\u{15}z\r", "z"), ("\u{1B}]11;rgb:0/0/0\u{7}\r", ""),
            ("\u{1B}\u{4}\r", ""), ("qlu", nil), ("\u{1B}[200~\(callback)\r", nil),
        ] as [(String, String?)]
    )
    func ends(bytes: String, expected: String?) {
        #expect(text([Array(bytes.utf8)]).text == expected)
        let middle = bytes.utf8.count / 2
        #expect(text([Array(bytes.utf8.prefix(middle)), Array(bytes.utf8.dropFirst(middle))]).text == expected)
    }

    @Test("a character that a read cuts in two is whole")
    func characters() {
        let whole = "aé山😀\r"
        #expect(text(whole.utf8.map { [$0] }).text == "aé山😀")
        // What is no UTF-8 holds nothing up.
        #expect(text([[0x61, 0xC3], [0x62, 0xFF, 0x0D]]).text == "a\u{FFFD}b\u{FFFD}")
    }

    @Test("nothing typed is empty, and a long address is whole")
    func long() {
        var line = BareLine()
        #expect(line.isEmpty)
        _ = line.take(.key("q"))
        #expect(!line.isEmpty)
        let address = "\(Self.callback)&x=\(String(repeating: "y", count: 20_000))"
        #expect(text([Array(address.utf8), [0x0D]]) == (address, 2))
    }
}
