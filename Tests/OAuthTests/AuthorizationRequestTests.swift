import OAuth
import Testing

@Suite("Authorization request")
struct AuthorizationRequestTests {
    private func url(scope: Scope? = nil, hints: AuthorizationRequest.Hints = .init()) throws -> String {
        AuthorizationRequest(
            endpoint: "https://login.mypurecloud.com/oauth/authorize",
            clientID: try Sample.clientID("a+b/c&d"),
            redirectURI: try RedirectURI("http://localhost:3000/callback"),
            challenge: CodeChallenge(of: Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")),
            state: try Sample.state(),
            scope: scope,
            hints: hints
        ).url
    }

    private let plain =
        "https://login.mypurecloud.com/oauth/authorize?client_id=a%2Bb%2Fc%26d&response_type=code"
        + "&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback"
        + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
        + "&state=AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI"

    @Test("without options the URL has the seven parameters that PKCE needs, less the scope, in a fixed order")
    func required() throws {
        #expect(try url() == plain)
    }

    @Test("every option goes to the end, in a fixed order, its spaces as %20")
    func everything() throws {
        let hints = AuthorizationRequest.Hints(
            loginHint: "ana@example.com:acme corp",
            promptLogin: true,
            provider: .init(name: "okta", organization: "acme&co"),
            target: "org=1"
        )
        let scope = try Sample.scope("users:readonly  openid")
        #expect(
            try url(scope: scope, hints: hints) == plain
                + "&scope=users%3Areadonly%20openid&org=acme%26co&provider=okta"
                + "&target=org%3D1&login_hint=ana%40example.com%3Aacme%20corp&prompt=login"
        )
    }

    @Test("the verifier is not in the URL")
    func noVerifier() throws {
        #expect(try !url().contains("dBjftJeZ4CVP"))
    }

    @Test(
        "a scope is a list of tokens, each once",
        arguments: [
            ("a", "a"), ("a b", "a b"), ("  a   b  ", "a b"), ("b a b", "b a"),
            ("users:readonly !#[]~", "users:readonly !#[]~"),
        ]
    )
    func scope(text: String, expected: String) throws {
        #expect(try Sample.scope(text).description == expected)
    }

    @Test(
        "what RFC 6749 forbids in a scope is refused",
        arguments: ["", "   ", "a\"b", "a\\b", "a\tb", "a\nb", "\u{7F}", "é", "a b \u{1B}"]
    )
    func noScope(text: String) {
        #expect(Scope(text) == nil)
    }

    @Test(
        "a client identifier is 1 to 200 printable characters",
        arguments: ["a", "0b1c-2d", "!~", String(repeating: "x", count: 200)]
    )
    func clientID(text: String) throws {
        #expect(try Sample.clientID(text).value == text)
        #expect(try Sample.clientID(text).description == text)
    }

    @Test(
        "what is no client identifier is refused",
        arguments: ["", " ", "a b", "a ", "a\n", "é", "\u{0}", "a\u{7F}", String(repeating: "x", count: 201)]
    )
    func noClientID(text: String) {
        #expect(ClientID(text) == nil)
    }
}
