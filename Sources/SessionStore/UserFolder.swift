import Glibc
import OAuth

/// The folder that all processes of this user share for locks and change notices, whatever their environment says.
///
/// It is below `/run/user/UID`, which the system makes for a user who has logged in and removes when the last login ends,
/// or else in `/tmp`; where somebody else has taken that name there, or it cannot be made, in the user's home, which is slow
/// where it is on another machine. It holds no secrets.
struct UserFolder: Sendable {
    private let inRun: (parent: String, folder: String)?
    private let fixed: String
    private let inHome: String?

    /// The folder at `path`, and nowhere else.
    init(at path: String) {
        inRun = nil
        fixed = path
        inHome = nil
    }

    /// The folder at `path`, or the user's own place for it.
    init(_ path: String?) {
        self =
            path.map { UserFolder(at: $0) }
            ?? UserFolder(run: "/run/user/\(getuid())", temporary: "/tmp", home: Self.home)
    }

    /// A folder in `run`, where that is a folder of this user, or else in `temporary`, or else below `home`.
    init(run: String, temporary: String, home: String? = nil) {
        inRun = (run, "\(run)/genesys-login")
        fixed = "\(temporary)/genesys-login-\(getuid())"
        inHome = home.map { "\($0)/.local/state/genesys-login" }
    }

    /// The user's home as the system knows it, whatever the environment says.
    private static var home: String? {
        guard let entry = getpwuid(getuid()), let folder = entry.pointee.pw_dir else { return nil }
        return String(cString: folder)
    }

    /// Where the folder is to be now.
    var path: String {
        guard let inRun else { return fixed }
        var status = stat()
        let isOurs = lstat(inRun.parent, &status) == 0 && Self.isFolder(status) && status.st_uid == getuid()
        if isOurs { return inRun.folder }
        // Who takes the name in /tmp would have every process go on without a lock.
        guard let inHome, lstat(fixed, &status) == 0, !Self.isFolder(status) || status.st_uid != getuid() else {
            return fixed
        }
        return inHome
    }

    /// Where another process may have it, beside `path`: from before a login began or ended, or when there was no room.
    func others(than path: String) -> [String] {
        guard let inRun else { return [] }
        return [inRun.folder, fixed, inHome].compactMap(\.self).filter { $0 != path }
    }

    /// Why there is no folder to use.
    struct Refusal: Error {
        let words: ServerText
    }

    /// Opens the folder at ``path``, made if it is missing, or else the one in the user's home; and says where it is.
    ///
    /// - Throws: ``Refusal`` where it cannot be made, is a link or no folder, or belongs to somebody else.
    func open() throws(Refusal) -> OpenFolder {
        let path = path
        do throws(Refusal) {
            return OpenFolder(handle: try make(path), path: path)
        } catch {
            // A full disk, or one that is only read.
            guard let inHome, path != inHome, let handle = try? make(inHome) else { throw error }
            return OpenFolder(handle: handle, path: inHome)
        }
    }

    private func make(_ path: String) throws(Refusal) -> FileHandle {
        if path == inHome { Self.makeParents(of: path) }
        mkdir(path, 0o700)
        return try Self.open(path)
    }

    /// Opens the folder at `path`, where there is one of this user.
    static func openExisting(_ path: String) -> FileHandle? {
        try? open(path)
    }

    private static func open(_ path: String) throws(Refusal) -> FileHandle {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            // So the two flags together answer to a link too.
            if errno == ENOTDIR, access(path, F_OK) == 0 {
                throw Refusal(words: ServerText("\(path) is no folder of its own"))
            }
            throw Refusal(words: ServerText("\(path): \(systemWords(errno))"))
        }
        let handle = FileHandle(descriptor)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw Refusal(words: ServerText("\(path): \(systemWords(errno))"))
        }
        guard status.st_uid == getuid() else { throw Refusal(words: ServerText("\(path) belongs to somebody else")) }
        // Whoever can write there could hold up every refresh. And a umask may have taken away more than meant.
        if status.st_mode & 0o777 != 0o700, fchmod(descriptor, 0o700) != 0 {
            throw Refusal(words: ServerText("\(path) is open to others: \(systemWords(errno))"))
        }
        return handle
    }

    private static func makeParents(of path: String) {
        for slash in path.indices.dropFirst() where path[slash] == "/" { mkdir(String(path[..<slash]), 0o700) }
    }

    private static func isFolder(_ status: stat) -> Bool {
        status.st_mode & S_IFMT == S_IFDIR
    }
}

/// The folder, open, and where it is.
struct OpenFolder: ~Copyable {
    let handle: FileHandle
    let path: String
}

/// An open file or folder, closed when let go.
struct FileHandle: ~Copyable, Sendable {
    let descriptor: Int32

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Gives the descriptor away: who takes it closes it.
    consuming func handOver() -> Int32 {
        let descriptor = descriptor
        discard self
        return descriptor
    }

    /// The same folder once more, locked and closed on its own; `nil` where that fails, with the reason in `errno`.
    func again() -> FileHandle? {
        let file = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        return file < 0 ? nil : FileHandle(file)
    }

    /// Opens the file `name` in this folder, made if it is missing, for this user alone; a link is not followed, and a file
    /// that somebody else could put there is removed. `nil` where that fails, with the reason in `errno`.
    func openFile(_ name: String) -> FileHandle? {
        for _ in 0..<2 {
            let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
            let file = openat(descriptor, name, flags, 0o600)
            var status = stat()
            let isOurs = file >= 0 && fstat(file, &status) == 0 && status.st_uid == getuid()
            if isOurs { return FileHandle(file) }
            let number = errno
            if file >= 0 { close(file) }
            guard file >= 0 || number == EACCES || number == ELOOP, unlinkat(descriptor, name, 0) == 0 else {
                errno = number
                return nil
            }
        }
        return nil
    }
}
