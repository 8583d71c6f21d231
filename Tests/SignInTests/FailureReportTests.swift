import GenesysCloud
import OAuth
import SignIn
import Testing

@Suite("failures in words")
struct FailureReportTests {
    private static let words = ServerText("the system's words")

    private func report(_ problem: Failure.Problem) throws -> FailureReport {
        Failure(problem, try Sample.attemptContext()).report
    }

    private func oauth(_ code: ErrorCode, words: String? = nil, correlationID: String? = nil) throws -> FailureReport {
        try report(
            .tokenRequest(
                .answer(
                    .errorResponse(
                        ErrorResponse(code: code, words: words.map(ServerText.init)),
                        status: 400,
                        correlationID: correlationID.map(ServerText.init)
                    )
                )
            )
        )
    }

    static let transportErrors: [(TransportError, String)] = [
        (.nameResolution(host: "host.example"), "name_resolution"),
        (.refused(host: "host.example", port: 443), "connection_refused"),
        (.unreachable(host: "host.example"), "unreachable"),
        (.connectTimedOut(host: "host.example", seconds: 10), "connect_timed_out"),
        (.timedOut(host: "host.example", seconds: 30), "request_timed_out"),
        (.tls(host: "host.example", .untrusted), "tls_untrusted"),
        (.tls(host: "host.example", .expired), "tls_expired"),
        (.tls(host: "host.example", .wrongHost), "tls_wrong_host"),
        (.tls(host: "host.example", .handshake(words)), "tls_failed"),
        (.proxy(host: "host.example", proxy: "proxy.example:3128", .denied(status: 403)), "proxy"),
        (.proxy(host: "host.example", proxy: "proxy.example:3128", .refused), "proxy_unreachable"),
        (.proxy(host: "host.example", proxy: "proxy.host.example:3128", .credentials), "proxy_credentials"),
        (.tls(host: "host.example", .notYetValid), "tls_not_yet_valid"),
        (.closed(host: "host.example"), "connection_closed"),
        (.oversized(host: "host.example", limit: 1_048_576), "oversized_response"),
        (.notHTTP(host: "host.example"), "malformed_response"),
    ]

    static let errorCodes: [ErrorCode] = [
        .invalidRequest, .invalidClient, .invalidGrant, .unauthorizedClient, .unsupportedGrantType,
        .unsupportedResponseType, .invalidScope, .accessDenied, .serverError, .temporarilyUnavailable, .invalidToken,
        .unknown(ServerText("login_required")), .unknown(ServerText("")),
    ]

    static let contents: [(Int, HTTPResponse.Content)] = [
        (200, .html), (200, .empty), (200, .json), (200, .text), (502, .html), (429, .empty),
    ]

    static var answers: [OAuthError] {
        var answers: [OAuthError] = [
            .redirected(status: 302), .missingMember("access_token"), .unusableMember("access_token"),
            .unsupportedTokenType(ServerText("mac")),
        ]
        for code in errorCodes {
            answers.append(.errorResponse(ErrorResponse(code: code), status: 400, correlationID: nil))
        }
        for (status, found) in contents {
            answers.append(.unreadable(status: status, found: found, correlationID: nil))
        }
        return answers
    }

    static var problems: [Failure.Problem] {
        var problems: [Failure.Problem] = [
            .missingCode, .timedOut(seconds: 300), .listener(.portInUse(port: 3000, holder: nil)),
            .listener(.portInUse(port: 3000, holder: "node (4711)")), .listener(.notPermitted(port: 80)),
            .listener(.system(port: 3000, words)), .api(.missingMember("id")), .tokenRequest(.transport(.cancelled)),
        ]
        for code in errorCodes { problems.append(.authorization(ErrorResponse(code: code))) }
        for answer in answers { problems += [.tokenRequest(.answer(answer)), .refresh(.answer(answer))] }
        for (error, _) in transportErrors {
            problems += [.tokenRequest(.transport(error)), .refresh(.transport(error)), .api(.transport(error))]
        }
        for status in [400, 401, 403, 404, 409, 429, 500, 503] { problems.append(.api(Sample.api(status))) }
        for (status, found) in contents {
            problems.append(.api(.unreadable(status: status, found: found, correlationID: nil)))
        }
        return problems
    }

    @Test("every failure says what happened, why, what to do, and has a code a script can rely on", arguments: problems)
    func complete(problem: Failure.Problem) throws {
        for context in [try Sample.attemptContext(), try Sample.sessionContext()] {
            let report = Failure(problem, context).report
            for line in [report.summary, report.cause, report.remedy] {
                #expect(line.count > 5)
                #expect(line.hasSuffix("."))
                #expect(!line.contains("  ") && !line.contains("Optional(") && !line.contains("\n"), "\(line)")
            }
            #expect(!report.code.isEmpty)
            #expect(report.code.allSatisfy { $0.isASCII && ($0.isLowercase || $0 == "_") }, "\(report.code)")
        }
    }

    @Test("a network failure has its own code and names the host", arguments: transportErrors)
    func transport(error: TransportError, code: String) throws {
        for problem in [
            Failure.Problem.tokenRequest(.transport(error)), .refresh(.transport(error)), .api(.transport(error)),
        ] {
            let report = try report(problem)
            #expect(report.code == code)
            #expect("\(report.summary) \(report.cause)".contains("host.example"))
        }
    }

    // MARK: The four that the guide explains

    @Test("invalid_grant: expired, used, or another verifier; sign in again at once")
    func invalidGrant() throws {
        let report = try oauth(.invalidGrant)
        #expect(report.code == "invalid_grant")
        for word in ["expired", "used", "verifier"] { #expect(report.cause.contains(word)) }
        #expect(report.remedy.contains("Sign in again") && report.remedy.contains("at once"))
    }

    @Test("invalid_grant on refresh is another thing: the session has ended")
    func invalidGrantOnRefresh() throws {
        let report = try report(.refresh(Sample.refused(.invalidGrant)))
        #expect(report.code == "invalid_grant")
        #expect(report.summary.hasPrefix("The session has ended"))
        #expect(report.cause.contains("refresh token"))
    }

    @Test("invalid_client: the client id is wrong or no public client; Admin > Integrations > OAuth")
    func invalidClient() throws {
        let report = try oauth(.invalidClient)
        #expect(report.code == "invalid_client")
        #expect(report.cause.contains("client-1") && report.cause.contains("public client"))
        #expect(report.remedy.contains("Admin > Integrations > OAuth"))
    }

    @Test("unauthorized_client: redirect URI or grant not registered; letter by letter, trailing slash included")
    func unauthorizedClient() throws {
        let report = try oauth(.unauthorizedClient)
        #expect(report.code == "unauthorized_client")
        #expect(report.cause.contains("http://localhost:49152/callback") && report.cause.contains("grant"))
        #expect(report.remedy.contains("letter by letter") && report.remedy.contains("trailing slash"))
    }

    @Test("access_denied: the person refused, or the scopes are not allowed")
    func accessDenied() throws {
        let report = try report(.authorization(ErrorResponse(code: .accessDenied)))
        #expect(report.code == "access_denied")
        #expect(report.cause.contains("refused") && report.cause.contains("scopes"))
    }

    // MARK: The server's part

    @Test("the server's own words and the correlation id are carried")
    func carried() throws {
        let oauth = try oauth(.invalidGrant, words: "code\u{1B}[31m used", correlationID: "c-1")
        #expect(oauth.serverWords?.display == "code[31m used")
        #expect(oauth.correlationID?.display == "c-1")
        let rejection = APIError.Rejection(status: 403, message: ServerText("no"), correlationID: ServerText("c-2"))
        let api = try report(.api(.rejected(rejection)))
        #expect(api.serverWords?.display == "no")
        #expect(api.correlationID?.display == "c-2")
        let page = try report(.api(.unreadable(status: 502, found: .html, correlationID: ServerText("c-3"))))
        #expect(page.correlationID?.display == "c-3")
        let context = try report(.api(.rejected(.init(status: 500, contextID: ServerText("ctx")))))
        #expect(context.correlationID?.display == "ctx")
    }

    @Test("an unknown code is shown as the server sent it")
    func unknownCode() throws {
        let report = try report(.authorization(ErrorResponse(code: ErrorCode("login_required"))))
        #expect(report.code == "login_required")
        #expect(report.summary.contains("login_required"))
    }

    @Test("a code that cannot be shown still has words")
    func unshowableCode() throws {
        let report = try report(.authorization(ErrorResponse(code: ErrorCode("\u{1B}\u{202E}"))))
        #expect(report.code == "unknown_error")
        #expect(report.summary.contains("an error without a name (unknown_error)"))
    }

    @Test(
        "429 says when to try again",
        arguments: [
            (0, "now"), (1, "in 1 second"), (30, "in 30 seconds"), (120, "in 2 minutes"), (150, "in 2 min 30 s"),
            (7_199, "in 119 min 59 s"), (7_200, "in 2 hours"), (172_800, "in 2 days"), (.max, "in more than a year"),
        ]
    )
    func retryAfter(seconds: Int, words: String) throws {
        let report = try report(.api(.rejected(.init(status: 429, retryAfter: seconds))))
        #expect(report.code == "rate_limited")
        #expect(report.remedy == "Try again \(words).")
    }

    @Test("a port in use names its holder, the option, and that any port may do")
    func portInUse() throws {
        let report = try report(.listener(.portInUse(port: 3000, holder: "node (4711)")))
        #expect(report.code == "port_in_use")
        #expect(report.summary.contains("3000") && report.summary.contains("node (4711)"))
        #expect(report.remedy.contains("--redirect-uri") && report.remedy.contains("http://localhost:0/callback"))
    }

    @Test("JSON that cannot be used is not called something other than JSON")
    func unusableJSON() throws {
        let report = try report(.tokenRequest(.answer(.unreadable(status: 200, found: .json, correlationID: nil))))
        #expect(!report.summary.contains("instead of JSON"))
        let page = try self.report(.tokenRequest(.answer(.unreadable(status: 200, found: .html, correlationID: nil))))
        #expect(page.summary.contains("a web page (HTML) instead of JSON"))
    }

    @Test("words that end in a full stop get no second one")
    func fullStops() throws {
        let words = ServerText("No space left on device. ")
        let store = StoreError.unavailable(store: "secret-service", words).report
        let browser = BrowserFailure.notStarted(command: "netscape", words).report
        let listener = try report(.listener(.system(port: 3000, words)))
        let handshake = try report(.tokenRequest(.transport(.tls(host: "host.example", .handshake(words)))))
        for report in [store, browser, listener, handshake] {
            #expect(report.cause.hasSuffix("No space left on device.") && !report.cause.hasSuffix(".."), "\(report)")
        }
    }

    @Test(
        "a browser that does not open has words too, and they point to the URL",
        arguments: [
            BrowserFailure.notFound(command: "netscape"), .failed(command: "netscape", status: 3),
            .notStarted(command: "netscape", words),
        ]
    )
    func browser(failure: BrowserFailure) {
        let report = failure.report
        #expect(!report.code.isEmpty && !report.summary.isEmpty)
        #expect(report.cause.contains("netscape"))
        #expect(report.remedy.contains("URL") && report.remedy.contains("--browser"))
    }
}
