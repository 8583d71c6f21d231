import DemoCloud
import Testing

@Suite("The authorization endpoint", .timeLimit(.minutes(1)))
struct AuthorizationEndpointTests {
    @Test("approving gives a code and the state as it came, by 303 to the redirect URI")
    func approval() async throws {
        try await withCloud { rig in
            let reply = try await rig.choose("approve", on: rig.authorize())
            #expect(reply.status == 303)
            #expect(reply.headers["location"]?.hasPrefix("\(Rig.callback)?code=") == true)
            #expect(try reply.location()["state"] == "st&te=1")
            #expect(try reply.location()["code"]?.count == 43)
        }
    }

    @Test("denying gives access_denied with a description and the state, and no code")
    func denial() async throws {
        try await withCloud { rig in
            let answer = try await rig.choose("deny", on: rig.authorize()).location()
            #expect(answer["error"] == "access_denied")
            #expect(answer["error_description"] == "The person declined to sign in.")
            #expect(answer["state"] == "st&te=1")
            #expect(answer["code"] == nil)
            #expect(await rig.cloud.issuedSecrets().isEmpty)
        }
    }

    @Test(
        "a request whose client or redirect URI is in doubt gets a page and never a redirect",
        arguments: [
            ["client_id": "somebody-else"], ["client_id": nil], ["redirect_uri": nil],
            ["redirect_uri": "https://attacker.example/callback"], ["redirect_uri": "http://localhost:3000/other"],
            ["redirect_uri": "http://localhost.attacker.example:3000/callback"],
            ["redirect_uri": "http://localhost:3000@attacker.example/callback"],
            ["redirect_uri": "http://localhost:03000/callback"], ["redirect_uri": "http://localhost:/callback"],
            ["redirect_uri": "http://localhost:65536/callback"], ["redirect_uri": "http://localhost:+1/callback"],
            ["redirect_uri": "http://localhost:3000/callback?extra=1"],
            ["redirect_uri": "https://localhost:3000/callback"],
        ] as [[String: String?]]
    )
    func page(changes: [String: String?]) async throws {
        try await withCloud { rig in
            let reply = try await rig.authorize(changes)
            #expect(reply.status == 400)
            #expect(reply.headers["location"] == nil)
            #expect(reply.headers["content-type"] == "text/html; charset=utf-8")
        }
    }

    @Test("a client id or redirect URI that stands there twice gets a page", arguments: ["client_id", "redirect_uri"])
    func pageForRepeated(name: String) async throws {
        try await withCloud { rig in
            let reply = try await rig.authorize(more: "&\(name)=\(Rig.request[name] ?? "")")
            #expect(reply.status == 400)
            #expect(reply.headers["location"] == nil)
        }
    }

    @Test(
        "any other fault is an error at the redirect URI",
        arguments: [
            (["response_type": nil], "invalid_request"),
            (["response_type": "token"], "unsupported_response_type"),
            (["code_challenge": nil], "invalid_request"),
            (["code_challenge_method": nil], "invalid_request"),
            (["code_challenge_method": "plain"], "invalid_request"),
            (["code_challenge": "short"], "invalid_request"),
            (["code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw=cM"], "invalid_request"),
            (["scope": "a\"b"], "invalid_scope"),
        ] as [([String: String?], String)]
    )
    func redirectedError(changes: [String: String?], error: String) async throws {
        try await withCloud { rig in
            let reply = try await rig.authorize(changes)
            #expect(reply.status == 303)
            #expect(reply.headers["location"]?.hasPrefix(Rig.callback + "?") == true)
            #expect(try reply.location()["error"] == error)
            #expect(try reply.location()["state"] == "st&te=1")
        }
    }

    @Test("a repeated parameter is invalid_request, and a repeated state is not returned")
    func repeatedParameter() async throws {
        try await withCloud { rig in
            let scope = try await rig.authorize(more: "&unknown=1&unknown=2").location()
            #expect(scope["error"] == "invalid_request")
            #expect(scope["state"] == "st&te=1")
            let state = try await rig.authorize(more: "&state=other").location()
            #expect(state["error"] == "invalid_request")
            #expect(state["state"] == nil)
        }
    }

    @Test("a redirect URI registered without a port is good for any port, one with a port to the letter only")
    func portRule() async throws {
        let registered = ["http://localhost/callback", "http://127.0.0.1:4000/callback"]
        try await withCloud(registered: registered) { rig in
            let expected = [
                "http://localhost:1/callback": 200, "http://localhost:65535/callback": 200,
                "http://localhost/callback": 200, "http://127.0.0.1:4000/callback": 200,
                "http://127.0.0.1:4001/callback": 400, "http://127.0.0.1/callback": 400,
                "http://[::1]:4000/callback": 400, "http://127.0.0.1:4000:1/callback": 400,
            ]
            for (uri, status) in expected {
                let reply = try await rig.authorize(["redirect_uri": uri])
                #expect(reply.status == status, "\(uri)")
            }
        }
    }

    @Test("a sign-in page can be answered once, and within ten minutes")
    func oneTimePage() async throws {
        try await withCloud { rig in
            let page = try await rig.authorize()
            #expect(try await rig.choose("approve", on: page).status == 303)
            #expect(try await rig.choose("approve", on: page).status == 400)
            let stale = try await rig.authorize()
            rig.clock.advance(by: 600)
            #expect(try await rig.choose("approve", on: stale).status == 400)
        }
    }

    @Test("a choice that is not on the page is refused", arguments: [("approve", "4"), ("approve", "x"), ("yes", "0")])
    func unknownChoice(choice: String, person: String) async throws {
        try await withCloud { rig in
            let reply = try await rig.choose(choice, person: person, on: rig.authorize())
            #expect(reply.status == 400)
            #expect(reply.headers["location"] == nil)
        }
    }

    @Test("approving in process gives the callback URL with a working code")
    func approveInProcess() async throws {
        try await withCloud { rig in
            let url = try await rig.cloud.approve(authorizationURL: rig.baseURL + rig.authorizationPath())
            #expect(url.hasPrefix(Rig.callback + "?"))
            #expect(try parameters(ofURL: url)["state"] == "st&te=1")
            let code = try #require(try parameters(ofURL: url)["code"])
            let reply = try await rig.exchange(code)
            #expect(try await rig.profile(reply.member("access_token")).member("name") == "Ada Okafor")
        }
    }

    @Test("approving in process checks what the page checks")
    func approveChecks() async throws {
        try await withCloud { rig in
            await #expect(throws: ApprovalError.foreignURL) {
                try await rig.cloud.approve(authorizationURL: "https://login.mypurecloud.com/oauth/authorize?a=b")
            }
            let path = rig.authorizationPath(["client_id": "somebody-else"])
            let error = await #expect(throws: ApprovalError.self) {
                try await rig.cloud.approve(authorizationURL: rig.baseURL + path)
            }
            #expect(error?.description.contains("client_id") == true)
            let plain = rig.authorizationPath(["code_challenge_method": "plain"])
            let url = try await rig.cloud.approve(authorizationURL: rig.baseURL + plain)
            #expect(try parameters(ofURL: url)["error"] == "invalid_request")
        }
    }
}
