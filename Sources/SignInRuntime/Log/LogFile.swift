import Glibc
import Synchronization

/// The file that `--log-file` names: the person's alone, only ever added to.
///
/// Each line is one `write`, so that several processes can share the file. A line that cannot be written is lost, and
/// nothing else: a full disk must not cost a session.
public final class LogFile: Sendable {
    /// Why a file is no place for a log.
    public enum Refusal: Error, Sendable, Hashable {
        /// It cannot be opened or made, with the system's error number.
        case system(errno: Int32)
        /// A directory, a device, a pipe.
        case notAFile
        /// A symbolic link, which could lead the log anywhere.
        case symbolicLink
        /// It belongs to somebody else.
        case foreign
        /// Others may read or write it; its permissions.
        case openToOthers(mode: UInt32)
    }

    private let descriptor: Int32
    /// Whether the last line was written in part.
    private let isTorn = Atomic(false)

    /// Opens the file, or makes it with mode 0600.
    public init(_ path: String) throws(Refusal) {
        // Not to wait at a pipe for its other end.
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
        descriptor = open(path, flags, 0o600)
        guard descriptor >= 0 else {
            throw switch errno {
            case ELOOP: .symbolicLink
            case EISDIR, ENXIO: .notAFile
            default: .system(errno: errno)
            }
        }
        do throws(Refusal) {
            try Self.check(descriptor)
        } catch {
            close(descriptor)
            throw error
        }
        // Beyond a limit on a file's size, the signal would end the program; without it the line is lost.
        signal(SIGXFSZ, SIG_IGN)
    }

    deinit {
        close(descriptor)
    }

    private static func check(_ descriptor: Int32) throws(Refusal) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
        guard status.st_uid == geteuid() else { throw .foreign }
        guard status.st_mode & 0o077 == 0 else { throw .openToOthers(mode: status.st_mode & 0o7777) }
    }

    /// Adds `line`, to which the line's end is added.
    func write(_ line: String) {
        var text = isTorn.load(ordering: .relaxed) ? "\n\(line)\n" : "\(line)\n"
        text.withUTF8 { bytes in
            var written: Int
            repeat {
                written = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
            } while written < 0 && errno == EINTR
            if written > 0 { isTorn.store(written < bytes.count, ordering: .relaxed) }
        }
    }
}
