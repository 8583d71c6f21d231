public import OAuth

/// Where sessions are kept, one for each configuration profile.
public struct SessionStore: Sendable {
    /// What a person calls the store: `memory`, `kernel` or `secret-service`.
    public let name: String
    /// Whether other processes of the same person see what it keeps.
    public let isShared: Bool
    /// The profile's session, where there is one. One that is over counts as none. A person may be asked to unlock it.
    public let load: @Sendable (_ profileName: String) async throws(StoreError) -> Session?
    /// The same, one that is over and has not been removed included.
    public let loadLast: @Sendable (_ profileName: String) async throws(StoreError) -> Session?
    /// Whether there is one that nobody has unlocked; nobody is asked to.
    public let isLocked: @Sendable (_ profileName: String) async -> Bool
    /// Keeps a session, in place of an older one of its profile.
    public let save: @Sendable (Session) async throws(StoreError) -> Void
    /// Removes the profile's session; none is no error.
    public let forget: @Sendable (_ profileName: String) async throws(StoreError) -> Void
    /// Removes the profile's session where it is the one that is meant, and gives it; `isMeant` gets `nil` for what cannot be
    /// read. One that another process keeps meanwhile is not touched. Not to be called while holding the profile's lock,
    /// which a store may need for this.
    public let remove:
        @Sendable (_ profileName: String, _ isMeant: @Sendable (Session?) -> Bool) async throws(StoreError) -> Session?
    /// Waits until no other process (nor another task of this one) holds the profile's lock, and takes it. The system
    /// releases it when the process dies.
    public let lock: @Sendable (_ profileName: String) async throws(StoreError) -> any ProfileLock
    /// An element for each time that some process has saved or forgotten the profile's session, its own actions
    /// included; several in short order may be one. Ends when the task that reads it is cancelled.
    public let changes: @Sendable (_ profileName: String) -> AsyncStream<Void>

    /// A store of these actions; without `loadLast` nothing is there that is over.
    public init(
        name: String,
        isShared: Bool,
        load: @escaping @Sendable (_ profileName: String) async throws(StoreError) -> Session?,
        loadLast: (@Sendable (_ profileName: String) async throws(StoreError) -> Session?)? = nil,
        isLocked: @escaping @Sendable (_ profileName: String) async -> Bool = { _ in false },
        save: @escaping @Sendable (Session) async throws(StoreError) -> Void,
        forget: @escaping @Sendable (_ profileName: String) async throws(StoreError) -> Void,
        remove:
            @escaping @Sendable (_ profileName: String, _ isMeant: @Sendable (Session?) -> Bool)
            async throws(StoreError) ->
            Session?,
        lock: @escaping @Sendable (_ profileName: String) async throws(StoreError) -> any ProfileLock,
        changes: @escaping @Sendable (_ profileName: String) -> AsyncStream<Void>
    ) {
        self.name = name
        self.isShared = isShared
        self.load = load
        self.loadLast = loadLast ?? load
        self.isLocked = isLocked
        self.save = save
        self.forget = forget
        self.remove = remove
        self.lock = lock
        self.changes = changes
    }
}

/// What a program notes about a session for the others that share it.
public enum SessionFact: String, Sendable {
    /// Its refresh token is spent: a store that takes nothing may give the session for long.
    case spent
    /// A refresh of it has had no answer, or none that could be used: a token that came of it may live on at the server.
    case left
    /// What came of its refresh was deleted at the server.
    case deleted
}

/// A profile's lock, held until it is released.
public protocol ProfileLock: Sendable {
    /// Whether somebody else had it when it was asked for.
    var hadToWait: Bool { get }
    /// Notes `fact` for whoever has the lock later.
    func note(_ fact: SessionFact, of session: Session)
    /// Takes a note back.
    func retract(_ fact: SessionFact, of session: Session)
    /// Whether that was noted, among the last few.
    func hasNoted(_ fact: SessionFact, of session: Session) -> Bool
    /// Releases the lock; a second call does nothing.
    func release()
}
