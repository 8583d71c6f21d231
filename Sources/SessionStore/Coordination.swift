import OAuth

/// What the processes that share a store agree by: a lock for each profile, and notices of changes.
struct Coordination: Sendable {
    let notices: ChangeNotices
    private let locks: ProfileLocks

    init(storeName: String, folder: UserFolder, patience: Duration) {
        notices = ChangeNotices(folder: folder)
        locks = ProfileLocks(storeName: storeName, folder: folder, patience: patience)
    }

    func lock(_ profileName: String) async throws(StoreError) -> any ProfileLock {
        try await locks.acquire(profileName)
    }
}

extension SessionStore {
    /// How long a lock is waited for unless told otherwise: longer than a refresh may take, with its retries.
    public static let defaultPatience: Duration = .seconds(45)
}
