import FoundationEssentials

/// An error response of the authorization endpoint (RFC 6749 §4.1.2.1) or the token endpoint (§5.2).
public struct ErrorResponse: Error, Sendable, Hashable {
    /// `error`.
    public let code: ErrorCode
    /// `error_description`, or `description` as some of Genesys Cloud's answers call it.
    public let words: ServerText?
    /// `error_uri`: a page about the error.
    public let page: ServerText?

    /// An error response of these members.
    public init(code: ErrorCode, words: ServerText? = nil, page: ServerText? = nil) {
        self.code = code
        self.words = words.flatMap { $0.isEmpty ? nil : $0 }
        self.page = page.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Reads a JSON body (§5.2); `nil` where it is no JSON object with a string member `error`. The secrets of the request
    /// are struck out.
    public init?(_ response: HTTPResponse) {
        guard let wire = try? JSONBody.decode(Wire.self, from: response.body), !wire.error.isEmpty else { return nil }
        let words = [wire.errorDescription, wire.description].compactMap { $0?.text.map(ServerText.init) }
        let error = ErrorResponse(
            code: ErrorCode(wire.error),
            words: words.first { !$0.isEmpty },
            page: wire.errorURI?.text.map(ServerText.init)
        )
        self = error.striking(response.request?.secrets ?? [])
    }

    /// The same, without what it repeats of `secrets`; see ``ServerText/striking(_:)``.
    func striking(_ secrets: [Secret]) -> ErrorResponse {
        ErrorResponse(
            code: code.striking(secrets),
            words: words?.striking(secrets),
            page: page?.striking(secrets)
        )
    }

    private struct Wire: Decodable {
        let error: String
        let errorDescription: Lenient?
        let description: Lenient?
        let errorURI: Lenient?

        enum CodingKeys: String, CodingKey {
            case error, description
            case errorDescription = "error_description"
            case errorURI = "error_uri"
        }
    }
}

/// The value of `error` (RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1).
public enum ErrorCode: Sendable, Hashable {
    case invalidRequest, invalidClient, invalidGrant, unauthorizedClient, unsupportedGrantType
    case unsupportedResponseType, invalidScope, accessDenied, serverError, temporarilyUnavailable, invalidToken
    /// A code that no RFC here names, as the server sent it.
    case unknown(ServerText)

    private static let known: [String: ErrorCode] = [
        "invalid_request": .invalidRequest, "invalid_client": .invalidClient, "invalid_grant": .invalidGrant,
        "unauthorized_client": .unauthorizedClient, "unsupported_grant_type": .unsupportedGrantType,
        "unsupported_response_type": .unsupportedResponseType, "invalid_scope": .invalidScope,
        "access_denied": .accessDenied, "server_error": .serverError,
        "temporarily_unavailable": .temporarilyUnavailable, "invalid_token": .invalidToken,
    ]

    private static let longestKnown = 32

    /// Takes the code as it stands on the wire.
    public init(_ wire: String) {
        // Text that is not ASCII is compared by its normal form, which takes minutes of a million combining marks.
        let isPlain = wire.utf8.count <= Self.longestKnown && wire.utf8.allSatisfy { $0 < 0x80 }
        self = (isPlain ? Self.known[wire] : nil) ?? .unknown(ServerText(wire))
    }

    fileprivate func striking(_ secrets: [Secret]) -> ErrorCode {
        if case .unknown(let text) = self { .unknown(text.striking(secrets)) } else { self }
    }

    /// The code as it stands on the wire, safe to show.
    public var name: String {
        if case .unknown(let text) = self { return text.display }
        return Self.known.first { $0.value == self }?.key ?? ""
    }
}

/// A JSON member that a lenient reader takes as text or as a number, whichever the server sent.
struct Lenient: Decodable {
    let text: String?
    let number: Double?

    private static let decimal = Set("0123456789+-.eE".utf8)

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let string = try? container.decode(String.self) {
            text = string
            // Swift reads hexadecimal too, which no server means.
            number = string.utf8.allSatisfy(Self.decimal.contains) ? Double(string) : nil
        } else if let double = try? container.decode(Double.self) {
            text = nil
            number = double
        } else {
            text = nil
            number = nil
        }
    }
}
