import ArgumentParser
import Glibc

/// `genesys-login`: the screen.
struct ScreenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "screen",
        abstract: "The sign-in screen (the default command).",
        discussion: """
            Examples:
              genesys-login --client-id 12345678-90ab-cdef-1234-567890abcdef --region eu-central-1
              genesys-login --redirect-uri http://localhost:0/callback --browser 'firefox --new-window %s'
            """
    )

    @OptionGroup var options: Options

    func run() async throws {
        try await reportingUsage { () throws(UsageError) in
            let settings = try Settings(options, environment: ProcessEnvironment.variables)
            guard let clientID = settings.clientID else {
                throw UsageError(
                    "There is no client id yet.",
                    "Create an OAuth client with the grant type Code Authorization (PKCE) in Admin > Integrations > "
                        + "OAuth, and name it with --client-id or GENESYSCLOUD_OAUTHCLIENT_ID. To look around first: "
                        + "genesys-login demo"
                )
            }
            try ScreenSession.requireTerminal()
            return ScreenSession(settings: settings, signIn: settings.signIn(clientID: clientID))
        }.run()
    }
}

/// Runs `body`, and turns wrong usage into one line on standard error and exit status 64.
func reportingUsage<Result>(_ body: () throws(UsageError) -> Result) throws -> Result {
    do throws(UsageError) {
        return try body()
    } catch {
        Console.complain("\(error.problem) \(error.remedy)")
        throw ExitStatus.usage
    }
}

/// Lines for people, on standard error: standard output carries data alone.
enum Console {
    /// Writes a complaint, after the program's name.
    static func complain(_ text: String) {
        line("genesys-login: \(text)")
    }

    /// Writes one line.
    static func line(_ text: String) {
        var bytes = Array("\(text)\n".utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }
}
