import ArgumentParser
import Logging
import OAuth
import SignIn
import SignInRuntime
import TerminalUI

/// `--json` of a failure. The keys are stable, and all of them are there every time.
struct FailureJSON: Encodable {
    let error: Words

    struct Words: Encodable {
        let code: String
        let summary: String
        let cause: String
        let remedy: String
        let serverWords: String?
        let correlationID: String?

        enum CodingKeys: String, CodingKey {
            case code, summary, cause, remedy
            case serverWords = "server_words"
            case correlationID = "correlation_id"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(code, forKey: .code)
            try container.encode(summary, forKey: .summary)
            try container.encode(cause, forKey: .cause)
            try container.encode(remedy, forKey: .remedy)
            try container.encode(serverWords, forKey: .serverWords)
            try container.encode(correlationID, forKey: .correlationID)
        }
    }

    /// Wrong usage or configuration has one code; what is wrong is said in words.
    init(_ usage: UsageError) {
        error = Words(
            code: "usage",
            summary: usage.problem,
            cause: usage.problem,
            remedy: usage.remedy,
            serverWords: nil,
            correlationID: nil
        )
    }

    init(_ report: FailureReport) {
        error = Words(
            code: report.code,
            summary: report.summary,
            cause: report.cause,
            remedy: report.remedy,
            serverWords: report.serverWords?.display,
            correlationID: report.correlationID?.display
        )
    }
}

/// A failure that ends a command: its words, and its exit status.
struct CommandFailure: Error {
    let report: FailureReport
    let status: ExitCode

    init(_ report: FailureReport, _ status: ExitCode) {
        self.report = report
        self.status = status
    }

    init(_ failure: Failure) {
        self.init(failure.report, ExitStatus.of(failure))
    }
}

/// Runs `body`; a failure is told on standard error and to `log`, with `json` also as an object on standard output, and
/// becomes the exit status.
func reportingFailure<Result>(
    json: Bool,
    log: Logger,
    _ body: () async throws -> Result
) async throws -> Result {
    do {
        return try await body()
    } catch let failure as CommandFailure {
        log.failed("command failed", failure.report)
        plainLines(failure.report).forEach(Console.line)
        if json { Console.data(FailureJSON(failure.report)) }
        throw failure.status
    }
}
