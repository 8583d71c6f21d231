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

    /// Whether the access token is still good at `date`.
    public func isLive(at date: Date) -> Bool {
        expiresAt.map { date < $0 } ?? true
    }
}
