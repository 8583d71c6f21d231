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
            let clientID = try settings.requireClientID()
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
