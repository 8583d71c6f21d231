import ArgumentParser
import DemoCloud
import GenesysCloud
import OAuth
import SignIn

/// `genesys-login demo`: the screen against the embedded demo cloud.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Try it without an account: the screen against a cloud inside this program.",
        discussion: """
            Its session is kept in memory, unless --session-store says otherwise, and it needs no configuration.

            Scenarios:
            \(scenarioList)

            Examples:
              genesys-login demo
              genesys-login demo --scenario denied
              genesys-login demo --server-only --port 8085
            """
    )

    @Option(
        help: ArgumentHelp("What the demo cloud does; see above (default: happy).", valueName: "name"),
        completion: .list(Scenario.allCases.map(\.rawValue)),
        transform: { name in
            guard let scenario = Scenario(rawValue: name) else {
                let names = Scenario.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("There is no scenario \(ServerText(name)). The scenarios are \(names).")
            }
            return scenario
        }
    )
    var scenario: Scenario = .happy

    @Flag(name: .customLong("server-only"), help: "Serve the demo cloud alone, and print the options that point at it.")
    var serverOnly = false

    @Option(help: ArgumentHelp("The demo cloud's port on 127.0.0.1; 0 asks the system for one.", valueName: "port"))
    var port = 0

    @OptionGroup var options: Options

    private static let clientID = "demo-client"

    private static var scenarioList: String {
        let width = Scenario.allCases.map(\.rawValue.count).max() ?? 0
        return Scenario.allCases.map { scenario in
            let padding = String(repeating: " ", count: width - scenario.rawValue.count)
            return "  \(scenario.rawValue)\(padding)  \(scenario.summary)"
        }.joined(separator: "\n")
    }

    func run() async throws {
        let settings = try reportingUsage { () throws(UsageError) in
            guard (0...65_535).contains(port) else {
                throw UsageError("--port \(port) is no port.", "Use a number from 0 to 65535.")
            }
            let settings = try found()
            if !serverOnly { try ScreenSession.requireTerminal() }
            return settings
        }
        let clientID = settings.clientID?.value ?? Self.clientID
        let cloud = DemoCloud(
            DemoConfiguration(
                scenario: scenario,
                port: port,
                clientID: clientID,
                registeredRedirectURIs: serverOnly
                    ? DemoConfiguration.defaultRedirectURIs
                    : [settings.redirectURI.port == 0 ? settings.redirectURI.withoutPort : settings.redirectURI.value]
            )
        )
        if serverOnly {
            try await serve(cloud, clientID: clientID)
        } else {
            try await show(cloud, settings, clientID: clientID)
        }
    }
}

extension DemoCommand {
    /// The settings; where a configuration file is what is wrong with them, without the files: the demo needs none.
    private func found() throws(UsageError) -> Settings {
        let variables = ProcessEnvironment.variables
        do throws(UsageError) {
            return try Settings(options, environment: variables)
        } catch {
            let withoutFiles = variables.filter { !["HOME", "XDG_CONFIG_HOME"].contains($0.key) }
            guard let settings = try? Settings(options, environment: withoutFiles) else { throw error }
            Console.line("The demo goes on without your configuration. \(error.problem)")
            return settings
        }
    }

    /// Serves until the process is ended, and says how to point the program here.
    private func serve(_ cloud: DemoCloud, clientID: String) async throws {
        do throws(DemoCloudError) {
            try await cloud.run { url in
                Console.output("--client-id \(clientID) --login-url \(url) --api-url \(url)")
                Console.line(
                    "The demo cloud serves the scenario \(scenario.rawValue) at \(url) until Ctrl-C. In another "
                        + "terminal: genesys-login --profile demo with the options above."
                )
            }
        } catch {
            throw complaint(error)
        }
    }

    /// Shows the screen, with the cloud beside it.
    private func show(_ cloud: DemoCloud, _ settings: Settings, clientID: String) async throws {
        let (ready, announce) = AsyncStream<String>.makeStream()
        let server = Task<Void, any Error> {
            defer { announce.finish() }
            try await cloud.run { url in announce.yield(url) }
        }
        for await url in ready {
            guard let environment = try? Environment(loginURL: url, apiURL: url), let id = ClientID(clientID) else {
                break
            }
            defer { server.cancel() }
            let screen = ScreenSession(
                settings: settings,
                // Not in the place of somebody's real session, wherever it is kept.
                signIn: settings.signIn(
                    clientID: id,
                    environment: environment,
                    profileName: settings.profileOrigin == .preset ? "demo" : nil
                ),
                approve: { url in try? await cloud.approve(authorizationURL: url) }
            )
            return try await screen.run(screen.open())
        }
        do {
            try await server.value
        } catch let error as DemoCloudError {
            throw complaint(error)
        }
    }

    private func complaint(_ error: DemoCloudError) -> ExitCode {
        Console.complain("\(error) Choose another one with --port, or leave it out.")
        return ExitStatus.failed
    }
}
