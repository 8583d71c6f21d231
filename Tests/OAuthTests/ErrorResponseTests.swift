import FoundationEssentials
import OAuth
import Testing

@Suite("Error response")
struct ErrorResponseTests {
    private func read(_ json: String) -> ErrorResponse? {
        ErrorResponse(HTTPResponse(status: 400, body: Data(json.utf8)))
    }

    static let codes: [(String, ErrorCode)] = [
        ("invalid_request", .invalidRequest), ("invalid_client", .invalidClient), ("invalid_grant", .invalidGrant),
        ("unauthorized_client", .unauthorizedClient), ("unsupported_grant_type", .unsupportedGrantType),
        ("unsupported_response_type", .unsupportedResponseType), ("invalid_scope", .invalidScope),
        ("access_denied", .accessDenied), ("server_error", .serverError),
        ("temporarily_unavailable", .temporarilyUnavailable), ("invalid_token", .invalidToken),
    ]

    @Test("every code of the RFCs is known, and keeps its name", arguments: codes)
    func known(wire: String, code: ErrorCode) {
        #expect(ErrorCode(wire) == code)
        #expect(code.name == wire)
        #expect(read(#"{"error":"\#(wire)"}"#) == ErrorResponse(code: code))
    }

    @Test("an unknown code keeps the server's word, made safe to show", arguments: ["invalid_code", "Invalid_Grant"])
    func unknown(wire: String) {
        #expect(ErrorCode(wire) == .unknown(ServerText(wire)))
        #expect(ErrorCode(wire + "\u{1B}\u{202E}").name == wire)
    }

    @Test(
        "the server's words are in error_description, or in description",
        arguments: [
            (#""error_description":"words""#, "words"), (#""description":"words""#, "words"),
            (#""description":"other","error_description":"words""#, "words"),
            (#""description":"words","error_description":"""#, "words"),
            (#""description":"words","error_description":" \u001b ""#, "words"),
            (#""description":"words","error_description":null"#, "words"),
            (#""description":"words","error_description":7"#, "words"),
            (#""error_description":"""#, nil), (#""error_description":["words"]"#, nil), (#""other":1"#, nil),
            (#""error_description":"a\nb\u001b[31m""#, "a b[31m"),
        ] as [(String, String?)]
    )
    func words(member: String, expected: String?) throws {
        let response = try #require(read(#"{"error":"invalid_grant",\#(member)}"#))
        #expect(response.words?.display == expected)
        #expect(response.code == .invalidGrant)
    }

    @Test("the page about the error is kept")
    func page() throws {
        let response = try #require(read(#"{"error":"invalid_grant","error_uri":"https://example.com/e"}"#))
        #expect(response.page?.display == "https://example.com/e")
    }

    @Test(
        "what has no error in words is no error response",
        arguments: [
            "", "{}", "[]", "null", "<html>", #"{"error":""}"#, #"{"error":null}"#, #"{"error":7}"#,
            #"{"error":{"code":"x"}}"#, #"{"code":"bad.credentials"}"#, #"{"error":"x""#,
        ]
    )
    func noErrorResponse(json: String) {
        #expect(read(json) == nil)
    }

    @Test("the token endpoint's error brings its status and correlation id", arguments: [400, 401, 403, 500])
    func atTheTokenEndpoint(status: Int) {
        let answer = Sample.answer(
            #"{"error":"invalid_grant","description":"used twice"}"#,
            status: status,
            headers: ["inin-correlation-id": "c-1"]
        )
        let expected = OAuthError.errorResponse(
            ErrorResponse(code: .invalidGrant, words: ServerText("used twice")),
            status: status,
            correlationID: ServerText("c-1")
        )
        #expect(throws: expected) { try TokenResponse(answer) }
    }
}
