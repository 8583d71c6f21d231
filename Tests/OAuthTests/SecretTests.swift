import FoundationEssentials
import OAuth
import Testing

@Suite("Secrets are not shown")
struct SecretTests {
    private static let token = "SECRET-token-7f3a"
    private static let refresh = "SECRET-refresh-91bc"

    /// Every text that Swift makes of a value by itself.
    private func printed(_ value: some Any) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        var texts = [
            dumped, "\(value)", String(describing: value), String(reflecting: value), "\([value])",
            "\(Optional(value) as Any)", String(reflecting: ["key": value]),
        ]
        func walk(_ part: Any, depth: Int) {
            guard depth < 12 else { return }
            for child in Mirror(reflecting: part).children {
                texts.append(child.label ?? "")
                texts.append(String(describing: child.value))
                texts.append(String(reflecting: child.value))
                walk(child.value, depth: depth + 1)
            }
        }
        walk(value, depth: 0)
        return texts
    }

    private func expectSilence(_ value: some Any, about secrets: [String]) {
        for text in printed(value) {
            for secret in secrets { #expect(!text.contains(secret), "\(type(of: value)) shows a secret") }
        }
    }

    @Test("a secret prints as one fixed text, of whatever length it is", arguments: ["", "a", token])
    func fixedText(value: String) {
        let secret = Secret(value)
        #expect("\(secret)" == "‹redacted›")
        #expect(String(reflecting: secret) == "‹redacted›")
        #expect(Mirror(reflecting: secret).children.isEmpty)
        #expect(secret.reveal() == value)
        #expect(secret.isEmpty == value.isEmpty)
        expectSilence(secret, about: [Self.token])
    }

    @Test("a secret cannot be encoded, and is no string")
    func noCodable() {
        let secret: Any = Secret(Self.token)
        #expect(!(secret is any Encodable))
        #expect(!(secret is any StringProtocol))
        #expect(!(secret is any LosslessStringConvertible))
    }

    @Test("random bytes and what is made of them are not shown")
    func randomness() throws {
        let bytes = Array(UInt8(100)..<132)
        let entropy = try #require(Entropy(bytes))
        let key = ProofKey(entropy: entropy)
        let state = StateParameter(entropy: entropy)
        let secrets = [key.verifier.reveal(), "100, 101, 102", "131"]
        expectSilence(entropy, about: secrets)
        expectSilence(key, about: secrets)
        expectSilence(state, about: secrets)
    }

    @Test("a checked callback and the request that spends its code show neither code nor verifier")
    func tokenRequest() throws {
        let response = try Sample.response(code: Self.token)
        let key = ProofKey(entropy: try Sample.entropy(9))
        let request = TokenRequest(
            exchanging: response,
            proofKey: key,
            redirectURI: try RedirectURI("http://localhost:3000/callback"),
            clientID: try Sample.clientID(),
            endpoint: "https://login.example.com/oauth/token"
        )
        let secrets = [Self.token, key.verifier.reveal()]
        expectSilence(response, about: secrets)
        expectSilence(request, about: secrets)
        expectSilence(request.httpRequest, about: secrets)
        let refreshing = TokenRequest(
            refreshing: Secret(Self.refresh),
            clientID: try Sample.clientID(),
            endpoint: "https://login.example.com/oauth/token"
        )
        expectSilence(refreshing, about: [Self.refresh])
        expectSilence(refreshing.httpRequest, about: [Self.refresh])
    }

    @Test("an authorization request shows no state until its URL is asked for")
    func authorizationRequest() throws {
        let state = try Sample.state()
        let request = AuthorizationRequest(
            endpoint: "https://login.example.com/oauth/authorize",
            clientID: try Sample.clientID(),
            redirectURI: try RedirectURI("http://localhost:3000/callback"),
            challenge: ProofKey(entropy: try Sample.entropy()).challenge,
            state: state
        )
        #expect(request.url.contains(state.value.reveal()))
        expectSilence(request, about: [state.value.reveal()])
    }

    @Test("an answer shows its status alone, and what is read of it no token")
    func answer() throws {
        let http = Sample.answer(
            #"{"access_token":"\#(Self.token)","refresh_token":"\#(Self.refresh)"}"#,
            headers: ["set-cookie": Self.token]
        )
        #expect("\(http)" == "HTTP 200")
        #expect(String(reflecting: http) == "HTTP 200")
        let tokens = try TokenResponse(http)
        let session = Session(
            tokens: tokens,
            receivedAt: Date(timeIntervalSince1970: 0),
            clientID: try Sample.clientID(),
            loginURL: "https://login.example.com",
            apiURL: "https://api.example.com",
            profileName: "default"
        )
        #expect(tokens.accessToken.reveal() == Self.token)
        let secrets = [Self.token, Self.refresh]
        expectSilence(http, about: secrets)
        expectSilence(tokens, about: secrets)
        expectSilence(session, about: secrets)
    }

    @Test("a request with a bearer token does not show it")
    func bearer() {
        let request = HTTPRequest(method: .get, url: "https://api.example.com/", bearer: Secret(Self.token))
        expectSilence(request, about: [Self.token])
    }

    @Test("an error about a token does not quote it")
    func errors() {
        #expect {
            try TokenResponse(Sample.answer(#"{"access_token":"\#(Self.token)\r\n"}"#))
        } throws: { error in
            expectSilence(error, about: [Self.token])
            return error as? OAuthError == .unusableMember("access_token")
        }
    }

    @Test(
        "two secrets match where their bytes are the same, and only there",
        arguments: [
            ("", "", true), ("abc", "abc", true), ("abc", "abd", false), ("abc", "Abc", false), ("abc", "ab", false),
            ("abc", "abcd", false), ("abc", "", false), ("a", "\u{0}", false), ("\u{E9}", "e\u{301}", false),
            ("K", "\u{212A}", false), ("😀", "😀", true),
        ]
    )
    func matching(one: String, other: String, same: Bool) {
        #expect(Secret(one).matchesInConstantTime(Secret(other)) == same)
        #expect(Secret(other).matchesInConstantTime(Secret(one)) == same)
    }
}
