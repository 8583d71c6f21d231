import Glibc
import OAuth

/// Replaces a small file in one step.
enum AtomicFile {
    /// Gives the file's bytes (none where there is no file) to `change`, and puts its result in their place: written
    /// beside the file, brought to the disk, and renamed.
    ///
    /// Writers of the same folder wait for each other, so that none undoes another's change.
    static func update(
        _ path: String,
        atMost limit: Int,
        _ change: ([UInt8]) throws(UsageError) -> [UInt8]
    ) throws(UsageError) {
        let target = try linkTarget(path)
        let folder = directory(of: target)
        if target == path { makeFolders(folder) }
        let lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0 else { throw notWritten(path, FileBytes.systemWords(errno)) }
        defer { close(lock) }
        waitForLock(lock)
        let old = try FileBytes.read(target, atMost: limit)
        let new = try change(old ?? [])
        guard new != old else { return }
        try replace(target, in: lock, with: new, named: path)
        // The rename itself is on the disk once its folder is; where the folder cannot be synced, the file still is.
        _ = fsync(lock)
    }

    private static func replace(_ target: String, in folder: Int32, with bytes: [UInt8], named path: String)
        throws(UsageError)
    {
        let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
        let temporary = "\(directory(of: target))/.config.toml.\(suffix)"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw notWritten(path, FileBytes.systemWords(errno)) }
        // The superuser may be at work in somebody's home, where everything is that one's.
        var old = stat()
        if stat(target, &old) == 0 || fstat(folder, &old) == 0, old.st_uid != geteuid() {
            _ = fchown(file, old.st_uid, old.st_gid)
        }
        // A umask may have taken more away than meant.
        let written = fchmod(file, 0o600) == 0 && writeAll(bytes, to: file) && fsync(file) == 0
        let problem = errno
        let closed = close(file) == 0
        guard written, closed else {
            unlink(temporary)
            throw notWritten(path, FileBytes.systemWords(written ? errno : problem))
        }
        guard rename(temporary, target) == 0 else {
            let problem = errno
            unlink(temporary)
            throw notWritten(path, FileBytes.systemWords(problem))
        }
    }

    private static func writeAll(_ bytes: [UInt8], to file: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Where the symbolic links end that `path` starts; the end need not be there.
    private static func linkTarget(_ path: String) throws(UsageError) -> String {
        var target = path
        for _ in 0..<40 {
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
            let count = readlink(target, &buffer, buffer.count - 1)
            guard count >= 0 else { return target }
            let link = String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
            target = link.hasPrefix("/") ? link : "\(directory(of: target))/\(link)"
        }
        throw notWritten(path, FileBytes.systemWords(ELOOP))
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes the folder and those above it that are missing, for the owner of the folder that is there alone.
    private static func makeFolders(_ folder: String) {
        let parent = directory(of: folder)
        guard access(folder, F_OK) != 0, errno == ENOENT, parent != folder else { return }
        makeFolders(parent)
        let above = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard above >= 0 else {
            mkdir(folder, 0o700)
            return
        }
        defer { close(above) }
        // By its name in a folder that is held: a path could lead elsewhere by the time that the owner is set.
        let name = String(folder[(folder.lastIndex(of: "/").map(folder.index(after:)) ?? folder.startIndex)...])
        var owner = stat()
        guard mkdirat(above, name, 0o700) == 0, fstat(above, &owner) == 0, owner.st_uid != geteuid() else { return }
        fchownat(above, name, owner.st_uid, owner.st_gid, AT_SYMLINK_NOFOLLOW)
    }

    /// Waits two seconds at most: a writer that hangs, or a file system without locks, must not stop this one, and
    /// the rename is safe without.
    private static func waitForLock(_ folder: Int32) {
        for _ in 0..<200 {
            if flock(folder, LOCK_EX | LOCK_NB) == 0 { return }
            guard errno == EWOULDBLOCK || errno == EINTR else { return }
            usleep(10_000)
        }
    }

    private static func notWritten(_ path: String, _ reason: String) -> UsageError {
        UsageError(
            "\(ServerText(path)) cannot be written: \(reason).",
            "Make the file and its folder writable, or set the values with --client-id and --region."
        )
    }
}
