import Glibc
import OAuth
import Synchronization

/// One lock for each profile, over all processes of this user: `flock` on a file, which the system undoes when the
/// process dies, however it dies.
struct ProfileLocks: Sendable {
    let storeName: String
    let folder: UserFolder
    let patience: Duration

    /// The pause after a try that failed, in milliseconds: from the first to the last.
    private static let pauses: ClosedRange<Double> = 5...50

    /// Waits for the profile's lock and takes it.
    ///
    /// - Throws: ``StoreError/busy(profileName:seconds:)`` when the wait was too long or its task is cancelled,
    ///   ``StoreError/unavailable(store:_:)`` where there can be no lock.
    func acquire(_ profileName: String) async throws(StoreError) -> HeldLock {
        let file = "\(StoredName(profileName)).lock"
        let start = ContinuousClock.now
        var pause = Self.pauses.lowerBound
        var hadToWait = false
        while true {
            if let lock = try attempt(file, hadToWait: hadToWait) { return lock }
            hadToWait = true
            let waited = ContinuousClock.now - start
            do {
                guard waited < patience else { throw CancellationError() }
                // Not all at the same time.
                try await Task.sleep(for: .milliseconds(pause * .random(in: 0.75...1)))
            } catch {
                throw .busy(profileName: profileName, seconds: Int((ContinuousClock.now - start).components.seconds))
            }
            pause = min(pause * 1.5, Self.pauses.upperBound)
        }
    }

    /// Takes the lock if nobody holds it.
    private func attempt(_ name: String, hadToWait: Bool) throws(StoreError) -> HeldLock? {
        let folder: OpenFolder
        do throws(UserFolder.Refusal) {
            folder = try self.folder.open()
        } catch {
            throw .unavailable(store: storeName, error.words)
        }
        let held = HeldLock(hadToWait: hadToWait)
        guard let file = folder.handle.openFile(name) else {
            // On a full disk there is no new file; the folder itself is there to be locked, for all profiles together.
            return try held.take(folder.handle.again(), LOCK_EX, else: unavailable) ? held : nil
        }
        // Whoever has a file keeps out those who had none.
        guard try held.take(folder.handle.again(), LOCK_SH, else: unavailable) else { return nil }
        // Somebody may remove the file, or the whole folder, after it was opened: then this is the lock of a file that
        // nobody else will find.
        var mine = stat()
        var named = stat()
        let isThere = fstat(file.descriptor, &mine) == 0
        guard try held.takeFile(file, else: unavailable), isThere, lstat("\(folder.path)/\(name)", &named) == 0,
            mine.st_ino == named.st_ino, mine.st_dev == named.st_dev
        else { return nil }
        // What cleans /tmp by age shall not take it for old.
        utimensat(AT_FDCWD, "\(folder.path)/\(name)", nil, AT_SYMLINK_NOFOLLOW)
        // A process that began before a login began or ended, or when there was no room, has its lock in another place.
        for other in self.folder.others(than: folder.path) {
            guard let elsewhere = UserFolder.openExisting(other) else { continue }
            guard try held.take(elsewhere.again(), LOCK_SH, else: unavailable) else { return nil }
            guard let file = elsewhere.openFile(name) else { continue }
            guard try held.takeFile(file, else: unavailable) else { return nil }
        }
        return held
    }

    private func unavailable(_ number: Int32) -> StoreError {
        .unavailable(store: storeName, systemWords(number))
    }
}

/// A lock that is held until it is released or let go: all that was taken for it.
final class HeldLock: ProfileLock {
    let hadToWait: Bool
    private let descriptors = Mutex<[Int32]>([])
    /// The profile's own files among them, where there was room for one.
    private let files = Mutex<[Int32]>([])

    fileprivate init(hadToWait: Bool) {
        self.hadToWait = hadToWait
    }

    deinit {
        release()
    }

    /// Takes a file or folder too, and keeps it; `false` where somebody else has it.
    fileprivate func take(
        _ file: consuming FileHandle?,
        _ kind: Int32,
        else failure: (Int32) -> StoreError
    ) throws(StoreError) -> Bool {
        guard let file else { throw failure(errno) }
        while flock(file.descriptor, kind | LOCK_NB) != 0 {
            if errno == EWOULDBLOCK { return false }
            guard errno == EINTR else { throw failure(errno) }
        }
        let descriptor = file.handOver()
        descriptors.withLock { $0.append(descriptor) }
        return true
    }

    /// Takes the profile's file, which notes are written to.
    fileprivate func takeFile(
        _ file: consuming FileHandle,
        else failure: (Int32) -> StoreError
    ) throws(StoreError) -> Bool {
        let descriptor = file.descriptor
        guard try take(file, LOCK_EX, else: failure) else { return false }
        files.withLock { $0.append(descriptor) }
        LockNotes.reserve(in: descriptor)
        return true
    }

    func note(_ fact: SessionFact, of session: Session) {
        files.withLock { files in
            for file in files { LockNotes(in: file).adding(fact, of: session).write(to: file) }
        }
    }

    func retract(_ fact: SessionFact, of session: Session) {
        files.withLock { files in
            for file in files { LockNotes(in: file).removing(fact, of: session).write(to: file) }
        }
    }

    func hasNoted(_ fact: SessionFact, of session: Session) -> Bool {
        files.withLock { files in files.contains { LockNotes(in: $0).contain(fact, of: session) } }
    }

    func release() {
        // Before the numbers can be another file's.
        files.withLock { $0 = [] }
        let all = descriptors.withLock { descriptors in
            defer { descriptors = [] }
            return descriptors
        }
        for descriptor in all.reversed() {
            // Not by closing alone: a child that was started a moment ago may have a copy until it runs its program.
            flock(descriptor, LOCK_UN)
            close(descriptor)
        }
    }
}
