import GenesysCloud
import Logging
import OAuth
import SignIn
import SignInRuntime

/// What the options, the environment variables and the configuration files come to.
///
/// An option beats its variable, which beats the profile in this program's own file, which beats the official CLI's
/// profile of the same name, which beats the default. Where to sign in is one decision: see ``Sources``.
struct Settings: Sendable {
    /// The profile's name; also that of its session.
    let profileName: String
    /// The client identifier, where one was given.
    let clientID: ClientID?
    let environment: Environment
    let redirectURI: RedirectURI
    let scope: Scope?
    let hints: AuthorizationRequest.Hints
    /// The browser's command, and what is tried after it.
    let browsers: [ShellWords]
    /// Whether a sign-in opens the browser by itself.
    let opensBrowser: Bool
    let timeout: Int
    /// A file of certificate authorities, in place of the system's.
    let caFile: String?
    /// Where the session is kept; `nil` leaves it to the machine.
    let storeKind: StoreKind?
    /// Proxies and certificate authorities.
    let network: NetworkSettings
    /// What was asked to be logged goes here; silent without a file.
    let log: Logger
    /// Where a profile can be saved; `nil` where the variables name no folder for it.
    let file: ConfigurationFile?

    /// Why the profile is none, where nothing but a kept session may know its name; see ``init(_:environment:mayBeKept:)``.
    let unknownProfile: UsageError?

    /// What was asked for, and where; the defaults are not among it.
    private let profile: Given
    private let given: [Setting: Given]

    /// Where the answer is received unless told otherwise.
    static let defaultRedirectURI = "http://localhost:3000/callback"
    /// How long an attempt may take unless told otherwise, in seconds.
    static let defaultTimeout = 300

    /// Reads the configuration files that the variables lead to, and checks every value. Without `options` none was given.
    ///
    /// - Parameter mayBeKept: whether a profile that is written nowhere is put up with, as ``unknownProfile``: options may have
    ///   described it when its session was kept.
    /// - Throws: ``UsageError`` that names the option, the variable, or the file and line, its value, and what to do.
    init(
        _ options: Options?,
        environment variables: [String: String],
        mayBeKept: Bool = false
    ) throws(UsageError) {
        let configuration = try Configuration(variables)
        profile = configuration.activeProfile(options, variables)
        unknownProfile = configuration.refusal(of: profile, options)
        if !mayBeKept, let unknownProfile { throw unknownProfile }
        let sources = Sources(options, variables, configuration, profile: profile.text)
        profileName = profile.text
        file = configuration.file
        given = Dictionary(
            uniqueKeysWithValues: Setting.allCases.compactMap { setting in
                sources.given(setting).map { (setting, $0) }
            }
        )
        clientID = try Self.clientID(sources)
        environment = try Self.environment(sources)
        redirectURI = try Self.redirectURI(sources)
        scope = try Self.scope(sources)
        hints = try Self.hints(sources)
        browsers = try Self.browsers(sources)
        opensBrowser = Self.opensBrowser(sources)
        timeout = try Self.timeout(sources)
        caFile = try Self.caFile(sources)
        network = try Self.network(variables, caFile: sources.given(.caFile))
        storeKind = try Self.storeKind(sources)
        log = try Self.log(sources)
        logStart()
    }

    /// Where the value of `setting` came from.
    func origin(of setting: Setting) -> Origin {
        given[setting]?.origin ?? .preset
    }

    /// The value of `setting` as it was given; `nil` for a default.
    func text(of setting: Setting) -> String? {
        given[setting]?.text
    }

    /// Where the profile's name came from.
    var profileOrigin: Origin { profile.origin }

    /// The client identifier, without which nobody can sign in.
    func requireClientID() throws(UsageError) -> ClientID {
        guard let clientID else {
            throw UsageError(
                "There is no client id yet.",
                "Create an OAuth client with the grant type Code Authorization (PKCE) in Admin > Integrations > OAuth, "
                    + "and name it with --client-id, GENESYSCLOUD_OAUTHCLIENT_ID or a profile's client_id. To look around first: "
                    + "genesys-login demo"
            )
        }
        return clientID
    }

    /// The settings of an attempt with `clientID`, in `environment` where it is not this one's.
    func signIn(
        clientID: ClientID,
        environment: Environment? = nil,
        profileName: String? = nil
    ) -> SignInSettings {
        SignInSettings(
            clientID: clientID,
            environment: environment ?? self.environment,
            redirectURI: redirectURI,
            scope: scope,
            hints: hints,
            opensBrowser: opensBrowser,
            timeout: timeout,
            profileName: profileName ?? self.profileName
        )
    }
}

extension Settings {
    /// The browser's commands, to be read.
    var browserText: String { browsers.map { $0.words.joined(separator: " ") }.joined(separator: ":") }
}

/// Wrong usage or configuration: what is wrong, and what to do. Exit status 64.
struct UsageError: Error, Equatable {
    let problem: String
    let remedy: String

    init(_ problem: String, _ remedy: String) {
        self.problem = problem
        self.remedy = remedy
    }

    /// The same complaint as the network's.
    init(_ refusal: NetworkSettings.Refusal) {
        self.init(refusal.problem, refusal.remedy)
    }
}
