import FoundationEssentials
import Glibc
import Subprocess
import SystemPackage

/// Other programs, which look at the stores from outside.
enum OtherProcess {
    /// The test-support program, which stands beside the tests.
    static func helperPath() throws -> String {
        let arguments = CommandLine.arguments
        let option = arguments.firstIndex(of: "--test-bundle-path")
        let tests = option.map { arguments[$0 + 1] } ?? arguments[0]
        let helper = "\(tests.split(separator: "/").dropLast().map { "/\($0)" }.joined())/session-store-helper"
        guard access(helper, X_OK) == 0 else { throw Trouble("there is no program at \(helper)") }
        return helper
    }

    /// Runs a program to its end and gives what it wrote, both outputs, without the last line break.
    static func output(_ program: String, _ arguments: [String]) async throws -> String {
        let result = try await run(
            program.contains("/") ? .path(FilePath(program)) : .name(program),
            arguments: Arguments(arguments),
            input: .none,
            output: .string(limit: 1_000_000),
            error: .combinedWithOutput
        )
        var text = result.standardOutput
        while text.hasSuffix("\n") { text.removeLast() }
        return text
    }

    static func helper(_ arguments: String...) async throws -> String {
        try await output(helperPath(), arguments)
    }

    static func keyctl(_ arguments: String...) async throws -> String {
        try await output("keyctl", arguments)
    }

    /// Runs the helper, gives `body` its process id and a way to wait for a line, and kills it afterwards.
    static func whileHelperRuns(
        _ arguments: String...,
        body: @escaping @Sendable (_ pid: pid_t) async throws -> Void,
        after line: String
    ) async throws {
        _ = try await run(
            .path(FilePath(try helperPath())),
            arguments: Arguments(arguments),
            input: .inputWriter,
            output: .sequence,
            error: .discarded
        ) { execution in
            for try await text in execution.standardOutput.strings() where text == line {
                try await body(execution.processIdentifier.value)
                break
            }
            try? execution.send(signal: .kill)
        }
    }

    /// A user who is not the one that runs the tests, and the words that run a program as that user; `nil` where only
    /// the superuser can do so and the tests run as somebody else.
    static var asAnotherUser: [String]? {
        getuid() == 0 ? ["setpriv", "--reuid", "61234", "--regid", "61234", "--clear-groups"] : nil
    }
}
