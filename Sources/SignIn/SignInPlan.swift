public import GenesysCloud
public import OAuth

/// What a person set for signing in: fixed for the length of one attempt.
public struct SignInSettings: Sendable, Hashable {
    /// `client_id`.
    public let clientID: ClientID
    /// Where to sign in.
    public let environment: Environment
    /// Where the callback is received; port 0 asks the system for one.
    public let redirectURI: RedirectURI
    /// `scope`; not sent where `nil`.
    public let scope: Scope?
    /// Genesys Cloud's optional parameters of the authorization request.
    public let hints: AuthorizationRequest.Hints
    /// Whether to open a browser; otherwise the person opens the URL.
    public let opensBrowser: Bool
    /// How long an attempt may take, in seconds.
    public let timeout: Int
    /// The configuration profile's name.
    public let profileName: String

    /// The longest timeout, in seconds: one day.
    public static let longestTimeout = 86_400

    /// Settings of these parts; each of them has been checked by its own type.
    public init(
        clientID: ClientID,
        environment: Environment,
        redirectURI: RedirectURI,
        scope: Scope? = nil,
        hints: AuthorizationRequest.Hints = .init(),
        opensBrowser: Bool = true,
        timeout: Int = 300,
        profileName: String = "default"
    ) {
        self.clientID = clientID
        self.environment = environment
        self.redirectURI = redirectURI
        self.scope = scope
        self.hints = hints
        self.opensBrowser = opensBrowser
        self.timeout = timeout
        self.profileName = profileName
    }
}

/// All that an attempt needs from outside, made before it begins, so that the state machine stays pure.
public struct SignInPlan: Sendable, Hashable {
    /// The attempt's id.
    public let attempt: AttemptID
    /// The id of the session that the attempt may lead to.
    public let session: SessionID
    /// The grant that the attempt may lead to.
    public let grant: GrantID
    /// What the person set.
    public let settings: SignInSettings
    /// Random bytes for the code verifier.
    public let verifierEntropy: Entropy
    /// Random bytes for the `state` parameter.
    public let stateEntropy: Entropy

    /// A plan of these parts; the two entropies are used for this attempt only.
    public init(
        attempt: AttemptID,
        session: SessionID,
        grant: GrantID,
        settings: SignInSettings,
        verifierEntropy: Entropy,
        stateEntropy: Entropy
    ) {
        self.attempt = attempt
        self.session = session
        self.grant = grant
        self.settings = settings
        self.verifierEntropy = verifierEntropy
        self.stateEntropy = stateEntropy
    }
}
