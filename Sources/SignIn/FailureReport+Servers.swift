import GenesysCloud
import OAuth

/// Words about what the authorization server and the Platform API answer.
extension Failure {
    /// Where an OAuth error came from: the same code has other causes there.
    enum Place {
        case authorization, tokenExchange, refresh
    }

    func tokenReport(_ error: OAuthError, at place: Place) -> FailureReport {
        let host = context.loginHost
        switch error {
        case .errorResponse(let response, _, let correlationID):
            return oauthReport(response, at: place, correlationID: correlationID)
        case .unreadable(let status, let found, let correlationID):
            return unreadableReport(host, status, found, correlationID)
        case .rateLimited(let response, let retryAfter, let correlationID):
            return FailureReport(
                "rate_limited",
                "\(host) has had too many requests (HTTP 429).",
                cause: "Genesys Cloud limits how often a client may ask.",
                remedy: Self.tryAgain(after: retryAfter),
                serverWords: response?.words,
                correlationID: correlationID
            )
        case .redirected(let status):
            return FailureReport(
                "unexpected_redirect",
                "\(host) sent the token request elsewhere (HTTP \(status)).",
                cause: "A redirect is not followed: it would carry the authorization code to another place.",
                remedy: "Check --region and --login-url: they must name the sign-in host itself."
            )
        case .missingMember(let name, _):
            return FailureReport(
                "malformed_response",
                "\(host) answered without \(name).",
                cause: "The answer is JSON, and it has no \(name).",
                remedy: "Check --region and --login-url. If they are right, tell Genesys support."
            )
        case .unusableMember(let name):
            return FailureReport(
                "malformed_response",
                "\(host) answered with an unusable \(name).",
                cause: "It holds characters that no token may have, or far too many of them.",
                remedy: "Check --region and --login-url. If they are right, tell Genesys support."
            )
        case .unsupportedTokenType(let type):
            return FailureReport(
                "unsupported_token_type",
                "\(host) gave a token of the type \(type).",
                cause: "This program speaks bearer tokens alone.",
                remedy: "Check --login-url: Genesys Cloud gives bearer tokens."
            )
        }
    }

    func oauthReport(_ response: ErrorResponse, at place: Place, correlationID: ServerText?) -> FailureReport {
        let id = context.clientID.value
        let uri = context.redirectURI.map { " \($0)" } ?? ""
        let summary: String
        let cause: String
        let remedy: String
        switch response.code {
        case .invalidGrant where place == .refresh:
            summary = "The session has ended"
            cause = "The refresh token has expired, was revoked, or was used by another program."
            remedy = "Sign in again."
        case .invalidGrant:
            summary = "The authorization code was not accepted"
            cause = "It has expired (it lives 10 minutes), was used already, or does not match this attempt's verifier."
            remedy = "Sign in again, and finish in the browser at once."
        case .invalidClient:
            summary = "\(context.loginHost) does not know this client"
            cause = "The client id \(id) is wrong, belongs to another region, or is not a public client."
            remedy =
                "Check the client id and the region in Admin > Integrations > OAuth; the grant type must be Code "
                + "Authorization with PKCE."
        case .unauthorizedClient:
            summary = "This client may not sign in this way"
            cause = "The redirect URI\(uri) or the grant type is not registered for the client \(id)."
            remedy =
                "In Admin > Integrations > OAuth compare the redirect URI letter by letter, trailing slash included, "
                + "and the grant type."
        case .accessDenied:
            summary = "Access was denied"
            cause = "The request was refused in the browser, or the scopes asked for are not allowed."
            remedy = "Sign in again and approve, or ask an administrator which scopes the client \(id) may use."
        case .invalidRequest:
            summary = "\(context.loginHost) did not accept the request"
            cause = "A parameter is missing or not allowed; most often the redirect URI\(uri) is not registered."
            remedy =
                "In Admin > Integrations > OAuth compare the redirect URI letter by letter, trailing slash included."
        case .invalidScope:
            summary = "A scope was not accepted"
            cause = "A scope is unknown, misspelt, or not allowed for the client \(id)."
            remedy = "Correct --scope, or leave it out to get the client's own scopes."
        case .unsupportedResponseType, .unsupportedGrantType:
            summary = "\(context.loginHost) does not offer this kind of sign-in"
            cause = "The client \(id) is not registered for Code Authorization with PKCE."
            remedy = "In Admin > Integrations > OAuth choose the grant type Code Authorization (PKCE)."
        case .serverError:
            summary = "\(context.loginHost) had an internal error"
            cause = "The fault is on the server's side."
            remedy = "Try again in a minute. If it goes on, tell Genesys support."
        case .temporarilyUnavailable:
            summary = "\(context.loginHost) is not available for the moment"
            cause = "It is overloaded or under maintenance."
            remedy = "Try again in a minute."
        case .invalidToken:
            summary = "The token was not accepted"
            cause = "It has expired, was revoked, or belongs to another region."
            remedy = "Sign in again."
        case .unknown(let code):
            summary = "\(context.loginHost) answered with an error\(code.isEmpty ? " without a name" : "")"
            cause = "The server's own words are all there is to know."
            remedy = "Sign in again. If it happens again, ask your administrator or Genesys support."
        }
        let code = response.code.name.isEmpty ? "unknown_error" : response.code.name
        return FailureReport(
            code,
            "\(summary) (\(code)).",
            cause: cause,
            remedy: remedy,
            serverWords: response.words,
            correlationID: correlationID
        )
    }

    /// The same of a session that an earlier refresh has cost its refresh token.
    func leavingReport(_ ended: FailureReport) -> FailureReport {
        FailureReport(
            ended.code,
            ended.summary,
            cause:
                "The refresh token has expired, was revoked, or an earlier refresh has used it up, whose answer was lost or not "
                + "kept: what that one brought may live on.",
            remedy: "Sign in again. What is left ends when its time is over. \(Self.administratorCanDelete)",
            serverWords: ended.serverWords,
            correlationID: ended.correlationID
        )
    }

    func apiReport(_ error: APIError, isDeletion: Bool = false) -> FailureReport {
        let host = context.apiHost
        switch error {
        case .transport(let transport):
            return transportReport(transport)
        case .unreadable(let status, let found, let correlationID):
            return unreadableReport(host, status, found, correlationID)
        case .missingMember(let name):
            return FailureReport(
                "malformed_response",
                "\(host) sent a profile without \(name).",
                cause: "The answer is JSON, and it has no \(name).",
                remedy: "Check --region and --api-url. If they are right, tell Genesys support."
            )
        case .lateToken:
            return FailureReport(
                "token_left",
                "\(host) may have a token that came of a refresh.",
                cause: "A refresh had no answer, or none that could be used; or what came of it could not be deleted.",
                remedy: Self.deletedByAdministrator
            )
        case .rejected(let rejection):
            var report = rejectionReport(rejection, isDeletion: isDeletion)
            report.serverWords = rejection.message
            report.correlationID = rejection.correlationID ?? rejection.contextID
            return report
        }
    }

    private func rejectionReport(_ rejection: APIError.Rejection, isDeletion: Bool) -> FailureReport {
        let (host, status) = (context.apiHost, rejection.status)
        switch status {
        case 401 where isDeletion:
            return FailureReport(
                "unauthorized",
                "\(host) does not let the token be deleted (HTTP 401).",
                cause: "It does not say of another request that the token is not good, so it refuses this one itself.",
                remedy: Self.deletedByAdministrator
            )
        case 401:
            return FailureReport(
                "unauthorized",
                "\(host) does not accept the token (HTTP 401).",
                cause: "It has expired, was revoked, or belongs to another region.",
                remedy: "Sign in again. Check --region if it goes on."
            )
        case 403 where isDeletion:
            return FailureReport(
                "forbidden",
                "The token may not be deleted (HTTP 403).",
                cause: "\(host) does not allow it to the client \(context.clientID), or to the person.",
                remedy: Self.deletedByAdministrator
            )
        case 403:
            return FailureReport(
                "forbidden",
                "The profile may not be read (HTTP 403).",
                cause: "The client's scopes or the person's permissions do not allow it.",
                remedy: "Ask an administrator to allow the scope users:readonly for the client \(context.clientID)."
            )
        case 404:
            return FailureReport(
                "not_found",
                "\(host) has no such resource (HTTP 404).",
                cause: "The API host is probably not Genesys Cloud's.",
                remedy: "Check --region and --api-url."
            )
        case 429:
            return FailureReport(
                "rate_limited",
                "Too many requests (HTTP 429).",
                cause: "Genesys Cloud allows 300 requests a minute for each token.",
                remedy: Self.tryAgain(after: rejection.retryAfter)
            )
        case 500...:
            return FailureReport(
                "service_error",
                "\(host) had an internal error (HTTP \(status)).",
                cause: "The fault is on the server's side.",
                remedy: "Try again in a minute."
            )
        default:
            return FailureReport(
                "api_error",
                "\(host) refused the request (HTTP \(status)).",
                cause: "The server's own words are all there is to know.",
                remedy: "Try again. If it goes on, tell Genesys support."
            )
        }
    }

    static let deletedByAdministrator = "It ends when its time is over. \(administratorCanDelete)"
    private static let administratorCanDelete =
        "An administrator can delete it sooner (DELETE /api/v2/tokens/{userId})."

    private func unreadableReport(
        _ host: String,
        _ status: Int,
        _ found: HTTPResponse.Content,
        _ correlationID: ServerText?
    ) -> FailureReport {
        let what =
            switch found {
            case .empty: "an empty body instead of JSON"
            case .html: "a web page (HTML) instead of JSON"
            case .json: "JSON that is cut short or of another kind"
            case .text: "plain text instead of JSON"
            }
        return FailureReport(
            status >= 500 ? "service_error" : "malformed_response",
            "\(host) answered with \(what) (HTTP \(status)).",
            cause: status >= 500
                ? "The service, or something before it, is in trouble."
                : "A proxy, a captive portal or a wrong host answered in its place.",
            remedy: status >= 500
                ? "Try again in a minute." : "Check the network's own sign-in page, the proxy, and --region.",
            correlationID: correlationID
        )
    }
}
