import ArgumentParser
import GenesysCloud

/// The options that every command takes.
struct Options: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The profile of the configuration file (environment: GENESYSCLOUD_PROFILE; default: default).",
            valueName: "name"
        )
    )
    var profile: String?

    @Option(
        name: .customLong("client-id"),
        help: ArgumentHelp(
            "The client id of your OAuth client (environment: GENESYSCLOUD_OAUTHCLIENT_ID).",
            valueName: "id"
        )
    )
    var clientID: String?

    @Option(
        help: ArgumentHelp(
            "The region, as eu-central-1 or mypurecloud.de (environment: GENESYSCLOUD_REGION; default: us-east-1).",
            valueName: "region"
        ),
        completion: .list(Region.all.map(\.name))
    )
    var region: String?

    @Option(
        help: ArgumentHelp(
            "The organization's short name: sign in at https://ORG.mygen.com (environment: GENESYSCLOUD_ORG).",
            valueName: "org"
        )
    )
    var org: String?

    @Option(
        name: .customLong("login-url"),
        help: ArgumentHelp(
            "The sign-in host, in place of the region's (environment: GENESYSCLOUD_LOGIN_URL).",
            valueName: "url"
        )
    )
    var loginURL: String?

    @Option(
        name: .customLong("api-url"),
        help: ArgumentHelp(
            "The API host, in place of the region's (environment: GENESYSCLOUD_API_URL).",
            valueName: "url"
        )
    )
    var apiURL: String?

    @Option(
        name: .customLong("redirect-uri"),
        help: ArgumentHelp(
            "Where the answer is received, as it is registered; port 0 asks the system for a port (environment: "
                + "GENESYSCLOUD_REDIRECT_URI; default: http://localhost:3000/callback).",
            valueName: "uri"
        )
    )
    var redirectURI: String?

    @Option(
        help: ArgumentHelp("The scopes to ask for, as \"a b\" (environment: GENESYSCLOUD_SCOPE).", valueName: "scopes")
    )
    var scope: String?

    @Option(
        name: .customLong("login-hint"),
        help: ArgumentHelp("Fill in the sign-in page: email:org, email or org.", valueName: "hint")
    )
    var loginHint: String?

    @Flag(name: .customLong("prompt-login"), help: "Ask for the password although the browser is signed in.")
    var promptLogin = false

    @Option(help: ArgumentHelp("Go straight to this identity provider; with --provider-org.", valueName: "name"))
    var provider: String?

    @Option(name: .customLong("provider-org"), help: ArgumentHelp("The organization of --provider.", valueName: "org"))
    var providerOrg: String?

    @Option(help: ArgumentHelp("The id of the organization to sign in to.", valueName: "org-id"))
    var target: String?

    @Option(
        help: ArgumentHelp(
            "The browser's command; the URL is its last word, or stands for %s (environment: GENESYSCLOUD_BROWSER, "
                + "then BROWSER; default: xdg-open).",
            valueName: "cmd"
        )
    )
    var browser: String?

    @Flag(name: .customLong("no-browser"), help: "Open no browser: show the URL alone.")
    var noBrowser = false

    @Option(help: ArgumentHelp("How long to wait for the browser, in seconds (default: 300).", valueName: "seconds"))
    var timeout: String?

    @Option(
        name: .customLong("ca-file"),
        help: ArgumentHelp(
            "A file of certificate authorities, in place of the system's (environment: SSL_CERT_FILE).",
            valueName: "file"
        ),
        completion: .file()
    )
    var caFile: String?

    @Option(
        name: .customLong("session-store"),
        help: ArgumentHelp(
            "Where the session is kept: kernel, secret-service or memory (environment: GENESYSCLOUD_SESSION_STORE; "
                + "default: kernel where it works, else memory).",
            valueName: "store"
        ),
        completion: .list(["kernel", "secret-service", "memory"])
    )
    var sessionStore: String?

    @Option(
        name: .customLong("log-file"),
        help: ArgumentHelp(
            "Add what happens to this file, without secrets; it must be yours alone (default: no log).",
            valueName: "file"
        ),
        completion: .file()
    )
    var logFile: String?

    @Option(
        name: .customLong("log-level"),
        help: ArgumentHelp(
            "How much goes to --log-file: \(Settings.logLevels) (default: info).",
            valueName: "level"
        ),
        completion: .list(Settings.logLevels.split(separator: ", ").map(String.init))
    )
    var logLevel: String?
}

extension Options {
    /// The option's value as text, where it was given.
    func text(_ setting: Setting) -> String? {
        switch setting {
        case .clientID: clientID
        case .region: region
        case .org: org
        case .loginURL: loginURL
        case .apiURL: apiURL
        case .redirectURI: redirectURI
        case .scope: scope
        case .loginHint: loginHint
        case .promptLogin: promptLogin ? "true" : nil
        case .provider: provider
        case .providerOrg: providerOrg
        case .target: target
        case .browser: browser
        case .noBrowser: noBrowser ? "true" : nil
        case .timeout: timeout
        case .caFile: caFile
        case .sessionStore: sessionStore
        case .logFile: logFile
        case .logLevel: logLevel
        }
    }
}
