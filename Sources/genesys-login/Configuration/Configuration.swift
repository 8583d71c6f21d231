import OAuth

/// What the configuration files say: this program's own, which is the stronger, and the official CLI's.
struct Configuration: Sendable {
    /// This program's file, whether it is there or not; `nil` where the variables name no folder for it.
    let file: ConfigurationFile?
    /// The profiles' names, each once, those of this program's own file first.
    let names: [String]
    private let own: [String: Profile]
    private let official: [String: Profile]
    /// By their names in lower case.
    private let officialInAnyCase: [String: Profile]

    /// The profile that is used unless another one is asked for. It need not exist.
    static let defaultProfile = "default"

    /// Reads both files, where the variables say they are. A file that is not there is an empty one.
    init(_ variables: [String: String]) throws(UsageError) {
        file = ConfigurationFile(variables)
        let own =
            try file.flatMap { (file) throws(UsageError) in try TOMLDocument(reading: file.path) }
            .map { (document) throws(UsageError) in try Profile.own(document) } ?? []
        let official =
            try ConfigurationFile.officialPath(variables)
            .flatMap { (path) throws(UsageError) in try TOMLDocument(reading: path) }
            .map { (document) throws(UsageError) in try Profile.official(document) } ?? []
        func found(by name: (Profile) -> String, _ profiles: [Profile]) -> [String: Profile] {
            Dictionary(profiles.map { (name($0), $0) }, uniquingKeysWith: { first, _ in first })
        }
        var seen: Set<String> = []
        names = (own + official).map(\.name).filter { seen.insert($0).inserted }
        self.own = found(by: \.name, own)
        self.official = found(by: \.name, official)
        officialInAnyCase = found(by: { $0.name.lowercased() }, official)
    }

    /// The profile that was asked for, by an option or a variable, or else the default.
    func activeProfile(_ options: Options?, _ variables: [String: String]) -> Given {
        if let name = options?.profile {
            return Given(text: name, origin: .option("--profile"))
        }
        if let name = variables["GENESYSCLOUD_PROFILE"], !name.isEmpty {
            return Given(text: name, origin: .variable("GENESYSCLOUD_PROFILE"))
        }
        return Given(text: Self.defaultProfile, origin: .preset)
    }

    /// Why `asked` is no profile, where neither a file nor the options say anything of it.
    func refusal(of asked: Given, _ options: Options?) -> UsageError? {
        // The default profile is there although nobody wrote one, and so is one that the options describe.
        guard asked.text != Self.defaultProfile, options?.clientID == nil, ownProfile(asked.text) == nil,
            officialProfile(asked.text) == nil
        else { return nil }
        guard let file else {
            return asked.error("is no profile: there is no configuration file", "Set HOME or XDG_CONFIG_HOME.")
        }
        return asked.error(
            "is no profile of \(ServerText(file.path))",
            names.isEmpty
                ? "There is no profile yet: write a table of that name, as [\(Self.defaultProfile)], or give --client-id."
                : "The profiles are \(names.map { "\(ServerText($0))" }.joined(separator: ", ")). "
                    + "For a new one write a table of its name, or give --client-id."
        )
    }

    /// The profile called `name` in this program's own file.
    func ownProfile(_ name: String) -> Profile? {
        own[name]
    }

    /// The profile called `name` in the official CLI's file, which takes names in any case.
    func officialProfile(_ name: String) -> Profile? {
        official[name] ?? officialInAnyCase[name.lowercased()]
    }
}
