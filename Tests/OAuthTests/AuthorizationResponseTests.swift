import OAuth
import Testing

@Suite("Authorization response")
struct AuthorizationResponseTests {
    typealias Problem = AuthorizationResponse.Problem

    /// Reads `query` with `STATE` standing for the state of this attempt and `ISSUER` for its issuer.
    private func read(_ query: String, issuer: String = Sample.issuer) throws -> AuthorizationResponse {
        let state = try Sample.state()
        let text = query.replacing("STATE", with: state.value.reveal())
            .replacing("ISSUER", with: "https%3A%2F%2Flogin.mypurecloud.com")
        return try AuthorizationResponse(query: text, state: state, issuer: issuer)
    }

    @Test(
        "a code with the state of this attempt is taken, whatever stands beside it",
        arguments: [
            ("code=abc&state=STATE", "abc"),
            ("state=STATE&code=abc", "abc"),
            ("iss=ISSUER&state=STATE&code=abc", "abc"),
            ("state=STATE&session_state=x.y&scope=a+b&code=abc&foo&=", "abc"),
            ("code=a%2Bb%2Fc%3D&state=STATE", "a+b/c="),
            ("code=a+b%20c&state=STATE", "a b c"),
            ("%63%6f%64%65=abc&st%61te=STATE", "abc"),
            ("code=a=b&state=STATE", "a=b"),
            ("code=%F0%9F%98%80&state=STATE", "😀"),
            ("code=abc&state=STATE&error_description=&error_uri=&other=", "abc"),
            ("Code=x&State=y&ERROR=z&code=abc&state=STATE", "abc"),
            ("&&code=abc&&state=STATE&", "abc"),
        ]
    )
    func taken(query: String, code: String) throws {
        #expect(try read(query).code.reveal() == code)
    }

    @Test("a code may be of any length", arguments: [1, 43, 2_048, 100_000])
    func anyLength(count: Int) throws {
        let code = String(repeating: "c", count: count)
        #expect(try read("code=\(code)&state=STATE").code == Secret(code))
    }

    @Test(
        "a query that is not of this attempt is refused",
        arguments: [
            ("code=%&state=STATE", .malformed), ("code=%4&state=STATE", .malformed),
            ("code=%zz&state=STATE", .malformed), ("code=%FF&state=STATE", .malformed),
            ("code=a&state=STATE&other=%C3", .malformed),
            ("code=a&code=b&state=STATE", .repeated(.code)), ("code=a&code=a&state=STATE", .repeated(.code)),
            ("code=a&c%6Fde=b&state=STATE", .repeated(.code)),
            ("code=a&state=STATE&state=STATE", .repeated(.state)),
            ("code=a&state=STATE&state=evil", .repeated(.state)),
            ("code=a&state=STATE&iss=ISSUER&iss=ISSUER", .repeated(.iss)),
            ("error=a&error=b&state=STATE", .repeated(.error)),
            ("error=a&error_description=x&error_description=y&state=STATE", .repeated(.errorDescription)),
            ("error=a&error_uri=x&error_uri=&state=STATE", .repeated(.errorURI)),
            ("code=a&state=STATE&x=1&x=2", .repeated(.other)),
            ("code=&state=STATE", .empty(.code)), ("code&state=STATE", .empty(.code)),
            ("code=a&state=", .empty(.state)), ("code=a&state=STATE&iss=", .empty(.iss)),
            ("error=&state=STATE", .empty(.error)),
            ("", .missingState), ("code=a", .missingState), ("error=access_denied", .missingState),
            ("code=a&STATE", .missingState), ("code=a&State=STATE", .missingState),
            ("code=a&state=evil", .foreignState), ("code=a&state=STATEx", .foreignState),
            ("code=a&state=xSTATE", .foreignState), ("code=a&state=STATE+", .foreignState),
            ("code=a&state=STATE%00", .foreignState), ("code=a&state=AgICAgIC", .foreignState),
            ("code=a&state=bgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI", .foreignState),
            ("code=a&state=AGICAGICAGICAGICAGICAGICAGICAGICAGICAGICAGI", .foreignState),
            ("error=access_denied&state=evil", .foreignState),
            ("code=a&state=STATE&iss=https%3A%2F%2Fevil.com", .foreignIssuer),
            ("code=a&state=STATE&iss=ISSUER%2F", .foreignIssuer),
            ("code=a&state=STATE&iss=HTTPS%3A%2F%2Flogin.mypurecloud.com", .foreignIssuer),
            ("error=access_denied&state=STATE&iss=evil", .foreignIssuer),
        ] as [(String, AuthorizationResponse.Refusal)]
    )
    func refused(query: String, refusal: AuthorizationResponse.Refusal) {
        #expect(throws: Problem.refused(refusal)) { try read(query) }
    }

    @Test(
        "the checks have one order: the form, then repeated and empty, then state, then issuer, then error, then code",
        arguments: [
            ("x=%&code=a&code=b&state=evil&iss=evil&error=e", .refused(.malformed)),
            ("code=a&code=b&state=evil&iss=evil&error=e", .refused(.repeated(.code))),
            ("code=&state=evil&iss=evil&error=e", .refused(.empty(.code))),
            ("state=evil&iss=evil&error=e", .refused(.foreignState)),
            ("iss=evil&error=e", .refused(.missingState)),
            ("state=STATE&iss=evil&error=e", .refused(.foreignIssuer)),
            ("code=a&state=STATE&iss=ISSUER&error=access_denied", .denied(ErrorResponse(code: .accessDenied))),
            ("state=STATE&iss=ISSUER", .missingCode),
            ("state=STATE", .missingCode),
        ] as [(String, Problem)]
    )
    func order(query: String, problem: Problem) {
        #expect(throws: problem) { try read(query) }
    }

    @Test("an error of this attempt brings the server's words, decoded and made safe to show")
    func denied() throws {
        let query =
            "error=access_denied&error_description=The+person%20said%1B%5B2J+no%E2%80%AE&error_uri=https%3A%2F%2Fx&state=STATE"
        let expected = ErrorResponse(
            code: .accessDenied,
            words: ServerText("The person said[2J no"),
            page: ServerText("https://x")
        )
        #expect(throws: Problem.denied(expected)) { try read(query) }
    }

    @Test("an unknown error keeps the server's word")
    func unknownError() throws {
        let expected = ErrorResponse(code: .unknown(ServerText("interaction_required")))
        #expect(throws: Problem.denied(expected)) {
            try read("error=interaction_required&state=STATE&error_description=")
        }
    }

    @Test("the issuer is compared byte by byte, not as equivalent Unicode")
    func issuerBytes() throws {
        let issuer = "https://login.example.com/K"
        #expect(try read("code=a&state=STATE&iss=https://login.example.com/K", issuer: issuer).code == Secret("a"))
        // U+212A, the Kelvin sign, which Unicode holds equivalent to K.
        #expect(throws: Problem.refused(.foreignIssuer)) {
            try read("code=a&state=STATE&iss=https://login.example.com/%E2%84%AA", issuer: issuer)
        }
    }

    @Test("a state that differs in one character, or in length, is not the one of this attempt")
    func stateMatch() throws {
        let state = try Sample.state()
        let right = state.value.reveal()
        #expect(state.matches(Secret(right)))
        for index in right.indices {
            var wrong = right
            wrong.replaceSubrange(index...index, with: right[index] == "x" ? "y" : "x")
            #expect(!state.matches(Secret(wrong)))
        }
        for wrong in ["", String(right.dropLast()), String(right.dropFirst()), right + "=", right + "\u{0}"] {
            #expect(!state.matches(Secret(wrong)))
        }
        #expect(try !state.matches(StateParameter(entropy: Sample.entropy(3)).value))
    }

    @Test("an error that repeats the state, or has a code beside it, is told without them")
    func quoted() throws {
        let query =
            "error=no%20STATE&error_description=STATE%20and%20the-code&error_uri=x%3FSTATE&code=the-code&state=STATE"
        let error = ErrorResponse(
            code: .unknown(ServerText("no ‹redacted›")),
            words: ServerText("‹redacted› and ‹redacted›"),
            page: ServerText("x?‹redacted›")
        )
        #expect(throws: Problem.denied(error)) { try read(query) }
    }
}
