/// The access token request (RFC 6749 §4.1.3 with RFC 7636 §4.5) or a refresh request (RFC 6749 §6), of a public
/// client: `client_id` stands in the body and there is no `Authorization` header (§3.2.1).
public struct TokenRequest: Sendable, Hashable {
    /// The token endpoint (RFC 6749 §3.2).
    public let endpoint: String
    /// Whether the request spends a refresh token rather than an authorization code.
    public let isRefresh: Bool

    private let fields: [Field]

    private struct Field: Sendable, Hashable {
        let name: String
        let value: Secret
    }

    /// Exchanges the code of a checked authorization response. The redirect URI must be the authorization
    /// request's to the letter, and the proof key the one whose challenge it sent.
    public init(
        exchanging response: AuthorizationResponse,
        proofKey: ProofKey,
        redirectURI: RedirectURI,
        clientID: ClientID,
        endpoint: String
    ) {
        self.endpoint = endpoint
        isRefresh = false
        fields = [
            Field(name: "grant_type", value: Secret("authorization_code")),
            Field(name: "code", value: response.code),
            Field(name: "code_verifier", value: proofKey.verifier),
            Field(name: "client_id", value: Secret(clientID.value)),
            Field(name: "redirect_uri", value: Secret(redirectURI.value)),
        ]
    }

    /// Asks for a fresh access token. No `scope` is sent, so the new token has the old one's (§6).
    public init(refreshing refreshToken: Secret, clientID: ClientID, endpoint: String) {
        self.endpoint = endpoint
        isRefresh = true
        fields = [
            Field(name: "grant_type", value: Secret("refresh_token")),
            Field(name: "refresh_token", value: refreshToken),
            Field(name: "client_id", value: Secret(clientID.value)),
        ]
    }

    /// The request as it goes out.
    public var httpRequest: HTTPRequest {
        HTTPRequest(
            method: .post,
            url: endpoint,
            headers: [
                .init("Content-Type", "application/x-www-form-urlencoded"),
                .init("Accept", "application/json"),
            ],
            body: Secret(FormEncoding.encode(fields.map { .init($0.name, $0.value.reveal()) }))
        )
    }
}
