import ArgumentParser
import OAuth
import SignIn

/// `genesys-login help`: of a command as the parser writes it, and of the errors.
struct HelpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "help",
        abstract: "Show the help of a command, or every error with what to do.",
        discussion: """
            Examples:
              genesys-login help login
              genesys-login help errors
            """
    )

    @Argument(
        help: ArgumentHelp("A command, or errors.", valueName: "topic"),
        completion: .list(Self.everyTopic)
    )
    var topics: [String] = []

    @OptionGroup var options: Options

    /// The topic that is no command.
    private static let errors = "errors"

    private static var everyTopic: [String] {
        GenesysLogin.configuration.subcommands.compactMap { $0.configuration.commandName } + [errors]
    }

    func run() throws {
        guard topics != [Self.errors] else { return Console.output(Self.catalogue(FailureCatalogue.reports)) }
        var command: any ParsableCommand.Type = GenesysLogin.self
        for topic in topics {
            let commands = command.configuration.subcommands
            guard let found = commands.first(where: { $0.configuration.commandName == topic }) else {
                let names = GenesysLogin.configuration.subcommands.compactMap { $0.configuration.commandName }
                throw ValidationError(
                    "There is no help on \(ServerText(topic)). The topics are "
                        + "\((names + [Self.errors]).joined(separator: ", "))."
                )
            }
            command = found
        }
        throw CleanExit.helpRequest(command)
    }

    /// Four lines for each failure: code, summary, cause, remedy.
    static func catalogue(_ reports: [FailureReport]) -> String {
        reports.map { report in
            """
            \(report.code)
              \(report.summary)
              Why: \(report.cause)
              Do:  \(report.remedy)
            """
        }.joined(separator: "\n\n")
    }
}
