import GenesysCloud
import OAuth
import Testing

@Suite("API client")
struct APIClientTests {
    private func failure(
        _ body: String,
        status: Int,
        headers: [String: String] = [:]
    ) async -> APIError? {
        await #expect(throws: APIError.self) {
            try await StubTransport(body, status: status, headers: headers).client()
                .currentUser(accessToken: Secret("t"))
        }
    }

    @Test(
        "the profile is asked for by one exact request",
        arguments: ["https://api.example.com", "https://example.com/base"]
    )
    func profileRequest(apiURL: String) async throws {
        let transport = StubTransport(#"{"id":"u-1"}"#)
        let profile = try await transport.client(apiURL: apiURL).currentUser(accessToken: Secret("the-token"))
        #expect(profile.id == "u-1")
        let expected = HTTPRequest(
            method: .get,
            url: apiURL + "/api/v2/users/me",
            headers: [.init("Accept", "application/json")],
            bearer: Secret("the-token")
        )
        #expect(await transport.requests == [expected])
    }

    @Test("a profile that repeats the token is shown without it")
    func repeatedToken() async throws {
        let token = "AT-Ada-7-581f0c2d"
        let members = ["id", "name", "email", "title", "department", "username", "state"]
        let body = members.map { #""\#($0)":"x \#(token) y""# }.joined(separator: ",")
        let transport = StubTransport("{\(body),\"division\":{\"name\":\"\(token)\"}}")
        let profile = try await transport.client().currentUser(accessToken: Secret(token))
        let texts = [profile.name, profile.email, profile.title, profile.department, profile.username, profile.state]
        #expect(texts.allSatisfy { $0?.display == "x ‹redacted› y" }, "\(profile)")
        #expect(profile.id == "x ‹redacted› y" && profile.division?.display == "‹redacted›")
    }

    @Test(
        "the token is deleted by one exact request, and any success will do",
        arguments: [(200, "{}"), (200, ""), (202, "later"), (204, "")]
    )
    func deletion(status: Int, body: String) async throws {
        let transport = StubTransport(body, status: status)
        try await transport.client().deleteToken(accessToken: Secret("the-token"))
        let expected = HTTPRequest(
            method: .delete,
            url: "https://api.example.com/api/v2/tokens/me",
            headers: [.init("Accept", "application/json")],
            bearer: Secret("the-token")
        )
        #expect(await transport.requests == [expected])
    }

    @Test("a deletion that the API refuses is an error")
    func refusedDeletion() async {
        let transport = StubTransport(#"{"status":401,"code":"bad.credentials"}"#, status: 401)
        await #expect(throws: APIError.rejected(.init(status: 401, code: ServerText("bad.credentials")))) {
            try await transport.client().deleteToken(accessToken: Secret("t"))
        }
    }

    @Test(
        "a refusal brings Genesys's code, words and ids",
        arguments: [400, 401, 403, 404, 429, 500, 503]
    )
    func rejection(status: Int) async {
        let body = """
            {"status":\(status),"code":"bad.thing","message":"Some\\u001b[31m words","contextId":"x-1","details":[],"errors":[]}
            """
        let headers = ["ININ-Correlation-Id": "c-1"]
        let error = await failure(body, status: status, headers: headers)
        let expected = APIError.Rejection(
            status: status,
            code: ServerText("bad.thing"),
            message: ServerText("Some[31m words"),
            contextID: ServerText("x-1"),
            correlationID: ServerText("c-1")
        )
        #expect(error == .rejected(expected))
        #expect(error?.correlationID == ServerText("c-1"))
        #expect(error?.isUnauthorized == (status == 401))
    }

    @Test("where there is no correlation id, the context id stands for it")
    func contextID() async {
        let error = await failure(#"{"contextId":"x-1"}"#, status: 403)
        #expect(error?.correlationID == ServerText("x-1"))
        let blank = await failure(#"{"contextId":"x-1"}"#, status: 403, headers: ["inin-correlation-id": " "])
        #expect(blank?.correlationID == ServerText("x-1"))
        #expect(await failure("{}", status: 403)?.correlationID == nil)
    }

    @Test(
        "a refusal in the words of OAuth, or with members of odd types, is a refusal still",
        arguments: [
            (#"{"error":"invalid_token","error_description":"gone"}"#, "invalid_token", "gone"),
            (#"{"error":"invalid_token","description":"gone"}"#, "invalid_token", "gone"),
            (#"{"code":"c","error":"e","message":"m","description":"d"}"#, "c", "m"),
            (#"{"code":"","error":"e","message":" ","error_description":"d"}"#, "e", "d"),
            (#"{"code":7,"message":{"text":"x"},"contextId":[]}"#, nil, nil),
            (#"{"status":"403"}"#, nil, nil), ("{}", nil, nil), ("[]", nil, nil), (#"{"code":"#, nil, nil),
        ] as [(String, String?, String?)]
    )
    func oddRejection(body: String, code: String?, message: String?) async {
        let error = await failure(body, status: 403)
        let expected = APIError.Rejection(
            status: 403,
            code: code.map(ServerText.init),
            message: message.map(ServerText.init)
        )
        #expect(error == .rejected(expected))
    }

    @Test(
        "Retry-After is read as whole seconds, and anything else as none",
        arguments: [
            ("17", 17), ("0", 0), ("-1", nil), ("1.5", nil), ("soon", nil), ("", nil), ("99999999999999999999", nil),
            ("Wed, 21 Oct 2015 07:28:00 GMT", nil),
        ] as [(String, Int?)]
    )
    func retryAfter(value: String, seconds: Int?) async {
        let error = await failure("{}", status: 429, headers: ["Retry-After": value])
        #expect(error == .rejected(.init(status: 429, retryAfter: seconds)))
    }

    @Test("a 429 is a 429 whatever its body, and keeps its Retry-After", arguments: ["", "Slow down", "<html>"])
    func rateLimitedByAGateway(body: String) async {
        let error = await failure(body, status: 429, headers: ["retry-after": "9"])
        #expect(error == .rejected(.init(status: 429, retryAfter: 9)))
    }

    @Test(
        "a 401 is a 401 without JSON too, but for a web page that asks for no bearer token",
        arguments: [("", nil), ("Unauthorized", nil), ("Unauthorized", "Basic"), ("<html>", #"Bearer realm="x""#)]
            as [(String, String?)]
    )
    func unauthorizedWithoutJSON(body: String, challenge: String?) async {
        let error = await failure(body, status: 401, headers: challenge.map { ["www-authenticate": $0] } ?? [:])
        #expect(error == .rejected(.init(status: 401)))
        #expect(error?.isUnauthorized == true)
    }

    @Test("a 401 that is a proxy's web page says nothing of the token", arguments: [nil, "Basic realm=\"proxy\""])
    func unauthorizedPage(challenge: String?) async {
        let error = await failure("<html>", status: 401, headers: challenge.map { ["www-authenticate": $0] } ?? [:])
        #expect(error == .unreadable(status: 401, found: .html, correlationID: nil))
        #expect(error?.isUnauthorized == false)
    }

    @Test("a web page in the answer's place has deleted nothing; any other 2xx has", arguments: [200, 202, 204])
    func deletedByWhom(status: Int) async throws {
        for body in ["", "{}", "ok"] {
            try await StubTransport(body, status: status).client().deleteToken(accessToken: Secret("t"))
        }
        await #expect(throws: APIError.unreadable(status: status, found: .html, correlationID: nil)) {
            try await StubTransport("<html>", status: status).client().deleteToken(accessToken: Secret("t"))
        }
    }

    @Test(
        "another answer that is no JSON is unreadable, and the error says what it looks like",
        arguments: [
            ("<html>", 200, .html), ("", 200, .empty), ("ok", 200, .text), ("", 204, .empty), ("<html>", 403, .html),
            ("", 404, .empty), ("<html>", 502, .html), ("Bad gateway", 503, .text), ("<html>", 302, .html),
        ] as [(String, Int, HTTPResponse.Content)]
    )
    func unreadable(body: String, status: Int, found: HTTPResponse.Content) async {
        let error = await failure(body, status: status, headers: ["inin-correlation-id": "c-1"])
        #expect(error == .unreadable(status: status, found: found, correlationID: ServerText("c-1")))
        #expect(error?.correlationID == ServerText("c-1"))
        #expect(error?.isUnauthorized == false)
    }

    @Test(
        "no answer is an error of the transport",
        arguments: [
            TransportError.timedOut(host: "api.example.com", seconds: 30), .cancelled,
            .tls(host: "api.example.com", .expired),
        ]
    )
    func noAnswer(reason: TransportError) async {
        let transport = StubTransport(.failure(reason))
        await #expect(throws: APIError.transport(reason)) {
            try await transport.client().currentUser(accessToken: Secret("t"))
        }
        await #expect(throws: APIError.transport(reason)) {
            try await transport.client().deleteToken(accessToken: Secret("t"))
        }
        #expect(APIError.transport(reason).correlationID == nil)
        #expect(!APIError.transport(reason).isUnauthorized)
    }
}
