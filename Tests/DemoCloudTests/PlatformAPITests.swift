import DemoCloud
import Foundation
import Testing

@Suite("The Platform API", .timeLimit(.minutes(1)))
struct PlatformAPITests {
    @Test("the profile has Genesys Cloud's members")
    func profile() async throws {
        try await withCloud { rig in
            let reply = try await rig.profile(rig.tokens().access)
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == "application/json")
            #expect(reply.headers["inin-correlation-id"]?.count == 36)
            #expect(reply.headers["inin-ratelimit-allowed"] == "300")
            let members = try reply.json()
            for name in ["id", "name", "email", "username", "title", "department", "state", "selfUri"] {
                #expect((members[name] as? String)?.isEmpty == false, "\(name)")
            }
            #expect((members["division"] as? [String: Any])?["name"] as? String == "Home")
            #expect(members["version"] as? Int == 7)
        }
    }

    @Test("a person without a name has an id and an e-mail address and no name")
    func nameless() async throws {
        try await withCloud { rig in
            let members = try await rig.profile(rig.tokens(person: "3").access).json()
            #expect(members["email"] as? String == "no.name@example.com")
            #expect(members["name"] == nil)
            #expect(members["division"] == nil)
        }
    }

    @Test("a hostile name reaches the client as it is, escaped by JSON")
    func hostileName() async throws {
        try await withCloud { rig in
            let reply = try await rig.profile(rig.tokens(person: "2").access)
            #expect(try reply.member("name").contains("\u{1B}[31mRed"))
            #expect(!reply.text.contains("\u{1B}"))
        }
    }

    @Test("no token, another scheme, and a foreign token are 401 in Genesys Cloud's shape")
    func unauthorized() async throws {
        try await withCloud { rig in
            let none = try await rig.send("GET", "/api/v2/users/me")
            #expect(none.status == 401)
            #expect(try none.member("code") == "authentication.required")
            let basic = try await rig.send("GET", "/api/v2/users/me", headers: ["Authorization": "Basic eA=="])
            #expect(basic.status == 401)
            let foreign = try await rig.profile("never-given")
            #expect(foreign.status == 401)
            #expect(try foreign.member("code") == "bad.credentials")
            #expect(try foreign.json()["status"] as? Int == 401)
            #expect(try foreign.json()["details"] as? [String] == [])
            #expect(try foreign.json()["errors"] as? [String] == [])
            #expect(try foreign.member("contextId") == foreign.headers["inin-correlation-id"])
        }
    }

    @Test("an access token lives a day")
    func expiry() async throws {
        try await withCloud { rig in
            let token = try await rig.tokens().access
            rig.clock.advance(by: 86_399)
            #expect(try await rig.profile(token).status == 200)
            rig.clock.advance(by: 1)
            #expect(try await rig.profile(token).status == 401)
        }
    }

    @Test("deleting the token ends it and its refresh token")
    func deletion() async throws {
        try await withCloud { rig in
            let tokens = try await rig.tokens()
            let reply = try await rig.send("DELETE", "/api/v2/tokens/me", bearer: tokens.access)
            #expect(reply.status == 200)
            #expect(reply.text.isEmpty)
            #expect(try await rig.profile(tokens.access).status == 401)
            #expect(try await rig.refresh(tokens.refresh).member("error") == "invalid_grant")
            #expect(try await rig.send("DELETE", "/api/v2/tokens/me", bearer: tokens.access).status == 401)
            #expect(await rig.cloud.requestCount(.tokensMe) == 2)
        }
    }

    @Test("an unknown path is 404 and a wrong method 405 with the right ones, in Genesys Cloud's shape")
    func routing() async throws {
        try await withCloud { rig in
            let unknown = try await rig.send("GET", "/favicon.ico")
            #expect(unknown.status == 404)
            #expect(try unknown.member("code") == "not.found")
            let wrong = [
                ("GET", "/oauth/token", "POST"), ("PUT", "/oauth/authorize", "GET, POST"),
                ("POST", "/api/v2/users/me", "GET"), ("GET", "/api/v2/tokens/me", "DELETE"),
                ("POST", "/logout", "GET"),
            ]
            for (method, path, allowed) in wrong {
                let reply = try await rig.send(method, path)
                #expect(reply.status == 405, "\(method) \(path)")
                #expect(reply.headers["allow"] == allowed)
                #expect(try reply.json()["status"] as? Int == 405)
            }
        }
    }

    @Test("a request for another host is refused, so that a rebound name gets nothing")
    func foreignHost() async throws {
        try await withCloud { rig in
            let reply = try await rig.send("GET", "/api/v2/users/me", headers: ["Host": "attacker.example"])
            #expect(reply.status == 421)
        }
    }

    @Test("signing out of the browser goes on to a registered address alone")
    func logout() async throws {
        try await withCloud { rig in
            let there = try await rig.send(
                "GET",
                "/logout?client_id=demo-client&redirect_uri=http://localhost:3000/callback"
            )
            #expect(there.status == 303)
            #expect(there.headers["location"] == Rig.callback)
            let foreign = try await rig.send(
                "GET",
                "/logout?client_id=demo-client&redirect_uri=https://attacker.example"
            )
            #expect(foreign.status == 400)
            #expect(foreign.headers["location"] == nil)
            #expect(try await rig.send("GET", "/logout?client_id=demo-client").status == 200)
            #expect(try await rig.send("GET", "/logout").status == 400)
        }
    }
}
