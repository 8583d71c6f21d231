import FoundationEssentials
import OAuth
import Testing

@Suite("Token response")
struct TokenResponseTests {
    private func read(_ members: String) throws -> TokenResponse {
        try TokenResponse(Sample.answer(#"{"access_token":"t",\#(members)}"#))
    }

    @Test("an answer with every member is read")
    func everything() throws {
        let body = """
            {"scope":"a b","refresh_token":"r","expires_in":3600,"token_type":"Bearer","access_token":"t"}
            """
        let expected = TokenResponse(
            accessToken: Secret("t"),
            expiresIn: 3600,
            refreshToken: Secret("r"),
            scope: try Sample.scope("a b")
        )
        #expect(try TokenResponse(Sample.answer(body)) == expected)
        #expect(try TokenResponse(Sample.answer("\u{FEFF} \n" + body, status: 201)) == expected)
    }

    @Test("an access token alone is enough")
    func tokenAlone() throws {
        let response = try TokenResponse(Sample.answer(#"{"access_token":"t"}"#))
        #expect(response == TokenResponse(accessToken: Secret("t"), expiresIn: nil))
    }

    @Test(
        "expires_in is a number or a numeric string, in whole seconds, of ten years at most",
        arguments: [
            ("3600", 3600), (#""3600""#, 3600), ("3599.9", 3599), (#""3599.9""#, 3599), ("3.6e3", 3600), ("1", 1),
            ("315360000", 315_360_000), ("315360001", 315_360_000), ("9223372036854775808", 315_360_000),
            ("1e300", 315_360_000), (#""1e300""#, 315_360_000),
            ("0", nil), ("-1", nil), ("0.5", nil), ("-1e300", nil), (#""0""#, nil), (#""-3600""#, nil),
            (#""soon""#, nil), (#""""#, nil), (#""nan""#, nil), (#""inf""#, nil), (#""0x10""#, nil),
            ("null", nil), ("true", nil), ("[3600]", nil), (#"{"seconds":3600}"#, nil),
        ] as [(String, Int?)]
    )
    func expiresIn(json: String, seconds: Int?) throws {
        #expect(try read(#""expires_in":\#(json)"#).expiresIn == seconds)
    }

    @Test(
        "token_type bearer is taken in any case, and so is none",
        arguments: [
            #""token_type":"Bearer""#, #""token_type":"bearer""#, #""token_type":"BEARER""#, #""token_type":"bEaReR""#,
            #""token_type":null"#, #""other":1"#,
        ]
    )
    func bearer(member: String) throws {
        #expect(try read(member).accessToken == Secret("t"))
    }

    @Test("a token of another type is refused", arguments: ["mac", "DPoP", "Bearer2", "N_A", "bearer token", ""])
    func foreignType(type: String) {
        #expect(throws: OAuthError.unsupportedTokenType(ServerText(type))) { try read(#""token_type":"\#(type)""#) }
    }

    @Test("a token_type that is no string is no bearer token", arguments: ["1", "true", "{}", #"["Bearer"]"#])
    func oddType(json: String) {
        #expect(throws: OAuthError.unusableMember("token_type")) { try read(#""token_type":\#(json)"#) }
    }

    @Test(
        "unknown members are ignored, whatever is in them",
        arguments: [
            #""id_token":"x.y.z","session_state":"s""#, #""scope":["a"],"refresh_token":7"#,
            #""access":{"token":["evil"]},"":null"#, #""access_token ":"evil","Access_Token":"evil""#,
            #""deep":"# + String(repeating: "[", count: 200) + String(repeating: "]", count: 200),
        ]
    )
    func unknownMembers(members: String) throws {
        #expect(try read(members) == TokenResponse(accessToken: Secret("t"), expiresIn: nil))
    }

    @Test("tokens may have up to 131,072 characters", arguments: [1, 43, 2_048, 100_000, 131_072])
    func anyLength(count: Int) throws {
        let token = String(repeating: "t", count: count)
        let body = #"{"access_token":"\#(token)","refresh_token":"\#(token)"}"#
        let response = try TokenResponse(Sample.answer(body))
        #expect(response.accessToken == Secret(token))
        #expect(response.refreshToken == Secret(token))
    }

    @Test("a longer token is of no use, whichever of the two it is", arguments: ["access_token", "refresh_token"])
    func tooLong(member: String) {
        let token = String(repeating: "t", count: 131_073)
        let other = member == "access_token" ? "refresh_token" : "access_token"
        #expect(throws: OAuthError.unusableMember(member)) {
            try TokenResponse(Sample.answer(#"{"\#(other)":"t","\#(member)":"\#(token)"}"#))
        }
    }

    @Test("of a member that stands there twice one value is taken, whole")
    func duplicateKeys() throws {
        let token = try read(#""access_token":"other""#).accessToken
        #expect([Secret("t"), Secret("other")].contains(token))
    }

    @Test("nesting without end is no JSON that is read, and does not crash", arguments: ["[", #"{"a":"#])
    func deepNesting(opening: String) {
        let body = #"{"access_token":"t","deep":"# + String(repeating: opening, count: 100_000)
        #expect(throws: OAuthError.unreadable(status: 200, found: .json, correlationID: nil)) {
            try TokenResponse(Sample.answer(body))
        }
    }

    @Test(
        "what is not a JSON object is unreadable, and the error says what it looks like",
        arguments: [
            ("", .empty), (" \r\n\t", .empty), ("<!DOCTYPE html><title>Proxy</title>", .html), ("\n <html>", .html),
            ("\u{FEFF}<html>", .html), ("access_token=t&token_type=bearer", .text), ("OK", .text), ("null", .text),
            (#""t""#, .text), ("7", .text), ("[]", .json), (#"[{"access_token":"t"}]"#, .json),
            (#"{"access_token":"t""#, .json), (#"{"access_token":"t"}}"#, .json), ("{", .json),
        ] as [(String, HTTPResponse.Content)]
    )
    func unreadable(body: String, found: HTTPResponse.Content) {
        for status in [200, 400, 502] {
            let answer = Sample.answer(body, status: status, headers: ["ININ-Correlation-Id": "c-1"])
            let expected = OAuthError.unreadable(status: status, found: found, correlationID: ServerText("c-1"))
            #expect(throws: expected) { try TokenResponse(answer) }
        }
    }

    @Test("a token that is not UTF-8 is no token")
    func notUTF8() {
        let body = Data(#"{"access_token":""#.utf8) + Data([0xFF, 0xFE]) + Data(#""}"#.utf8)
        #expect(throws: OAuthError.missingMember("access_token")) {
            try TokenResponse(HTTPResponse(status: 200, body: body))
        }
    }

    @Test("a redirect is told apart, for it is not followed", arguments: [301, 302, 303, 307, 308])
    func redirect(status: Int) {
        #expect(throws: OAuthError.redirected(status: status)) {
            try TokenResponse(Sample.answer("<html>", status: status, headers: ["location": "https://evil.com/"]))
        }
    }

    @Test(
        "an answer without a usable access token names the member",
        arguments: [
            "{}", #"{"access_token":""}"#, #"{"access_token":null}"#, #"{"access_token":7}"#,
            #"{"access_token":["t"]}"#, #"{"access_token":{"t":1}}"#, #"{"access_token":true}"#,
            #"{"Access_Token":"t"}"#, #"{"token":"t"}"#, #"{"error":7}"#, #"{"error":""}"#,
        ]
    )
    func missingToken(body: String) {
        #expect(throws: OAuthError.missingMember("access_token")) { try TokenResponse(Sample.answer(body)) }
    }

    @Test("an answer without an access token says whether it brings a refresh token")
    func refreshTokenAlone() {
        for (member, isThere) in [(#""r""#, true), (#""""#, false), ("null", false)] {
            #expect(throws: OAuthError.missingMember("access_token", hasRefreshToken: isThere)) {
                try TokenResponse(Sample.answer("{\"refresh_token\":\(member)}"))
            }
        }
    }

    @Test("an error in a 200 is the server's error, but a token beside it is a token")
    func errorInSuccess() throws {
        let body = #"{"error":"invalid_grant","error_description":"used"}"#
        let error = ErrorResponse(code: .invalidGrant, words: ServerText("used"))
        let headers = ["inin-correlation-id": "c-1"]
        #expect(throws: OAuthError.errorResponse(error, status: 200, correlationID: ServerText("c-1"))) {
            try TokenResponse(Sample.answer(body, headers: headers))
        }
        #expect(try read(#""error":"odd""#).accessToken == Secret("t"))
    }

    @Test("a token in an error answer is not taken")
    func tokenInError() {
        #expect(throws: OAuthError.unreadable(status: 400, found: .json, correlationID: nil)) {
            try TokenResponse(Sample.answer(#"{"access_token":"t"}"#, status: 400))
        }
    }

    @Test(
        "a token with anything but printable ASCII is refused",
        arguments: [#"a\nb"#, #"a\r\nX-Evil: 1"#, "a b", " ", #"\t"#, #"\u0000"#, #"\u007f"#, "é", "\u{2028}", "😀"]
    )
    func unusableToken(token: String) {
        #expect(throws: OAuthError.unusableMember("access_token")) {
            try TokenResponse(Sample.answer(#"{"access_token":"\#(token)"}"#))
        }
        #expect(throws: OAuthError.unusableMember("refresh_token")) { try read(#""refresh_token":"\#(token)""#) }
    }

    @Test("an empty refresh token or scope is none")
    func emptyMembers() throws {
        let response = try read(#""refresh_token":"","scope":"""#)
        #expect(response.refreshToken == nil)
        #expect(response.scope == nil)
    }

    @Test("words of the scope that repeat a token are left out, and struck out of the type")
    func repeatedToken() throws {
        func scope(_ text: String) throws -> Scope? {
            let tokens = #""access_token":"AT-Ada-7-581f","refresh_token":"RT-0f1e2d3c""#
            return try TokenResponse(Sample.answer("{\(tokens),\"scope\":\"\(text)\"}")).scope
        }
        #expect(try scope("a AT-Ada-7-581f b x:rt-0f1e2d3c") == Sample.scope("a b"))
        #expect(try scope("AT-Ada-7-581f") == nil)
        #expect(throws: OAuthError.unsupportedTokenType(ServerText("‹redacted›"))) {
            try TokenResponse(Sample.answer(#"{"access_token":"AT-Ada-7-581f","token_type":"at-ada-7-581f"}"#))
        }
    }

    @Test("a token is left out of a scope of any length, and what goes beyond 65,536 characters is not read")
    func longScope() throws {
        let token = "AT-Ada-7-581f-0011223344"
        func scope(_ text: String) throws -> Scope? {
            try TokenResponse(Sample.answer(#"{"access_token":"\#(token)","scope":"\#(text)"}"#)).scope
        }
        let words = (0..<500).map { "word-\($0)" }
        let (before, letters) = (words.joined(separator: " "), String(repeating: "x", count: 1_200))
        #expect(try scope("\(before) \(token) last") == Sample.scope("\(before) last"))
        #expect(try scope("\(letters)\(token) last") == Sample.scope("last"))
        #expect(try scope(String(repeating: "a", count: 65_536)) != nil)
        #expect(try scope(String(repeating: "a", count: 65_537)) == nil)
        #expect(try scope("a " + String(repeating: "b", count: 65_536)) == Sample.scope("a"))
    }

    @Test("a scope of a hundred thousand words beside a long token takes no time", .timeLimit(.minutes(1)))
    func manyScopes() throws {
        let token = (0..<12_000).map { "\(100_000 + $0)" }.joined()
        let words = (0..<100_000).map { "\(token.prefix(12))-\($0)" }.joined(separator: " ")
        let answer = Sample.answer(#"{"access_token":"\#(token)","scope":"a \#(words)"}"#)
        #expect(try TokenResponse(answer).scope == Sample.scope("a"))
        let many = (0..<200_000).map { String($0, radix: 36) }
        #expect(Scope(many.joined(separator: " "))?.tokens == many)
    }

    @Test("what a success brings is struck out of its correlation id")
    func quotedInHeader() {
        for member in ["access_token", "refresh_token"] {
            let other = member == "access_token" ? "refresh_token" : "access_token"
            let tokens = #"{"\#(other)":"another","\#(member)":"AT-Ada-7-581f"}"#
            let answer = Sample.answer(tokens, headers: ["inin-correlation-id": "x AT-Ada-7-581f"])
            #expect(answer.correlationID == ServerText("x ‹redacted›"))
        }
    }

    @Test("a refresh keeps the old refresh token and scope where the server sends none, and never the old lifetime")
    func refreshing() throws {
        let old = TokenResponse(
            accessToken: Secret("old"),
            expiresIn: 100,
            refreshToken: Secret("old-r"),
            scope: try Sample.scope("a")
        )
        let bare = TokenResponse(accessToken: Secret("new"), expiresIn: nil)
        #expect(
            bare.refreshing(old)
                == TokenResponse(
                    accessToken: Secret("new"),
                    expiresIn: nil,
                    refreshToken: Secret("old-r"),
                    scope: try Sample.scope("a")
                )
        )
        let full = TokenResponse(
            accessToken: Secret("new"),
            expiresIn: 200,
            refreshToken: Secret("new-r"),
            scope: try Sample.scope("b")
        )
        #expect(full.refreshing(old) == full)
    }

    @Test("the scope asked for is the one granted where the server names none")
    func takingScope() throws {
        let bare = TokenResponse(accessToken: Secret("t"), expiresIn: 7, refreshToken: Secret("r"))
        let granted = bare.takingScope(try Sample.scope("a b"))
        #expect(granted.scope?.tokens == ["a", "b"])
        #expect(granted.refreshToken == Secret("r"))
        #expect(granted.expiresIn == 7)
        #expect(bare.takingScope(nil) == bare)
        #expect(granted.takingScope(try Sample.scope("c")) == granted)
        #expect(granted.takingScope(nil) == granted)
    }
}
