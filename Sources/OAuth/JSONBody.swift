public import FoundationEssentials

/// Reads JSON that came from outside.
///
/// Foundation's decoder ends the program at a text that stops just after its 513th open bracket (Swift 6.3), and takes
/// UTF-16 and UTF-32 too, so that looking at the bytes would not tell how deep a text nests. It also notes a hundred bytes
/// of each value, so that a megabyte of small ones takes thirty. This looks first, and makes no copy of what may hold
/// tokens.
public enum JSONBody {
    /// How deep arrays and objects may nest. What the two servers send nests three deep.
    public static let deepest = 256
    /// How many values a body may have. What the two servers send has some hundred at most.
    public static let mostValues = 10_000
    /// How long a member's name may be, in bytes: the decoder compares names by their normal form, which takes minutes of a
    /// million combining marks.
    public static let longestName = 1_024

    /// Why a body is not decoded at all.
    public enum Refusal: Error, Sendable {
        /// It has a NUL byte, so it is no JSON in UTF-8, which RFC 8259 §8.1 asks for.
        case encoding
        /// Deeper than ``JSONBody/deepest``.
        case depth
        /// More values than ``JSONBody/mostValues``.
        case count
        /// A member's name that is longer than ``JSONBody/longestName``.
        case name
    }

    /// The value that stands in `body`.
    ///
    /// - Throws: ``Refusal``, or the decoder's `DecodingError`.
    public static func decode<Value: Decodable>(_ type: Value.Type, from body: Data) throws -> Value {
        guard !body.contains(0) else { throw Refusal.encoding }
        try check(body)
        return try JSONDecoder().decode(type, from: body)
    }

    /// Counts brackets and commas outside strings, and the bytes of names, whether the text is JSON or not.
    private static func check(_ body: Data) throws(Refusal) {
        var depth = 0
        var values = 1
        var isString = false
        var isEscaped = false
        var length = 0
        for byte in body {
            if isString { length += 1 }
            if isEscaped {
                isEscaped = false
            } else if isString {
                if byte == UInt8(ascii: "\\") { isEscaped = true }
                if byte == UInt8(ascii: "\"") { isString = false }
            } else {
                switch byte {
                case UInt8(ascii: "\""):
                    isString = true
                    length = 0
                case UInt8(ascii: ":"): guard length <= longestName else { throw .name }
                case UInt8(ascii: "["), UInt8(ascii: "{"):
                    depth += 1
                    values += 1
                case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
                case UInt8(ascii: ","): values += 1
                default: break
                }
                guard depth <= deepest else { throw .depth }
                guard values <= mostValues else { throw .count }
            }
        }
    }
}
