import OAuth

extension SessionStore {
    /// A store in this process's memory alone: what it keeps is gone at exit.
    public static func memory() -> SessionStore {
        let memory = Memory()
        return SessionStore(
            name: "memory",
            load: { profileName in await memory.sessions[profileName] },
            save: { session in await memory.keep(session) },
            forget: { profileName in await memory.remove(profileName) }
        )
    }
}

private actor Memory {
    private(set) var sessions: [String: Session] = [:]

    func keep(_ session: Session) {
        sessions[session.profileName] = session
    }

    func remove(_ profileName: String) {
        sessions[profileName] = nil
    }
}
