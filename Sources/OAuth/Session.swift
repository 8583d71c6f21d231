public import FoundationEssentials

/// A session: the tokens of one sign-in, with what is needed to use, refresh and revoke them.
public struct Session: Sendable, Hashable {
    /// The tokens, as last received.
    public var tokens: TokenResponse
    /// When the tokens were received.
    public var receivedAt: Date
    /// The client identifier they were issued to.
    public let clientID: ClientID
    /// The environment's login URL: issuer, refresh and sign-out go there.
    public let loginURL: String
    /// The environment's API URL.
    public let apiURL: String
    /// The configuration profile's name, under which a store keeps the session.
    public let profileName: String

    /// A session of these parts.
    public init(
        tokens: TokenResponse,
        receivedAt: Date,
        clientID: ClientID,
        loginURL: String,
        apiURL: String,
        profileName: String
    ) {
        self.tokens = tokens
        self.receivedAt = receivedAt
        self.clientID = clientID
        self.loginURL = loginURL
        self.apiURL = apiURL
        self.profileName = profileName
    }

    /// When the access token expires; `nil` where the server did not say.
    public var expiresAt: Date? {
        tokens.expiresIn.map { receivedAt.addingTimeInterval(Double($0)) }
    }

    /// When a refresh is due: 60 seconds before expiry, or after half the lifetime where that is under two minutes.
    public var refreshDueAt: Date? {
        tokens.expiresIn.map { lifetime in
            receivedAt.addingTimeInterval(lifetime < 120 ? Double(lifetime) / 2 : Double(lifetime - 60))
        }
    }

    /// How long a session with a refresh token is kept without being used, in seconds: a week. A used one is refreshed,
    /// which begins the week anew.
    public static let longestRest: TimeInterval = 7 * 24 * 3600
    /// For how long an access token is kept whose server does not say when it expires, in seconds: a day.
    public static let unsaidLifetime: TimeInterval = 24 * 3600

    /// Until when a store keeps the session. Without a refresh token until the access token expires, ``unsaidLifetime``
    /// after it was received where that is not said. With one, ``longestRest`` after the tokens were received, or until
    /// the access token expires where that is later.
    public var storedUntil: Date {
        let rest = tokens.refreshToken == nil ? Self.unsaidLifetime : Self.longestRest
        let rested = receivedAt.addingTimeInterval(rest)
        guard let expiresAt else { return rested }
        return tokens.refreshToken == nil ? expiresAt : max(expiresAt, rested)
    }

    /// Whether the access token is still good at `date`.
    public func isLive(at date: Date) -> Bool {
        expiresAt.map { date < $0 } ?? true
    }
}
