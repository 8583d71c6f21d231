public import FoundationEssentials

/// A request to the authorization server or the API, as plain data.
public struct HTTPRequest: Sendable, Hashable {
    /// The method.
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case delete = "DELETE"
    }

    /// A header's name and value.
    public struct Header: Sendable, Hashable {
        /// The name, case-insensitive.
        public let name: String
        /// The value.
        public let value: String

        /// A header field.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The method.
    public let method: Method
    /// The absolute URL. It never carries a secret.
    public let url: String
    /// Headers without secrets.
    public let headers: [Header]
    /// The bearer token of the `Authorization` header (RFC 6750 §2.1).
    public let bearer: Secret?
    /// The body.
    public let body: Secret?

    /// A request of these parts.
    public init(method: Method, url: String, headers: [Header] = [], bearer: Secret? = nil, body: Secret? = nil) {
        self.method = method
        self.url = url
        self.headers = headers
        self.bearer = bearer
        self.body = body
    }

    /// The fields of a body that anybody may know.
    private static let harmless: Set = ["client_id", "grant_type", "redirect_uri"]

    /// What the answer's words must not repeat: the bearer token, and what the body's fields hold.
    var secrets: [Secret] {
        let fields = body.flatMap { FormEncoding.decode($0.reveal()) } ?? []
        let values = fields.filter { !Self.harmless.contains($0.name) }.map { Secret($0.value) }
        return (bearer.map { [$0] } ?? []) + values
    }
}

/// An answer, as plain data. Its body may hold tokens: it prints without it.
public struct HTTPResponse: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// The status code.
    public let status: Int
    /// The header fields, their names in lower case; of a repeated one the first.
    public let headers: [String: String]
    /// The whole body.
    public let body: Data
    /// What it answers; set by ``HTTPTransport``.
    fileprivate(set) var request: HTTPRequest?

    /// What a body looks like, for words about a body that should have been JSON.
    public enum Content: String, Sendable, Equatable {
        case empty, html, json, text
    }

    /// An answer of these parts.
    public init(status: Int, headers: [String: String] = [:], body: Data = Data()) {
        self.status = status
        self.headers = Dictionary(headers.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { one, _ in one })
        self.body = body
    }

    /// Whether the status sends the client elsewhere.
    public var isRedirect: Bool {
        [301, 302, 303, 307, 308].contains(status)
    }

    /// `inin-correlation-id`: what Genesys support asks for.
    public var correlationID: ServerText? {
        headers["inin-correlation-id"].flatMap(words)
    }

    /// A text of this answer as words for people: without the secrets of the request, which servers like to quote, and
    /// without the tokens that it brings itself; see ``ServerText/striking(_:)``. `nil` where nothing is to be shown.
    public func words(_ raw: String) -> ServerText? {
        let words = ServerText(raw).striking((request?.secrets ?? []) + issuedTokens)
        return words.isEmpty ? nil : words
    }

    /// `Retry-After` (RFC 9110 §10.2.3) in seconds, never negative: as it stands, or counted from the answer's own `Date`
    /// where it is a date. `nil` where there is none, or it is neither.
    public var retryAfter: Int? {
        guard let text = headers["retry-after"] else { return nil }
        if let seconds = Int(text) { return seconds >= 0 ? seconds : nil }
        guard let until = HTTPDate.parse(text), let now = headers["date"].flatMap(HTTPDate.parse) else { return nil }
        return Int(max(0, until.timeIntervalSince(now)))
    }

    /// What the body looks like, judged by its first character.
    public var content: Content {
        switch body.first(where: { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }) {
        case nil: .empty
        case UInt8(ascii: "<"): .html
        case UInt8(ascii: "{"), UInt8(ascii: "["): .json
        default: .text
        }
    }

    /// The status alone.
    public var description: String { "HTTP \(status)" }

    /// A mirror of the status alone.
    public var customMirror: Mirror { Mirror(self, children: ["status": status]) }
}

/// Why no answer came. Each case names the host, so that the words about it can.
public enum TransportError: Error, Sendable, Hashable {
    /// The name could not be resolved.
    case nameResolution(host: String)
    /// Nothing listens there.
    case refused(host: String, port: Int)
    /// No route to the host.
    case unreachable(host: String)
    /// No connection within the time allowed, in seconds.
    case connectTimedOut(host: String, seconds: Int)
    /// Connected, and no complete answer within the time allowed, in seconds.
    case timedOut(host: String, seconds: Int)
    /// The certificate could not be accepted.
    case tls(host: String, TLSProblem)
    /// The proxy, named by its host and port, refused or is not there.
    case proxy(host: String, proxy: String, ProxyProblem)
    /// The connection ended before the answer did.
    case closed(host: String)
    /// The answer's body is larger than allowed, in bytes.
    case oversized(host: String, limit: Int)
    /// The answer is not HTTP.
    case notHTTP(host: String)
    /// The caller stopped waiting.
    case cancelled

    /// Whether the request may have arrived, and what it asked for may have been done.
    public var mayHaveArrived: Bool {
        switch self {
        case .timedOut, .closed, .oversized, .notHTTP, .cancelled: true
        case .nameResolution, .refused, .unreachable, .connectTimedOut, .tls, .proxy: false
        }
    }

    /// What was wrong with the certificate.
    public enum TLSProblem: Sendable, Hashable {
        case untrusted, expired, notYetValid, wrongHost
        /// The handshake failed in another way; the library's words.
        case handshake(ServerText)
    }

    /// Why a proxy opened no tunnel.
    public enum ProxyProblem: Sendable, Hashable {
        /// The proxy's own name could not be resolved.
        case nameResolution
        /// Nothing listens there.
        case refused
        /// No route to the proxy.
        case unreachable
        /// No tunnel within the time allowed, in seconds.
        case timedOut(seconds: Int)
        /// It wants a user name and password, or others than it was given (407).
        case credentials
        /// It refused with another status: 403 by its rules, 502 or 504 where it found no way.
        case denied(status: Int)
        /// It ended the connection instead of answering.
        case closed
        /// Its answer is not that of an HTTP proxy.
        case notHTTP
    }
}

/// How requests go out: one closure, so that tests and the demo cloud put their own in its place.
public struct HTTPTransport: Sendable {
    /// Sends a request and returns the complete answer; redirects are answers, not followed.
    public let send: @Sendable (HTTPRequest) async throws(TransportError) -> HTTPResponse

    /// A transport that sends by `send`.
    public init(send: @escaping @Sendable (HTTPRequest) async throws(TransportError) -> HTTPResponse) {
        self.send = { request throws(TransportError) in
            var response = try await send(request)
            response.request = request
            return response
        }
    }
}
