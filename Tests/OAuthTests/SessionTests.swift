import FoundationEssentials
import OAuth
import Testing

@Suite("Session")
struct SessionTests {
    private let received = Date(timeIntervalSince1970: 1_000_000)

    private func session(expiresIn: Int?, refreshToken: Secret? = nil) throws -> Session {
        Session(
            tokens: TokenResponse(accessToken: Secret("t"), expiresIn: expiresIn, refreshToken: refreshToken),
            receivedAt: received,
            clientID: try Sample.clientID(),
            loginURL: "https://login.example.com",
            apiURL: "https://api.example.com",
            profileName: "default"
        )
    }

    @Test(
        "a refresh is due 60 seconds before the end, or at half the lifetime of one under two minutes",
        arguments: [
            (86_400, 86_340), (3_600, 3_540), (121, 61), (120, 60), (119, 59.5), (90, 45), (61, 30.5), (60, 30),
            (2, 1), (1, 0.5), (TokenResponse.longestLifetime, Double(TokenResponse.longestLifetime - 60)),
        ] as [(Int, Double)]
    )
    func refreshDue(lifetime: Int, after seconds: Double) throws {
        let session = try session(expiresIn: lifetime)
        #expect(session.refreshDueAt == received.addingTimeInterval(seconds))
        #expect(session.expiresAt == received.addingTimeInterval(Double(lifetime)))
    }

    @Test("a later sign-in is later whenever its tokens came; of one sign-in later tokens are")
    func isLater() throws {
        func session(_ grant: String?, at grantedAt: Int?, tokensAt seconds: Double) throws -> Session {
            Session(
                tokens: TokenResponse(accessToken: Secret("t"), expiresIn: nil),
                receivedAt: Date(timeIntervalSince1970: seconds),
                clientID: try Sample.clientID(),
                loginURL: "https://login.example.com",
                apiURL: "https://api.example.com",
                profileName: "default",
                grant: grant.flatMap(GrantID.init),
                grantedAt: grantedAt
            )
        }
        let (one, other) = ("AAAAAAAAAAAAAAAA", "BBBBBBBBBBBBBBBB")
        let refreshed = try session(one, at: 100, tokensAt: 900)
        let later = try session(other, at: 200, tokensAt: 200.5)
        #expect(later.isLater(than: refreshed) && !refreshed.isLater(than: later))
        #expect(try session(one, at: 100, tokensAt: 901).isLater(than: refreshed))
        #expect(!refreshed.isLater(than: refreshed))
        let old = try session(nil, at: nil, tokensAt: 150)
        #expect(later.isLater(than: old) && old.isLater(than: refreshed))
    }

    @Test("a longer lifetime is never refreshed earlier than a shorter one, nor after its own end")
    func refreshDueGrows() throws {
        var last = received
        for lifetime in 1...300 {
            let due = try #require(try session(expiresIn: lifetime).refreshDueAt)
            #expect(due > last)
            #expect(due < received.addingTimeInterval(Double(lifetime)))
            last = due
        }
    }

    @Test("a session is live until the second it expires")
    func isLive() throws {
        let session = try session(expiresIn: 90)
        #expect(session.isLive(at: received))
        #expect(session.isLive(at: received.addingTimeInterval(89.999)))
        #expect(!session.isLive(at: received.addingTimeInterval(90)))
        #expect(!session.isLive(at: received.addingTimeInterval(100_000)))
    }

    @Test(
        "tokens of the future are due for a refresh; without a refresh token, or a lifetime, they are taken for new ones"
    )
    func future() throws {
        let refreshable = try session(expiresIn: 3600, refreshToken: Secret("r"))
        let now = received.addingTimeInterval(-3_000_000)
        let doubted = refreshable.doubtingTheFuture(at: now)
        #expect(doubted.refreshDueAt == now && doubted.isLive(at: now) && doubted.tokens == refreshable.tokens)
        #expect(try session(expiresIn: 3600).doubtingTheFuture(at: now).receivedAt == now)
        #expect(try session(expiresIn: nil, refreshToken: Secret("r")).doubtingTheFuture(at: now).receivedAt == now)
        for skew in [-1e9, -1, 0, 1, 60] {
            #expect(refreshable.doubtingTheFuture(at: received.addingTimeInterval(-skew)) == refreshable)
        }
    }

    @Test("a grant's name is sixteen characters, and comes back from them")
    func grant() throws {
        var random = SystemRandomNumberGenerator()
        let grant = GrantID(entropy: Entropy(from: &random))
        #expect(GrantID(grant.value) == grant)
        #expect(grant != GrantID(entropy: Entropy(from: &random)))
        for wrong in ["", "0123456789abcde", "0123456789abcdefg", "0123456789abcde=", "0123456789abcdé"] {
            #expect(GrantID(wrong) == nil)
        }
    }

    @Test("a session whose lifetime is not known is live, and nothing is due")
    func noLifetime() throws {
        let session = try session(expiresIn: nil)
        #expect(session.expiresAt == nil)
        #expect(session.refreshDueAt == nil)
        #expect(session.isLive(at: .distantFuture))
    }

    @Test("times are counted from when the tokens were last received")
    func afterRefresh() throws {
        var session = try session(expiresIn: 90)
        session.receivedAt = received.addingTimeInterval(45)
        session.tokens = TokenResponse(accessToken: Secret("new"), expiresIn: 3600)
        #expect(session.expiresAt == received.addingTimeInterval(3645))
        #expect(session.refreshDueAt == received.addingTimeInterval(3585))
    }

    @Test(
        "without a refresh token a session is kept until the access token expires, a day where that is not said",
        arguments: [(nil, 86_400), (1, 1), (3_600, 3_600), (1_000_000, 1_000_000)] as [(Int?, Double)]
    )
    func storedWithoutRefresh(lifetime: Int?, seconds: Double) throws {
        #expect(try session(expiresIn: lifetime).storedUntil == received.addingTimeInterval(seconds))
    }

    @Test(
        "with a refresh token a session is kept for a week longer than its access token lives",
        arguments: [(nil, 691_200), (1, 604_801), (86_400, 691_200), (2_592_000, 3_196_800)] as [(Int?, Double)]
    )
    func storedWithRefresh(lifetime: Int?, seconds: Double) throws {
        let session = try session(expiresIn: lifetime, refreshToken: Secret("r"))
        #expect(session.storedUntil == received.addingTimeInterval(seconds))
    }
}
