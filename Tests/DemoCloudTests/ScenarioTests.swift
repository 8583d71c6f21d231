import DemoCloud
import Synchronization
import Testing

@Suite("The scenarios", .timeLimit(.minutes(1)))
struct ScenarioTests {
    @Test("there is one for each name of the command line, each with a summary")
    func names() {
        #expect(
            Scenario.allCases.map(\.rawValue).sorted() == [
                "denied", "expired-session", "hang", "happy", "html-errors", "invalid-client", "invalid-grant",
                "no-refresh-token", "rate-limited", "server-error", "short-lived", "slow", "unauthorized-client",
            ]
        )
        for scenario in Scenario.allCases {
            #expect(!scenario.summary.isEmpty && !scenario.summary.contains("\n"))
        }
    }

    @Test("denied answers an approval with access_denied")
    func denied() async throws {
        try await withCloud(.denied) { rig in
            let answer = try await rig.choose("approve", on: rig.authorize()).location()
            #expect(answer["error"] == "access_denied")
            #expect(answer["error_description"] == "The organization does not allow this app.")
            let url = try await rig.cloud.approve(authorizationURL: rig.baseURL + rig.authorizationPath())
            #expect(try parameters(ofURL: url)["error"] == "access_denied")
        }
    }

    @Test(
        "the token endpoint refuses a good code in the scenario's way",
        arguments: [
            (.invalidGrant, 400, "invalid_grant"), (.invalidClient, 401, "invalid_client"),
            (.unauthorizedClient, 400, "unauthorized_client"),
        ] as [(Scenario, Int, String)]
    )
    func refusals(scenario: Scenario, status: Int, error: String) async throws {
        try await withCloud(scenario) { rig in
            let reply = try await rig.exchange(rig.code())
            #expect(reply.status == status)
            #expect(try reply.member("error") == error)
            #expect(try !reply.member("error_description").isEmpty)
        }
    }

    @Test("slow lets three seconds pass before each answer of the token endpoint and the API, not of the page")
    func slow() async throws {
        let pauses = Mutex<[Duration]>([])
        try await withCloud(.slow, pause: { duration in pauses.withLock { $0.append(duration) } }) { rig in
            let code = try await rig.code()
            #expect(pauses.withLock { $0 } == [])
            let token = try await rig.exchange(code).member("access_token")
            #expect(pauses.withLock { $0 } == [.seconds(3)])
            #expect(try await rig.profile(token).status == 200)
            #expect(try await rig.send("DELETE", "/api/v2/tokens/me", bearer: token).status == 200)
            #expect(pauses.withLock { $0 } == [.seconds(3), .seconds(3), .seconds(3)])
        }
    }

    @Test("only slow lets time pass", arguments: Scenario.allCases.filter { $0 != .slow })
    func othersAreNotSlow(scenario: Scenario) async throws {
        let pauses = Mutex(0)
        try await withCloud(scenario, pause: { _ in pauses.withLock { $0 += 1 } }) { rig in
            let reply = try await rig.profile("never-given")
            #expect(reply.status == 401)
            #expect(pauses.withLock { $0 } == 0)
        }
    }

    @Test("short-lived gives tokens for 90 seconds, which a refresh renews")
    func shortLived() async throws {
        try await withCloud(.shortLived) { rig in
            let reply = try await rig.exchange(rig.code())
            #expect(try reply.json()["expires_in"] as? Int == 90)
            rig.clock.advance(by: 90)
            #expect(try await rig.profile(reply.member("access_token")).status == 401)
            let fresh = try await rig.refresh(reply.member("refresh_token"))
            #expect(try await rig.profile(fresh.member("access_token")).status == 200)
        }
    }

    @Test("no-refresh-token gives none")
    func noRefreshToken() async throws {
        try await withCloud(.noRefreshToken) { rig in
            let reply = try await rig.exchange(rig.code())
            #expect(reply.status == 200)
            #expect(try reply.json()["refresh_token"] == nil)
            #expect(try await rig.profile(reply.member("access_token")).status == 200)
        }
    }

    @Test("hang never answers a token request, holds nobody else up, and ends with the server")
    func hang() async throws {
        let outcome = Mutex<Task<Reply, any Error>?>(nil)
        try await withCloud(.hang) { rig in
            let code = try await rig.code()
            let exchange = Task { try await rig.exchange(code) }
            outcome.withLock { $0 = exchange }
            while await rig.cloud.requestCount(.token) == 0 { await Task.yield() }
            #expect(try await rig.profile("never-given").status == 401)
        }
        let exchange = try #require(outcome.withLock { $0 })
        await #expect(throws: (any Error).self) { try await exchange.value }
    }

    @Test("html-errors answers a token request with a 502 page that is no JSON")
    func htmlErrors() async throws {
        try await withCloud(.htmlErrors) { rig in
            let reply = try await rig.exchange(rig.code())
            #expect(reply.status == 502)
            #expect(reply.headers["content-type"] == "text/html")
            #expect(reply.text.hasPrefix("<html>"))
        }
    }

    @Test("rate-limited answers the first two profile requests of a sign-in with 429 and Retry-After")
    func rateLimited() async throws {
        try await withCloud(.rateLimited) { rig in
            for _ in 1...2 {
                let token = try await rig.tokens().access
                for _ in 1...2 {
                    let reply = try await rig.profile(token)
                    #expect(reply.status == 429)
                    #expect(reply.headers["retry-after"] == "5")
                    #expect(try reply.member("code") == "too.many.requests")
                }
                #expect(try await rig.profile(token).status == 200)
            }
        }
    }

    @Test("server-error answers the first five profile requests with 503 and a correlation id, the next with 200")
    func serverError() async throws {
        try await withCloud(.serverError) { rig in
            let token = try await rig.tokens().access
            for _ in 1...5 {
                let reply = try await rig.profile(token)
                #expect(reply.status == 503)
                #expect(try reply.member("contextId") == reply.headers["inin-correlation-id"])
            }
            #expect(try await rig.profile(token).status == 200)
        }
    }

    @Test("expired-session refuses the access token after 20 seconds and every refresh")
    func expiredSession() async throws {
        try await withCloud(.expiredSession) { rig in
            let reply = try await rig.exchange(rig.code())
            #expect(try reply.json()["expires_in"] as? Int == 40)
            rig.clock.advance(by: 19)
            #expect(try await rig.profile(reply.member("access_token")).status == 200)
            rig.clock.advance(by: 1)
            #expect(try await rig.profile(reply.member("access_token")).status == 401)
            #expect(try await rig.refresh(reply.member("refresh_token")).member("error") == "invalid_grant")
        }
    }
}
