/// How the demo cloud behaves: once as it should, and in the ways that go wrong.
public enum Scenario: String, CaseIterable, Sendable {
    case happy
    case denied
    case invalidGrant = "invalid-grant"
    case slow
    case shortLived = "short-lived"
    case noRefreshToken = "no-refresh-token"
    case invalidClient = "invalid-client"
    case unauthorizedClient = "unauthorized-client"
    case hang
    case htmlErrors = "html-errors"
    case rateLimited = "rate-limited"
    case serverError = "server-error"
    case expiredSession = "expired-session"

    /// What happens, in one line for `--help`.
    public var summary: String {
        switch self {
        case .happy: "everything works"
        case .denied: "the organization denies the app (access_denied)"
        case .invalidGrant: "every authorization code is refused (invalid_grant)"
        case .slow: "the token endpoint and the API take 3 seconds to answer"
        case .shortLived: "access tokens live 90 seconds"
        case .noRefreshToken: "no refresh token is given"
        case .invalidClient: "the client is not known at the token endpoint (401)"
        case .unauthorizedClient: "the client may not use this grant (400)"
        case .hang: "the token endpoint never answers"
        case .htmlErrors: "the token endpoint answers 502 with a proxy's page"
        case .rateLimited: "two profile requests get 429 with Retry-After: 5"
        case .serverError: "five profile requests get 503, the next ones work"
        case .expiredSession: "after 20 seconds the session ends at the server"
        }
    }

    /// What tokens this scenario gives.
    var tokenPolicy: TokenPolicy {
        switch self {
        case .shortLived: TokenPolicy(announcedLifetime: 90, acceptedLifetime: 90)
        case .noRefreshToken: TokenPolicy(givesRefreshToken: false)
        // Of 40 announced seconds a client that refreshes at half the lifetime meets the end by itself.
        case .expiredSession: TokenPolicy(announcedLifetime: 40, acceptedLifetime: 20, acceptsRefreshTokens: false)
        default: TokenPolicy()
        }
    }
}

/// How long tokens live, and what can be had for a refresh token.
struct TokenPolicy: Sendable, Equatable {
    /// `expires_in`, in seconds; Genesys Cloud's default is a day.
    var announcedLifetime = 86_400
    /// For how many seconds the API accepts an access token.
    var acceptedLifetime = 86_400
    /// Whether an answer has a `refresh_token`.
    var givesRefreshToken = true
    /// Whether a good refresh token gets new tokens, rather than `invalid_grant`.
    var acceptsRefreshTokens = true
}
