import FoundationEssentials
public import OAuth

/// Why the Platform API did not do what it was asked.
public enum APIError: Error, Sendable, Hashable {
    /// No answer came.
    case transport(TransportError)
    /// The API answered with an error.
    case rejected(Rejection)
    /// The answer is not the JSON it should be.
    case unreadable(status: Int, found: HTTPResponse.Content, correlationID: ServerText?)
    /// The JSON lacks a member that must be there.
    case missingMember(String)
    /// Of a sign-out while a refresh was under way: what came of it was not deleted, or is not known.
    case lateToken

    /// An error answer: `{status, code, message, contextId, details, errors}` with `inin-correlation-id`.
    public struct Rejection: Sendable, Hashable {
        /// The HTTP status.
        public let status: Int
        /// `code`, for example `bad.credentials`.
        public let code: ServerText?
        /// `message`: the server's words.
        public let message: ServerText?
        /// `contextId`.
        public let contextID: ServerText?
        /// The header `inin-correlation-id`: what Genesys support asks for.
        public let correlationID: ServerText?
        /// The header `Retry-After` in seconds, where a 429 or a 503 has one.
        public let retryAfter: Int?
        /// Whether the API does not say 401 to other requests with the token: its 401 is about this one, then.
        public var tokenMayLive = false

        /// A rejection of these parts.
        public init(
            status: Int,
            code: ServerText? = nil,
            message: ServerText? = nil,
            contextID: ServerText? = nil,
            correlationID: ServerText? = nil,
            retryAfter: Int? = nil
        ) {
            self.status = status
            self.code = code
            self.message = message
            self.contextID = contextID
            self.correlationID = correlationID
            self.retryAfter = retryAfter
        }

        init(_ response: HTTPResponse) {
            let wire = try? JSONBody.decode(Wire.self, from: response.body)
            func words(_ members: OptionalText?...) -> ServerText? {
                members.lazy.compactMap { $0?.value.flatMap(response.words) }.first
            }
            self.init(
                status: response.status,
                code: words(wire?.code, wire?.error),
                message: words(wire?.message, wire?.errorDescription, wire?.description),
                contextID: words(wire?.contextId),
                correlationID: response.correlationID,
                retryAfter: response.retryAfter
            )
        }
    }

    /// The same as what a support request needs: the correlation id, where there is one.
    public var correlationID: ServerText? {
        switch self {
        case .rejected(let rejection): rejection.correlationID ?? rejection.contextID
        case .unreadable(_, _, let id): id
        case .transport, .missingMember, .lateToken: nil
        }
    }

    /// Whether the API said 401: the access token is not, or no longer, good.
    public var isUnauthorized: Bool {
        if case .rejected(let rejection) = self { rejection.status == 401 && !rejection.tokenMayLive } else { false }
    }

    private struct Wire: Decodable {
        let code, message, contextId, error, errorDescription, description: OptionalText?

        enum CodingKeys: String, CodingKey {
            case code, message, contextId, error, description
            case errorDescription = "error_description"
        }
    }
}
