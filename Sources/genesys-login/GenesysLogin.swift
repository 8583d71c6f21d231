import ArgumentParser

/// The program: its name, its commands, and the exit statuses that they share.
@main
struct GenesysLogin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "genesys-login",
        abstract: "Sign in to Genesys Cloud from the terminal.",
        discussion: """
            Opens your browser, receives the answer on this machine, shows who you are, and keeps the token fresh: \
            OAuth 2.0 Authorization Code with PKCE, no client secret.

            Examples:
              genesys-login demo
              genesys-login --client-id 12345678-90ab-cdef-1234-567890abcdef --region eu-central-1
            """,
        version: Version.current,
        subcommands: [ScreenCommand.self, DemoCommand.self, LoginCommand.self],
        defaultSubcommand: ScreenCommand.self
    )
}

/// The program's version.
enum Version {
    /// The version, as CHANGELOG.md has it.
    static let current = "0.1.0"
}
