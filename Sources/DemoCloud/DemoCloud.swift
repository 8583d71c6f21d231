import FoundationEssentials
import OAuth

/// A small cloud in the shape of Genesys Cloud, in this process: sign-in page, authorization and token endpoint,
/// and the two calls of the Platform API that signing in needs. It checks all that a strict server checks, and
/// knows nobody: whoever approves is signed in as one of a few invented people.
public actor DemoCloud {
    /// What requests are counted by.
    public enum Endpoint: String, CaseIterable, Sendable {
        case authorize, token, usersMe, tokensMe, logout
        /// Any other path.
        case other
    }

    let configuration: DemoConfiguration
    let registration: ClientRegistration
    var grants: Grants
    var questions = OpenQuestions()
    private var counts: [Endpoint: Int] = [:]
    private var baseURL: String?

    /// A cloud that does not serve yet.
    public init(_ configuration: DemoConfiguration) {
        self.configuration = configuration
        registration = ClientRegistration(
            clientID: configuration.clientID,
            redirectURIs: configuration.registeredRedirectURIs
        )
        grants = Grants(policy: configuration.scenario.tokenPolicy)
    }

    /// The callback URL that the browser would go to if the first person approved `authorizationURL`. The request
    /// is checked as the page checks it; one that is answered with an error redirect gives that redirect's URL.
    ///
    /// - Throws: ``ApprovalError`` where the browser would stay on a page.
    public func approve(authorizationURL: String) throws(ApprovalError) -> String {
        guard let baseURL, authorizationURL.hasPrefix("\(baseURL)\(Path.authorize)?") else { throw .foreignURL }
        let query = authorizationURL.dropFirst(baseURL.count + Path.authorize.count + 1)
        switch AuthorizationVerdict(query: String(query), registration: registration) {
        case .refused(let reason): throw .refused("\(reason.title). \(reason.words)")
        case .redirected(let url): return url
        case .asked(let question): return reply(to: question, choice: .approve, person: Person.everyone[0])
        }
    }

    /// Every authorization code, access token and refresh token given so far: what must never be found on a
    /// screen or in a log.
    public func issuedSecrets() -> [String] {
        grants.issued.map { $0.reveal() }
    }

    /// How many requests came to `endpoint`, refused ones included.
    public func requestCount(_ endpoint: Endpoint) -> Int {
        counts[endpoint, default: 0]
    }

    func serves(at url: String?) {
        baseURL = url
    }
}

/// The paths that are served.
enum Path {
    static let authorize = "/oauth/authorize"
    static let token = "/oauth/token"
    static let usersMe = "/api/v2/users/me"
    static let tokensMe = "/api/v2/tokens/me"
    static let logout = "/logout"
}

extension DemoCloud {
    /// Counts `request`, lets the time of the scenario pass, and answers; `nil` is no answer, ever.
    func answer(_ request: Incoming) async throws -> Answer? {
        let endpoint = Self.endpoint(request.path)
        counts[endpoint, default: 0] += 1
        switch (configuration.scenario, endpoint) {
        case (.hang, .token): return nil
        case (.slow, .token), (.slow, .usersMe), (.slow, .tokensMe): try await configuration.pause(.seconds(3))
        default: break
        }
        let answer = route(request, to: endpoint)
        let hasID = answer.headers.contains { $0.name == correlationHeader }
        return hasID ? answer : answer.adding(correlationHeader, newCorrelationID())
    }

    private func route(_ request: Incoming, to endpoint: Endpoint) -> Answer {
        // Another name for this address is a page of somebody else's that was pointed here (DNS rebinding).
        guard RedirectURI.isLoopback(hostHeader: request.host) else {
            return APIProblem(status: 421, code: "misdirected.request", message: "Unknown host.").answer
        }
        switch (endpoint, request.method) {
        case (.authorize, "GET"): return showSignInPage(request)
        case (.authorize, "POST"): return takeChoice(request)
        case (.authorize, _): return Self.methodNotAllowed("GET, POST")
        case (.token, "POST"): return giveTokens(request)
        case (.token, _): return Self.methodNotAllowed("POST")
        case (.usersMe, "GET"): return giveProfile(request)
        case (.usersMe, _): return Self.methodNotAllowed("GET")
        case (.tokensMe, "DELETE"): return deleteToken(request)
        case (.tokensMe, _): return Self.methodNotAllowed("DELETE")
        case (.logout, "GET"): return signOutOfBrowser(request)
        case (.logout, _): return Self.methodNotAllowed("GET")
        case (.other, _): return APIProblem(status: 404, code: "not.found", message: "HTTP 404 Not Found").answer
        }
    }

    private static func endpoint(_ path: String) -> Endpoint {
        switch path {
        case Path.authorize: .authorize
        case Path.token: .token
        case Path.usersMe: .usersMe
        case Path.tokensMe: .tokensMe
        case Path.logout: .logout
        default: .other
        }
    }

    private static func methodNotAllowed(_ allowed: String) -> Answer {
        APIProblem(status: 405, code: "method.not.allowed", message: "HTTP 405 Method Not Allowed")
            .answer.adding("Allow", allowed)
    }
}

/// The header that Genesys support asks for.
let correlationHeader = "inin-correlation-id"

/// A new value of ``correlationHeader``.
func newCorrelationID() -> String {
    UUID().uuidString.lowercased()
}
