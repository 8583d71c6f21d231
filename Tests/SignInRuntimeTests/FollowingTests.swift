import FoundationEssentials
import GenesysCloud
import OAuth
import SessionStore
import SignIn
import SignInRuntime
import Synchronization
import Testing

@Suite("an open screen and the other processes", .timeLimit(.minutes(2)))
struct FollowingTests {
    private static let token = "POST /oauth/token"

    private func accessToken(_ state: State) -> String? {
        if case .userProfile(let signedIn) = state { signedIn.held.session.tokens.accessToken.reveal() } else { nil }
    }

    private func sessionID(_ state: State) -> SessionID? {
        if case .userProfile(let signedIn) = state { signedIn.held.id } else { nil }
    }

    private func world(_ shelf: SharedShelf) -> World {
        World(store: shelf.store) { request, turn in
            switch request.method {
            case .post: .tokens(turn)
            case .get: .ada
            case .delete: HTTPResponse(status: 200)
            }
        }
    }

    private func session(
        _ token: String,
        _ world: World,
        after seconds: Double = 0,
        client: String? = nil,
        grant: UInt8 = 1
    ) throws -> Session {
        let settings = try SignInSettings.sample()
        return Session(
            tokens: TokenResponse(accessToken: Secret(token), expiresIn: 3600, refreshToken: Secret("r-\(token)")),
            receivedAt: world.clock.now + seconds,
            clientID: try client.map { try #require(ClientID($0)) } ?? settings.clientID,
            loginURL: settings.environment.loginURL,
            apiURL: settings.environment.apiURL,
            profileName: "default",
            grant: GrantID(entropy: try #require(Entropy([UInt8](repeating: grant, count: Entropy.count))))
        )
    }

    @Test("a session that is kept is taken up without a browser")
    func found() async throws {
        let shelf = SharedShelf()
        let world = world(shelf)
        shelf.put(try session("kept", world))
        await world.engine.follow("default") { _ in true }
        try await world.reach("a profile") { accessToken($0) == "kept" }
        #expect(world.server.lines == ["GET /api/v2/users/me"])
    }

    @Test("one of other settings is left alone, and told")
    func notAccepted() async throws {
        let shelf = SharedShelf()
        let world = world(shelf)
        shelf.put(try session("kept", world))
        await world.engine.follow("default") { _ in false }
        guard case .loggedOut(.storeFailed(.placeTaken("default", _, _))) = await world.engine.state else {
            Issue.record("\(await world.engine.state)")
            return
        }
        #expect(world.server.requests.isEmpty)
        #expect(shelf.kept?.tokens.accessToken == Secret("kept"))
    }

    @Test(
        "one of other settings that comes later is told too: after an attempt that was given up, and after a sign-out"
    )
    func notAcceptedLater() async throws {
        let shelf = SharedShelf()
        let world = world(shelf)
        let settings = try SignInSettings.sample()
        await world.engine.follow("default") { $0.clientID == settings.clientID }
        func isTold(_ state: State) -> Bool {
            if case .loggedOut(.storeFailed(.placeTaken)) = state { true } else { false }
        }
        await world.engine.send(.signInChosen(world.engine.plan(settings)))
        await world.engine.send(.cancelChosen)
        shelf.put(try session("theirs", world, client: "client-2"))
        try await world.reach("the words") { isTold($0) }
        shelf.put(nil)
        try await world.reach("their end") { $0 == .initial }
        try await world.signIn()
        try await world.reach("the store") { _ in shelf.kept?.clientID == settings.clientID }
        shelf.put(try session("theirs", world, after: 1, client: "client-2", grant: 2))
        try await world.reach("the notice") { state in
            if case .userProfile(let signedIn) = state { signedIn.held.notKept != nil } else { false }
        }
        await world.engine.send(.signOutChosen)
        try await world.reach("the words") { isTold($0) }
        #expect(shelf.kept?.tokens.accessToken == Secret("theirs"))
    }

    @Test("a sign-in in another terminal shows here; its refresh and its sign-out too, without a request of ours")
    func follows() async throws {
        let shelf = SharedShelf()
        let world = world(shelf)
        await world.engine.follow("default") { _ in true }
        shelf.put(try session("one", world))
        try await world.reach("the sign-in") { accessToken($0) == "one" }
        shelf.put(try session("two", world))
        try await world.reach("the refresh") { accessToken($0) == "two" }
        shelf.put(nil)
        try await world.reach("the sign-out") { $0 == .loggedOut(.signedOutElsewhere) }
        #expect(!world.server.lines.contains(Self.token))
    }

    @Test("another person's sign-in in another terminal is not shown under the name of the one before")
    func anotherPerson() async throws {
        let shelf = SharedShelf()
        let (gate, open) = AsyncStream<Void>.makeStream()
        let world = World(store: shelf.store) { request, _ in
            if request.bearer == Secret("token-2") {
                for await _ in gate { break }
                return .json(#"{"id":"2","name":"Grace"}"#)
            }
            return .ada
        }
        await world.engine.follow("default") { _ in true }
        shelf.put(try session("token-1", world, grant: 1))
        try await world.reach("the sign-in") { accessToken($0) == "token-1" }
        shelf.put(try session("token-2", world, grant: 2))
        try await world.reach("a token without a name") { state in
            if case .tokenHeld(let held) = state {
                held.held.session.tokens.accessToken == Secret("token-2")
            } else {
                false
            }
        }
        open.yield()
        try await world.reach("the name") { state in
            if case .userProfile(let signedIn) = state { signedIn.profile.displayName == "Grace" } else { false }
        }
    }

    @Test(
        "a sign-in of another client that takes the profile's place is told: the session in hand is not kept any more"
    )
    func placeTaken() async throws {
        let shelf = SharedShelf()
        let world = world(shelf)
        await world.engine.follow("default") { $0.clientID != ClientID("client-2") }
        shelf.put(try session("ours", world))
        try await world.reach("the sign-in") { accessToken($0) == "ours" }
        shelf.put(try session("theirs", world, client: "client-2"))
        try await world.reach("the notice") { state in
            guard case .userProfile(let signedIn) = state, case .placeTaken? = signedIn.held.notKept else {
                return false
            }
            return signedIn.held.session.tokens.accessToken == Secret("ours")
        }
        // Another screen may have been displaced too: none of them sends the refresh token.
        world.clock.advance(by: 3540)
        try await world.reach("a refresh that waits") { state in
            guard case .userProfile(let signedIn) = state, case .retrying(let failure, _, _) = signedIn.held.refresh,
                case .refresh(.store(.placeTaken)) = failure.problem
            else { return false }
            return true
        }
        #expect(!world.server.lines.contains(Self.token))
        shelf.put(nil)
        world.clock.advance(by: 10)
        try await world.reach("the refresh, once there is a place") { accessToken($0) != "ours" }
    }

    @Test("a sign-in in another terminal while the server is slow with the sign-out shows once that has ended")
    func duringSignOut() async throws {
        let shelf = SharedShelf()
        let (gate, open) = AsyncStream<Void>.makeStream()
        let world = World(store: shelf.store) { request, _ in
            guard request.method == .delete else { return .ada }
            for await _ in gate { break }
            return HTTPResponse(status: 200)
        }
        await world.engine.follow("default") { _ in true }
        shelf.put(try session("one", world, grant: 1))
        try await world.reach("the sign-in") { accessToken($0) == "one" }
        await world.engine.send(.signOutChosen)
        try await world.reach("the deletion") { _ in world.server.lines.last == "DELETE /api/v2/tokens/me" }
        shelf.put(try session("two", world, grant: 2))
        #expect(accessToken(await world.engine.state) == nil)
        open.yield()
        try await world.reach("the other sign-in") { accessToken($0) == "two" }
    }

    @Test("a session whose time in the store is over is not taken for a sign-out elsewhere")
    func overInTheStore() async throws {
        let shelf = SharedShelf()
        let world = world(shelf)
        await world.engine.follow("default") { _ in true }
        var kept = try session("kept", world)
        // Without a lifetime nothing wakes the screen meanwhile.
        kept.tokens = TokenResponse(accessToken: Secret("kept"), expiresIn: nil, refreshToken: Secret("r-kept"))
        shelf.put(kept)
        let signedIn = try await world.reach("the sign-in") { accessToken($0) == "kept" }
        world.clock.advance(by: Session.longestRest + Session.unsaidLifetime + 1)
        shelf.put(nil)
        shelf.put(try session("two", world))
        let later = try await world.reach("another process's refresh") { accessToken($0) == "two" }
        #expect(sessionID(signedIn) == sessionID(later))
    }

    @Test("what it removes itself, for the store took no more, is no sign-out: the session in hand goes on")
    func ownRemoval() async throws {
        let shelf = SharedShelf()
        let world = world(shelf)
        await world.engine.follow("default") { _ in true }
        try await world.signIn()
        try await world.reach("the store") { _ in shelf.kept != nil }
        let full = StoreError.quotaExceeded(store: "shelf")
        shelf.failSaving(full)
        let engine = world.engine
        shelf.afterForgetting {
            // Long enough for the look that the removal's notice brings about.
            for _ in 0..<40 where await engine.state.held != nil { try? await Task.sleep(for: .milliseconds(5)) }
        }
        await engine.send(.refreshChosen(engine.plan(try .sample())))
        let state = try await world.reach("the refresh") { $0.held?.refresh == .idle && $0.held?.notKept == full }
        #expect(shelf.kept == nil)
        try await Task.sleep(for: .milliseconds(300))
        #expect(await engine.state == state)
    }

    @Test("a 401 that comes back after a refresh which the store has shown ends the session")
    func incurable() async throws {
        let shelf = SharedShelf()
        let isOff = Mutex(false)
        let world = World(store: shelf.store) { request, turn in
            switch request.method {
            case .post: .tokens(turn)
            case .get: isOff.withLock { $0 } ? HTTPResponse(status: 401) : .ada
            case .delete: HTTPResponse(status: 200)
            }
        }
        await world.engine.follow("default") { _ in true }
        try await world.signIn()
        try await world.reach("the store") { _ in shelf.kept != nil }
        isOff.withLock { $0 = true }
        let engine = world.engine
        shelf.afterSaving { saved in
            // The look that the notice of it brings about comes first.
            for _ in 0..<200 where await engine.state.held.map({ $0.session != saved }) ?? false {
                try? await Task.sleep(for: .milliseconds(5))
            }
        }
        await world.engine.send(.refreshChosen(world.engine.plan(try .sample())))
        try await world.reach("the end") { if case .loggedOut(.sessionExpired) = $0 { true } else { false } }
        // The code, the refresh that was wished for, the cure.
        #expect(world.server.lines.count { $0.hasPrefix("POST") } == 3)
        try await world.reach("the store") { _ in shelf.kept == nil }
    }

    @Test("its own sign-in, refresh and sign-out are nobody else's doing")
    func ownActions() async throws {
        let shelf = SharedShelf()
        let world = world(shelf)
        await world.engine.follow("default") { _ in true }
        try await world.signIn()
        try await world.reach("the store") { _ in shelf.saves == 1 }
        world.clock.advance(by: 3540)
        try await world.reach("the refresh") { accessToken($0) == "access-1" }
        try await world.reach("the store") { _ in shelf.saves == 2 }
        await world.engine.send(.signOutChosen)
        try await world.reach("the end") { $0 == .loggedOut(.signedOut(.revoked)) }
        #expect(shelf.kept == nil)
        #expect(world.server.lines.filter { $0 == Self.token }.count == 2)
    }

    @Test("a refresh that another process has made meanwhile is used: no second request")
    func usesTheirs() async throws {
        let shelf = SharedShelf()
        let world = world(shelf)
        try await world.signIn()
        try await world.reach("the store") { _ in shelf.saves == 1 }
        shelf.put(try session("theirs", world, after: 3000))
        world.clock.advance(by: 3540)
        try await world.reach("their token") { accessToken($0) == "theirs" }
        #expect(world.server.lines.filter { $0 == Self.token }.count == 1, "only the sign-in's")
    }

    /// Refreshes the session of the first sign-in, and returns once the server has been asked.
    private func beginRefresh(_ world: World) async throws {
        await world.engine.send(.refreshChosen(world.engine.plan(try .sample())))
        try await world.reach("the request") { _ in world.server.lines.count(where: { $0 == Self.token }) == 2 }
    }

    @Test("leaving the program in the middle of a refresh waits for its answer, and keeps it")
    func leaveWhileRefreshing() async throws {
        let shelf = SharedShelf()
        let (gate, open) = AsyncStream<Void>.makeStream()
        let world = World(store: shelf.store) { request, turn in
            guard request.method == .post else { return .ada }
            if turn > 0 { for await _ in gate { break } }
            return .tokens(turn)
        }
        try await world.signIn()
        try await world.reach("the store") { _ in shelf.saves == 1 }
        try await beginRefresh(world)
        await world.engine.send(.quitChosen)
        open.yield()
        for await _ in world.engine.states {}
        #expect(shelf.kept?.tokens.accessToken.reveal() == "access-1")
    }

    @Test("a refresh that takes longer than anything else is waited for is finished all the same, and kept")
    func leaveDuringSlowRefresh() async throws {
        let shelf = SharedShelf()
        let (gate, open) = AsyncStream<Void>.makeStream()
        let world = World(store: shelf.store, exitPatience: .zero) { request, turn in
            guard request.method == .post else { return .ada }
            if turn > 0 { for await _ in gate { break } }
            return .tokens(turn)
        }
        try await world.signIn()
        try await world.reach("the store") { _ in shelf.saves == 1 }
        try await beginRefresh(world)
        await world.engine.send(.quitChosen)
        let keptAtTheEnd = Task {
            for await _ in world.engine.states {}
            return shelf.kept?.tokens.accessToken.reveal()
        }
        // Time for everything else to end, were it not waited for.
        for _ in 0..<1000 { _ = await world.engine.state }
        open.yield()
        #expect(await keptAtTheEnd.value == "access-1")
    }

    @Test(
        "a session that no store has taken, and that ends while the program is left, is deleted before",
        arguments: [false, true]
    )
    func leaveWhileEnding(isLeftAgain: Bool) async throws {
        let shelf = SharedShelf()
        shelf.failSaving(.quotaExceeded(store: "shelf"))
        let (gate, open) = AsyncStream<Void>.makeStream()
        let (slowness, go) = AsyncStream<Void>.makeStream()
        let world = World(store: shelf.store, exitPatience: .seconds(20)) { request, turn in
            switch request.method {
            case .get: return .ada
            case .delete:
                for await _ in slowness { break }
                return HTTPResponse(status: 200)
            case .post:
                guard turn > 0 else { return .tokens(0) }
                for await _ in gate { break }
                return .json(#"{"error":"invalid_grant"}"#, status: 400)
            }
        }
        try await world.signIn()
        try await world.reach("the store's refusal") { $0.held?.notKept != nil }
        try await beginRefresh(world)
        await world.engine.send(.quitChosen)
        open.yield()
        if isLeftAgain {
            try await world.reach("its end") { $0.held == nil }
            await world.engine.send(.quitChosen)
        }
        Task {
            // Time for everything else to end, were it not waited for.
            for _ in 0..<1000 { _ = await world.engine.state }
            go.yield()
        }
        for await _ in world.engine.states {}
        #expect(await world.engine.discarded == [.deleted])
        #expect(world.server.lines.count(where: { $0 == Self.token }) == 2, "what was refused is not sent again")
    }

    @Test("what no store has taken, and whose end comes after all else is done, is waited for too")
    func endingAfterLeaving() async throws {
        let shelf = SharedShelf()
        shelf.failSaving(.quotaExceeded(store: "shelf"))
        let world = World(store: shelf.store, exitPatience: .seconds(20)) { request, _ in
            switch request.method {
            case .get: return .ada
            case .delete:
                for _ in 0..<1000 { await Task.yield() }
                return HTTPResponse(status: 200)
            case .post: return .tokens(0, refresh: false)
            }
        }
        try await world.signIn()
        try await world.reach("the store's refusal") { $0.held?.notKept != nil }
        let id = try #require(await world.engine.state.held?.id)
        await world.engine.send(.quitChosen)
        for await _ in world.engine.states {}
        let refusal = APIError.rejected(.init(status: 401))
        await world.engine.send(.profileFailed(id, refusal, using: Secret("access-0")))
        await world.engine.finishDiscarding()
        #expect(await world.engine.discarded == [.deleted])
    }

    @Test("left at once in the middle of its refresh, what no store has taken is deleted by what that brings")
    func leaveAtOnce() async throws {
        let shelf = SharedShelf()
        shelf.failSaving(.quotaExceeded(store: "shelf"))
        let (gate, open) = AsyncStream<Void>.makeStream()
        let world = World(store: shelf.store) { request, turn in
            switch request.method {
            case .get: return .ada
            case .delete:
                return request.bearer == Secret("access-1") ? HTTPResponse(status: 200) : .json("{}", status: 401)
            case .post:
                if turn > 0 { for await _ in gate { break } }
                return .tokens(turn)
            }
        }
        try await world.signIn()
        try await world.reach("the store's refusal") { $0.held?.notKept != nil }
        try await beginRefresh(world)
        await world.engine.send(.quitChosen)
        let (session, _) = try #require(await world.engine.unkept())
        async let deletion = world.engine.discard(session)
        for _ in 0..<1000 { await Task.yield() }
        open.yield()
        #expect(await deletion == .deleted)
        #expect(world.server.lines.count(where: { $0 == Self.token }) == 2, "the spent refresh token is not sent again")
    }

    @Test(
        "what a refresh brings while one leaves is not said to live when it was not kept but deleted"
    )
    func leaveNotKept() async throws {
        let shelf = SharedShelf()
        let (gate, open) = AsyncStream<Void>.makeStream()
        let world = World(store: shelf.store) { request, turn in
            switch request.method {
            case .get: return .ada
            case .delete: return HTTPResponse(status: 200)
            case .post:
                if turn > 0 { for await _ in gate { break } }
                return .tokens(turn)
            }
        }
        try await world.signIn()
        try await world.reach("the store") { _ in shelf.saves == 1 }
        try await beginRefresh(world)
        await world.engine.send(.quitChosen)
        shelf.failChanges(.quotaExceeded(store: "shelf"))
        open.yield()
        for await _ in world.engine.states {}
        let (session, _) = try #require(await world.engine.unkept())
        #expect(session.tokens.accessToken == Secret("access-1"))
        #expect(await world.engine.discard(session) == .deleted)
        let spent = try #require(shelf.kept)
        #expect(spent.tokens.accessToken == Secret("access-0"))
        let server = world.server
        let other = SharedSession(
            store: shelf.store,
            transport: HTTPTransport { request throws(TransportError) in try await server.answer(request) },
            now: { [clock = world.clock] in clock.now }
        )
        await #expect {
            _ = try await other.refresh(spent, isKept: true)
        } throws: { error in
            guard case TokenRequestError.answer = error else { return false }
            return true
        }
        #expect(server.lines.count(where: { $0 == Self.token }) == 2)
    }

    @Test("a store that does not answer does not keep what nobody waits for from being deleted")
    func leaveWithSilentStore() async throws {
        let shelf = SharedShelf()
        let (gate, open) = AsyncStream<Void>.makeStream()
        let (silence, answer) = AsyncStream<Void>.makeStream()
        defer { answer.finish() }
        let world = World(store: shelf.store, exitPatience: .seconds(4)) { request, turn in
            if request.method == .post { for await _ in gate { break } }
            return request.method == .post ? .tokens(turn) : HTTPResponse(status: 200)
        }
        await world.engine.send(.signInChosen(world.engine.plan(try .sample())))
        try await world.callBack()
        try await world.reach("the request") { _ in world.server.lines == [Self.token] }
        shelf.beforeLoading { for await _ in silence {} }
        await world.engine.send(.cancelChosen)
        await world.engine.send(.quitChosen)
        open.yield()
        for await _ in world.engine.states {}
        #expect(world.server.lines.contains { $0.hasPrefix("DELETE") })
    }

    @Test("a sign-in that was given up, and whose token is that of the session in hand, deletes nothing")
    func givenUpWithSameToken() async throws {
        let shelf = SharedShelf()
        let (gate, open) = AsyncStream<Void>.makeStream()
        let world = World(store: shelf.store) { request, turn in
            switch request.method {
            case .get: return .ada
            case .delete: return HTTPResponse(status: 200)
            case .post:
                for await _ in gate { break }
                return .tokens(0, refresh: false)
            }
        }
        shelf.put(try session("access-0", world))
        await world.engine.send(.signInChosen(world.engine.plan(try .sample())))
        try await world.callBack()
        try await world.reach("the request") { _ in world.server.lines == [Self.token] }
        await world.engine.send(.cancelChosen)
        await world.engine.send(.quitChosen)
        open.yield()
        for await _ in world.engine.states {}
        #expect(world.server.lines == [Self.token])
    }

    @Test("an access token that the server gives again to a later sign-in is not deleted with the session before it")
    func sameAccessToken() async throws {
        let shelf = SharedShelf()
        shelf.failSaving(.quotaExceeded(store: "shelf"))
        let world = world(shelf)
        await world.engine.follow("default") { _ in true }
        try await world.signIn()
        try await world.reach("the store's refusal") { $0.held?.notKept != nil }
        let held = try #require(await world.engine.state.held?.session)
        var again = try session("access-0", world, after: 5, grant: 9)
        again.tokens = TokenResponse(
            accessToken: held.tokens.accessToken,
            expiresIn: 3600,
            refreshToken: Secret("r-again")
        )
        shelf.put(again)
        try await world.reach("the later sign-in") { $0.held?.session.grant == again.grant }
        await world.engine.send(.quitChosen)
        for await _ in world.engine.states {}
        #expect(!world.server.lines.contains { $0.hasPrefix("DELETE") })
    }

    @Test("what the store has not taken, and whose refresh token it has still, is not deleted")
    func sameRefreshToken() async throws {
        let shelf = SharedShelf()
        let isRefusing = Mutex(false)
        let world = World(store: shelf.store) { request, turn in
            switch request.method {
            case .get: return isRefusing.withLock(\.self) ? .json("{}", status: 401) : .ada
            case .delete: return HTTPResponse(status: 200)
            case .post:
                switch turn {
                case 0: return .tokens(0)
                case 1, 2: return .json(#"{"access_token":"access-\#(turn)","token_type":"bearer","expires_in":3600}"#)
                default: return .json(#"{"error":"invalid_client"}"#, status: 401)
                }
            }
        }
        try await world.signIn()
        try await world.reach("the store") { _ in shelf.saves == 1 }
        shelf.failSaving(.quotaExceeded(store: "shelf"))
        await world.engine.send(.refreshChosen(world.engine.plan(try .sample())))
        try await world.reach("the refreshed one") { $0.held?.notKept != nil && !$0.isRefreshing }
        #expect(await world.engine.unkept() == nil, "the one before goes on")
        isRefusing.withLock { $0 = true }
        await world.engine.send(.refreshChosen(world.engine.plan(try .sample())))
        try await world.reach("its end") { if case .loggedOut(.sessionExpired) = $0 { true } else { false } }
        await world.engine.send(.quitChosen)
        for await _ in world.engine.states {}
        #expect(!world.server.lines.contains { $0.hasPrefix("DELETE") })
        #expect(shelf.kept?.tokens.accessToken.reveal() == "access-0")
    }

    @Test("a new session on its way into the store is kept before the program is left, however long that takes")
    func leaveWhileSaving() async throws {
        let shelf = SharedShelf()
        let (gate, open) = AsyncStream<Void>.makeStream()
        shelf.beforeSaving { for await _ in gate { break } }
        let world = World(store: shelf.store, exitPatience: .zero) { request, turn in
            request.method == .post ? .tokens(turn) : .ada
        }
        try await world.signIn()
        #expect(await world.engine.isSaving)
        await world.engine.send(.quitChosen)
        let keptAtTheEnd = Task {
            for await _ in world.engine.states {}
            return shelf.kept?.tokens.accessToken.reveal()
        }
        // Time for everything else to end, were it not waited for.
        for _ in 0..<1000 { _ = await world.engine.state }
        open.yield()
        #expect(await keptAtTheEnd.value == "access-0")
        #expect(await !world.engine.isSaving)
    }

    @Test("a refresh that waits for another process sends nothing any more once the program is left")
    func leaveWhileWaitingForTheLock() async throws {
        let shelf = SharedShelf()
        let world = world(shelf)
        try await world.signIn()
        try await world.reach("the store") { _ in shelf.saves == 1 }
        let lock = try await shelf.store.lock("default")
        await world.engine.send(.refreshChosen(world.engine.plan(try .sample())))
        await world.engine.send(.quitChosen)
        lock.release()
        for await _ in world.engine.states {}
        #expect(world.server.lines.count(where: { $0 == Self.token }) == 1, "only the sign-in's")
        #expect(shelf.kept?.tokens.accessToken.reveal() == "access-0")
    }

    @Test("a store that does not take the session is told, and the session lives on")
    func notKept() async throws {
        let shelf = SharedShelf()
        let world = world(shelf)
        await world.engine.follow("default") { _ in true }
        let error = StoreError.quotaExceeded(store: "shelf")
        shelf.fail(error)
        try await world.signIn()
        try await world.reach("the notice") { state in
            if case .userProfile(let signedIn) = state { signedIn.held.notKept == error } else { false }
        }
    }

    @Test("a store that cannot be asked is told, and a sign-in goes on all the same")
    func cannotBeAsked() async throws {
        let shelf = SharedShelf()
        let world = world(shelf)
        shelf.fail(.locked(store: "shelf"))
        await world.engine.follow("default") { _ in true }
        #expect(await world.engine.state == .loggedOut(.storeFailed(.locked(store: "shelf"))))
        shelf.fail(nil)
        try await world.signIn()
        try await world.reach("the store") { _ in shelf.saves == 1 }
    }
}
