public import OAuth

/// Where sessions are kept, one for each configuration profile.
public struct SessionStore: Sendable {
    /// What a person calls the store, for example `memory`.
    public let name: String
    /// The profile's session, where there is one.
    public let load: @Sendable (_ profileName: String) async throws(StoreError) -> Session?
    /// Keeps a session, in place of an older one of its profile.
    public let save: @Sendable (Session) async throws(StoreError) -> Void
    /// Removes the profile's session; none is no error.
    public let forget: @Sendable (_ profileName: String) async throws(StoreError) -> Void

    /// A store of these three actions.
    public init(
        name: String,
        load: @escaping @Sendable (_ profileName: String) async throws(StoreError) -> Session?,
        save: @escaping @Sendable (Session) async throws(StoreError) -> Void,
        forget: @escaping @Sendable (_ profileName: String) async throws(StoreError) -> Void
    ) {
        self.name = name
        self.load = load
        self.save = save
        self.forget = forget
    }
}

/// Why a store did not do its work. The session in hand is never lost by it.
public enum StoreError: Error, Sendable, Hashable {
    /// The store is not there, or is locked; the system's words.
    case unavailable(ServerText)
}
