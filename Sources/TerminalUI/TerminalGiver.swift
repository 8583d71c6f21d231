import CNcurses
import Glibc

/// Who gave the program a terminal that is another session's: nobody gives it there, nobody takes it, and nobody hangs up.
public enum TerminalGiver: Sendable {
    /// The program's own session has the terminal: the system sees to all this.
    case session
    /// An ancestor of the program's, which has it in its own session and waits (`su -c`); `file` can be read from once that
    /// one has ended (see ``hasEnded(_:)``).
    case ancestor(file: Int32)
    /// No process has it (a rescue shell on the console), or the system does not tell.
    case nobody
    /// A shell that goes on with it (`setsid`): it is not the program's.
    case shell

    /// Looks for who gave the terminal.
    public init(of descriptor: Int32) {
        self = .session
        guard System.isElsewhere(descriptor) else { return }
        self = .nobody
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return }
        let device = UInt64(status.st_rdev)
        var ancestor = getppid()
        while ancestor > 1, let process = Process(ancestor) {
            if process.terminal == device {
                let file = terminal_process(ancestor)
                self = file < 0 ? .nobody : .ancestor(file: file)
                return
            }
            ancestor = process.parent
        }
        if Self.isHeld(device) { self = .shell }
    }

    /// Whether the ancestor has ended. Safe in a signal handler.
    public static func hasEnded(_ file: Int32) -> Bool {
        var ask = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
        return poll(&ask, 1, 0) > 0
    }

    /// Whether some session has the terminal.
    private static func isHeld(_ device: UInt64) -> Bool {
        guard let processes = opendir("/proc") else { return false }
        defer { closedir(processes) }
        while let entry = readdir(processes) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let id = pid_t(name), Process(id)?.terminal == device { return true }
        }
        return false
    }

    /// What `/proc` tells of a process (proc_pid_stat(5)).
    private struct Process {
        let parent: pid_t
        /// The terminal of its session, by its device's number; 0 where it has none.
        let terminal: UInt64

        init?(_ id: pid_t) {
            let file = open("/proc/\(id)/stat", O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { return nil }
            defer { close(file) }
            var bytes = [UInt8](repeating: 0, count: 1_024)
            let count = read(file, &bytes, bytes.count)
            // Behind the name, which may hold anything: state, parent, group, session, terminal.
            let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
            let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
            guard fields.count > 4, let parent = pid_t(fields[1]), let terminal = UInt64(fields[4]) else { return nil }
            self.parent = parent
            self.terminal = terminal
        }
    }
}
