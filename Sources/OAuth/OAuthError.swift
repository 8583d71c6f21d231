/// What can be wrong with the token endpoint's answer.
public enum OAuthError: Error, Sendable, Hashable {
    /// The server's own error response (RFC 6749 §5.2).
    case errorResponse(ErrorResponse, status: Int, correlationID: ServerText?)
    /// The answer is not the JSON it should be: a proxy's page, an empty body, a body cut short.
    case unreadable(status: Int, found: HTTPResponse.Content, correlationID: ServerText?)
    /// The server asks to wait (429, RFC 6585 §4): `retryAfter` says how long, in seconds, where it said so.
    case rateLimited(ErrorResponse?, retryAfter: Int?, correlationID: ServerText?)
    /// The server sent a redirect, which is not followed: it would carry the code elsewhere (RFC 9700 §4.12).
    case redirected(status: Int)
    /// The JSON lacks a member that must be there; `hasRefreshToken` says whether it brings a new refresh token all the same.
    case missingMember(String, hasRefreshToken: Bool = false)
    /// A member is there and cannot be used, for example a token with a line break in it.
    case unusableMember(String)
    /// `token_type` is one that this client does not speak (RFC 6749 §7.1: it must not use the token).
    case unsupportedTokenType(ServerText)
}
