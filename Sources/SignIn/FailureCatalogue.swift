import GenesysCloud
import OAuth

/// Every failure there is, in words, for `genesys-login help errors`.
///
/// Nothing is listed twice: each kind of error names what comes after it in a `switch` without a default, so that a
/// new case does not compile until it stands in the catalogue.
public enum FailureCatalogue {
    /// One report of each failure; of those with the same code, cause and remedy the first.
    public static let reports: [FailureReport] = {
        guard let clientID = ClientID("YOUR-CLIENT-ID") else { return [] }
        let context = Failure.Context(
            redirectURI: "http://localhost:3000/callback",
            clientID: clientID,
            loginHost: "login.mypurecloud.com",
            apiHost: "api.mypurecloud.com"
        )
        var seen: Set<[String]> = []
        let all =
            problems.map { Failure($0, context).report } + BrowserFailure.all.map(\.report)
            + StoreError.all.map(\.report) + FailureReport.sessionReports
        return all.filter { seen.insert([$0.code, $0.cause, $0.remedy]).inserted }
    }()

    /// Every problem, with an example of what it carries.
    static var problems: [Failure.Problem] { Failure.Problem.all }
}

/// A type whose values can be gone through, each case at least once.
private protocol Catalogued {
    static var first: Self { get }
    var next: Self? { get }
}

extension Catalogued {
    fileprivate static var all: [Self] {
        Array(sequence(first: first) { $0.next })
    }
}

extension Failure.Problem: Catalogued {
    fileprivate static var first: Self { .authorization(.first) }

    fileprivate var next: Self? {
        switch self {
        case .authorization(let response): response.next.map(Self.authorization) ?? .missingCode
        case .missingCode: .tokenRequest(.first)
        case .tokenRequest(let error): error.next.map(Self.tokenRequest) ?? .refresh(.first)
        case .refresh(let error): error.next.map(Self.refresh) ?? .api(.first)
        case .api(let error): error.next.map(Self.api) ?? .deletion(.rejected(APIError.Rejection(status: 403)))
        case .deletion: .listener(.first)
        case .listener(let failure): failure.next.map(Self.listener) ?? .timedOut(seconds: 300)
        case .timedOut(let seconds, isExchanging: false): .timedOut(seconds: seconds, isExchanging: true)
        case .timedOut(_, isExchanging: true): nil
        }
    }
}

extension ErrorResponse: Catalogued {
    fileprivate static var first: Self { Self(code: .first) }
    fileprivate var next: Self? { code.next.map { Self(code: $0) } }
}

extension ErrorCode: Catalogued {
    fileprivate static var first: Self { .invalidGrant }

    fileprivate var next: Self? {
        switch self {
        case .invalidGrant: .invalidClient
        case .invalidClient: .unauthorizedClient
        case .unauthorizedClient: .accessDenied
        case .accessDenied: .invalidRequest
        case .invalidRequest: .invalidScope
        case .invalidScope: .unsupportedResponseType
        case .unsupportedResponseType: .unsupportedGrantType
        case .unsupportedGrantType: .serverError
        case .serverError: .temporarilyUnavailable
        case .temporarilyUnavailable: .invalidToken
        case .invalidToken: .unknown(ServerText("any other code"))
        case .unknown: nil
        }
    }
}

extension TokenRequestError: Catalogued {
    fileprivate static var first: Self { .answer(.first) }

    fileprivate var next: Self? {
        switch self {
        case .answer(let error): error.next.map(Self.answer) ?? .transport(.first)
        case .transport(let error):
            error.next.map(Self.transport)
                ?? .endedLeavingToken(
                    .errorResponse(ErrorResponse(code: .invalidGrant), status: 400, correlationID: nil)
                )
        // What stores say is listed once, under their own name.
        case .store, .endedLeavingToken: nil
        }
    }
}

extension OAuthError: Catalogued {
    fileprivate static var first: Self { .errorResponse(.first, status: 400, correlationID: nil) }

    fileprivate var next: Self? {
        switch self {
        case .errorResponse(let response, let status, _):
            response.next.map { .errorResponse($0, status: status, correlationID: nil) }
                ?? .unreadable(status: 200, found: .html, correlationID: nil)
        case .unreadable(200, _, _): .unreadable(status: 502, found: .html, correlationID: nil)
        case .unreadable: .rateLimited(nil, retryAfter: nil, correlationID: nil)
        case .rateLimited: .redirected(status: 302)
        case .redirected: .missingMember("access_token")
        case .missingMember: .unusableMember("access_token")
        case .unusableMember: .unsupportedTokenType(ServerText("mac"))
        case .unsupportedTokenType: nil
        }
    }
}

extension TransportError: Catalogued {
    fileprivate static let host = "login.mypurecloud.com"
    fileprivate static let tunnel = "proxy.example:3128"
    fileprivate static var first: Self { .nameResolution(host: host) }

    fileprivate var next: Self? {
        let (host, proxy) = (Self.host, Self.tunnel)
        return switch self {
        case .nameResolution: .refused(host: host, port: 443)
        case .refused: .unreachable(host: host)
        case .unreachable: .connectTimedOut(host: host, seconds: 10)
        case .connectTimedOut: .timedOut(host: host, seconds: 30)
        case .timedOut: .tls(host: host, .first)
        case .tls(_, let problem):
            problem.next.map { .tls(host: host, $0) } ?? .proxy(host: host, proxy: proxy, .first)
        case .proxy(_, _, let problem):
            problem.next.map { .proxy(host: host, proxy: proxy, $0) } ?? .closed(host: host)
        case .closed: .oversized(host: host, limit: 1_048_576)
        case .oversized: .notHTTP(host: host)
        case .notHTTP: .cancelled
        case .cancelled: nil
        }
    }
}

extension TransportError.TLSProblem: Catalogued {
    fileprivate static var first: Self { .untrusted }

    fileprivate var next: Self? {
        switch self {
        case .untrusted: .expired
        case .expired: .notYetValid
        case .notYetValid: .wrongHost
        case .wrongHost: .handshake(ServerText("what the library says"))
        case .handshake: nil
        }
    }
}

extension TransportError.ProxyProblem: Catalogued {
    fileprivate static var first: Self { .nameResolution }

    fileprivate var next: Self? {
        switch self {
        case .nameResolution: .refused
        case .refused: .unreachable
        case .unreachable: .timedOut(seconds: 10)
        case .timedOut: .credentials
        case .credentials: .denied(status: 403)
        case .denied: .closed
        case .closed: .notHTTP
        case .notHTTP: nil
        }
    }
}

extension APIError: Catalogued {
    fileprivate static var first: Self { .rejected(Rejection(status: 401)) }

    fileprivate var next: Self? {
        switch self {
        case .rejected(let rejection):
            Self.status(after: rejection.status).map { .rejected(Rejection(status: $0)) }
                ?? .unreadable(status: 200, found: .html, correlationID: nil)
        case .unreadable(200, _, _): .unreadable(status: 502, found: .html, correlationID: nil)
        case .unreadable: .missingMember("id")
        case .missingMember: .lateToken
        case .lateToken: .transport(.first)
        case .transport(let error): error.next.map(Self.transport)
        }
    }

    /// The statuses that have words of their own, and one that has not.
    private static func status(after status: Int) -> Int? {
        let statuses = [401, 403, 404, 429, 500, 400]
        return statuses.firstIndex(of: status).flatMap { statuses.dropFirst($0 + 1).first }
    }
}

extension ListenerFailure: Catalogued {
    fileprivate static var first: Self { .portInUse(port: 3000, holder: nil) }

    fileprivate var next: Self? {
        switch self {
        case .portInUse: .notPermitted(port: 80)
        case .notPermitted: .system(port: 3000, ServerText("what the system says"))
        case .system: nil
        }
    }
}

extension BrowserFailure: Catalogued {
    fileprivate static var first: Self { .notFound(command: "xdg-open") }

    fileprivate var next: Self? {
        switch self {
        case .notFound: .failed(command: "xdg-open", status: 1)
        case .failed: .notStarted(command: "xdg-open", ServerText("what the system says"))
        case .notStarted: nil
        }
    }
}

extension StoreError: Catalogued {
    fileprivate static var first: Self { .unavailable(store: "kernel", ServerText("what the system says")) }

    fileprivate var next: Self? {
        switch self {
        case .unavailable("kernel", let words): .unavailable(store: "secret-service", words)
        case .unavailable: .locked(store: "secret-service")
        case .locked(let store): .programMissing(store: store, program: "secret-tool", package: "libsecret-tools")
        case .programMissing: .tooLarge(store: "kernel", size: 40_000, limit: 32_767)
        case .tooLarge: .quotaExceeded(store: "kernel")
        case .quotaExceeded(let store): .unknownVersion(store: store, 2)
        case .unknownVersion(let store, _): .unreadable(store: store)
        case .unreadable: .busy(profileName: "default", seconds: 45)
        case .busy:
            ClientID("OTHER-CLIENT-ID").map {
                .placeTaken(profileName: "default", clientID: $0, loginURL: "https://login.mypurecloud.com")
            }
        case .placeTaken: nil
        }
    }
}
