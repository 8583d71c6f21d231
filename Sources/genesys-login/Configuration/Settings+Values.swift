import GenesysCloud
import Glibc
import OAuth
import SignIn
import SignInRuntime

/// What each value must be, and what is said where it is not.
extension Settings {
    static func environment(_ sources: Sources) throws(UsageError) -> Environment {
        let region = sources.given(.region)
        let org = sources.given(.org)
        let login = sources.given(.loginURL)
        let api = sources.given(.apiURL)
        do throws(Environment.Refusal) {
            return try Environment(
                region: region?.text,
                organization: org?.text,
                loginURL: login?.text,
                apiURL: api?.text
            )
        } catch {
            let given = [region, org, login, api].compactMap { $0 }
            func blame(_ text: String) -> Given {
                given.first { $0.text == text } ?? Given(text: text, origin: .preset)
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

    static func redirectURI(_ sources: Sources) throws(UsageError) -> RedirectURI {
        let given = sources.given(.redirectURI) ?? Given(text: Settings.defaultRedirectURI, origin: .preset)
        do throws(RedirectURI.Refusal) {
            return try RedirectURI(given.text)
        } catch {
            let example = "Use \(Settings.defaultRedirectURI), or http://localhost:0/callback for any free port."
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

    static func clientID(_ sources: Sources) throws(UsageError) -> ClientID? {
        guard let given = sources.given(.clientID) else { return nil }
        guard let id = ClientID(given.text) else {
            throw given.error("is no client id", "Copy it from Admin > Integrations > OAuth.")
        }
        return id
    }

    static func scope(_ sources: Sources) throws(UsageError) -> Scope? {
        guard let given = sources.given(.scope) else { return nil }
        guard let scope = Scope(given.text) else {
            throw given.error("is no list of scopes", "Write them as \"users:readonly routing\".")
        }
        return scope
    }

    static func hints(_ sources: Sources) throws(UsageError) -> AuthorizationRequest.Hints {
        let provider: AuthorizationRequest.Provider?
        let together = "Genesys Cloud takes them only together."
        switch (sources.given(.provider), sources.given(.providerOrg)) {
        case (nil, nil): provider = nil
        case (let name?, let organization?): provider = .init(name: name.text, organization: organization.text)
        case (let name?, nil): throw name.error("needs a --provider-org", together)
        case (nil, let organization?): throw organization.error("needs a --provider", together)
        }
        return AuthorizationRequest.Hints(
            loginHint: sources.given(.loginHint)?.text,
            promptLogin: sources.given(.promptLogin)?.text == "true",
            provider: provider,
            target: sources.given(.target)?.text
        )
    }

    /// The commands to try, in this order: `BROWSER` may have several with colons between them, as other programs read it.
    static func browsers(_ sources: Sources) throws(UsageError) -> [ShellWords] {
        let given = sources.given(.browser) ?? Given(text: Browser.defaultCommand, origin: .preset)
        let texts = given.origin == .variable("BROWSER") ? given.text.split(separator: ":") : [given.text[...]]
        let commands = texts.map { ShellWords(String($0)) }
        guard !commands.isEmpty, !commands.contains(nil) else {
            throw given.error("is no command", "Write it as a shell would take it: firefox --new-window %s.")
        }
        return commands.compactMap(\.self)
    }

    /// A browser that a stronger source names is meant to be opened, although a file says `no_browser`. The variable
    /// `BROWSER` does not count: desktops set it for everybody.
    static func opensBrowser(_ sources: Sources) -> Bool {
        guard sources.given(.noBrowser)?.text == "true", let never = sources.rank(.noBrowser) else { return true }
        guard let browser = sources.given(.browser), browser.origin != .variable("BROWSER"),
            let named = sources.rank(.browser)
        else { return false }
        return named < never
    }

    static func timeout(_ sources: Sources) throws(UsageError) -> Int {
        guard let given = sources.given(.timeout) else { return Settings.defaultTimeout }
        guard let seconds = Int(given.text), (1...SignInSettings.longestTimeout).contains(seconds) else {
            throw given.error(
                "is not a number of seconds from 1 to \(SignInSettings.longestTimeout)",
                "Leave it out to wait \(Settings.defaultTimeout) seconds."
            )
        }
        return seconds
    }

    static func network(_ variables: [String: String], caFile: Given?) throws(UsageError) -> NetworkSettings {
        let isVariable = caFile?.origin == .variable("SSL_CERT_FILE")
        do throws(NetworkSettings.Refusal) {
            return try NetworkSettings(environment: variables, certificateFile: isVariable ? nil : caFile?.text)
        } catch {
            throw UsageError(error)
        }
    }

    static func caFile(_ sources: Sources) throws(UsageError) -> String? {
        guard let given = sources.given(.caFile) else { return nil }
        let file = open(given.text, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            throw given.error(
                "cannot be read: \(FileBytes.systemWords(errno))",
                "Name a file of certificates in PEM form."
            )
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw given.error("is no file", "Name a file of certificates in PEM form.")
        }
        return given.text
    }
}
