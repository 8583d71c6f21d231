/// Keys as TOML writes them.
enum TOMLKey {
    /// The key, in quotes where it must be. It has no control characters.
    static func written(_ name: String) -> String {
        !name.isEmpty && name.utf8.allSatisfy(isBare) ? name : quoted(name)
    }

    /// A basic string. The text has no control characters.
    static func quoted(_ text: String) -> String {
        // By scalars: with a combining mark behind it, a quote is another character.
        let escaped = text.unicodeScalars.flatMap { (scalar: Unicode.Scalar) -> [Unicode.Scalar] in
            scalar == "\"" || scalar == "\\" ? ["\\", scalar] : [scalar]
        }
        return "\"\(String(String.UnicodeScalarView(escaped)))\""
    }

    /// Whether a key without quotes may have this byte.
    static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
