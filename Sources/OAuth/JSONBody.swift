public import FoundationEssentials

/// Reads JSON that came from outside.
///
/// Foundation's decoder ends the program at a text that stops just after its 513th open bracket (Swift 6.3), and takes
/// UTF-16 and UTF-32 too, so that looking at the bytes would not tell how deep a text nests. This looks first, and makes
/// no copy of what may hold tokens.
public enum JSONBody {
    /// How deep arrays and objects may nest. What the two servers send nests three deep.
    public static let deepest = 256

    /// Why a body is not decoded at all.
    public enum Refusal: Error, Sendable {
        /// It has a NUL byte, so it is no JSON in UTF-8, which RFC 8259 §8.1 asks for.
        case encoding
        /// Deeper than ``JSONBody/deepest``.
        case depth
    }

    /// The value that stands in `body`.
    ///
    /// - Throws: ``Refusal``, or the decoder's `DecodingError`.
    public static func decode<Value: Decodable>(_ type: Value.Type, from body: Data) throws -> Value {
        guard !body.contains(0) else { throw Refusal.encoding }
        guard depth(of: body) <= deepest else { throw Refusal.depth }
        return try JSONDecoder().decode(type, from: body)
    }

    /// How deep brackets nest outside strings, whether the text is JSON or not.
    private static func depth(of body: Data) -> Int {
        var deepest = 0
        var depth = 0
        var isString = false
        var isEscaped = false
        for byte in body {
            if isEscaped {
                isEscaped = false
            } else if isString {
                if byte == UInt8(ascii: "\\") { isEscaped = true }
                if byte == UInt8(ascii: "\"") { isString = false }
            } else {
                switch byte {
                case UInt8(ascii: "\""): isString = true
                case UInt8(ascii: "["), UInt8(ascii: "{"):
                    depth += 1
                    deepest = max(deepest, depth)
                case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
                default: break
                }
            }
        }
        return deepest
    }
}
