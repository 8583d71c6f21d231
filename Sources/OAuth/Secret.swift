/// A value that must not be shown: an access or refresh token, an authorization code, a code verifier, a
/// state parameter, a request body that carries one of them.
///
/// Prints as `‹redacted›` wherever Swift prints it (interpolation, `dump`, a debugger's summary), has no
/// `Codable` conformance, and opens by ``reveal()`` alone, so that every use can be searched for.
public struct Secret: Sendable, Hashable {
    private let value: String

    /// Wraps `value`; nothing is refused here.
    public init(_ value: String) {
        self.value = value
    }

    /// The wrapped value. Call it where the bytes leave for the wire, and nowhere else.
    public func reveal() -> String {
        value
    }

    /// Whether nothing is wrapped.
    public var isEmpty: Bool {
        value.isEmpty
    }

    /// Whether both wrap the same bytes, in a time that depends on the lengths alone, so that a guess learns
    /// nothing from how long its refusal took.
    public func matchesInConstantTime(_ other: Secret) -> Bool {
        let ours = Array(value.utf8)
        let theirs = Array(other.value.utf8)
        guard ours.count == theirs.count else { return false }
        var difference: UInt8 = 0
        for index in ours.indices {
            difference |= ours[index] ^ theirs[index]
        }
        return difference == 0
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The fixed text `‹redacted›`: not even the length of the value shows.
    public var description: String { "‹redacted›" }

    /// The same fixed text as ``description``.
    public var debugDescription: String { description }

    /// A mirror without children, so that `dump` finds nothing inside.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
