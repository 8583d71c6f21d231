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
        while true {
            if let lock = try attempt(file) { return lock }
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
    private func attempt(_ name: String) throws(StoreError) -> HeldLock? {
        let folder: OpenFolder
        do throws(UserFolder.Refusal) {
            folder = try self.folder.open()
        } catch {
            throw .unavailable(store: storeName, error.words)
        }
        guard let file = folder.handle.openFile(name) else {
            // On a full disk there is no new file; the folder itself is there to be locked, for all profiles together.
            let handle = folder.handle
            return try lock(handle) ? HeldLock(handle) : nil
        }
        guard try lock(file) else { return nil }
        // Somebody may have removed the file, or the whole folder, after it was opened: then this is the lock of a file
        // that nobody else will find.
        var mine = stat()
        var named = stat()
        guard fstat(file.descriptor, &mine) == 0, lstat("\(folder.path)/\(name)", &named) == 0,
            mine.st_ino == named.st_ino, mine.st_dev == named.st_dev
        else { return nil }
        // What cleans /tmp by age shall not take it for old.
        futimens(file.descriptor, nil)
        // A process that began before a login began or ended has its lock in the other place.
        guard let otherFolder = self.folder.openOther(), let other = otherFolder.openFile(name) else {
            return HeldLock(file)
        }
        guard flock(other.descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
        return HeldLock(file, other)
    }

    /// Whether the file or folder could be locked; otherwise somebody else has done so.
    private func lock(_ file: borrowing FileHandle) throws(StoreError) -> Bool {
        while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EWOULDBLOCK { return false }
            guard errno == EINTR else { throw unavailable(errno) }
        }
        return true
    }

    private func unavailable(_ number: Int32) -> StoreError {
        .unavailable(store: storeName, systemWords(number))
    }
}

/// A lock that is held until it is released or let go.
final class HeldLock: ProfileLock {
    private let file: Mutex<FileHandle?>
    private let other: Mutex<FileHandle?>

    init(_ file: consuming FileHandle, _ other: consuming FileHandle? = nil) {
        self.file = Mutex(file)
        self.other = Mutex(other)
    }

    deinit {
        release()
    }

    func release() {
        // Not by closing alone: a child that was started a moment ago may have a copy until it runs its program.
        other.withLock { file in
            if let file = file.take() { flock(file.descriptor, LOCK_UN) }
        }
        file.withLock { file in
            if let file = file.take() { flock(file.descriptor, LOCK_UN) }
        }
    }
}
