import Glibc
import Synchronization

/// The programs that stores have running. What they do is not undone, but they end with this program: one that a person did
/// not wait for must not put its session, or its removal, over what is kept later.
public enum RunningTools {
    private static let processes = Mutex<Set<pid_t>>([])
    private static let endAtExit: Void = {
        atexit { RunningTools.end() }
    }()

    /// Ends them. Done at exit too.
    public static func end() {
        for process in processes.withLock({ $0 }) { kill(process, SIGKILL) }
    }

    /// A program that may be running.
    final class Entry: Sendable {
        private let process = Mutex<pid_t?>(nil)

        /// It has been started.
        func started(_ id: pid_t) {
            _ = RunningTools.endAtExit
            process.withLock { $0 = id }
            RunningTools.processes.withLock { _ = $0.insert(id) }
        }

        /// It has ended, or was never started.
        func ended() {
            guard let id = process.withLock({ $0 }) else { return }
            RunningTools.processes.withLock { _ = $0.remove(id) }
        }
    }
}
