import DemoCloud
import Foundation
import Testing

@Suite("The token endpoint", .timeLimit(.minutes(1)))
struct TokenEndpointTests {
    @Test("a code gets a bearer token for a day and a refresh token, not to be cached")
    func happy() async throws {
        try await withCloud { rig in
            let reply = try await rig.exchange(rig.code())
            #expect(reply.status == 200)
            #expect(try reply.member("token_type") == "bearer")
            #expect(try reply.json()["expires_in"] as? Int == 86_400)
            #expect(reply.headers["cache-control"] == "no-store")
            #expect(reply.headers["inin-correlation-id"]?.count == 36)
            #expect(try await rig.profile(reply.member("access_token")).status == 200)
            let secrets = await rig.cloud.issuedSecrets()
            #expect(secrets.count == 3)
            #expect(secrets.contains(try reply.member("access_token")))
            #expect(secrets.contains(try reply.member("refresh_token")))
            #expect(await rig.cloud.requestCount(.token) == 1)
        }
    }

    @Test(
        "a faulty exchange is refused by the right error",
        arguments: [
            (["client_id": "somebody-else"], 401, "invalid_client"),
            (["client_id": ""], 400, "invalid_request"),
            (["client_secret": "hush"], 401, "invalid_client"),
            (["grant_type": ""], 400, "invalid_request"),
            (["grant_type": "password"], 400, "unsupported_grant_type"),
            (["code": ""], 400, "invalid_request"),
            (["code": "never-given"], 400, "invalid_grant"),
            (["redirect_uri": ""], 400, "invalid_request"),
            (["redirect_uri": "http://localhost:3001/callback"], 400, "invalid_grant"),
            (["code_verifier": ""], 400, "invalid_request"),
            (["code_verifier": "too-short"], 400, "invalid_request"),
            (["code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl"], 400, "invalid_grant"),
        ]
    )
    func refusedExchange(changes: [String: String], status: Int, error: String) async throws {
        try await withCloud { rig in
            let reply = try await rig.exchange(rig.code(), changes)
            #expect(reply.status == status)
            #expect(try reply.member("error") == error)
            #expect(try !reply.member("error_description").isEmpty)
            #expect(reply.headers["inin-correlation-id"]?.count == 36)
            #expect(reply.headers["cache-control"] == "no-store")
            #expect(await rig.cloud.issuedSecrets().count == 1)
        }
    }

    @Test("an Authorization header is refused with the challenge that belongs to it")
    func authorizationHeader() async throws {
        try await withCloud { rig in
            let port = try #require(URL(string: rig.baseURL)?.port)
            let body = "grant_type=authorization_code&code=\(try await rig.code())&client_id=demo-client"
            let answer = try await PlainSocket.exchange(
                """
                POST /oauth/token HTTP/1.1\r
                Host: localhost:\(port)\r
                Connection: close\r
                Authorization: Basic ZGVtbzo=\r
                Content-Type: application/x-www-form-urlencoded\r
                Content-Length: \(body.utf8.count)\r
                \r
                \(body)
                """,
                port: port
            )
            #expect(answer.hasPrefix("HTTP/1.1 401 Unauthorized\r\n"))
            #expect(answer.contains("WWW-Authenticate: Basic realm="))
            #expect(answer.contains(#""error":"invalid_client""#))
        }
    }

    @Test("a body that is no form, has a parameter twice, or is too long is invalid_request")
    func malformedBodies() async throws {
        try await withCloud { rig in
            let json = try await rig.exchange("x", headers: ["Content-Type": "application/json"])
            #expect(try json.member("error") == "invalid_request")
            let long = try await rig.exchange(String(repeating: "x", count: 20_000))
            #expect(long.status == 400)
            #expect(try long.member("error") == "invalid_request")
            let code = try await rig.code()
            let twice = try await rig.exchange(code, appending: "&code=\(code)")
            #expect(try twice.member("error") == "invalid_request")
            #expect(try await rig.exchange(code).status == 200)
        }
    }

    @Test("a failed exchange spends the code")
    func failedExchangeSpends() async throws {
        try await withCloud { rig in
            let code = try await rig.code()
            let wrong = String(Rig.verifier.reversed())
            #expect(try await rig.exchange(code, ["code_verifier": wrong]).member("error") == "invalid_grant")
            #expect(try await rig.exchange(code).member("error") == "invalid_grant")
        }
    }

    @Test("a code that is used again revokes the tokens it gave")
    func codeReuse() async throws {
        try await withCloud { rig in
            let code = try await rig.code()
            let first = try await rig.exchange(code)
            #expect(try await rig.profile(first.member("access_token")).status == 200)
            #expect(try await rig.exchange(code).member("error") == "invalid_grant")
            #expect(try await rig.profile(first.member("access_token")).status == 401)
            #expect(try await rig.refresh(first.member("refresh_token")).member("error") == "invalid_grant")
        }
    }

    @Test("a code lives ten minutes")
    func codeExpiry() async throws {
        try await withCloud { rig in
            let early = try await rig.code()
            rig.clock.advance(by: 599)
            #expect(try await rig.exchange(early).status == 200)
            let late = try await rig.code()
            rig.clock.advance(by: 600)
            #expect(try await rig.exchange(late).member("error") == "invalid_grant")
        }
    }

    @Test("refreshing rotates the refresh token and keeps the earlier access token good")
    func rotation() async throws {
        try await withCloud { rig in
            let old = try await rig.tokens()
            let reply = try await rig.refresh(old.refresh)
            #expect(reply.status == 200)
            #expect(try reply.member("refresh_token") != old.refresh)
            #expect(try await rig.profile(reply.member("access_token")).status == 200)
            #expect(try await rig.profile(old.access).status == 200)
            #expect(try await rig.refresh(reply.member("refresh_token")).status == 200)
        }
    }

    @Test("a refresh token that is used again ends the whole family and no other")
    func refreshReuse() async throws {
        try await withCloud { rig in
            let other = try await rig.tokens()
            let old = try await rig.tokens()
            let new = try await rig.refresh(old.refresh)
            #expect(try await rig.refresh(old.refresh).member("error") == "invalid_grant")
            #expect(try await rig.refresh(new.member("refresh_token")).member("error") == "invalid_grant")
            #expect(try await rig.profile(new.member("access_token")).status == 401)
            #expect(try await rig.profile(old.access).status == 401)
            #expect(try await rig.profile(other.access).status == 200)
        }
    }

    @Test("a refresh may not widen the scope, and a refused one does not spend the token")
    func refreshScope() async throws {
        try await withCloud { rig in
            let tokens = try await rig.tokens()
            #expect(try await rig.refresh(tokens.refresh, ["scope": "more"]).member("error") == "invalid_scope")
            #expect(try await rig.refresh(tokens.refresh).status == 200)
        }
    }

    @Test("a refresh token is good for its client alone, and must be there")
    func refreshChecks() async throws {
        try await withCloud { rig in
            let tokens = try await rig.tokens()
            let foreign = try await rig.refresh(tokens.refresh, ["client_id": "somebody-else"])
            #expect(try foreign.member("error") == "invalid_client")
            #expect(try await rig.refresh("never-given").member("error") == "invalid_grant")
            #expect(try await rig.refresh("").member("error") == "invalid_request")
        }
    }
}
