import FoundationEssentials
import Glibc
import OAuth
import Subprocess
import SystemPackage

/// libsecret's `secret-tool`, which speaks to the desktop's keyring over D-Bus (the Secret Service of freedesktop.org).
///
/// Run without a shell; the secret goes through its standard input and output alone.
struct SecretTool: Sendable {
    static let program = "secret-tool"
    static let package = "libsecret-tools"
    /// The most bytes of a secret: of a longer one the program would keep the beginning and say that all is well
    /// (libsecret 0.20).
    static let largestSecret = 8_192

    /// What is changed in its environment: its words are English, and a secret that it has no use for is withheld.
    private static let changes: [Environment.Key: String?] = [
        "LC_ALL": "C.UTF-8", "LANGUAGE": "C", "GENESYSCLOUD_ACCESS_TOKEN": nil,
    ]

    let storeName: String
    /// The whole environment of the program; this process's own unless given.
    let environment: [String: String]?
    /// How long an answer is waited for: longer than D-Bus itself waits (25 s), which can then say what is wrong.
    let patience: Duration

    /// What the program left behind.
    struct Answer: ~Copyable {
        let succeeded: Bool
        let output: SecretBytes
        /// What it wrote to standard error, without its own name.
        let words: ServerText
    }

    /// Runs the program with these arguments.
    ///
    /// - Throws: ``StoreError/programMissing(store:program:package:)``; ``StoreError/locked(store:)`` where there is no
    ///   answer in time, for only a person who is to unlock the keyring takes so long;
    ///   ``StoreError/unavailable(store:_:)`` where it cannot be run.
    func run(_ arguments: [String], input: Input = .none) async throws(StoreError) -> Answer {
        let raw: Raw?
        do {
            raw = try await withThrowingTaskGroup(of: Raw?.self) { group in
                group.addTask { try await launch(arguments, input) }
                group.addTask {
                    try await Task.sleep(for: patience)
                    return nil
                }
                // The program is killed with its task.
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw .programMissing(store: storeName, program: Self.program, package: Self.package)
        } catch {
            throw .unavailable(store: storeName, ServerText("\(error)"))
        }
        guard let raw else { throw .locked(store: storeName) }
        return Answer(succeeded: raw.succeeded, output: SecretBytes(taking: raw.output), words: raw.words)
    }

    /// What the program reads.
    enum Input: Sendable {
        case none
        /// A socket with everything in it; closed when the program has it.
        case socket(FileDescriptor)
    }

    /// A socket that holds the bytes, and then ends. It is filled before anything runs, so that a program which ends
    /// without reading cannot hurt us. It is no pipe, which another program that is started at this very moment could
    /// inherit: only a socket is closed on exec from the first.
    func socket(holding bytes: borrowing SecretBytes) throws(StoreError) -> Input {
        guard bytes.count <= Self.largestSecret else {
            throw .tooLarge(store: storeName, size: bytes.count, limit: Self.largestSecret)
        }
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw .unavailable(store: storeName, systemWords(errno))
        }
        let ours = FileHandle(ends[0])
        let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
        let sent = bytes.withBytes { send(ours.descriptor, $0.baseAddress, $0.count, flags) }
        guard sent == bytes.count else {
            let problem = sent < 0 ? errno : EAGAIN
            close(ends[1])
            throw .unavailable(store: storeName, systemWords(problem))
        }
        return .socket(FileDescriptor(rawValue: ends[1]))
    }

    private struct Raw: Sendable {
        let succeeded: Bool
        let output: [UInt8]
        let words: ServerText
    }

    private func launch(_ arguments: [String], _ input: Input) async throws -> Raw {
        // A process session of its own: it must not touch the terminal.
        var options = PlatformOptions()
        options.createSession = true
        let given = environment.map { variables in
            Environment.custom(
                Dictionary(uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0), $1) })
            )
        }
        let configuration = Configuration(
            executable: .name(Self.program),
            arguments: Arguments(arguments),
            environment: (given ?? .inherit).updating(Self.changes),
            platformOptions: options
        )
        let output: BytesOutput = .bytes(limit: 65_536)
        let errors: StringOutput<UTF8> = .string(limit: 65_536)
        let entry = RunningTools.Entry()
        defer { entry.ended() }
        switch input {
        case .none:
            let result = try await Subprocess.run(configuration, input: .none, output: output, error: errors) {
                entry.started($0.processIdentifier.value)
            }
            return raw(result.terminationStatus, result.standardOutput, result.standardError)
        case .socket(let end):
            let result = try await Subprocess.run(
                configuration,
                input: .fileDescriptor(end, closeAfterSpawningProcess: true),
                output: output,
                error: errors
            ) { entry.started($0.processIdentifier.value) }
            return raw(result.terminationStatus, result.standardOutput, result.standardError)
        }
    }

    private func raw(_ status: TerminationStatus, _ output: [UInt8], _ errors: String) -> Raw {
        // A script in its place may write down all that passes through it.
        guard !errors.contains(StoredSession.mark) else {
            let words = ServerText("\(Self.program) repeats the session, which is not shown here")
            return Raw(succeeded: status.isSuccess, output: output, words: words)
        }
        let name = "\(Self.program): "
        let lines = errors.split(separator: "\n").map { $0.hasPrefix(name) ? $0.dropFirst(name.count) : $0 }
        return Raw(succeeded: status.isSuccess, output: output, words: ServerText(lines.joined(separator: " ")))
    }
}
