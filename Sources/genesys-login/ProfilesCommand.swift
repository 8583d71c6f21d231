import ArgumentParser
import GenesysCloud
import OAuth

/// `genesys-login profiles`: the profiles of the configuration files.
struct ProfilesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profiles",
        abstract: "List the configured profiles; * marks the one in use.",
        discussion: """
            Profiles are tables of config.toml in $XDG_CONFIG_HOME/genesys-login (or ~/.config/genesys-login), and \
            those of the official CLI, which are only read. The keys are the options' names with underscores:

              [default]
              client_id = "12345678-90ab-cdef-1234-567890abcdef"
              region = "eu-central-1"

            Examples:
              genesys-login profiles
              genesys-login --profile work
            """
    )

    @Flag(help: "Write one JSON object to standard output.")
    var json = false

    @OptionGroup var options: Options

    func run() throws {
        let (configuration, active) = try reportingUsage(json: json) { () throws(UsageError) in
            let variables = ProcessEnvironment.variables
            let configuration = try Configuration(variables)
            let active = configuration.activeProfile(options, variables)
            if let refusal = configuration.refusal(of: active, options) { throw refusal }
            return (configuration, active.text)
        }
        let profiles = ProfileList(configuration, active: active)
        if json {
            Console.data(profiles)
        } else if profiles.profiles.isEmpty {
            let file = configuration.file.map { " in \(ServerText($0.path))" } ?? ""
            Console.line("There is no profile yet. A profile is a table\(file): genesys-login help profiles")
        } else {
            Console.output(profiles.table)
        }
    }
}

/// The profiles, as they are listed. Its keys in `--json` are stable.
struct ProfileList: Encodable {
    /// The name of the profile in use, which need not be among ``profiles``.
    let active: String
    let profiles: [Row]

    struct Row: Encodable {
        let name: String
        let active: Bool
        /// The region's name, or the sign-in host where one is set.
        let region: String
        let clientID: String?
        /// The files it stands in, the stronger first.
        let files: [String]

        enum CodingKeys: String, CodingKey {
            case name, active, region, files
            case clientID = "client_id"
        }

        /// Every key, every time.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(active, forKey: .active)
            try container.encode(region, forKey: .region)
            try container.encode(clientID, forKey: .clientID)
            try container.encode(files, forKey: .files)
        }
    }

    init(_ configuration: Configuration, active: String) {
        self.active = active
        profiles = configuration.names.map { name in
            let sources = Sources(configuration, profile: name)
            return Row(
                name: name,
                active: name == active,
                region: Self.place(sources),
                clientID: sources.given(.clientID)?.text,
                files: [configuration.ownProfile(name), configuration.officialProfile(name)].compactMap { $0?.path }
            )
        }
    }

    /// Columns with two spaces between, under their titles.
    var table: String {
        let rows = profiles.map { row in
            [
                row.active ? "*" : " ", row.name, row.region, row.clientID ?? "-", row.files.joined(separator: ", "),
            ].map { ServerText($0).display }
        }
        let lines = [["", "PROFILE", "REGION", "CLIENT ID", "FILE"]] + rows
        let widths = (0..<4).map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            zip(line, widths + [0]).map { text, width in
                text + String(repeating: " ", count: max(0, width - text.count))
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    /// As it is written where it is wrong: the list is where one looks for the mistake.
    private static func place(_ sources: Sources) -> String {
        if let environment = try? Settings.environment(sources) {
            return sources.given(.loginURL) == nil && sources.given(.org) == nil
                ? environment.label : Environment.host(of: environment.loginURL)
        }
        let given = [Setting.loginURL, .org, .region].lazy.compactMap { sources.given($0)?.text }.first
        return given ?? Region.default.name
    }
}
