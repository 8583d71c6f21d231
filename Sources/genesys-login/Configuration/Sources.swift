/// What every source says about the settings, the strongest first: options, variables, the profile in this program's
/// own file, the profile of the same name in the official CLI's.
struct Sources: Sendable {
    private let ranks: [[Setting: Given]]

    /// How strong a source is; a smaller number beats a greater one.
    typealias Rank = Int

    /// The sources for the profile called `profile`.
    init(_ options: Options?, _ variables: [String: String], _ configuration: Configuration, profile: String) {
        let own = configuration.ownProfile(profile)?.values ?? [:]
        var official = configuration.officialProfile(profile)?.values ?? [:]
        let stronger = [options.map(Self.options) ?? [:], Self.variables(variables), own]
        // The official CLI's redirect URI is registered for its own client.
        let clientID = stronger.lazy.compactMap { $0[.clientID] }.first
        if let clientID, clientID.text != official[.clientID]?.text { official[.redirectURI] = nil }
        ranks = Self.withoutOverruledHosts(stronger + [official])
    }

    /// A profile's own values, without options and variables.
    init(_ configuration: Configuration, profile: String) {
        self.init(nil, [:], configuration, profile: profile)
    }

    /// The strongest source's word on `setting`.
    func given(_ setting: Setting) -> Given? {
        ranks.lazy.compactMap { $0[setting] }.first
    }

    /// How strong the source is that decides `setting`.
    func rank(_ setting: Setting) -> Rank? {
        ranks.firstIndex { $0[setting] != nil }
    }

    /// Where to sign in is one decision. Within one source an explicit URL beats the organization, which beats the
    /// region; between sources the stronger one must win all the same. So a region switches off the organization and
    /// the URLs of every weaker source, and an organization the URLs of every weaker source: a URL in a file does not
    /// defeat `--region` on the command line. The two URLs are independent of each other.
    private static func withoutOverruledHosts(_ ranks: [[Setting: Given]]) -> [[Setting: Given]] {
        var overruled: Set<Setting> = []
        return ranks.map { values in
            let kept = values.filter { !overruled.contains($0.key) }
            if kept[.region] != nil { overruled.formUnion([.org, .loginURL, .apiURL]) }
            if kept[.org] != nil { overruled.formUnion([.loginURL, .apiURL]) }
            return kept
        }
    }

    private static func options(_ options: Options) -> [Setting: Given] {
        var values: [Setting: Given] = [:]
        for setting in Setting.allCases {
            guard let text = options.text(setting) else { continue }
            values[setting] = Given(text: text, origin: .option(setting.option))
        }
        return values
    }

    private static func variables(_ variables: [String: String]) -> [Setting: Given] {
        var values: [Setting: Given] = [:]
        for setting in Setting.allCases {
            // An empty variable counts as not set.
            guard let name = setting.variables.first(where: { variables[$0]?.isEmpty == false }),
                let text = variables[name]
            else { continue }
            values[setting] = Given(text: text, origin: .variable(name))
        }
        return values
    }
}
