import GenesysCloud
import OAuth
import Testing

/// A way in which a server may misbehave, and what becomes of a sign-in that meets it at the token endpoint and at
/// `users/me`: an error, or none.
struct Misbehaviour: Sendable, CustomTestStringConvertible {
    let name: String
    let answer: HostileServer.Answer
    /// At the token endpoint.
    let token: TokenOutcome
    /// At `users/me`.
    let profile: ProfileOutcome
    /// How long a server that falls silent is waited for, in seconds: long enough for a busy machine to do the rest.
    static let patience = 6
    /// Whether only the time limit ends it.
    var waits = false

    enum TokenOutcome: Sendable {
        case works
        case fails(OAuthError)
        case breaks(TransportError)
    }

    enum ProfileOutcome: Sendable {
        case works
        case fails(APIError)
        case breaks(TransportError)
    }

    var testDescription: String { name }

    static let host = "127.0.0.1"
    static let limit = 65_536

    static let all: [Misbehaviour] = statuses + bodies + members + wire

    private static func answer(_ status: String, _ body: String, headers: String = "") -> String {
        httpAnswer(status, body, headers: headers + HostileServer.lastWord)
    }

    private static func same(
        _ name: String,
        _ answer: HostileServer.Answer,
        _ error: TransportError,
        waits: Bool = false
    ) -> Misbehaviour {
        Misbehaviour(name: name, answer: answer, token: .breaks(error), profile: .breaks(error), waits: waits)
    }

    private static func unreadable(_ name: String, _ answer: String, status: Int, _ found: HTTPResponse.Content)
        -> Misbehaviour
    {
        Misbehaviour(
            name: name,
            answer: .bytes(answer),
            token: .fails(.unreadable(status: status, found: found, correlationID: nil)),
            profile: .fails(.unreadable(status: status, found: found, correlationID: nil))
        )
    }

    private static let statuses: [Misbehaviour] =
        [400, 403, 404, 405, 500, 502, 503].map { status in
            unreadable("\(status) without a body", answer("\(status) X", ""), status: status, .empty)
        } + [
            Misbehaviour(
                name: "401 without a body",
                answer: .bytes(answer("401 X", "")),
                token: .fails(.unreadable(status: 401, found: .empty, correlationID: nil)),
                profile: .fails(.rejected(.init(status: 401)))
            ),
            Misbehaviour(
                name: "429 with a wait of an hour",
                answer: .bytes(answer("429 X", "slow down", headers: "Retry-After: 3600\r\n")),
                token: .fails(.rateLimited(nil, retryAfter: 3600, correlationID: nil)),
                profile: .fails(.rejected(.init(status: 429, retryAfter: 3600)))
            ),
            Misbehaviour(
                name: "400 with an error",
                answer: .bytes(answer("400 X", #"{"error":"invalid_grant","error_description":"gone"}"#)),
                token: .fails(
                    .errorResponse(
                        ErrorResponse(code: .invalidGrant, words: ServerText("gone")),
                        status: 400,
                        correlationID: nil
                    )
                ),
                profile: .fails(
                    .rejected(.init(status: 400, code: ServerText("invalid_grant"), message: ServerText("gone")))
                )
            ),
            Misbehaviour(
                name: "500 with an error",
                answer: .bytes(answer("500 X", #"{"error":"server_error","message":"oh","code":"e"}"#)),
                token: .fails(
                    .errorResponse(ErrorResponse(code: .serverError), status: 500, correlationID: nil)
                ),
                profile: .fails(.rejected(.init(status: 500, code: ServerText("e"), message: ServerText("oh"))))
            ),
            unreadable("200 with a page", answer("200 OK", "<html>x</html>"), status: 200, .html),
            unreadable("500 with a page", answer("500 X", "<html>x</html>"), status: 500, .html),
            unreadable("204", "HTTP/1.1 204 No Content\r\n\r\n", status: 204, .empty),
        ]

    private static let bodies: [Misbehaviour] = [
        unreadable("an empty body", answer("200 OK", ""), status: 200, .empty),
        unreadable("not JSON", answer("200 OK", "welcome"), status: 200, .text),
        unreadable("a list", answer("200 OK", "[1]"), status: 200, .json),
        unreadable("half of an object", answer("200 OK", #"{"access_token":"a","id":"#), status: 200, .json),
        unreadable(
            "deep nesting",
            answer("200 OK", String(repeating: "[", count: 30_000)),
            status: 200,
            .json
        ),
        unreadable(
            "nesting that ends Foundation's decoder",
            answer("200 OK", String(repeating: "[", count: 513)),
            status: 200,
            .json
        ),
        unreadable("gzip that nobody asked for", gzip, status: 200, .text),
        Misbehaviour(
            name: "an empty object",
            answer: .bytes(answer("200 OK", "{}")),
            token: .fails(.missingMember("access_token")),
            profile: .fails(.missingMember("id"))
        ),
        Misbehaviour(
            name: "wrong types",
            answer: .bytes(answer("200 OK", #"{"access_token":["a"],"id":7,"expires_in":{},"name":[]}"#)),
            token: .fails(.missingMember("access_token")),
            profile: .fails(.missingMember("id"))
        ),
        Misbehaviour(
            name: "a token with a line break",
            answer: .bytes(answer("200 OK", #"{"access_token":"a\r\nX-Evil: 1","id":"1\r\n2"}"#)),
            token: .fails(.unusableMember("access_token")),
            profile: .works
        ),
        Misbehaviour(
            name: "a token type that is not spoken",
            answer: .bytes(answer("200 OK", #"{"access_token":"a","token_type":"mac","id":"1"}"#)),
            token: .fails(.unsupportedTokenType(ServerText("mac"))),
            profile: .works
        ),
    ]

    /// What a lenient reader takes.
    private static let members: [Misbehaviour] = [
        ("numbers as text", #""expires_in":"3600","token_type":"Bearer""#),
        ("a negative lifetime", #""expires_in":-1,"token_type":"Bearer""#),
        ("a huge lifetime", #""expires_in":99999999999999999999999,"token_type":"Bearer""#),
        ("a token type in capitals", #""expires_in":3600,"token_type":"BEARER""#),
        ("a token type in small letters", #""expires_in":3600,"token_type":"bearer""#),
        ("members that nobody knows", #""expires_in":3600,"token_type":"Bearer","x":[{"y":null}],"error":"no""#),
        ("a key twice", #""token_type":"Bearer","access_token":"access-1","id":"1""#),
    ].map { name, members in
        Misbehaviour(
            name: name,
            answer: .bytes(answer("200 OK", #"{"access_token":"access-1","id":"1",\#(members)}"#)),
            token: .works,
            profile: .works
        )
    }

    private static let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + HostileServer.lastWord

    private static let wire: [Misbehaviour] = [
        same("silence before the answer", .silence(after: ""), .timedOut(host: host, seconds: patience), waits: true),
        same(
            "silence inside the body",
            .silence(after: head + "Content-Length: 100\r\n\r\n{\"access"),
            .timedOut(host: host, seconds: patience),
            waits: true
        ),
        same(
            "a slow drip",
            .drip(head + "Content-Length: 1000\r\n\r\n" + String(repeating: " ", count: 1000)),
            .timedOut(host: host, seconds: patience),
            waits: true
        ),
        same("the end before the answer", .bytes(""), .closed(host: host)),
        same("the end inside the head", .bytes("HTTP/1.1 200 OK\r\nContent-Le"), .closed(host: host)),
        same("a body cut short", .bytes(head + "Content-Length: 100\r\n\r\n{}"), .closed(host: host)),
        same("a reset before the answer", .reset(after: ""), .closed(host: host)),
        same("a reset inside the body", .reset(after: head + "Content-Length: 100\r\n\r\n{"), .closed(host: host)),
        same("a status below 100", .bytes(answer("000 X", "{}")), .notHTTP(host: host)),
        same("a status of 99 and no body", .bytes("HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n"), .notHTTP(host: host)),
        same("another protocol", .bytes("SSH-2.0-OpenSSH_9.2\r\n\r\n"), .notHTTP(host: host)),
        same(
            "two lengths that differ",
            .bytes(head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
            .notHTTP(host: host)
        ),
        same(
            "a chunk of a length that is none",
            .bytes(head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"),
            .notHTTP(host: host)
        ),
        same(
            "a body without end",
            .flood(after: head + "\r\n"),
            .oversized(host: host, limit: limit)
        ),
        same(
            "200 MB, announced",
            .flood(after: head + "Content-Length: 200000000\r\n\r\n"),
            .oversized(host: host, limit: limit)
        ),
        unreadable(
            "a length that is too short",
            head + "Content-Length: 5\r\n\r\n{\"access_token\":\"a\",\"id\":\"1\"}",
            status: 200,
            .json
        ),
    ]

    /// `{}` compressed; a client that did not ask for it must not get it.
    private static let gzip =
        head + "Content-Encoding: gzip\r\nContent-Length: 8\r\n\r\n\u{1F}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}\u{8}"
}
