import OAuth
import Testing

@Suite("Token request")
struct TokenRequestTests {
    private let endpoint = "https://login.mypurecloud.com/oauth/token"

    @Test("a code is exchanged by one exact form, without an Authorization header")
    func exchange() throws {
        let request = TokenRequest(
            exchanging: try Sample.response(code: "c+o/d e"),
            proofKey: ProofKey(entropy: try Sample.entropy(0)),
            redirectURI: try RedirectURI("http://localhost:3000/callback"),
            clientID: try Sample.clientID("client&1"),
            endpoint: endpoint
        )
        #expect(!request.isRefresh)
        try expectForm(
            request,
            "grant_type=authorization_code&code=c%2Bo%2Fd%20e&code_verifier=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                + "&client_id=client%261&redirect_uri=http%3A%2F%2Flocalhost%3A3000%2Fcallback"
        )
    }

    @Test("a refresh token is spent by one exact form, without a scope")
    func refresh() throws {
        let request = TokenRequest(
            refreshing: Secret("r+t=&%"),
            clientID: try Sample.clientID(),
            endpoint: endpoint
        )
        #expect(request.isRefresh)
        try expectForm(request, "grant_type=refresh_token&refresh_token=r%2Bt%3D%26%25&client_id=client-1")
    }

    @Test("the redirect URI of the token request is the authorization request's to the letter")
    func sameRedirectURI() throws {
        let redirectURI = try RedirectURI("HTTP://LOCALHOST:0/Call%20back").bound(to: 51_234)
        let key = ProofKey(entropy: try Sample.entropy())
        let url = AuthorizationRequest(
            endpoint: "https://login.example.com/oauth/authorize",
            clientID: try Sample.clientID(),
            redirectURI: redirectURI,
            challenge: key.challenge,
            state: try Sample.state()
        ).url
        let body = TokenRequest(
            exchanging: try Sample.response(),
            proofKey: key,
            redirectURI: redirectURI,
            clientID: try Sample.clientID(),
            endpoint: endpoint
        ).httpRequest.body
        let query = try #require(url.split(separator: "?").last)
        let asked = try #require(FormEncoding.decode(query)?.first { $0.name == "redirect_uri" })
        let sent = try #require(FormEncoding.decode(body?.reveal() ?? "")?.first { $0.name == "redirect_uri" })
        #expect(asked.value == "HTTP://LOCALHOST:51234/Call%20back")
        #expect(sent == asked)
    }

    private func expectForm(_ request: TokenRequest, _ body: String) throws {
        let sent = request.httpRequest
        #expect(sent.method == .post)
        #expect(sent.method.rawValue == "POST")
        #expect(sent.url == endpoint)
        #expect(
            sent.headers == [
                .init("Content-Type", "application/x-www-form-urlencoded"), .init("Accept", "application/json"),
            ]
        )
        #expect(sent.bearer == nil)
        #expect(try #require(sent.body).reveal() == body)
    }
}
