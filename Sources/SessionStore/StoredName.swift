import Crypto

/// A profile's name as it stands in a key's description, in a file's name, and among a program's arguments.
///
/// ASCII letters, digits, `_`, and inside the name `-` and `.`, stand for themselves; every other byte becomes `%XX`, and
/// no name at all `%`. A longer text than ``longest`` is cut and ends in `~` and the whole name's digest, so that two
/// profiles never share a name.
struct StoredName: Sendable, Hashable, CustomStringConvertible {
    /// The most bytes that are kept: with a prefix, a suffix and the digest well below the 255 of a file's name.
    static let longest = 120

    let description: String

    init(_ profileName: String) {
        var text = ""
        for (index, byte) in profileName.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            // Not in front: there a program takes one for an option, and a folder hides the other.
            case UInt8(ascii: "-"), UInt8(ascii: "."):
                if index == 0 { text += Self.escaped(byte) } else { text.unicodeScalars.append(Unicode.Scalar(byte)) }
            default:
                text += Self.escaped(byte)
            }
        }
        if text.utf8.count > Self.longest {
            let digest = SHA256.hash(data: Array(profileName.utf8))
            text = "\(text.prefix(Self.longest - 65))~\(digest.map(Self.hex).joined())"
        }
        description = text.isEmpty ? "%" : text
    }

    private static func escaped(_ byte: UInt8) -> String { "%\(hex(byte))" }

    private static func hex(_ byte: UInt8) -> String {
        let digits = Array("0123456789ABCDEF")
        return "\(digits[Int(byte >> 4)])\(digits[Int(byte & 0xF)])"
    }
}
