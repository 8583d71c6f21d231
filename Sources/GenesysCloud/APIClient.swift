public import OAuth

/// The two calls of the Platform API that signing in needs.
public struct APIClient: Sendable {
    private let apiURL: String
    private let transport: HTTPTransport

    /// A client of the API at `apiURL`, sending by `transport`.
    public init(apiURL: String, transport: HTTPTransport) {
        self.apiURL = apiURL
        self.transport = transport
    }

    /// `GET /api/v2/users/me`: the person that `accessToken` belongs to. What the answer repeats of the token is struck out.
    public func currentUser(accessToken: Secret) async throws(APIError) -> UserProfile {
        let response = try await send(.get, "/api/v2/users/me", accessToken)
        let profile: UserProfile?
        do {
            profile = try UserProfile(json: response.body)
        } catch {
            throw .unreadable(response)
        }
        guard let profile else { throw .missingMember("id") }
        return profile.striking([accessToken])
    }

    /// `DELETE /api/v2/tokens/me`: deletes the token that makes the request. Any 2xx will do, whatever its body, but for a web
    /// page: a portal or a wrong host answers everything with one, and has deleted nothing.
    ///
    /// - Parameter isLive: whether the token should be good. A server that refuses to delete it with a 401 may know it all the
    ///   same: unless it says 401 to another request too, that is no word about the token.
    public func deleteToken(accessToken: Secret, isLive: Bool = true) async throws(APIError) {
        do throws(APIError) {
            let response = try await send(.delete, "/api/v2/tokens/me", accessToken)
            if response.content == .html { throw .unreadable(response) }
        } catch {
            guard isLive, error.isUnauthorized, case .rejected(var rejection) = error, await !disowns(accessToken)
            else {
                throw error
            }
            rejection.tokenMayLive = true
            throw .rejected(rejection)
        }
    }

    /// Whether the API says 401 to `GET /api/v2/users/me` with `accessToken`.
    private func disowns(_ accessToken: Secret) async -> Bool {
        do throws(APIError) {
            _ = try await currentUser(accessToken: accessToken)
            return false
        } catch {
            return error.isUnauthorized
        }
    }

    private func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ accessToken: Secret
    ) async throws(APIError) -> HTTPResponse {
        let request = HTTPRequest(
            method: method,
            url: apiURL + path,
            headers: [.init("Accept", "application/json")],
            bearer: accessToken
        )
        let response: HTTPResponse
        do {
            response = try await transport.send(request)
        } catch {
            throw .transport(error)
        }
        guard (200...299).contains(response.status) else {
            guard response.content == .json || response.isGatewaysWord else { throw .unreadable(response) }
            throw .rejected(APIError.Rejection(response))
        }
        return response
    }
}

extension HTTPResponse {
    /// Whether it says without JSON that the token is not good, or that it is too much. A gateway does so in its own words; but a
    /// 401 that is a web page, and asks for no bearer token (RFC 6750 §3), is a proxy's or another host's.
    fileprivate var isGatewaysWord: Bool {
        switch status {
        case 429: true
        case 401: content != .html || headers["www-authenticate"]?.lowercased().contains("bearer") == true
        default: false
        }
    }
}

extension APIError {
    /// The answer is not the JSON it should be.
    fileprivate static func unreadable(_ response: HTTPResponse) -> Self {
        .unreadable(status: response.status, found: response.content, correlationID: response.correlationID)
    }
}
