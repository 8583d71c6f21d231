/// Why a session store did not do its work. The session in hand is never lost by it.
public enum StoreError: Error, Sendable, Hashable {
    /// The store, called by its name, is not there; the system's words.
    case unavailable(store: String, ServerText)
    /// The store is there and locked, and nobody unlocked it.
    case locked(store: String)
    /// A program that the store needs is not installed; the Debian package that has it.
    case programMissing(store: String, program: String, package: String)
    /// The session is larger than the store takes; both in bytes.
    case tooLarge(store: String, size: Int, limit: Int)
    /// The person's share of the store is used up.
    case quotaExceeded(store: String)
    /// What is kept was written by another version of the program.
    case unknownVersion(store: String, Int)
    /// What is kept cannot be read.
    case unreadable(store: String)
    /// Another process held the profile's lock for too long; in seconds.
    case busy(profileName: String, seconds: Int)
    /// The profile's place is another sign-in's, of this client at this server.
    case placeTaken(profileName: String, clientID: ClientID, loginURL: String)
}
