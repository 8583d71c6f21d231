import GenesysCloud
import OAuth
import SignIn
import SignInRuntime

/// What the options and the environment variables come to. An option beats the environment, which beats the default.
struct Settings: Sendable {
    /// The client identifier, where one was given.
    let clientID: ClientID?
    let environment: Environment
    let redirectURI: RedirectURI
    let scope: Scope?
    let hints: AuthorizationRequest.Hints
    /// The browser's command.
    let browser: ShellWords
    /// Whether a sign-in opens the browser by itself.
    let opensBrowser: Bool
    let timeout: Int

    /// Where the answer is received unless told otherwise.
    static let defaultRedirectURI = "http://localhost:3000/callback"

    /// Checks every value.
    ///
    /// - Throws: ``UsageError`` that names the option or variable, its value, and what to do.
    init(_ options: Options, environment variables: [String: String]) throws(UsageError) {
        let source = Source(variables: variables)

        clientID = try source.value(options.clientID, "--client-id", "GENESYSCLOUD_OAUTHCLIENT_ID")
            .map { (given) throws(UsageError) in
                guard let id = ClientID(given.text) else {
                    throw given.error("is no client id", "Copy it from Admin > Integrations > OAuth.")
                }
                return id
            }
        environment = try Self.environment(options, source)
        redirectURI = try Self.redirectURI(
            source.value(options.redirectURI, "--redirect-uri", "GENESYSCLOUD_REDIRECT_URI")
                ?? Given(text: Self.defaultRedirectURI, origin: "the default")
        )
        scope = try source.value(options.scope, "--scope", "GENESYSCLOUD_SCOPE")
            .map { (given) throws(UsageError) in
                guard let scope = Scope(given.text) else {
                    throw given.error("is no list of scopes", "Write them as \"users:readonly routing\".")
                }
                return scope
            }
        hints = try Self.hints(options)
        browser = try Self.browser(options, source)
        opensBrowser = !options.noBrowser
        timeout =
            try options.timeout.map { (text) throws(UsageError) in
                guard let seconds = Int(text), (1...SignInSettings.longestTimeout).contains(seconds) else {
                    throw UsageError(
                        "--timeout \(text) is not a number of seconds from 1 to \(SignInSettings.longestTimeout).",
                        "Leave it out to wait 300 seconds."
                    )
                }
                return seconds
            } ?? 300
        if let store = source.value(options.sessionStore, "--session-store", "GENESYSCLOUD_SESSION_STORE"),
            store.text != "memory"
        {
            throw store.error("is no session store of this version", "Use memory, or leave it out.")
        }
    }

    /// The client identifier, without which nobody can sign in.
    func requireClientID() throws(UsageError) -> ClientID {
        guard let clientID else {
            throw UsageError(
                "There is no client id yet.",
                "Create an OAuth client with the grant type Code Authorization (PKCE) in Admin > Integrations > OAuth, "
                    + "and name it with --client-id or GENESYSCLOUD_OAUTHCLIENT_ID. To look around first: "
                    + "genesys-login demo"
            )
        }
        return clientID
    }

    /// The settings of an attempt with `clientID`, in `environment` where it is not this one's.
    func signIn(clientID: ClientID, environment: Environment? = nil) -> SignInSettings {
        SignInSettings(
            clientID: clientID,
            environment: environment ?? self.environment,
            redirectURI: redirectURI,
            scope: scope,
            hints: hints,
            opensBrowser: opensBrowser,
            timeout: timeout
        )
    }

    private static func environment(_ options: Options, _ source: Source) throws(UsageError) -> Environment {
        let region = source.value(options.region, "--region", "GENESYSCLOUD_REGION")
        let org = source.value(options.org, "--org", "GENESYSCLOUD_ORG")
        let login = source.value(options.loginURL, "--login-url", "GENESYSCLOUD_LOGIN_URL")
        let api = source.value(options.apiURL, "--api-url", "GENESYSCLOUD_API_URL")
        do throws(Environment.Refusal) {
            return try Environment(
                region: region?.text ?? Region.default.name,
                organization: org?.text,
                loginURL: login?.text,
                apiURL: api?.text
            )
        } catch {
            let given = [region, org, login, api].compactMap { $0 }
            func blame(_ text: String) -> Given {
                given.first { $0.text == text } ?? Given(text: text, origin: "the configuration")
            }
            switch error {
            case .unknownRegion(let text):
                throw blame(text).error(
                    "is no region of Genesys Cloud",
                    "The regions are \(Region.all.map(\.name).joined(separator: ", ")); a domain such as mypurecloud.de "
                        + "will do too."
                )
            case .organization(let text):
                throw blame(text).error(
                    "is no organization's short name",
                    "It has letters, digits and hyphens: acme for acme.mygen.com."
                )
            case .notAURL(let text):
                throw blame(text).error(
                    "is no https URL of a host",
                    "Write it as https://login.mypurecloud.com, without a query."
                )
            case .plainHTTP(let text):
                throw blame(text).error(
                    "would send tokens over plain http to another machine",
                    "Use https. Plain http is allowed on this machine alone (localhost, 127.0.0.1, [::1])."
                )
            }
        }
    }

    private static func redirectURI(_ given: Given) throws(UsageError) -> RedirectURI {
        do throws(RedirectURI.Refusal) {
            return try RedirectURI(given.text)
        } catch {
            let example = "Use \(defaultRedirectURI), or http://localhost:0/callback for any free port."
            switch error {
            case .notAURI: throw given.error("is no URI", example)
            case .scheme(let scheme):
                throw given.error("uses \(scheme), and the answer is received over plain http on this machine", example)
            case .notThisMachine(let host):
                throw given.error("is on \(host), and the answer must come to this machine", example)
            case .port: throw given.error("has no port between 0 and 65535", example)
            case .fragment: throw given.error("has a fragment (#), which no redirect URI may have", example)
            case .query: throw given.error("has a query (?), where the answer itself must go", example)
            case .userInfo: throw given.error("has a user name in it", example)
            case .reservedPath(let path):
                throw given.error("uses the path \(path), which the program needs for its own page", example)
            }
        }
    }

    private static func hints(_ options: Options) throws(UsageError) -> AuthorizationRequest.Hints {
        let provider: AuthorizationRequest.Provider?
        switch (options.provider, options.providerOrg) {
        case (nil, nil): provider = nil
        case (let name?, let organization?): provider = .init(name: name, organization: organization)
        case (_?, nil): throw UsageError("--provider needs --provider-org.", "Genesys Cloud takes them only together.")
        case (nil, _?): throw UsageError("--provider-org needs --provider.", "Genesys Cloud takes them only together.")
        }
        return AuthorizationRequest.Hints(
            loginHint: options.loginHint,
            promptLogin: options.promptLogin,
            provider: provider,
            target: options.target
        )
    }

    private static func browser(_ options: Options, _ source: Source) throws(UsageError) -> ShellWords {
        let given =
            source.value(options.browser, "--browser", "GENESYSCLOUD_BROWSER")
            ?? source.value(nil, "--browser", "BROWSER") ?? Given(text: "xdg-open", origin: "the default")
        guard let words = ShellWords(given.text) else {
            throw given.error("is no command", "Write it as a shell would take it: firefox --new-window %s.")
        }
        return words
    }
}

/// A value and where it came from.
private struct Given {
    let text: String
    let origin: String

    func error(_ problem: String, _ remedy: String) -> UsageError {
        UsageError("\(origin) \(ServerText(text)) \(problem).", remedy)
    }
}

private struct Source {
    let variables: [String: String]

    /// The option's value, or the variable's; an empty variable counts as not set.
    func value(_ option: String?, _ name: String, _ variable: String) -> Given? {
        if let option { return Given(text: option, origin: name) }
        guard let value = variables[variable], !value.isEmpty else { return nil }
        return Given(text: value, origin: variable)
    }
}

/// Wrong usage or configuration: what is wrong, and what to do. Exit status 64.
struct UsageError: Error, Equatable {
    let problem: String
    let remedy: String

    init(_ problem: String, _ remedy: String) {
        self.problem = problem
        self.remedy = remedy
    }
}
