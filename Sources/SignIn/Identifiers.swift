/// Names one attempt to sign in. Results that carry another attempt's id are late and are ignored.
public struct AttemptID: Sendable, Hashable {
    private let value: UInt64

    /// An id that no other attempt of this process has.
    public init(_ value: UInt64) {
        self.value = value
    }
}

/// Names one session, from its first token to its end. A refreshed session keeps its id.
public struct SessionID: Sendable, Hashable {
    private let value: UInt64

    /// An id that no other session of this process has.
    public init(_ value: UInt64) {
        self.value = value
    }
}

/// Names one callback request whose answer the browser waits for.
public struct ReplyID: Sendable, Hashable {
    private let value: UInt64

    /// An id that no other request of this process has.
    public init(_ value: UInt64) {
        self.value = value
    }
}
