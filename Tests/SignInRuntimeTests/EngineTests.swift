import FoundationEssentials
import GenesysCloud
import OAuth
import SessionStore
import SignIn
import SignInRuntime
import Testing

@Suite("The engine", .timeLimit(.minutes(2)))
struct EngineTests {
    private static let token = "POST /oauth/token"
    private static let me = "GET /api/v2/users/me"
    private static let revoke = "DELETE /api/v2/tokens/me"

    private static func name(_ state: State) -> String? {
        if case .userProfile(let signedIn) = state { signedIn.profile.displayName } else { nil }
    }

    @Test("listens, opens the browser, exchanges the code, loads the profile, in this order and once each")
    func happy() async throws {
        let world = World { request, turn in request.method == .post ? .tokens(turn) : .ada }
        try await world.signIn()
        #expect(await Self.name(world.engine.state) == "Ada Okafor")
        #expect(world.server.lines == [Self.token, Self.me])
        let body = try #require(world.server.requests.first?.body?.reveal())
        #expect(body.contains("code=c0de"))
        #expect(body.contains("redirect_uri=http%3A%2F%2Flocalhost%3A4242%2Fcallback"))
        #expect(world.browserURLs.count == 1)
        #expect(world.browserURLs[0].contains("redirect_uri=http%3A%2F%2Flocalhost%3A4242%2Fcallback"))
        #expect(world.server.requests[1].bearer?.reveal() == "access-0")
        try await world.reach("the browser's answer") { _ in !world.listener.outcomes.isEmpty }
        #expect(world.listener.outcomes == [.signedIn])
        try await world.reachStore { $0?.tokens.accessToken.reveal() == "access-0" }
    }

    @Test("a foreign callback is refused and no request is sent; the right one then works")
    func foreignCallback() async throws {
        let world = World { request, turn in request.method == .post ? .tokens(turn) : .ada }
        await world.engine.send(.signInChosen(world.engine.plan(try .sample())))
        try await world.reach("a listener") {
            if case .awaitingCallback(let attempt) = $0 { attempt.authorizationURL != nil } else { false }
        }
        await world.listener.arrive("code=evil&state=forged")
        #expect(world.server.requests.isEmpty)
        try await world.callBack()
        try await world.reach("a profile") { Self.name($0) != nil }
        #expect(world.listener.refused == [.foreignState])
    }

    @Test("a callback that comes before the port is known to be bound is not lost")
    func earlyCallback() async throws {
        let world = World { request, turn in request.method == .post ? .tokens(turn) : .ada }
        world.listener.arrivesAtOnce("code=evil&state=forged")
        await world.engine.send(.signInChosen(world.engine.plan(try .sample())))
        try await world.reach("the refusal") { _ in world.listener.refused == [.foreignState] }
        try await world.callBack()
        try await world.reach("a profile") { Self.name($0) != nil }
    }

    @Test("a token request that fails is not repeated, and the next attempt works")
    func noSecondCode() async throws {
        let world = World { request, turn in
            guard request.method == .post else { return .ada }
            return turn == 0 ? .json("<html>", status: 502) : .tokens(turn)
        }
        await world.engine.send(.signInChosen(world.engine.plan(try .sample())))
        try await world.callBack()
        try await world.reach("a failure") { if case .loggedOut(.failed) = $0 { true } else { false } }
        #expect(world.server.lines == [Self.token])
        try await world.signIn()
        #expect(world.server.lines == [Self.token, Self.token, Self.me])
    }

    @Test("a profile request that meets a 5xx is tried three times more")
    func patience() async throws {
        let world = World { request, turn in
            if request.method == .post { return .tokens(turn) }
            return turn < 3 ? .json("{}", status: 503) : .ada
        }
        await world.engine.send(.signInChosen(world.engine.plan(try .sample())))
        try await world.callBack()
        for turn in 1...3 {
            try await world.reach("try \(turn)") { _ in world.server.lines.count == 1 + turn }
            while world.clock.waits.count < 3 { try await Task.sleep(for: .milliseconds(1)) }
            world.clock.advance(by: 2)
        }
        try await world.reach("a profile") { Self.name($0) != nil }
        #expect(world.server.lines == [Self.token, Self.me, Self.me, Self.me, Self.me])
    }

    @Test("the token is refreshed silently a minute before it expires, and the new refresh token is used next")
    func refresh() async throws {
        let world = World { request, turn in request.method == .post ? .tokens(turn) : .ada }
        try await world.signIn()
        for turn in 1...2 {
            world.clock.advance(by: 3539)
            #expect(world.server.lines.count(where: { $0 == Self.token }) == turn)
            world.clock.advance(by: 1)
            try await world.reach("refresh \(turn)") { state in
                guard case .userProfile(let signedIn) = state else { return false }
                return signedIn.held.session.tokens.accessToken.reveal() == "access-\(turn)"
            }
            let body = try #require(world.server.requests.last?.body?.reveal())
            #expect(body == "grant_type=refresh_token&refresh_token=refresh-\(turn - 1)&client_id=client-1")
        }
    }

    @Test("signing out deletes the token at the server and in the store, and leaving waits for it")
    func signOut() async throws {
        let world = World { request, turn in
            switch request.method {
            case .post: return .tokens(turn)
            case .get: return .ada
            case .delete: return HTTPResponse(status: 200)
            }
        }
        try await world.signIn()
        await world.engine.send(.signOutChosen)
        await world.engine.send(.quitChosen)
        for await _ in world.engine.states {}
        #expect(world.server.lines.last == Self.revoke)
        #expect(world.server.requests.last?.bearer?.reveal() == "access-0")
        #expect(await world.engine.state == .loggedOut(.signedOut(.revoked)))
        #expect(try await world.store.load("default") == nil)
    }

    @Test(
        "how a sign-out ended is kept for who has left, or signs in again, before the server has refused the deletion",
        arguments: [(true, false), (false, true), (false, false)]
    )
    func untoldSignOut(leaves: Bool, signsIn: Bool) async throws {
        let (gate, open) = AsyncStream<Void>.makeStream()
        let world = World { request, turn in
            guard request.method == .delete else { return request.method == .post ? .tokens(turn) : .ada }
            for await _ in gate { break }
            return .json("{}", status: 500)
        }
        try await world.signIn()
        await world.engine.send(.signOutChosen)
        try await world.reach("the deletion") { _ in world.server.lines.last == Self.revoke }
        if leaves { await world.engine.send(.quitChosen) }
        if signsIn { await world.engine.send(.signInChosen(world.engine.plan(try .sample()))) }
        let told = await world.engine.incompleteSignOuts.values.map {
            if case .underWay(_, _, .telling) = $0 { true } else { false }
        }
        #expect(told == [true], "who does not wait any longer is told that much")
        open.yield()
        if leaves {
            for await _ in world.engine.states {}
        } else if !signsIn {
            try await world.reach("the end") {
                if case .loggedOut(.signedOut(.onlyForgotten)) = $0 { true } else { false }
            }
        }
        for _ in 0..<10_000 where await Self.refusals(world) != 1 {
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(await Self.refusals(world) == 1)
    }

    @Test("what a store did not forget is known until another session has taken its place", arguments: [false, true])
    func stillKept(isReplaced: Bool) async throws {
        let shelf = SharedShelf()
        let world = World(store: shelf.store, exitPatience: .seconds(1)) { request, turn in
            switch request.method {
            case .post: return .tokens(turn)
            case .get: return .ada
            case .delete: return HTTPResponse(status: 200)
            }
        }
        try await world.signIn()
        try await world.reachStore { $0 != nil }
        let kept = try #require(shelf.kept)
        shelf.fail(.locked(store: "shelf"))
        await world.engine.send(.signOutChosen)
        try await world.reach("the end") {
            if case .loggedOut(.signedOut(.notForgotten)) = $0 { true } else { false }
        }
        let id = try #require(await world.engine.incompleteSignOuts.keys.first)
        #expect(await world.engine.isStillKept(id), "nobody knows")
        shelf.fail(nil)
        if isReplaced { shelf.put(nil) }
        #expect(await world.engine.isStillKept(id) == !isReplaced)
        #expect(isReplaced || shelf.kept == kept)
        shelf.beforeLoading { try? await Task.sleep(for: .seconds(100)) }
        #expect(await world.engine.isStillKept(id), "one that does not answer is not waited for")
    }

    @Test("a sign-out that has waited for a refresh has time to tell the server, however long that took")
    func signOutAfterRefresh() async throws {
        let (gate, open) = AsyncStream<Void>.makeStream()
        let world = World(exitPatience: .seconds(1)) { request, turn in
            switch request.method {
            case .post where turn > 0:
                for await _ in gate { break }
                return .tokens(turn)
            case .post: return .tokens(turn)
            case .get: return .ada
            case .delete: return HTTPResponse(status: 200)
            }
        }
        try await world.signIn()
        await world.engine.send(.refreshChosen(world.engine.plan(try .sample())))
        try await world.reach("the refresh") { _ in world.server.lines.last == Self.token }
        await world.engine.send(.signOutChosen)
        try await world.reach("the deletion") { _ in world.server.lines.last == Self.revoke }
        // What the server has done is not waited for any more.
        let stage = try await world.reach("the rest") {
            if case .loggedOut(.signedOut(.underWay(_, _, .refreshing))) = $0 { true } else { false }
        }
        let signOuts = await world.engine.incompleteSignOuts.values
        #expect(signOuts.map { State.loggedOut(.signedOut($0)) } == [stage])
        await world.engine.send(.quitChosen)
        try await Task.sleep(for: .milliseconds(1500))
        open.yield()
        for await _ in world.engine.states {}
        #expect(await world.engine.incompleteSignOuts.isEmpty)
        #expect(world.server.lines.suffix(2) == [Self.revoke, Self.revoke])
    }

    private static func refusals(_ world: World) async -> Int {
        await world.engine.incompleteSignOuts.values.count { if case .onlyForgotten = $0 { true } else { false } }
    }

    /// An attempt that was given up with its code on the way; the answer comes once the stream has an element.
    private func givenUpWhileExchanging(
        deletion: Int = 200,
        isKnown: Bool = false
    ) async throws -> (World, AsyncStream<Void>.Continuation) {
        let (gate, open) = AsyncStream<Void>.makeStream()
        let world = World { request, _ in
            if request.method == .get { return isKnown ? .ada : HTTPResponse(status: 401) }
            guard request.method == .post else { return HTTPResponse(status: deletion) }
            for await _ in gate { break }
            return .tokens()
        }
        await world.engine.send(.signInChosen(world.engine.plan(try .sample())))
        try await world.callBack()
        try await world.reach("the token request") { _ in world.server.lines == [Self.token] }
        await world.engine.send(.cancelChosen)
        return (world, open)
    }

    @Test("what comes of a code when the person has given up changes nothing, and is deleted at the server")
    func cancelWhileExchanging() async throws {
        let (world, open) = try await givenUpWhileExchanging()
        open.yield()
        try await world.reach("the deletion") { _ in world.server.lines == [Self.token, Self.revoke] }
        #expect(world.server.requests.last?.bearer?.reveal() == "access-0")
        #expect(await world.engine.state == .loggedOut(.cancelled))
        #expect(world.listener.outcomes == [.cancelled])
    }

    @Test("leaving the program waits for such an answer no longer than for anything else, and knows that it is missing")
    func quitWhileExchanging() async throws {
        let world = World(exitPatience: .zero) { _, _ throws(TransportError) in
            do {
                try await Task.sleep(for: .seconds(60))
            } catch {
                throw .cancelled
            }
            return .tokens()
        }
        await world.engine.send(.signInChosen(world.engine.plan(try .sample())))
        try await world.callBack()
        try await world.reach("the token request") { _ in world.server.lines == [Self.token] }
        await world.engine.send(.cancelChosen)
        await world.engine.send(.quitChosen)
        for await _ in world.engine.states {}
        #expect(await world.engine.state == .loggedOut(.cancelled))
        #expect(await world.engine.isExchanging)
    }

    @Test("a code that nobody waits for any more and that has no answer may have left a token: that is known")
    func unansweredCode() async throws {
        let errors: [(TransportError, Bool)] = [
            (.closed(host: "login.example"), true), (.timedOut(host: "login.example", seconds: 30), true),
            (.refused(host: "login.example", port: 443), false),
        ]
        for (error, mayBeLeft) in errors {
            let (gate, open) = AsyncStream<Void>.makeStream()
            let world = World { _, _ throws(TransportError) in
                for await _ in gate { break }
                throw error
            }
            await world.engine.send(.signInChosen(world.engine.plan(try .sample())))
            try await world.callBack()
            try await world.reach("the token request") { _ in world.server.lines == [Self.token] }
            await world.engine.send(.quitChosen)
            open.yield()
            for await _ in world.engine.states {}
            #expect(await world.engine.mayHaveLeftToken == mayBeLeft)
        }
    }

    @Test("leaving the program waits for the deletion of what came of a code in time")
    func quitWhileDeleting() async throws {
        let (world, open) = try await givenUpWhileExchanging()
        await world.engine.send(.quitChosen)
        open.yield()
        for await _ in world.engine.states {}
        #expect(world.server.lines == [Self.token, Self.revoke])
        #expect(await !world.engine.isExchanging)
        #expect(await !world.engine.hasLeftToken)
    }

    @Test(
        "where the server does not delete it, that is known; one that is unknown is none",
        arguments: [(503, false, false, true), (401, false, true, false), (401, true, true, true)]
    )
    func notDeleted(status: Int, isKnown: Bool, isAsked: Bool, isLeft: Bool) async throws {
        let (world, open) = try await givenUpWhileExchanging(deletion: status, isKnown: isKnown)
        await world.engine.send(.quitChosen)
        open.yield()
        for await _ in world.engine.states {}
        #expect(world.server.lines == [Self.token, Self.revoke] + (isAsked ? [Self.me] : []))
        #expect(await world.engine.hasLeftToken == isLeft)
    }

    @Test("an attempt whose time ended while the program was stopped takes a callback that is there, for some seconds")
    func stopped() async throws {
        for comes in [true, false] {
            let world = World { request, turn in request.method == .post ? .tokens(turn) : .ada }
            await world.engine.send(.signInChosen(world.engine.plan(try .sample(timeout: 5))))
            try await world.reach("a listener") {
                if case .awaitingCallback(let attempt) = $0 { attempt.authorizationURL != nil } else { false }
            }
            world.clock.advance(by: 60)
            if comes {
                try await world.callBack()
                try await world.reach("a profile") { Self.name($0) != nil }
            } else {
                try await Task.sleep(for: .milliseconds(50))
                guard case .awaitingCallback = await world.engine.state else {
                    Issue.record("ended at once")
                    return
                }
                world.clock.advance(by: 6)
                try await world.reach("the end") { if case .loggedOut(.failed) = $0 { true } else { false } }
            }
        }
    }

    @Test("an attempt ends by itself when its time is over")
    func timeout() async throws {
        let world = World { _, _ in .ada }
        await world.engine.send(.signInChosen(world.engine.plan(try .sample(timeout: 5))))
        try await world.reach("a listener") {
            if case .awaitingCallback(let attempt) = $0 { attempt.authorizationURL != nil } else { false }
        }
        world.clock.advance(by: 4.9)
        guard case .awaitingCallback = await world.engine.state else {
            Issue.record("ended too early")
            return
        }
        world.clock.advance(by: 0.2)
        try await world.reach("the end") {
            if case .loggedOut(.failed(let failure)) = $0 { failure.problem == .timedOut(seconds: 5) } else { false }
        }
        await world.engine.send(.quitChosen)
        for await _ in world.engine.states {}
        #expect(world.listener.outcomes.count == 1)
    }
}
