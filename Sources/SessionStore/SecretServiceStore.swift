public import FoundationEssentials
import OAuth

extension SessionStore {
    /// How long an answer of the desktop's keyring is waited for unless told otherwise. Within it a person may unlock
    /// the keyring.
    public static let defaultUnlockPatience: Duration = .seconds(30)

    /// A store in the desktop's keyring (GNOME's, KDE's, KeePassXC's), which keeps it encrypted on disk: an item for each
    /// profile, with the attributes `application` (`genesys-login`) and `profile`. It needs `secret-tool` of Debian's
    /// `libsecret-tools`.
    ///
    /// The keyring knows no end of a session: one that is over (``Session/storedUntil``) stays until the next one takes
    /// its place, and is not loaded.
    /// - Parameters:
    ///   - folder: Where locks and change notices are; the user's own place for them unless given.
    ///   - environment: The whole environment of `secret-tool`; this process's own unless given.
    ///   - patience: How long the lock is waited for.
    ///   - unlockPatience: How long an answer is waited for, a person's included who is asked to unlock the keyring.
    ///   - now: The clock.
    public static func secretService(
        folder: String? = nil,
        environment: [String: String]? = nil,
        patience: Duration = defaultPatience,
        unlockPatience: Duration = defaultUnlockPatience,
        now: @escaping @Sendable () -> Date = { Date() }
    ) -> SessionStore {
        let name = "secret-service"
        let coordination = Coordination(storeName: name, folder: UserFolder(folder), patience: patience)
        let items = SecretItems(
            tool: SecretTool(storeName: name, environment: environment, patience: unlockPatience)
        )
        let loadLast = { @Sendable (profileName: String) async throws(StoreError) -> Session? in
            guard let bytes = try await items.load(profileName) else { return nil }
            return try StoredSession.decode(bytes, for: profileName, in: name).doubtingTheFuture(at: now())
        }
        return SessionStore(
            name: name,
            isShared: true,
            load: { profileName throws(StoreError) in
                try await loadLast(profileName).flatMap { $0.storedUntil > now() ? $0 : nil }
            },
            loadLast: loadLast,
            isLocked: { profileName in await items.isLocked(profileName) },
            save: { session throws(StoreError) in
                try await uncancelled { () throws(StoreError) in
                    if session.storedUntil > now() {
                        try await items.save(StoredSession.encode(session, for: name), session.profileName)
                    } else {
                        try await items.remove(session.profileName)
                    }
                }
                coordination.notices.post(session.profileName)
            },
            forget: { profileName throws(StoreError) in
                // One of several may be gone.
                defer { coordination.notices.post(profileName) }
                try await uncancelled { () throws(StoreError) in try await items.remove(profileName) }
            },
            remove: { profileName, isMeant throws(StoreError) in
                // The keyring cannot compare and remove in one step. Whoever keeps a session holds the lock: it is waited for,
                // for what is removed unseen could not be deleted at the server.
                let lock = try? await coordination.lock(profileName)
                defer { lock?.release() }
                guard let bytes = try await items.load(profileName) else { return nil }
                let session = try? StoredSession.decode(bytes, for: profileName, in: name)
                guard isMeant(session) else { return nil }
                defer { coordination.notices.post(profileName) }
                try await uncancelled { () throws(StoreError) in try await items.remove(profileName) }
                return session
            },
            lock: { profileName throws(StoreError) in try await coordination.lock(profileName) },
            changes: { profileName in coordination.notices.stream(profileName) }
        )
    }

    /// Runs `body` to its end although the calling task is cancelled: a session with a new refresh token must be kept,
    /// for the old one is of no use any more.
    private static func uncancelled(
        _ body: @escaping @Sendable () async throws(StoreError) -> Void
    ) async throws(StoreError) {
        let result = await Task {
            do throws(StoreError) {
                try await body()
                return Result<Void, StoreError>.success(())
            } catch {
                return .failure(error)
            }
        }.value
        try result.get()
    }
}

/// The items of this program in the desktop's keyring.
private struct SecretItems: Sendable {
    let tool: SecretTool

    func load(_ profileName: String) async throws(StoreError) -> SecretBytes? {
        if let bytes = try await lookUp(profileName) { return bytes }
        // `secret-tool` ends in the same way where there is no item and where there is one that nobody unlocked: it fails
        // without a word. Searching tells them apart, for it lists locked items too and asks nobody.
        let search = try await tool.run(["search"] + Self.attributes(profileName))
        guard search.succeeded else { throw error(search.words) }
        guard search.output.count > 0 else { return nil }
        guard search.output.contains(Self.secret) else { throw .locked(store: tool.storeName) }
        // It came between the two.
        return try await lookUp(profileName)
    }

    private func lookUp(_ profileName: String) async throws(StoreError) -> SecretBytes? {
        let answer = try await tool.run(["lookup"] + Self.attributes(profileName))
        if answer.succeeded { return answer.output }
        if !answer.words.isEmpty { throw error(answer.words) }
        return nil
    }

    /// An item that is locked is listed without its secret.
    func isLocked(_ profileName: String) async -> Bool {
        do throws(StoreError) {
            let answer = try await tool.run(["search"] + Self.attributes(profileName))
            return answer.succeeded && answer.output.count > 0 && !answer.output.contains(Self.secret)
        } catch {
            if case .locked = error { return true } else { return false }
        }
    }

    func save(_ bytes: consuming SecretBytes, _ profileName: String) async throws(StoreError) {
        let label = "--label=genesys-login: \(StoredName(profileName))"
        let answer = try await tool.run(
            ["store", label] + Self.attributes(profileName),
            input: tool.socket(holding: bytes)
        )
        if !answer.succeeded { throw error(answer.words) }
    }

    func remove(_ profileName: String) async throws(StoreError) {
        let answer = try await tool.run(["clear"] + Self.attributes(profileName))
        if !answer.succeeded, !answer.words.isEmpty { throw error(answer.words) }
        // There may be another one, in a keyring that is locked: the person's default was changed.
        let search = try await tool.run(["search"] + Self.attributes(profileName))
        guard search.succeeded else { throw error(search.words) }
        guard search.output.count > 0 else { return }
        guard search.output.contains(Self.secret) else { throw .locked(store: tool.storeName) }
        throw .unavailable(store: tool.storeName, ServerText("the keyring has the session still"))
    }

    /// Before an item's secret, where it is not locked.
    private static let secret = "\nsecret = "

    private func error(_ words: ServerText) -> StoreError {
        if words.display.contains("locked collection") || words.display.contains("locked object") {
            return .locked(store: tool.storeName)
        }
        return .unavailable(
            store: tool.storeName,
            words.isEmpty ? ServerText("\(SecretTool.program) failed without a word") : words
        )
    }

    private static func attributes(_ profileName: String) -> [String] {
        ["application", "genesys-login", "profile", StoredName(profileName).description]
    }
}
