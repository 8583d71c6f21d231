import FoundationEssentials

/// A successful access token response (RFC 6749 §5.1).
public struct TokenResponse: Sendable, Hashable {
    /// `access_token`: a bearer token (RFC 6750), printable ASCII.
    public let accessToken: Secret
    /// `expires_in`, in seconds from the response; `nil` where the server did not say, or said nothing usable
    /// (zero or less). At most ``longestLifetime``.
    public let expiresIn: Int?
    /// `refresh_token`, where the server gives one.
    public let refreshToken: Secret?
    /// `scope`, where the server says that it differs from what was asked for.
    public let scope: Scope?

    /// The longest lifetime that is believed, in seconds: ten years. A longer one is cut to it.
    public static let longestLifetime = 315_360_000

    /// The most characters of a token: no request with a longer one would be taken.
    static let longestToken = 131_072
    /// The most characters that are read of a scope; the word that goes beyond is left out, with what follows.
    static let longestScope = 65_536
    /// How often words are taken out of a scope; one that still repeats a token then is not shown at all.
    private static let mostRounds = 8

    /// A response of these members.
    public init(accessToken: Secret, expiresIn: Int?, refreshToken: Secret? = nil, scope: Scope? = nil) {
        self.accessToken = accessToken
        self.expiresIn = expiresIn
        self.refreshToken = refreshToken
        self.scope = scope
    }

    /// Reads the token endpoint's answer.
    ///
    /// `expires_in` may be a number or a numeric string, `token_type` is read in any case (RFC 6749 §5.1) and may be
    /// missing, unknown members are ignored (§5.1). Words of `scope` that repeat a secret are left out.
    /// - Throws: ``OAuthError``: the server's own error response, or what is wrong with the answer.
    public init(_ response: HTTPResponse) throws(OAuthError) {
        guard (200...299).contains(response.status) else {
            if response.status == 429 {
                throw .rateLimited(
                    ErrorResponse(response),
                    retryAfter: response.retryAfter,
                    correlationID: response.correlationID
                )
            }
            if let error = ErrorResponse(response) {
                throw .errorResponse(error, status: response.status, correlationID: response.correlationID)
            }
            throw response.isRedirect
                ? .redirected(status: response.status)
                : .unreadable(status: response.status, found: response.content, correlationID: response.correlationID)
        }
        let wire: Wire
        do {
            wire = try JSONBody.decode(Wire.self, from: response.body)
        } catch {
            throw .unreadable(status: response.status, found: response.content, correlationID: response.correlationID)
        }
        // Some servers put an error into a 200; an answer with a token is still a token.
        guard let token = wire.accessToken?.text, !token.isEmpty else {
            if let error = ErrorResponse(response) {
                throw .errorResponse(error, status: response.status, correlationID: response.correlationID)
            }
            throw .missingMember("access_token", hasRefreshToken: wire.refreshToken?.text?.isEmpty == false)
        }
        let refresh = wire.refreshToken?.text.flatMap { $0.isEmpty ? nil : $0 }
        let secrets = wire.tokens + (response.request?.secrets ?? [])
        guard Self.isUsable(token) else { throw .unusableMember("access_token") }
        if let tokenType = wire.tokenType {
            guard let type = tokenType.text else { throw .unusableMember("token_type") }
            guard type.utf8.count == Self.bearer.utf8.count, type.lowercased() == Self.bearer else {
                throw .unsupportedTokenType(response.words(type) ?? ServerText(""))
            }
        }
        if let refresh, !Self.isUsable(refresh) { throw .unusableMember("refresh_token") }
        self.init(
            accessToken: Secret(token),
            expiresIn: wire.expiresIn?.number.flatMap(Self.lifetime),
            refreshToken: refresh.map(Secret.init),
            scope: wire.scope?.text.flatMap { Self.scope($0, without: secrets) }
        )
    }

    /// Without the words that repeat one of `secrets`: a scope is shown.
    private static func scope(_ text: String, without secrets: [Secret]) -> Scope? {
        var scalars = Array(text.unicodeScalars.prefix(longestScope + 1))
        if scalars.count > longestScope {
            scalars = Array(scalars[..<(scalars.lastIndex(of: " ") ?? 0)])
        }
        var scope = Scope(String(String.UnicodeScalarView(scalars)))
        // Words that come to stand side by side may repeat one together: a space is the plus sign of a form.
        for _ in 0..<mostRounds {
            guard let words = scope else { return nil }
            let scalars = Array(words.description.unicodeScalars)
            let isStruck = ServerText.struck(scalars, secrets)
            guard isStruck.contains(true) else { return words }
            let kept = scalars.indices.split(whereSeparator: { scalars[$0] == " " })
                .filter { !isStruck[$0].contains(true) }
                .map { String(String.UnicodeScalarView(scalars[$0])) }
            scope = Scope(kept.joined(separator: " "))
        }
        return nil
    }

    /// This response to a refresh, with the old response's refresh token and scope where the server sent no new ones
    /// (RFC 6749 §6).
    public func refreshing(_ old: TokenResponse) -> TokenResponse {
        TokenResponse(
            accessToken: accessToken,
            expiresIn: expiresIn,
            refreshToken: refreshToken ?? old.refreshToken,
            scope: scope ?? old.scope
        )
    }

    /// This response, with `requested` as its scope where the server named none: it then granted what was asked for
    /// (RFC 6749 §5.1).
    public func takingScope(_ requested: Scope?) -> TokenResponse {
        TokenResponse(
            accessToken: accessToken,
            expiresIn: expiresIn,
            refreshToken: refreshToken,
            scope: scope ?? requested
        )
    }

    /// RFC 6749 Appendix A.12 and A.17: printable ASCII, which also keeps line breaks out of the header.
    private static func isUsable(_ token: String) -> Bool {
        token.utf8.count <= longestToken && token.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    private static let bearer = "bearer"

    private static func lifetime(_ seconds: Double) -> Int? {
        guard seconds.isFinite, seconds >= 1 else { return nil }
        return Int(min(seconds, Double(longestLifetime)))
    }

    fileprivate struct Wire: Decodable {
        let accessToken: Lenient?
        let tokenType: Lenient?
        let expiresIn: Lenient?
        let refreshToken: Lenient?
        let scope: Lenient?

        enum CodingKeys: String, CodingKey {
            case accessToken = "access_token"
            case tokenType = "token_type"
            case expiresIn = "expires_in"
            case refreshToken = "refresh_token"
            case scope
        }

        var tokens: [Secret] {
            [accessToken, refreshToken].compactMap { $0?.text }.filter { !$0.isEmpty }.map(Secret.init)
        }
    }
}

extension HTTPResponse {
    /// The tokens that this answer brings, where it brings some.
    var issuedTokens: [Secret] {
        guard (200...299).contains(status), let wire = try? JSONBody.decode(TokenResponse.Wire.self, from: body)
        else { return [] }
        return wire.tokens
    }
}
