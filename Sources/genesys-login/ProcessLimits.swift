import CProcess
import Glibc
import NIOPosix

/// What the system allows this process, asked for before the libraries take it for granted: where a thread is refused they
/// wait without a word or end the program, where a file is refused they end it.
enum ProcessLimits {
    /// The threads that a command needs at the same time, and those of one that uses the network.
    static let (threads, networkThreads) = (4, 8)
    /// The files that must be allowed; those that suffice whatever is done.
    private static let (fewestFiles, enoughFiles) = (rlim_t(24), rlim_t(256))

    /// Raises the limit on open files as far as it may be raised: programs that this one starts inherit it, which does them
    /// no harm.
    ///
    /// - Throws: Exit status 1, after a complaint, where it stays too low.
    static func requireFiles() throws {
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(files, &limit) == 0, limit.rlim_cur < enoughFiles else { return }
        limit.rlim_cur = min(limit.rlim_max, enoughFiles)
        setrlimit(files, &limit)
        guard limit.rlim_cur < fewestFiles else { return }
        Console.complain(
            "The system lets this program open \(limit.rlim_cur) files only, and it needs \(fewestFiles). Raise the limit "
                + "(ulimit -n \(enoughFiles))."
        )
        throw ExitStatus.failed
    }

    /// The least stack that a thread may be given, and the least address space, in bytes: threads that are made as they are needed
    /// would be waited for in silence, and memory is taken for granted by the libraries.
    private static let (leastStack, leastSpace) = (rlim_t(256 << 10), rlim_t(1 << 30))

    /// - Throws: Exit status 1, after a complaint, where threads get too small a stack (they take the main thread's limit), or
    ///   the program too little address space.
    static func requireMemory() throws {
        if let stack = limit(RLIMIT_STACK), stack < leastStack {
            Console.complain(
                "The system gives this program \(stack >> 10) KB of stack, and it needs \(leastStack >> 10). Raise the limit "
                    + "(ulimit -s 8192)."
            )
            throw ExitStatus.failed
        }
        if let space = limit(RLIMIT_AS), space < leastSpace {
            Console.complain(
                "The system gives this program \(space >> 20) MB of address space, and it needs \(leastSpace >> 20). Raise the "
                    + "limit (ulimit -v \(leastSpace >> 10))."
            )
            throw ExitStatus.failed
        }
    }

    /// The limit in force; `nil` where there is none.
    private static func limit(_ resource: __rlimit_resource) -> rlim_t? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0, limit.rlim_cur != .max else {
            return nil
        }
        return limit.rlim_cur
    }

    /// - Parameters:
    ///   - count: How many threads must be able to run at the same time.
    ///   - giveBack: What is done before a complaint: it gives the terminal back.
    /// - Throws: Exit status 1, after a complaint, where they cannot be started.
    static func requireThreads(_ count: Int = threads, giveBack: () -> Void = {}) throws {
        let error = process_try_threads(Int32(count))
        guard error != 0 else { return }
        giveBack()
        Console.complain(
            "The system starts no more threads for you (\(String(cString: strerror(error)))). End other programs, or raise "
                + "the limit (ulimit -u, or the container's)."
        )
        throw ExitStatus.failed
    }

    /// The one thread of the network.
    ///
    /// - Throws: As ``requireThreads(_:giveBack:)``.
    static func eventLoops() throws -> MultiThreadedEventLoopGroup {
        try requireThreads(networkThreads)
        return MultiThreadedEventLoopGroup(numberOfThreads: 1)
    }
}
