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

    /// `GET /api/v2/users/me`: the person that `accessToken` belongs to.
    public func currentUser(accessToken: Secret) async throws(APIError) -> UserProfile {
        let response = try await send(.get, "/api/v2/users/me", accessToken)
        let profile: UserProfile?
        do {
            profile = try UserProfile(json: response.body)
        } catch {
            throw .unreadable(status: response.status, found: response.content, correlationID: response.correlationID)
        }
        guard let profile else { throw .missingMember("id") }
        return profile
    }

    /// `DELETE /api/v2/tokens/me`: deletes the token that makes the request. Any 2xx will do, whatever its body.
    public func deleteToken(accessToken: Secret) async throws(APIError) {
        _ = try await send(.delete, "/api/v2/tokens/me", accessToken)
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
            // A gateway says these two in its own words, and they mean the same without JSON.
            guard response.content == .json || [401, 429].contains(response.status) else {
                throw .unreadable(
                    status: response.status,
                    found: response.content,
                    correlationID: response.correlationID
                )
            }
            throw .rejected(APIError.Rejection(response))
        }
        return response
    }
}
