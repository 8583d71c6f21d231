import Foundation
import Glibc
import Synchronization

/// A process that a test starts, in a process group of its own and with its output in files: a full pipe can never
/// hold it up. Not Foundation's `Process`, which takes a process for alive as long as any of its descendants is.
final class ChildProcess: Sendable {
    /// What a process left behind.
    struct Finished: Sendable, CustomStringConvertible {
        let status: Int32
        let output: String
        let errors: String

        var description: String {
            "exit status \(status)\nstandard output: «\(output)»\nstandard error: «\(errors)»"
        }
    }

    let id: pid_t
    /// The end of the pipe that the process does not read from: closed, it is the end of its standard input.
    private let input: Mutex<Int32?>
    private let outputFile: URL
    private let errorFile: URL
    private let endStatus = Mutex<Int32?>(nil)
    private let coreDump = Atomic(false)

    /// Starts `program` with exactly `environment`. Its standard input stays open, and empty, as long as this
    /// value lives, unless `inputStaysOpen` is false: then it is at its end at once.
    init(
        _ program: String,
        _ arguments: [String],
        environment: [String: String],
        filesIn folder: URL,
        inputStaysOpen: Bool = true
    ) throws {
        let name = UUID().uuidString
        outputFile = folder.appending(path: "\(name).out")
        errorFile = folder.appending(path: "\(name).err")
        var pipe: [Int32] = [-1, -1]
        guard Glibc.pipe(&pipe) == 0 else { throw Failure("no pipe: \(String(cString: strerror(errno)))") }
        for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        input = Mutex(inputStaysOpen ? pipe[1] : nil)
        defer {
            close(pipe[0])
            if !inputStaysOpen { close(pipe[1]) }
        }

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipe[0], 0)
        for (descriptor, file) in [(Int32(1), outputFile), (2, errorFile)] {
            posix_spawn_file_actions_addopen(
                &actions,
                descriptor,
                file.path,
                O_WRONLY | O_CREAT | O_TRUNC | O_APPEND,
                0o600
            )
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        )

        let argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        let envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var id: pid_t = 0
        let problem = posix_spawn(&id, program, &actions, &attributes, argv, envp)
        guard problem == 0 else {
            if inputStaysOpen { close(pipe[1]) }
            throw Failure("cannot start \(program): \(String(cString: strerror(problem)))")
        }
        self.id = id
    }

    deinit {
        endInput()
    }

    /// Ends the standard input of a process whose input stays open; a second call does nothing.
    func endInput() {
        input.withLock { input in
            if let input { close(input) }
            input = nil
        }
    }

    /// Writes to the standard input of a process whose input stays open.
    func write(_ text: String) throws {
        guard let input = input.withLock({ $0 }) else { throw Failure("the input is at its end") }
        let bytes = Array(text.utf8)
        let count = bytes.withUnsafeBytes { Glibc.write(input, $0.baseAddress, $0.count) }
        guard count == bytes.count else { throw Failure("the input took \(count) of \(bytes.count) bytes") }
    }

    /// Runs `program` to its end, its standard input empty.
    static func run(
        _ program: String,
        _ arguments: [String],
        environment: [String: String],
        filesIn folder: URL,
        within limit: Duration = Patience.usual
    ) async throws -> Finished {
        let child = try ChildProcess(
            program,
            arguments,
            environment: environment,
            filesIn: folder,
            inputStaysOpen: false
        )
        return try await child.finished("`\(program) \(arguments.joined(separator: " "))`", within: limit)
    }

    /// Waits for the process to end; ends it where it takes too long.
    func finished(_ name: String, within limit: Duration = Patience.usual) async throws -> Finished {
        defer { removeFiles() }
        do {
            try await waitUntil(
                "\(name) to end",
                within: limit,
                evidence: { "standard output: «\(output)»\nstandard error: «\(errors)»" },
                until: { status != nil }
            )
        } catch {
            await end()
            throw error
        }
        return Finished(status: status ?? -1, output: output, errors: errors)
    }

    var isRunning: Bool { status == nil }

    /// The most memory that it has had so far, in kilobytes; `nil` once it has ended. (What the system says of an ended
    /// child counts in the memory of the process that started it.)
    var peakMemory: Int? {
        let text = (try? String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }

    /// How the process ended, once it has: its exit status, or 128 and the number of the signal.
    private var status: Int32? {
        endStatus.withLock { status in
            var word: Int32 = 0
            if status == nil, waitpid(id, &word, WNOHANG) == id {
                let signal = word & 0x7F
                status = signal == 0 ? (word >> 8) & 0xFF : 128 + signal
                coreDump.store(signal != 0 && word & 0x80 != 0, ordering: .relaxed)
            }
            return status
        }
    }

    /// Whether it died with a core dump, wherever that went.
    var hasDumpedCore: Bool { coreDump.load(ordering: .relaxed) }

    /// What it wrote to standard output so far.
    var output: String { Self.text(outputFile) }

    /// What it wrote to standard error so far.
    var errors: String { Self.text(errorFile) }

    /// Waits for the first value that `find` sees in the standard output, which is how servers say they are ready.
    func ready<Value>(_ what: String, find: (String) -> Value?) async throws -> Value {
        try await poll(
            what,
            evidence: { "standard output: «\(self.output)»\nstandard error: «\(self.errors)»" },
            until: {
                if let value = find(self.output) { return value }
                guard self.isRunning else {
                    throw Failure("the process ended before \(what)\n\(self.output)\n\(self.errors)")
                }
                return nil
            }
        )
    }

    /// Kills the process, which has no time to do anything about it.
    func kill() {
        Glibc.kill(id, SIGKILL)
    }

    /// What Ctrl-C does.
    func interrupt() {
        Glibc.kill(id, SIGINT)
    }

    /// Asks the process to end, and makes it and whatever it has started.
    func end() async {
        if isRunning {
            Glibc.kill(id, SIGTERM)
            try? await waitUntil("the end", within: .seconds(5), until: { !isRunning })
        }
        Glibc.kill(-id, SIGKILL)
    }

    private func removeFiles() {
        for file in [outputFile, errorFile] { try? FileManager.default.removeItem(at: file) }
    }

    private static func text(_ file: URL) -> String {
        guard let data = try? Data(contentsOf: file) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }
}
