import ArgumentParser
import FoundationEssentials
import SessionStore

/// `genesys-login refresh`: a fresh token now.
struct RefreshCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refresh",
        abstract: "Refresh the token now.",
        discussion: """
            Exit status: 0 refreshed, by this program or another one at the same time; 1 failed, there is no refresh \
            token, or the session could not be kept; 4 not signed in, or the session has ended; 69 service unreachable; 77 refused.

            Examples:
              genesys-login refresh
              genesys-login refresh --profile work --json
            """
    )

    @Flag(help: "Write one JSON object to standard output.")
    var json = false

    @OptionGroup var options: Options

    func run() async throws {
        let kept = try KeptSession(options, json: json)
        let session = try await reportingFailure(json: json, log: kept.settings.log) {
            try await kept.fresh(kept.require(), isWished: true)
        }
        let status = StatusJSON(session, store: kept.store.name)
        if json {
            Console.data(status)
        } else {
            Console.line("Refreshed. \(status.expiryWords)")
        }
    }
}
