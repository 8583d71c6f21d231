import ArgumentParser
import SignInRuntime

/// The program. Without a command it is the screen.
@main
struct GenesysLogin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "genesys-login",
        abstract: "Sign in to Genesys Cloud from the terminal.",
        usage: "genesys-login [<command>] [<options>]",
        discussion: """
            Opens your browser, receives the answer on this machine, shows who you are, and keeps the token fresh: \
            OAuth 2.0 Authorization Code with PKCE, no client secret.

            Examples:
              genesys-login demo
              genesys-login --client-id YOUR-CLIENT-ID --region eu-central-1
              genesys-login --redirect-uri http://localhost:0/callback
              genesys-login --profile work --browser 'firefox --new-window %s'
            """,
        version: Version.current,
        subcommands: [
            DemoCommand.self, LoginCommand.self, WhoamiCommand.self, TokenCommand.self, RefreshCommand.self,
            StatusCommand.self, LogoutCommand.self, ProfilesCommand.self, DoctorCommand.self, HelpCommand.self,
        ]
    )

    @OptionGroup var options: Options

    static func main() async {
        ProcessProtection.begin()
        guard CommandLine.argc == 1 else { return await main(nil) }
        // Nothing to parse, and the parser would take more time than all else before the first frame.
        do {
            try await showScreen(nil)
        } catch {
            exit(withError: error)
        }
    }

    func run() async throws {
        try await Self.showScreen(options)
    }

    private static func showScreen(_ options: Options?) async throws {
        try await reportingUsage { () throws(UsageError) in
            let settings = try Settings(options, environment: ProcessEnvironment.variables)
            try ScreenSession.requireTerminal()
            return ScreenSession(
                settings: settings,
                signIn: settings.clientID.map { settings.signIn(clientID: $0) },
                saving: settings.saving
            )
        }.run()
    }
}

/// The program's version.
enum Version {
    /// The version, as CHANGELOG.md has it.
    static let current = "0.1.0"
}
