public import FoundationEssentials
import Glibc
import OAuth

extension SessionStore {
    /// A store in the kernel's memory, shared by all processes of this user and by nobody else: a key in the user keyring
    /// for each profile, called `genesys-login:PROFILE`, which the kernel drops when the session is over
    /// (``Session/storedUntil``) or the machine stops. Nothing is on disk.
    ///
    /// - Parameters:
    ///   - folder: Where locks and change notices are; the user's own place for them unless given.
    ///   - patience: How long the lock is waited for.
    ///   - now: The clock.
    public static func kernel(
        folder: String? = nil,
        patience: Duration = defaultPatience,
        now: @escaping @Sendable () -> Date = { Date() }
    ) -> SessionStore {
        let name = "kernel"
        let coordination = Coordination(storeName: name, folder: UserFolder(folder), patience: patience)

        @Sendable func forget(_ profileName: String) throws(StoreError) {
            do throws(KernelKeyring.Refusal) {
                try KernelKeyring.remove(description(profileName))
            } catch {
                throw storeError(error, name)
            }
            coordination.notices.post(profileName)
        }

        let loadLast = { @Sendable (profileName: String) async throws(StoreError) -> Session? in
            let bytes: SecretBytes?
            do throws(KernelKeyring.Refusal) {
                bytes = try KernelKeyring.read(description(profileName))
            } catch {
                throw storeError(error, name)
            }
            guard let bytes else { return nil }
            return try StoredSession.decode(bytes, for: profileName, in: name).doubtingTheFuture(at: now())
        }
        return SessionStore(
            name: name,
            isShared: true,
            load: { profileName throws(StoreError) in
                try await loadLast(profileName).flatMap { $0.storedUntil > now() ? $0 : nil }
            },
            loadLast: loadLast,
            save: { session throws(StoreError) in
                // A timeout of no seconds would mean none at all.
                let seconds = session.storedUntil.timeIntervalSince(now()).rounded(.up)
                guard seconds >= 1 else { return try forget(session.profileName) }
                let bytes = try StoredSession.encode(session, for: name)
                guard bytes.count <= KernelKeyring.largestPayload else {
                    throw .tooLarge(store: name, size: bytes.count, limit: KernelKeyring.largestPayload)
                }
                do throws(KernelKeyring.Refusal) {
                    try await patiently { () throws(KernelKeyring.Refusal) in
                        try KernelKeyring.write(
                            bytes,
                            description(session.profileName),
                            seconds: UInt32(min(seconds, Double(Int32.max)))
                        )
                    }
                } catch {
                    throw storeError(error, name)
                }
                coordination.notices.post(session.profileName)
            },
            forget: { profileName throws(StoreError) in try forget(profileName) },
            remove: { profileName, isMeant throws(StoreError) in
                var session: Session?
                do throws(KernelKeyring.Refusal) {
                    let isRemoved = try KernelKeyring.remove(description(profileName)) { bytes in
                        session = try? StoredSession.decode(bytes, for: profileName, in: name)
                        return isMeant(session)
                    }
                    guard isRemoved else { return nil }
                } catch {
                    throw storeError(error, name)
                }
                coordination.notices.post(profileName)
                return session
            },
            lock: { profileName throws(StoreError) in try await coordination.lock(profileName) },
            changes: { profileName in coordination.notices.stream(profileName) }
        )
    }

    /// Whether ``kernel(folder:patience:now:)`` can keep a session here: containers often forbid it. Takes some
    /// microseconds and leaves nothing behind. A quota that is used up is no reason against it: sessions that are kept
    /// can still be read.
    public static func kernelWorks() -> Bool {
        do throws(KernelKeyring.Refusal) {
            try KernelKeyring.probe()
            return true
        } catch {
            return error.number == EDQUOT
        }
    }

    /// What a session takes, in bytes, with the shortest tokens there are.
    private static let smallSession = 512

    /// Whether the user's quota of keys has no room for a session, though it be a small one. Leaves nothing behind.
    public static func kernelIsFull() async -> Bool {
        do throws(KernelKeyring.Refusal) {
            try await patiently { () throws(KernelKeyring.Refusal) in try KernelKeyring.probe(smallSession) }
            return false
        } catch {
            return error.number == EDQUOT
        }
    }

    /// Makes a key, a few times if need be: those that were replaced a moment ago count against the quota until the kernel
    /// has cleared them away, some milliseconds later.
    private static func patiently(
        _ make: () throws(KernelKeyring.Refusal) -> Void
    ) async throws(KernelKeyring.Refusal) {
        for _ in 0..<5 {
            do throws(KernelKeyring.Refusal) {
                return try make()
            } catch {
                guard error.number == EDQUOT else { throw error }
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
        try make()
    }

    private static func description(_ profileName: String) -> String {
        "genesys-login:\(StoredName(profileName))"
    }

    private static func storeError(_ refusal: KernelKeyring.Refusal, _ name: String) -> StoreError {
        refusal.number == EDQUOT ? .quotaExceeded(store: name) : .unavailable(store: name, systemWords(refusal.number))
    }
}
