import OAuth

extension SessionStore {
    /// A store in this process's memory alone: what it keeps is gone at exit.
    public static func memory() -> SessionStore {
        let memory = Memory()
        return SessionStore(
            name: "memory",
            isShared: false,
            load: { profileName in await memory.sessions[profileName] },
            save: { session in await memory.keep(session) },
            forget: { profileName in _ = await memory.remove(profileName) { _ in true } },
            remove: { profileName, isMeant in await memory.remove(profileName, isMeant) },
            lock: { _ in NothingToLock() },
            changes: { _ in AsyncStream { $0.finish() } }
        )
    }
}

/// No other process sees the memory, and in this one the engine refreshes once at a time.
private struct NothingToLock: ProfileLock {
    func release() {}
}

private actor Memory {
    private(set) var sessions: [String: Session] = [:]

    func keep(_ session: Session) {
        sessions[session.profileName] = session
    }

    func remove(_ profileName: String, _ isMeant: (Session?) -> Bool) -> Session? {
        guard let kept = sessions[profileName], isMeant(kept) else { return nil }
        sessions[profileName] = nil
        return kept
    }
}
