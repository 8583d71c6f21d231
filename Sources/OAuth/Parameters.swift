/// The client identifier of a registered OAuth client (RFC 6749 §2.2). It is public, not a secret.
public struct ClientID: Sendable, Hashable, CustomStringConvertible {
    /// The identifier as it goes on the wire in `client_id`.
    public let value: String

    /// Takes printable ASCII without spaces, 1 to 200 characters; anything else is refused with `nil`.
    /// RFC 6749 Appendix A.1 allows spaces too, but no Genesys Cloud identifier has one and a pasted one often does.
    public init?(_ value: String) {
        guard (1...200).contains(value.utf8.count), value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        self.value = value
    }

    /// The same as ``value``.
    public var description: String { value }
}

/// A list of scope tokens, space-separated on the wire in `scope` (RFC 6749 §3.3).
public struct Scope: Sendable, Hashable, CustomStringConvertible {
    /// The tokens, in the order given, each once.
    public let tokens: [String]

    /// Takes `"a b"`, any number of spaces between. Refused with `nil`: no token at all, or a token with a
    /// character that RFC 6749 §3.3 forbids (anything but printable ASCII without `"` and `\`).
    public init?(_ text: String) {
        // First of all: to split anything else is to compare its characters by their normal form.
        guard
            text.utf8.allSatisfy({
                (0x20...0x21).contains($0) || (0x23...0x5B).contains($0) || (0x5D...0x7E).contains($0)
            })
        else { return nil }
        var tokens: [String] = []
        var seen: Set<Substring> = []
        for part in text.split(separator: " ") where seen.insert(part).inserted { tokens.append(String(part)) }
        guard !tokens.isEmpty else { return nil }
        self.tokens = tokens
    }

    /// The tokens joined by one space, as `scope` wants them.
    public var description: String { tokens.joined(separator: " ") }
}

/// The `state` parameter of one attempt (RFC 6749 §4.1.1): 32 random bytes, base64url without padding.
/// It binds the callback to the attempt (RFC 6749 §10.12).
public struct StateParameter: Sendable, Hashable {
    /// The value as it goes on the wire in `state`.
    public let value: Secret

    /// Encodes `entropy`, which must come from the system's secure random source.
    public init(entropy: Entropy) {
        value = Secret(Base64URL.encode(entropy.bytes))
    }

    /// Whether `received` is this value, compared in constant time.
    public func matches(_ received: Secret) -> Bool {
        value.matchesInConstantTime(received)
    }
}

/// Thirty-two bytes from the system's secure random source. Made outside the pure code and handed in.
public struct Entropy: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// How many bytes there are: 256 bits, the least that RFC 7636 §7.1 asks for.
    public static let count = 32

    /// The bytes.
    public let bytes: [UInt8]

    /// Takes exactly ``count`` bytes; any other number is refused with `nil`.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.count else { return nil }
        self.bytes = bytes
    }

    /// Draws ``count`` bytes from `generator`; the default is the kernel's secure source (`getrandom`).
    public init(from generator: inout some RandomNumberGenerator) {
        bytes = (0..<Self.count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// The fixed text `‹redacted›`.
    public var description: String { "‹redacted›" }

    /// A mirror without children, so that `dump` finds nothing inside.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
