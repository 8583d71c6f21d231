public import OAuth

/// Why a token request brought no token.
public enum TokenRequestError: Error, Sendable, Hashable {
    /// No answer came.
    case transport(TransportError)
    /// The answer is no token.
    case answer(OAuthError)
    /// The request was not sent, for the store's sake: another process was at it for too long.
    case store(StoreError)
    /// The refresh token is of no use any more, as the answer says or an earlier refresh has shown; and what that earlier one
    /// brought has not arrived, or was not kept.
    case endedLeavingToken(OAuthError)
}

extension TokenRequestError {
    /// The refresh token is spent, revoked or expired (RFC 6749 §5.2): only a new sign-in helps.
    public var endsSession: Bool {
        switch self {
        case .answer(.errorResponse(let response, _, _)): response.code == .invalidGrant
        case .endedLeavingToken: true
        case .answer, .transport, .store: false
        }
    }

    /// Whether the answer has tokens, which cannot be used: another refresh token may have taken the old one's place with them.
    public var spendsRefreshToken: Bool {
        switch self {
        case .answer(.unusableMember), .answer(.unsupportedTokenType),
            .answer(.missingMember(_, hasRefreshToken: true)):
            true
        case .answer, .transport, .store, .endedLeavingToken: false
        }
    }

    /// Whether the server may have issued tokens that nobody has, or can use.
    public var mayLeaveTokens: Bool {
        switch self {
        case .transport(let error): error.mayHaveArrived
        // What stands before the server may say so when that is too slow, or fails after its work (RFC 9110 §15.5.9, §15.6).
        case .answer(.unreadable(let status, _, _)), .answer(.errorResponse(_, let status, _)):
            (200...299).contains(status) || status == 408 || status >= 500
        case .answer(.missingMember), .endedLeavingToken: true
        case .answer, .store: spendsRefreshToken
        }
    }

    /// Whether trying again later may help.
    var isPassing: Bool {
        switch self {
        case .transport, .store, .answer(.rateLimited): true
        case .answer(.errorResponse(let response, let status, _)):
            status >= 500 || status == 429 || response.code == .serverError || response.code == .temporarilyUnavailable
        // A page, or nothing at all, is a proxy's answer: the authorization server has not spoken.
        case .answer(.unreadable(let status, let found, _)): found != .json || status >= 500 || status == 429
        case .answer(.redirected), .answer(.missingMember), .answer(.unusableMember), .answer(.unsupportedTokenType),
            .endedLeavingToken:
            false
        }
    }

    /// How long the server asks to be left alone, in seconds.
    var retryAfter: Int? {
        if case .answer(.rateLimited(_, let seconds, _)) = self { seconds } else { nil }
    }
}
