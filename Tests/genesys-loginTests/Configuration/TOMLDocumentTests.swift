import Testing

@testable import genesys_login

@Suite("TOML")
struct TOMLDocumentTests {
    /// The same numbers in every run (SplitMix64).
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let pieces = [
        "[", "]", "[[", "[ [", "]]", "=", ".", "\"", "'", "\"\"\"", "'''", "\n", "\r\n", "\r", " ", "\t", "#", "{", "}",
        ",", "a", "region", "default", "1", "0x", "1.5", "1e", "inf", "true", "2020-01-01", "10:00:00", "+", "-", "_",
        "\\", "\\u0000", "é", "\u{85}", "\u{FEFF}", "$", "\u{7F}", "\u{1}", "x = ", "= [", "= {a = ", "x = 1\n",
        "client_id = \"x\"\n", "[default]\n", "[a.b]\n", "default.", "\"s\", ",
    ]

    @Test("whatever the text, an answer comes; and a text that is TOML can be changed or is refused, never spoilt")
    func randomTexts() throws {
        var generator = Generator(state: 1)
        for _ in 0..<10_000 {
            let count = Int.random(in: 1...20, using: &generator)
            let text = (0..<count).compactMap { _ in Self.pieces.randomElement(using: &generator) }.joined()
            guard let document = try? TOMLDocument(path: "/config.toml", bytes: Array(text.utf8)),
                let before = try? Profile.own(document)
            else { continue }
            var edit = ProfileEdit(document, profile: "default")
            guard (try? edit.set(.clientID, to: "new")) != nil else { continue }
            let after = try Profile.own(TOMLDocument(path: "/config.toml", bytes: edit.bytes))
            #expect(after.first { $0.name == "default" }?.values[.clientID]?.text == "new", "\(text.debugDescription)")
            #expect(Set(after.map(\.name)) == Set(before.map(\.name)).union(["default"]), "\(text.debugDescription)")
        }
    }

    @Test("every kind of string, list and table is gone through, and the lines stay right")
    func layout() {
        let text = """
            # [no]
            "a.b".'c' = "x # \\" [y]" # z
            [ t . "u\\u0041" ]
            one = '''
            [no]
            two = 2''''
            three = [ 1, # ]
              { a = "}" }, [2] ]
            [[list]]
            four = 2020-01-01 10:00:00
            """
        let bytes = Array(text.utf8)
        let layout = TOMLLayout(bytes)
        #expect(layout.fault == nil)
        #expect(layout.headers.map(\.path) == [["t", "uA"], ["list"]])
        #expect(layout.headers.map(\.line) == [3, 9])
        #expect(
            layout.entries.map(\.path) == [
                ["a.b", "c"], ["t", "uA", "one"], ["t", "uA", "three"], ["list", "four"],
            ]
        )
        #expect(layout.entries.map(\.line) == [2, 4, 7, 10])
        #expect(
            layout.entries.map { String(decoding: bytes[$0.value], as: UTF8.self) } == [
                "\"x # \\\" [y]\"", "'''\n[no]\ntwo = 2''''", "[ 1, # ]\n  { a = \"}\" }, [2] ]", "2020-01-01 10:00:00",
            ]
        )
    }
}
