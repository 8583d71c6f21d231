public import FoundationEssentials

/// Names one authorization grant (RFC 6749 §1.3), that is one sign-in, in all processes: tokens that were refreshed keep it,
/// a new sign-in has another, be it the same person's. Made up here, no server knows it, and no secret.
public struct GrantID: Sendable, Hashable {
    /// How many random bytes it is made of, and how many characters they become.
    private static let (bytes, characters) = (12, 16)

    /// Sixteen characters of the URL-safe base64 alphabet.
    public let value: String

    /// Made of the first twelve bytes of `entropy`, which is used for nothing else.
    public init(entropy: Entropy) {
        value = Base64URL.encode(entropy.bytes.prefix(Self.bytes))
    }

    /// Takes ``value`` back; anything else is refused with `nil`.
    public init?(_ value: String) {
        guard value.utf8.count == Self.characters, value.utf8.allSatisfy(Base64URL.isDigit) else { return nil }
        self.value = value
    }
}

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
    /// The sign-in that the tokens come from; `nil` where it was kept without.
    public let grant: GrantID?
    /// When that sign-in was, in seconds since 1970; `nil` where it was kept without.
    public let grantedAt: Int?

    /// A session of these parts.
    public init(
        tokens: TokenResponse,
        receivedAt: Date,
        clientID: ClientID,
        loginURL: String,
        apiURL: String,
        profileName: String,
        grant: GrantID? = nil,
        grantedAt: Int? = nil
    ) {
        self.tokens = tokens
        self.receivedAt = receivedAt
        self.clientID = clientID
        self.loginURL = loginURL
        self.apiURL = apiURL
        self.profileName = profileName
        self.grant = grant
        self.grantedAt = grantedAt
    }

    /// Whether this one comes from a later sign-in than `other`, or from the same one with later tokens. A refresh makes tokens
    /// later, and no sign-in.
    public func isLater(than other: Session) -> Bool {
        if grant == other.grant { return receivedAt > other.receivedAt }
        return began > other.began
    }

    private var began: TimeInterval {
        grantedAt.map(TimeInterval.init) ?? receivedAt.timeIntervalSince1970
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

    /// How long a session with a refresh token is kept once its access token has expired, in seconds: a week. One that is used
    /// is refreshed, which begins all that anew.
    public static let longestRest: TimeInterval = 7 * 24 * 3600
    /// For how long an access token is kept whose server does not say when it expires, in seconds: a day.
    public static let unsaidLifetime: TimeInterval = 24 * 3600

    /// Until when a store keeps the session. Without a refresh token until the access token expires, ``unsaidLifetime``
    /// after it was received where that is not said. With one, ``longestRest`` longer than the access token lives, or
    /// than a day where that is not said: nothing tells when to refresh then.
    public var storedUntil: Date {
        let expiry = expiresAt ?? receivedAt.addingTimeInterval(Self.unsaidLifetime)
        return tokens.refreshToken == nil ? expiry : expiry.addingTimeInterval(Self.longestRest)
    }

    /// How far ahead another clock may be, in seconds: a minute.
    private static let clockSkew: TimeInterval = 60

    /// The session without a time of receipt that is still to come at `date`: the clock that set it was ahead, and how old
    /// the tokens are is not known. They are taken to be due for a refresh; where they cannot be refreshed, to be new.
    public func doubtingTheFuture(at date: Date) -> Session {
        guard receivedAt > date.addingTimeInterval(Self.clockSkew) else { return self }
        var session = self
        session.receivedAt = date
        if tokens.refreshToken != nil, let due = session.refreshDueAt {
            session.receivedAt = date.addingTimeInterval(-due.timeIntervalSince(date))
        }
        return session
    }

    /// Whether the access token is still good at `date`.
    public func isLive(at date: Date) -> Bool {
        expiresAt.map { date < $0 } ?? true
    }
}
