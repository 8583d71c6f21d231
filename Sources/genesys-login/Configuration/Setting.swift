/// One thing that can be set: its name in the configuration file, its option, its variables, and how it is written.
enum Setting: String, CaseIterable, Sendable {
    case clientID = "client_id"
    case region
    case org
    case loginURL = "login_url"
    case apiURL = "api_url"
    case redirectURI = "redirect_uri"
    case scope
    case loginHint = "login_hint"
    case promptLogin = "prompt_login"
    case provider
    case providerOrg = "provider_org"
    case target
    case browser
    case noBrowser = "no_browser"
    case timeout
    case caFile = "ca_file"
    case sessionStore = "session_store"
    case logFile = "log_file"
    case logLevel = "log_level"

    /// How a value is written in the configuration file.
    enum Kind: Sendable {
        case text, number, boolean

        /// The kind in words.
        var words: String {
            switch self {
            case .text: "text in quotes"
            case .number: "a number"
            case .boolean: "true or false"
            }
        }
    }

    /// The name in the configuration file.
    var key: String { rawValue }

    /// The option of the command line.
    var option: String {
        "--" + String(rawValue.map { $0 == "_" ? "-" : $0 })
    }

    /// The environment variables, the stronger first.
    var variables: [String] {
        switch self {
        case .clientID: ["GENESYSCLOUD_OAUTHCLIENT_ID"]
        case .region: ["GENESYSCLOUD_REGION"]
        case .org: ["GENESYSCLOUD_ORG"]
        case .loginURL: ["GENESYSCLOUD_LOGIN_URL"]
        case .apiURL: ["GENESYSCLOUD_API_URL"]
        case .redirectURI: ["GENESYSCLOUD_REDIRECT_URI"]
        case .scope: ["GENESYSCLOUD_SCOPE"]
        case .browser: ["GENESYSCLOUD_BROWSER", "BROWSER"]
        case .caFile: ["SSL_CERT_FILE"]
        case .sessionStore: ["GENESYSCLOUD_SESSION_STORE"]
        case .loginHint, .promptLogin, .provider, .providerOrg, .target, .noBrowser, .timeout, .logFile, .logLevel: []
        }
    }

    /// How a value is written in the configuration file.
    var kind: Kind {
        switch self {
        case .promptLogin, .noBrowser: .boolean
        case .timeout: .number
        default: .text
        }
    }

    /// A line of the configuration file, as an example.
    var example: String {
        switch kind {
        case .text: "\(key) = \"…\""
        case .number: "\(key) = 300"
        case .boolean: "\(key) = true"
        }
    }

    /// What to do about `key`, which names no setting.
    static func remedy(forUnknown key: String) -> String {
        let secrets = ["secret", "password", "token"]
        if secrets.contains(where: key.lowercased().contains) {
            return "This sign-in needs no secret: remove the line."
        }
        let nearest =
            allCases
            .map { (setting: $0, distance: distance(key.lowercased(), $0.key)) }
            .min { $0.distance < $1.distance }
        if let nearest, nearest.distance <= max(2, key.count / 3) {
            return "Did you mean \(nearest.setting.key)?"
        }
        return "The settings are \(allCases.map(\.key).joined(separator: ", "))."
    }

    /// How many letters must be put in, taken out or changed to make `one` into `other`.
    private static func distance(_ one: String, _ other: String) -> Int {
        let other = Array(other)
        var row = Array(0...other.count)
        for (index, letter) in one.prefix(100).enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in other.indices {
                let changed = diagonal + (letter == other[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(changed, diagonal + 1, row[column] + 1)
            }
        }
        return row[other.count]
    }
}
