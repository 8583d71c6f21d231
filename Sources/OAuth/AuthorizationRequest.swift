/// The authorization request (RFC 6749 §4.1.1 with RFC 7636 §4.3): the URL that the browser opens.
public struct AuthorizationRequest: Sendable, Hashable {
    /// Genesys Cloud's optional parameters of the authorization request (its JavaScript SDK sends the same).
    public struct Hints: Sendable, Hashable {
        /// `login_hint`: `email:org`, `email` or `org`, to fill in the sign-in page.
        public var loginHint: String?
        /// `prompt=login`: ask for the password although the browser is signed in.
        public var promptLogin: Bool
        /// `org` and `provider`, which Genesys Cloud takes only together: go straight to an identity provider.
        public var provider: Provider?
        /// `target`: the id of the organization to sign in to, for people with more than one.
        public var target: String?

        /// No hint unless given.
        public init(
            loginHint: String? = nil,
            promptLogin: Bool = false,
            provider: Provider? = nil,
            target: String? = nil
        ) {
            self.loginHint = loginHint
            self.promptLogin = promptLogin
            self.provider = provider
            self.target = target
        }
    }

    /// An identity provider and the organization whose it is.
    public struct Provider: Sendable, Hashable {
        /// `provider`: the identity provider's name, for example `okta`.
        public let name: String
        /// `org`: the organization's short name.
        public let organization: String

        /// Both are needed: Genesys Cloud ignores one without the other.
        public init(name: String, organization: String) {
            self.name = name
            self.organization = organization
        }
    }

    /// The authorization endpoint (RFC 6749 §3.1), without a query.
    public let endpoint: String
    /// `client_id`.
    public let clientID: ClientID
    /// `redirect_uri`, with the port that is bound.
    public let redirectURI: RedirectURI
    /// `code_challenge`.
    public let challenge: CodeChallenge
    /// `state`.
    public let state: StateParameter
    /// `scope`; not sent where `nil`.
    public let scope: Scope?
    /// Genesys Cloud's optional parameters.
    public let hints: Hints

    /// A request of these parts; each of them has been checked by its own type.
    public init(
        endpoint: String,
        clientID: ClientID,
        redirectURI: RedirectURI,
        challenge: CodeChallenge,
        state: StateParameter,
        scope: Scope? = nil,
        hints: Hints = Hints()
    ) {
        self.endpoint = endpoint
        self.clientID = clientID
        self.redirectURI = redirectURI
        self.challenge = challenge
        self.state = state
        self.scope = scope
        self.hints = hints
    }

    /// The URL to open in the external user agent (RFC 8252 §4.1). It carries `state` and the challenge, which
    /// the browser must have; it carries neither the verifier nor any token.
    public var url: String {
        var fields: [FormEncoding.Field] = [
            .init("client_id", clientID.value),
            .init("response_type", "code"),
            .init("redirect_uri", redirectURI.value),
            .init("code_challenge", challenge.value),
            .init("code_challenge_method", CodeChallenge.method),
            .init("state", state.value.reveal()),
        ]
        if let scope { fields.append(.init("scope", scope.description)) }
        if let provider = hints.provider {
            fields.append(.init("org", provider.organization))
            fields.append(.init("provider", provider.name))
        }
        if let target = hints.target { fields.append(.init("target", target)) }
        if let hint = hints.loginHint { fields.append(.init("login_hint", hint)) }
        if hints.promptLogin { fields.append(.init("prompt", "login")) }
        return "\(endpoint)?\(FormEncoding.encode(fields))"
    }
}
