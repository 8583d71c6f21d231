public import Logging
import OAuth
public import SessionStore

extension SessionStore {
    /// The same store, with a line in `log` for each of its actions.
    public func logged(to log: Logger) -> SessionStore {
        guard log.logLevel < .critical else { return self }
        @Sendable func run<Result>(
            _ action: String,
            _ profile: String,
            level: Logger.Level,
            _ body: () async throws(StoreError) -> Result
        ) async throws(StoreError) -> Result {
            let start = ContinuousClock.now
            var metadata: Logger.Metadata = ["profile": "\(profile)", "store": "\(name)"]
            do throws(StoreError) {
                let result = try await body()
                metadata["ms"] = "\(start.milliseconds)"
                log.log(level: level, "store: \(action)", metadata: metadata)
                return result
            } catch {
                metadata["reason"] = "\(CaseNames(of: error))"
                log.warning("store: \(action) failed", metadata: metadata)
                throw error
            }
        }
        return SessionStore(
            name: name,
            isShared: isShared,
            load: { [load] profile throws(StoreError) in
                try await run("load", profile, level: .debug) { () throws(StoreError) in try await load(profile) }
            },
            loadLast: { [loadLast] profile throws(StoreError) in
                try await run("load", profile, level: .debug) { () throws(StoreError) in try await loadLast(profile) }
            },
            isLocked: isLocked,
            save: { [save] session throws(StoreError) in
                try await run("save", session.profileName, level: .info) { () throws(StoreError) in
                    try await save(session)
                }
            },
            forget: { [forget] profile throws(StoreError) in
                try await run("forget", profile, level: .info) { () throws(StoreError) in try await forget(profile) }
            },
            remove: { [remove] profile, isMeant throws(StoreError) in
                try await run("remove", profile, level: .info) { () throws(StoreError) in
                    try await remove(profile, isMeant)
                }
            },
            lock: { [lock] profile throws(StoreError) in
                try await run("lock", profile, level: .debug) { () throws(StoreError) in try await lock(profile) }
            },
            changes: changes
        )
    }
}
