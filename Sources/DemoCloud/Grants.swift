import FoundationEssentials
import OAuth

/// What the person approved, and to whom.
struct Approval: Sendable {
    let request: AuthorizationQuestion
    let person: Person
}

/// A pair of tokens as it goes out.
struct IssuedTokens: Sendable {
    let accessToken: Secret
    let refreshToken: Secret?
    let lifetime: Int
}

/// Every code and token that was given, and what each is still good for.
struct Grants {
    /// Codes live ten minutes, the most that RFC 6749 §4.1.2 recommends.
    static let codeLifetime: TimeInterval = 600
    /// How many codes, access tokens and refresh tokens are remembered, the latest of each: every program of this machine may
    /// ask for some.
    static let most = 1_000

    /// All tokens that come from one approval: they end together.
    struct Family {
        let approval: Approval
        var isRevoked = false
        /// How often the profile was asked for with this family's tokens.
        var profileRequests = 0
    }

    private struct Code {
        let approval: Approval
        let expiresAt: Date
        var isSpent = false
        var family: Int?
    }

    private struct AccessToken {
        let family: Int
        let expiresAt: Date
    }

    private struct RefreshToken {
        let family: Int
        var isSpent = false
    }

    private let policy: TokenPolicy
    private var families: [Family] = []
    /// The latest of a kind, by their names.
    private struct Latest<Value> {
        private var values: [Secret: Value] = [:]
        private var order: [Secret] = []

        subscript(name: Secret) -> Value? { values[name] }

        /// Remembers one more; returns the name of the oldest one where that goes for it.
        mutating func insert(_ value: Value, _ name: Secret) -> Secret? {
            values[name] = value
            order.append(name)
            guard order.count > Grants.most else { return nil }
            let oldest = order.removeFirst()
            values[oldest] = nil
            return oldest
        }

        /// Changes one that is remembered.
        mutating func change(_ name: Secret, _ body: (inout Value) -> Void) {
            guard var value = values[name] else { return }
            body(&value)
            values[name] = value
        }
    }

    private var codes = Latest<Code>()
    private var accessTokens = Latest<AccessToken>()
    private var refreshTokens = Latest<RefreshToken>()
    /// Every code, access token and refresh token that is remembered.
    private(set) var issued: [Secret] = []

    init(policy: TokenPolicy) {
        self.policy = policy
    }

    /// A new code for `approval`.
    mutating func issueCode(for approval: Approval, now: Date) -> Secret {
        let code = issue()
        forget(codes.insert(Code(approval: approval, expiresAt: now.addingTimeInterval(Self.codeLifetime)), code))
        return code
    }

    /// Spends an authorization code (RFC 6749 §4.1.3, RFC 7636 §4.6). Presenting a code spends it, whatever comes
    /// of it; presenting it again revokes the tokens that it gave (RFC 6749 §4.1.2).
    mutating func redeem(_ exchange: CodeExchange, now: Date) throws(TokenRefusal) -> IssuedTokens {
        guard let code = codes[exchange.code] else { throw .invalidGrant("the code is unknown") }
        if code.isSpent {
            if let family = code.family { families[family].isRevoked = true }
            throw .invalidGrant("the code was used before")
        }
        codes.change(exchange.code) { $0.isSpent = true }
        let request = code.approval.request
        guard now < code.expiresAt else { throw .invalidGrant("the code has expired") }
        guard exchange.clientID == request.clientID else {
            throw .invalidGrant("the code was given to another client")
        }
        guard exchange.redirectURI == request.replyTo.redirectURI else {
            throw .invalidGrant("redirect_uri is not the one of the authorization request")
        }
        guard Secret(CodeChallenge(of: exchange.verifier).value).matchesInConstantTime(Secret(request.challenge)) else {
            throw .invalidGrant("code_verifier does not fit code_challenge")
        }
        families.append(Family(approval: code.approval))
        codes.change(exchange.code) { [family = families.endIndex - 1] in $0.family = family }
        return issueTokens(family: families.endIndex - 1, now: now)
    }

    /// Spends a refresh token and gives the next one (RFC 6749 §6). One that was spent before is in two hands, so
    /// the whole family ends (RFC 9700 §4.14.2).
    mutating func refresh(_ exchange: RefreshExchange, now: Date) throws(TokenRefusal) -> IssuedTokens {
        guard let token = refreshTokens[exchange.refreshToken] else {
            throw .invalidGrant("the refresh token is unknown")
        }
        let family = families[token.family]
        guard exchange.clientID == family.approval.request.clientID else {
            throw .invalidGrant("the refresh token was given to another client")
        }
        guard !family.isRevoked else { throw .invalidGrant("the refresh token was revoked") }
        guard !token.isSpent else {
            families[token.family].isRevoked = true
            throw .invalidGrant("the refresh token was used before: all tokens of this sign-in are revoked")
        }
        guard policy.acceptsRefreshTokens else { throw .invalidGrant("the session has ended") }
        if let wanted = exchange.scope {
            let granted = family.approval.request.scope?.tokens ?? []
            guard wanted.tokens.allSatisfy(granted.contains) else {
                throw TokenRefusal(400, "invalid_scope", "the scope is wider than what was granted")
            }
        }
        refreshTokens.change(exchange.refreshToken) { $0.isSpent = true }
        return issueTokens(family: token.family, now: now)
    }

    /// The family of a live access token; `nil` for every other token.
    func family(accessToken: Secret, now: Date) -> Int? {
        guard let token = accessTokens[accessToken], now < token.expiresAt, !families[token.family].isRevoked else {
            return nil
        }
        return token.family
    }

    /// The person that the family `index` belongs to, and how often the profile was asked for, this time included.
    mutating func countProfileRequest(family index: Int) -> (person: Person, count: Int) {
        families[index].profileRequests += 1
        return (families[index].approval.person, families[index].profileRequests)
    }

    /// Ends every token of the family `index`.
    mutating func revoke(family index: Int) {
        families[index].isRevoked = true
    }

    private mutating func issueTokens(family: Int, now: Date) -> IssuedTokens {
        let access = issue()
        let expiresAt = now.addingTimeInterval(Double(policy.acceptedLifetime))
        forget(accessTokens.insert(AccessToken(family: family, expiresAt: expiresAt), access))
        var refresh: Secret?
        if policy.givesRefreshToken {
            let token = issue()
            forget(refreshTokens.insert(RefreshToken(family: family), token))
            refresh = token
        }
        return IssuedTokens(accessToken: access, refreshToken: refresh, lifetime: policy.announcedLifetime)
    }

    private mutating func forget(_ name: Secret?) {
        if let name { issued.removeAll { $0 == name } }
    }

    private mutating func issue() -> Secret {
        let value = Secret(randomIdentifier())
        issued.append(value)
        return value
    }
}

/// 256 random bits from the system's secure source, in 43 URL-safe characters.
func randomIdentifier() -> String {
    var source = SystemRandomNumberGenerator()
    return Base64URL.encode(Entropy(from: &source).bytes)
}
