import ArgumentParser
import FoundationEssentials
import GenesysCloud
import OAuth
import SessionStore
import SignIn
import TerminalUI

/// `genesys-login status`: signed in or not, until when, kept where. Asks the store alone.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say whether somebody is signed in, until when, and where that is kept.",
        discussion: """
            Nothing is sent: the server may know better. Exit status: 0 signed in, or there is a token in \
            GENESYSCLOUD_ACCESS_TOKEN; 4 not signed in, the session has ended, or it belongs to other settings; 1 the \
            session store failed.

            Examples:
              genesys-login status
              genesys-login status --profile work --json
            """
    )

    @Flag(help: "Write one JSON object to standard output.")
    var json = false

    @OptionGroup var options: Options

    func run() async throws {
        let kept = try KeptSession(options, json: json)
        let variable = try reportingUsage(json: json) { () throws(UsageError) in try AccessTokenVariable.token() }
        let session = try await reportingFailure(json: json, log: kept.settings.log) {
            try await kept.find(isUnknownRefused: variable == nil)
        }
        let status = StatusJSON(
            session,
            profile: kept.settings.profileName,
            store: kept.store.name,
            hasVariable: variable != nil
        )
        if json {
            Console.data(status)
        } else {
            Console.output(status.text)
        }
        if !status.signedIn { throw ExitStatus.notSignedIn }
    }
}

/// `status --json` and `refresh --json`. The keys are stable, and all of them are there every time.
struct StatusJSON: Encodable {
    let signedIn: Bool
    let profile: String
    let store: String
    /// Where the token of `token` and `whoami` comes from: `session`, or the variable that overrides it.
    let source: String?
    let environment: String?
    let loginURL: String?
    let apiURL: String?
    let clientID: String?
    let scope: String?
    let expiresAt: String?
    let expiresIn: Int?
    let refreshable: Bool?

    init(_ session: Session, store: String) {
        self.init(session, profile: session.profileName, store: store, hasVariable: false)
    }

    /// - Parameter hasVariable: whether an access token stands in the environment.
    init(_ session: Session?, profile: String, store: String, hasVariable: Bool) {
        let now = Date()
        // A session whose access token has expired lives as long as it can be refreshed.
        let session = session.flatMap { $0.isLive(at: now) || $0.tokens.refreshToken != nil ? $0 : nil }
        signedIn = hasVariable || session != nil
        self.profile = profile
        self.store = store
        source = hasVariable ? AccessTokenVariable.name : session.map { _ in "session" }
        environment = session.map { Environment.label(of: $0.apiURL) }
        loginURL = session?.loginURL
        apiURL = session?.apiURL
        clientID = session?.clientID.value
        scope = session?.tokens.scope?.description
        expiresAt = session?.expiresAt?.formatted(.iso8601)
        expiresIn = session?.expiresAt.map { max(0, Int($0.timeIntervalSince(now))) }
        refreshable = session.map { $0.tokens.refreshToken != nil }
    }

    /// When the access token expires, and what happens then.
    var expiryWords: String {
        let then = refreshable == true ? "It is refreshed when needed." : "Then sign in again."
        switch expiresIn {
        case nil: return "The server did not say when the token expires."
        case 0?: return "The access token has expired. \(then)"
        case let seconds?: return "The access token expires in \(Strings.duration(seconds)). \(then)"
        }
    }

    /// The status as lines.
    var text: String {
        var lines: [String] = []
        if source == AccessTokenVariable.name {
            lines.append(AccessTokenVariable.notice)
        }
        guard let environment, let clientID else {
            let words = signedIn ? "There is no session of" : "Not signed in under"
            lines.append("\(words) the profile \(ServerText(profile)) (session store: \(store)).")
            return lines.joined(separator: "\n")
        }
        lines.append("Signed in under the profile \(ServerText(profile)).")
        lines.append("Region: \(environment)")
        lines.append("Client id: \(clientID)")
        if let scope { lines.append("Scopes: \(scope)") }
        lines.append("Session store: \(store)")
        lines.append(expiryWords)
        return lines.joined(separator: "\n")
    }

    enum CodingKeys: String, CodingKey {
        case signedIn = "signed_in"
        case profile, store, source, environment
        case loginURL = "login_url"
        case apiURL = "api_url"
        case clientID = "client_id"
        case scope
        case expiresAt = "expires_at"
        case expiresIn = "expires_in"
        case refreshable
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(signedIn, forKey: .signedIn)
        try container.encode(profile, forKey: .profile)
        try container.encode(store, forKey: .store)
        try container.encode(source, forKey: .source)
        try container.encode(environment, forKey: .environment)
        try container.encode(loginURL, forKey: .loginURL)
        try container.encode(apiURL, forKey: .apiURL)
        try container.encode(clientID, forKey: .clientID)
        try container.encode(scope, forKey: .scope)
        try container.encode(expiresAt, forKey: .expiresAt)
        try container.encode(expiresIn, forKey: .expiresIn)
        try container.encode(refreshable, forKey: .refreshable)
    }
}
