import OAuth

/// An error answer of the token endpoint (RFC 6749 §5.2).
struct TokenRefusal: Error, Equatable {
    let status: Int
    /// `error`.
    let error: String
    /// `error_description`.
    let words: String
    /// Whether the client tried to authenticate by a header, which asks for `WWW-Authenticate`.
    var challengesHeader = false

    init(_ status: Int, _ error: String, _ words: String) {
        self.status = status
        self.error = error
        self.words = words
    }

    static func invalidGrant(_ words: String) -> TokenRefusal { TokenRefusal(400, "invalid_grant", words) }
    static func invalidRequest(_ words: String) -> TokenRefusal { TokenRefusal(400, "invalid_request", words) }
    static func invalidClient(_ words: String) -> TokenRefusal { TokenRefusal(401, "invalid_client", words) }

    /// The refusal as it goes out.
    var answer: Answer {
        let answer = Answer.json(status, Wire(error: error, errorDescription: words))
        return challengesHeader ? answer.adding("WWW-Authenticate", #"Basic realm="demo""#) : answer
    }

    private struct Wire: Encodable {
        let error: String
        let errorDescription: String

        enum CodingKeys: String, CodingKey {
            case error
            case errorDescription = "error_description"
        }
    }
}

/// A request for tokens against a code (RFC 6749 §4.1.3).
struct CodeExchange {
    let clientID: String
    let code: Secret
    let redirectURI: String
    let verifier: Secret
}

/// A request for tokens against a refresh token (RFC 6749 §6).
struct RefreshExchange {
    let clientID: String
    let refreshToken: Secret
    let scope: Scope?
}

/// A token request whose form is right; whether its code or token is any good is not known yet.
enum TokenExchange {
    case code(CodeExchange)
    case refresh(RefreshExchange)

    /// Reads the request of a public client, which has nothing to authenticate with (RFC 6749 §3.2.1).
    init(_ request: Incoming, registration: ClientRegistration) throws(TokenRefusal) {
        let form: [String: String]
        do {
            form = try request.form()
        } catch {
            throw .invalidRequest(error.words)
        }
        guard request.authorization == nil else {
            var refusal = TokenRefusal.invalidClient("a public client sends no Authorization header")
            refusal.challengesHeader = true
            throw refusal
        }
        guard form["client_secret"] == nil else { throw .invalidClient("a public client has no secret") }
        guard let clientID = form["client_id"] else { throw .invalidRequest("client_id is missing") }
        guard clientID == registration.clientID else { throw .invalidClient("the client is unknown") }
        switch form["grant_type"] {
        case "authorization_code": self = .code(try Self.codeExchange(form, clientID))
        case "refresh_token": self = .refresh(try Self.refreshExchange(form, clientID))
        case nil: throw .invalidRequest("grant_type is missing")
        default: throw TokenRefusal(400, "unsupported_grant_type", "the grant type is not supported")
        }
    }

    private static func codeExchange(
        _ form: [String: String],
        _ clientID: String
    ) throws(TokenRefusal) -> CodeExchange {
        guard let code = form["code"] else { throw .invalidRequest("code is missing") }
        guard let redirectURI = form["redirect_uri"] else { throw .invalidRequest("redirect_uri is missing") }
        guard let verifier = form["code_verifier"] else { throw .invalidRequest("code_verifier is missing") }
        // RFC 7636 §4.1: 43 to 128 unreserved characters.
        guard (43...128).contains(verifier.utf8.count), FormEncoding.encode([.init("", verifier)]) == "=\(verifier)"
        else { throw .invalidRequest("code_verifier is not 43 to 128 unreserved characters") }
        return CodeExchange(
            clientID: clientID,
            code: Secret(code),
            redirectURI: redirectURI,
            verifier: Secret(verifier)
        )
    }

    private static func refreshExchange(
        _ form: [String: String],
        _ clientID: String
    ) throws(TokenRefusal) -> RefreshExchange {
        guard let token = form["refresh_token"] else { throw .invalidRequest("refresh_token is missing") }
        let scope = form["scope"]
        guard scope == nil || scope.flatMap(Scope.init) != nil else {
            throw TokenRefusal(400, "invalid_scope", "the scope is malformed")
        }
        return RefreshExchange(clientID: clientID, refreshToken: Secret(token), scope: scope.flatMap(Scope.init))
    }
}

extension DemoCloud {
    /// `POST /oauth/token` (RFC 6749 §3.2).
    func giveTokens(_ request: Incoming) -> Answer {
        do throws(TokenRefusal) {
            switch configuration.scenario {
            case .htmlErrors: return Page.badGateway
            case .invalidClient: throw .invalidClient("The client is unknown or was deleted.")
            case .unauthorizedClient:
                throw TokenRefusal(400, "unauthorized_client", "The client may not use the authorization code grant.")
            default: break
            }
            let tokens: IssuedTokens
            switch try TokenExchange(request, registration: registration) {
            case .code(let exchange):
                if configuration.scenario == .invalidGrant { throw .invalidGrant("The code is no longer good.") }
                tokens = try grants.redeem(exchange, now: configuration.now())
            case .refresh(let exchange):
                tokens = try grants.refresh(exchange, now: configuration.now())
            }
            return .json(200, TokenWire(tokens))
        } catch {
            return error.answer
        }
    }
}

/// A success answer of the token endpoint (RFC 6749 §5.1).
private struct TokenWire: Encodable {
    let accessToken: String
    let tokenType = "bearer"
    let expiresIn: Int
    let refreshToken: String?

    init(_ tokens: IssuedTokens) {
        accessToken = tokens.accessToken.reveal()
        expiresIn = tokens.lifetime
        refreshToken = tokens.refreshToken?.reveal()
    }

    enum CodingKeys: String, CodingKey {
        case accessToken = "access_token"
        case tokenType = "token_type"
        case expiresIn = "expires_in"
        case refreshToken = "refresh_token"
    }
}
