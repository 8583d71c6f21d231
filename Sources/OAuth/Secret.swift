/// A value that must not be shown: an access or refresh token, an authorization code, a code verifier, a
/// state parameter, a request body that carries one of them.
///
/// Prints as `‹redacted›` wherever Swift prints it (interpolation, `dump`, a debugger's summary), has no
/// `Codable` conformance, and opens by ``reveal()`` and ``withBytes(_:)`` alone, so that every use can be searched for.
///
/// Its bytes are in locked memory (see ``LockedMemory``), once for all copies of the value, and are overwritten when the
/// last copy is gone. The `String` that it was made of and the one that ``reveal()`` returns are ordinary memory; the
/// program overwrites that when it is given back (see `Sources/CForgetfulHeap`), a library's other users need not.
public struct Secret: Sendable {
    /// What stands in a secret's place.
    static let redacted = "‹redacted›"

    private let storage: Storage

    private final class Storage: Sendable {
        private let block: LockedMemory.Block

        init(_ source: UnsafeRawBufferPointer) {
            block = LockedMemory.take(source.count)
            block.bytes.copyMemory(from: source)
        }

        var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(block.bytes) }

        deinit {
            LockedMemory.give(back: block)
        }
    }

    /// Wraps `value`; nothing is refused here.
    public init(_ value: String) {
        var value = value
        storage = value.withUTF8 { Storage(UnsafeRawBufferPointer($0)) }
    }

    /// The wrapped value. Call it where the bytes leave for the wire, and nowhere else.
    public func reveal() -> String {
        withBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// Gives `body` the wrapped bytes, without a copy; they must not be kept.
    public func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // The storage must not go while its bytes are in use.
        defer { withExtendedLifetime(storage) {} }
        return try body(storage.bytes)
    }

    /// Whether nothing is wrapped.
    public var isEmpty: Bool {
        storage.bytes.isEmpty
    }

    /// Whether both wrap the same bytes, in a time that depends on the lengths alone, so that a guess learns
    /// nothing from how long its refusal took.
    public func matchesInConstantTime(_ other: Secret) -> Bool {
        withBytes { ours in
            other.withBytes { theirs in
                guard ours.count == theirs.count else { return false }
                var difference: UInt8 = 0
                for index in ours.indices {
                    difference |= ours[index] ^ theirs[index]
                }
                return difference == 0
            }
        }
    }
}

extension Secret: Hashable {
    /// Whether both wrap the same bytes.
    public static func == (one: Secret, other: Secret) -> Bool {
        one.storage === other.storage || one.matchesInConstantTime(other)
    }

    /// Feeds the bytes.
    public func hash(into hasher: inout Hasher) {
        withBytes { hasher.combine(bytes: $0) }
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The fixed text `‹redacted›`: not even the length of the value shows.
    public var description: String { Self.redacted }

    /// The same fixed text as ``description``.
    public var debugDescription: String { description }

    /// A mirror without children, so that `dump` finds nothing inside.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
