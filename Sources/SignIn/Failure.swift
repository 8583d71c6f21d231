public import GenesysCloud
public import OAuth

/// Something that ended an attempt or a session, or that a person must hear about, with the settings in force.
public struct Failure: Error, Sendable, Hashable {
    /// What went wrong.
    public let problem: Problem
    /// The settings in force, for the words about it.
    public let context: Context

    /// What is known of the token, where it was to be deleted.
    public var token: LoggedOut.Token {
        if case .deletion(let error) = problem { .init(error) } else { .unconfirmed }
    }

    /// What went wrong, by where it arose.
    public enum Problem: Sendable, Hashable {
        /// The authorization endpoint's error response.
        case authorization(ErrorResponse)
        /// The callback had neither `code` nor `error`.
        case missingCode
        /// The token endpoint, asked to exchange the code.
        case tokenRequest(TokenRequestError)
        /// The token endpoint, asked to refresh.
        case refresh(TokenRequestError)
        /// The Platform API, asked for the profile.
        case api(APIError)
        /// The Platform API, asked to delete the token.
        case deletion(APIError)
        /// The listener.
        case listener(ListenerFailure)
        /// The attempt was not over within this time, in seconds: nothing came from the browser, or the code was still
        /// being exchanged.
        case timedOut(seconds: Int, isExchanging: Bool = false)
    }

    /// The settings that words about a failure name. None of them is secret.
    public struct Context: Sendable, Hashable {
        /// The redirect URI in use; `nil` once the sign-in is over.
        public let redirectURI: String?
        /// The client identifier in use.
        public let clientID: ClientID
        /// The host that signs in.
        public let loginHost: String
        /// The host of the API.
        public let apiHost: String

        /// A context of these parts.
        init(redirectURI: String?, clientID: ClientID, loginHost: String, apiHost: String) {
            self.redirectURI = redirectURI
            self.clientID = clientID
            self.loginHost = loginHost
            self.apiHost = apiHost
        }

        /// The context of an attempt.
        public init(_ settings: SignInSettings, redirectURI: RedirectURI? = nil) {
            self.redirectURI = (redirectURI ?? settings.redirectURI).value
            clientID = settings.clientID
            loginHost = Environment.host(of: settings.environment.loginURL)
            apiHost = Environment.host(of: settings.environment.apiURL)
        }

        /// The context of a session.
        public init(_ session: Session) {
            redirectURI = nil
            clientID = session.clientID
            loginHost = Environment.host(of: session.loginURL)
            apiHost = Environment.host(of: session.apiURL)
        }
    }

    /// A failure under the settings in force.
    public init(_ problem: Problem, _ context: Context) {
        self.problem = problem
        self.context = context
    }
}
