import CProcess
import Glibc

/// Keeps the process's memory to itself: no core dump, and nothing to read for other programs of the same user.
public enum ProcessProtection {
    /// The limit on core dumps that the process was started with, for the programs that it starts.
    private static let inheritedCoreLimit = coreLimit()

    /// Call it before anything else.
    ///
    /// A process that is not dumpable leaves no core, be it to a file or to a crash reporter, and all of its `/proc/PID`
    /// that tells of its memory, environment or open files belongs to root (`PR_SET_DUMPABLE`, proc(5)). The limit on
    /// core dumps says the same a second time. Swift's backtracer, which a variable can switch on, would print what the
    /// registers point at: a crash ends the program without it.
    public static func begin() {
        _ = process_hide()
        var none = inheritedCoreLimit
        none.rlim_cur = 0
        _ = process_set_core_limit(getpid(), none)
        process_forget_crash_handlers()
        occupyStandardFiles()
    }

    /// Puts something in the place of a standard file that the program was started without: the next file or connection
    /// that is opened would get its number, and a token meant for standard output would be written there. As before,
    /// nothing can be read from it or written to it.
    private static func occupyStandardFiles() {
        for file in STDIN_FILENO...STDERR_FILENO where fcntl(file, F_GETFD) < 0 {
            // The lowest free number is this one's.
            _ = open("/dev/null", file == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// Gives a program that this one has started its own limit on core dumps back; a limit is inherited, and what a
    /// browser leaves behind is not this program's matter. Whether a process is dumpable is not inherited.
    static func release(_ process: pid_t) {
        _ = process_set_core_limit(process, inheritedCoreLimit)
    }

    private static func coreLimit() -> rlimit {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
        return limit
    }
}
