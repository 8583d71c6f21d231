import ArgumentParser
import Logging
import NIOPosix
import SignInRuntime

/// `genesys-login doctor`: looks at everything a sign-in needs, and says what to do about what is amiss.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check configuration, port, browser, network and terminal, each with what to do.",
        discussion: """
            Nothing is signed in to, and no secret is shown. Exit status: 0 nothing amiss, or warnings alone; 69 a host \
            cannot be reached; 1 something else is amiss; 64 wrong usage or configuration.

            Examples:
              genesys-login doctor
              genesys-login doctor --profile work --json
            """
    )

    @Flag(help: "Write one JSON object to standard output.")
    var json = false

    @OptionGroup var options: Options

    func run() async throws {
        let eventLoops = try ProcessLimits.eventLoops()
        let variables = ProcessEnvironment.variables
        let (settings, live) = try reportingUsage(json: json) { () throws(UsageError) in
            let settings = try Settings(options, environment: variables)
            return (settings, try settings.transport(eventLoops))
        }
        let doctor = Doctor(settings: settings, variables: variables, eventLoops: eventLoops, live: live)
        let report = await doctor.examine()
        await live.shutdown()
        for finding in report.findings {
            settings.log.info("doctor: \(finding.check) \(finding.status.rawValue)")
        }
        if json {
            Console.data(report)
        } else {
            Console.output(report.text)
        }
        if let status = report.exitStatus { throw status }
    }
}
