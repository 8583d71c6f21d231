import Glibc
import OAuth

/// Reads whole files, and says in words why one cannot be read.
enum FileBytes {
    /// The bytes of `path`; `nil` where there is no such file.
    static func read(_ path: String, atMost limit: Int) throws(UsageError) -> [UInt8]? {
        // Not to wait for a writer where a pipe stands in the file's place.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw unreadable(path, because: systemWords(errno))
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw unreadable(path, because: systemWords(errno)) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw unreadable(path, because: "it is a directory")
        default: throw unreadable(path, because: "it is no regular file")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw unreadable(path, because: systemWords(errno)) }
            bytes += buffer[..<count]
            guard bytes.count <= limit else {
                throw unreadable(path, because: "it is larger than \(limit / 1024) KiB")
            }
        }
    }

    /// Whether somebody else may change the file: everybody may write it or its folder (but for a sticky one), or it belongs to
    /// neither this user nor the superuser. A group may be the user's own.
    static func isOpenToOthers(_ path: String) -> Bool {
        func isOpen(_ path: String, isFolder: Bool) -> Bool {
            var status = stat()
            guard stat(path, &status) == 0 else { return false }
            let isWritable = status.st_mode & S_IWOTH != 0 && (!isFolder || status.st_mode & S_ISVTX == 0)
            return isWritable || ![geteuid(), 0].contains(status.st_uid)
        }
        guard access(path, F_OK) == 0, let slash = path.lastIndex(of: "/") else { return false }
        return isOpen(path, isFolder: false) || isOpen(String(path[..<slash]), isFolder: true)
    }

    /// The system's words for an error number.
    static func systemWords(_ number: Int32) -> String {
        String(cString: strerror(number))
    }

    private static func unreadable(_ path: String, because reason: String) -> UsageError {
        UsageError(
            "\(ServerText(path)) cannot be read: \(reason).",
            "Make it a file that you may read, or move it away."
        )
    }
}
