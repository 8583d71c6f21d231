import OAuth
import Testing

@Suite("Text from a server")
struct ServerTextTests {
    @Test("control characters of every kind are removed, and with them every escape sequence's introducer")
    func controls() {
        for value in (UInt32(0)...0x1F).filter({ !(0x09...0x0D).contains($0) }) + (0x7F...0x9F).filter({ $0 != 0x85 }) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            #expect(ServerText("a\(scalar)b").display == "ab", "U+\(String(value, radix: 16))")
        }
        #expect(ServerText("\u{1B}]0;title\u{7}\u{1B}[31mred\u{9B}0m").display == "]0;title[31mred0m")
    }

    @Test(
        "bidirectional and invisible characters are removed",
        arguments: [
            0x061C, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069,
            0x00AD, 0x034F, 0x115F, 0x1160, 0x180B, 0x180E, 0x200B, 0x2060, 0x2061, 0x2064, 0x206A, 0x206F, 0x3164,
            0xFEFF,
            0xFFA0, 0xFFF9, 0xFFFB, 0xE0001, 0xE0041, 0xE007F, 0xE0100, 0xE000, 0xFFFF, 0x10FFFF,
        ] as [UInt32]
    )
    func invisible(value: UInt32) throws {
        let scalar = try #require(Unicode.Scalar(value))
        #expect(ServerText("a\(scalar)b").display == "ab")
        #expect(ServerText(String(scalar)).isEmpty)
    }

    @Test(
        "white space of every kind is one space, and none stands at either end",
        arguments: [
            ("a\r\n\tb", "a b"), ("  a   b  ", "a b"), ("a\u{85}b", "a b"), ("a\u{2028}\u{2029}b", "a b"),
            ("a\u{A0}\u{2003}\u{3000}b", "a b"), ("a\u{B}\u{C}b", "a b"), ("a \u{1B} b", "a b"), (" \n\t ", ""),
            ("", ""), ("\u{1B}\u{0}", ""),
        ]
    )
    func whiteSpace(raw: String, display: String) {
        #expect(ServerText(raw).display == display)
        #expect(ServerText(raw).isEmpty == display.isEmpty)
    }

    @Test(
        "text of every script is kept as it is",
        arguments: [
            "Zoë Müller-O'Brien", "山田 太郎", "محمد", "می‌خواهم", "क्‍ष", "שלום", "Ελλάδα", "👩‍👩‍👧‍👦", "👍🏽", "❤️", "🇩🇪", "e\u{301}",
            "<b>&amp;\"", "→ ‹x›",
        ]
    )
    func kept(text: String) {
        #expect(Array(ServerText(text).display.unicodeScalars) == Array(text.unicodeScalars))
    }

    @Test("of a thousand combining marks four stay on each base")
    func marks() {
        let tower = String(repeating: "\u{301}", count: 1_000)
        #expect(
            ServerText("a\(tower)b\(tower)").display == "a\u{301}\u{301}\u{301}\u{301}b\u{301}\u{301}\u{301}\u{301}"
        )
        #expect(ServerText("a" + String(repeating: "\u{200D}", count: 1_000) + "b").display.unicodeScalars.count == 6)
        #expect(ServerText("a" + String(repeating: "\u{20DD}", count: 1_000)).display.unicodeScalars.count == 5)
    }

    @Test("a mark or a joiner with nothing before it is removed, for it would join what the screen shows before it")
    func nothingToJoin() {
        for value: Unicode.Scalar in [
            "\u{200C}", "\u{200D}", "\u{301}", "\u{20DD}", "\u{FE0F}", "\u{1161}", "\u{11AB}", "\u{D7B0}",
        ] {
            #expect(ServerText(String(value)).isEmpty)
            #expect(ServerText("\(value)\(value) \(value)").isEmpty)
            #expect(ServerText("\u{1B}\(value)a").display == "a")
            #expect(ServerText("a \(value)b").display == "a b")
        }
    }

    @Test("a joiner with nothing after it is removed, for it would join what the screen shows after it")
    func nothingAfter() {
        #expect(Array(ServerText("a\u{200D}").display.unicodeScalars) == ["a"])
        #expect(Array(ServerText("a\u{200C} \u{200D} ").display.unicodeScalars) == ["a"])
    }

    @Test("text is cut after a thousand characters, and an ellipsis says so")
    func length() {
        let longest = String(repeating: "x", count: ServerText.maximumLength)
        #expect(ServerText(longest).display == longest)
        #expect(ServerText(longest + "\u{1B}").display == longest)
        #expect(ServerText(longest + " \n").display == longest)
        #expect(ServerText(longest + "y").display == longest + "…")
        #expect(ServerText(String(repeating: longest, count: 1_000)).display == longest + "…")
    }

    @Test("text that has been made safe stays as it is")
    func idempotent() {
        let everything = String(String.UnicodeScalarView((0...0x3FF).compactMap(Unicode.Scalar.init)))
        for raw in [everything, " a \u{1B}[0m \u{301}\u{301}", "ab\u{200D}\u{200D}\u{200D}\u{200D}\u{200D}\u{200D}"] {
            let once = ServerText(raw)
            #expect(ServerText(once.display) == once)
            #expect(once.description == once.display)
        }
    }
}
