import ArgumentParser
import Dispatch
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

    @MainActor
    static func main() {
        ProcessProtection.begin()
        FirstProcess.begin()
        do {
            try start()
        } catch {
            finish(error)
        }
        dispatchMain()
    }

    /// Comes as far as it can on the first thread, a screen to its first frame: the other threads take as long to start.
    @MainActor
    private static func start() throws {
        // Without arguments there is nothing to parse, and the parser would take longer than all else.
        guard CommandLine.argc != 1 else { return try show(nil) }
        try reportingUsage { () throws(UsageError) in
            // Swift reads them there.
            guard CommandLine.argc > 1 else {
                throw UsageError("The arguments cannot be read: /proc is not mounted.", "Mount it, and try again.")
            }
        }
        let command = try parseAsRoot()
        switch command {
        case let screen as GenesysLogin: try show(screen.options)
        case var command as any AsyncParsableCommand:
            try ProcessLimits.requireMemory()
            try ProcessLimits.requireFiles()
            try ProcessLimits.requireThreads()
            goOn { try await command.run() }
        case var command:
            try command.run()
            exit()
        }
    }

    @MainActor
    private static func show(_ options: Options?) throws {
        let screen = try reportingUsage { () throws(UsageError) in
            let settings = try Settings(options, environment: ProcessEnvironment.variables)
            try ScreenSession.requireTerminal()
            return ScreenSession(
                settings: settings,
                signIn: settings.clientID.map { settings.signIn(clientID: $0) },
                saving: settings.saving
            )
        }
        try ProcessLimits.requireMemory()
        try ProcessLimits.requireFiles()
        let opened = try screen.open()
        goOn { try await screen.run(opened) }
    }

    /// Runs `body`, with which the program ends.
    private static func goOn(_ body: sending @escaping () async throws -> Void) {
        Task {
            do {
                try await body()
                exit()
            } catch {
                finish(error)
            }
        }
    }

    /// Ends the program as the parser does, but sees whether help and version could be written.
    private static func finish(_ error: any Error) -> Never {
        guard exitCode(for: error).isSuccess else { exit(withError: error) }
        let text = fullMessage(for: error)
        if !text.isEmpty { Console.output(text) }
        exit()
    }
}

/// The program's version.
enum Version {
    /// The version, as CHANGELOG.md has it.
    static let current = "0.1.0"
}
