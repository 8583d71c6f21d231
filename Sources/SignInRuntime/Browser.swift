import CProcess
import Glibc
import OAuth
public import SignIn
import Subprocess
import SystemPackage

/// The external user agent (RFC 8252 §5): a command that is given the URL.
public struct Browser: Sendable {
    /// The command unless told otherwise.
    public static let defaultCommand = "xdg-open"
    /// What opens the Windows side's browser from WSL, where `xdg-open` is missing or finds none.
    private static let windowsCommands = ["wslview", "explorer.exe"]

    /// Variables that hold a secret, and that a browser has no use for.
    private static let withheld: [Subprocess.Environment.Key: String?] = ["GENESYSCLOUD_ACCESS_TOKEN": nil]

    /// The threads that waiting for a command takes.
    private static let threads: Int32 = 3

    private let commands: [ShellWords]

    /// The browser that the first of `commands` starts, for example `firefox --new-window %s`, or the next one where that
    /// fails. After ``defaultCommand`` the commands that WSL has are tried too.
    public init(_ commands: [ShellWords]) {
        let isDefault = commands.map(\.words) == [[Self.defaultCommand]]
        self.commands = commands + (isDefault ? Self.windowsCommands.compactMap(ShellWords.init) : [])
    }

    /// The programs that are tried, in this order.
    public var programs: [String] { commands.map { $0.words[0] } }

    /// Opens `url` in a process session of its own, without input, its output thrown away, so that it cannot touch
    /// the terminal. Calls `started` once it runs, and returns when it has ended well.
    ///
    /// - Throws: ``BrowserFailure`` where there is no such command, or it ends with another status than 0.
    public func open(_ url: String, started: @escaping @Sendable () async -> Void) async throws(BrowserFailure) {
        var first: BrowserFailure?
        for command in commands {
            do throws(BrowserFailure) {
                return try await run(command, url, started)
            } catch {
                first = first ?? error
            }
        }
        if let first { throw first }
    }

    private func run(
        _ command: ShellWords,
        _ url: String,
        _ started: @escaping @Sendable () async -> Void
    ) async throws(BrowserFailure) {
        let (program, arguments) = command.command(opening: url)
        // Without them the command would be waited for before it begins, and nobody told.
        let error = process_try_threads(Self.threads)
        guard error == 0 else {
            throw .notStarted(command: program, ServerText(String(cString: strerror(error))))
        }
        var options = PlatformOptions()
        options.createSession = true
        let status: TerminationStatus
        do {
            let result = try await Subprocess.run(
                program.contains("/") ? .path(FilePath(program)) : .name(program),
                arguments: Arguments(arguments),
                environment: .inherit.updating(Self.withheld),
                platformOptions: options,
                input: .none,
                output: .discarded,
                error: .discarded
            ) { execution in
                ProcessProtection.release(execution.processIdentifier.value)
                await started()
            }
            status = result.terminationStatus
        } catch let error as SubprocessError {
            if error.code == .executableNotFound { throw .notFound(command: program) }
            throw .notStarted(command: program, ServerText("\(error)"))
        } catch {
            throw .notStarted(command: program, ServerText("\(error)"))
        }
        switch status {
        case .exited(0): break
        case .exited(1) where program == "explorer.exe": break  // it always says 1
        case .exited(let code): throw .failed(command: program, status: Int(code))
        case .signaled(let signal): throw .failed(command: program, status: 128 + Int(signal))
        }
    }
}
