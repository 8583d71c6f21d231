import FoundationEssentials
import GenesysCloud
import OAuth
import SessionStore
import SignIn
import SignInRuntime
import Testing

@Suite("a screen whose keyring is locked meanwhile", .timeLimit(.minutes(2)))
struct LockedStoreTests {
    private static let token = "POST /oauth/token"
    private static let locked = StoreError.locked(store: "shelf")

    /// A screen that is signed in, and whose session is kept.
    private func signedIn(
        _ shelf: SharedShelf,
        whileBusy: @escaping @Sendable () async -> Void = {}
    ) async throws -> World {
        let world = World(store: shelf.store) { request, turn in
            switch request.method {
            case .post:
                if turn > 0 { await whileBusy() }
                return .tokens(turn)
            case .get: return .ada
            case .delete: return HTTPResponse(status: 200)
            }
        }
        await world.engine.follow("default") { _ in true }
        try await world.signIn()
        try await world.reach("the store") { _ in shelf.kept != nil }
        return world
    }

    private func held(_ state: State) -> HeldSession? {
        if case .userProfile(let signedIn) = state { signedIn.held } else { nil }
    }

    private func tokenRequests(_ world: World) -> Int { world.server.lines.count { $0 == Self.token } }

    @Test("a refresh that comes due is not sent; it is tried again soon, and sent once the keyring is unlocked")
    func refreshWaits() async throws {
        let shelf = SharedShelf()
        let world = try await signedIn(shelf)
        shelf.fail(Self.locked)
        world.clock.advance(by: 3540)
        for wait in [5.0, 10, 15, 15] {
            let state = try await world.reach("the wait") { state in
                guard case .retrying(let failure, _, let next) = held(state)?.refresh else { return false }
                return failure.problem == .refresh(.store(Self.locked)) && next > world.clock.now
            }
            guard case .retrying(_, _, let next) = held(state)?.refresh else { continue }
            let left = next.timeIntervalSince(world.clock.now)
            #expect(abs(left - wait) <= 0.2 * wait, "give or take what keeps programs apart")
            world.clock.advance(by: left)
        }
        try await world.reach("the next wait") { state in
            if case .retrying = held(state)?.refresh { true } else { false }
        }
        #expect(tokenRequests(world) == 1)
        shelf.fail(nil)
        world.clock.advance(by: 18)
        try await world.reach("the refresh") { held($0)?.session.tokens.accessToken == Secret("access-1") }
        try await world.reach("the store") { _ in shelf.kept?.tokens.accessToken == Secret("access-1") }
        #expect(tokenRequests(world) == 2)
    }

    @Test("of two screens neither sends; once it is unlocked one does")
    func twoScreens() async throws {
        let shelf = SharedShelf()
        let one = try await signedIn(shelf)
        let two = World(store: shelf.store) { _, _ in .ada }
        await two.engine.follow("default") { _ in true }
        try await two.reach("the session") { held($0) != nil }
        shelf.fail(Self.locked)
        for world in [one, two] {
            world.clock.advance(by: 3540)
            try await world.reach("the wait") { if case .retrying = held($0)?.refresh { true } else { false } }
        }
        shelf.fail(nil)
        one.clock.advance(by: 6)
        for world in [one, two] {
            try await world.reach("the refresh") { held($0)?.session.tokens.accessToken == Secret("access-1") }
        }
        #expect((tokenRequests(one), tokenRequests(two)) == (2, 0))
    }

    @Test("locked in the middle of a refresh, it has what came in the place of the spent token once it is unlocked")
    func spentTokenGoes() async throws {
        let shelf = SharedShelf()
        let world = try await signedIn(shelf) { shelf.fail(Self.locked) }
        world.clock.advance(by: 3540)
        try await world.reach("the refresh") { held($0)?.session.tokens.accessToken == Secret("access-1") }
        #expect(held(await world.engine.state)?.notKept == Self.locked)
        #expect(shelf.kept?.tokens.accessToken == Secret("access-0"))
        try await world.reach("the wait") { _ in world.clock.waits.contains(world.clock.now + 5) }
        world.clock.advance(by: 5)
        try await world.reach("another wait") { _ in world.clock.waits.contains(world.clock.now + 5) }
        shelf.fail(nil)
        world.clock.advance(by: 5)
        try await world.reach("the store") { _ in shelf.kept?.tokens.accessToken == Secret("access-1") }
        try await world.reach("the end of the notice") { held($0)?.notKept == nil && held($0) != nil }
        #expect(tokenRequests(world) == 2)
    }

    @Test("signed out of meanwhile, it has nothing any more once it is unlocked")
    func spentTokenGoesAfterSignOut() async throws {
        let shelf = SharedShelf()
        let world = try await signedIn(shelf) { shelf.fail(Self.locked) }
        world.clock.advance(by: 3540)
        try await world.reach("the refresh") { held($0)?.notKept == Self.locked }
        try await world.reach("the wait") { _ in world.clock.waits.contains(world.clock.now + 5) }
        await world.engine.send(.signOutChosen)
        try await world.reach("the end") { $0 == .loggedOut(.signedOut(.revoked)) }
        #expect(shelf.kept != nil)
        shelf.fail(nil)
        world.clock.advance(by: 5)
        try await world.reach("the store") { _ in shelf.kept == nil }
        #expect(await world.engine.state == .loggedOut(.signedOut(.revoked)))
    }

    @Test("leaving the program tries once more")
    func leaving() async throws {
        let shelf = SharedShelf()
        let world = try await signedIn(shelf) { shelf.fail(Self.locked) }
        world.clock.advance(by: 3540)
        try await world.reach("the refresh") { held($0)?.notKept == Self.locked }
        try await world.reach("the wait") { _ in world.clock.waits.contains(world.clock.now + 5) }
        shelf.fail(nil)
        await world.engine.send(.quitChosen)
        for await _ in world.engine.states {}
        #expect(shelf.kept?.tokens.accessToken == Secret("access-1"))
    }

    @Test("a screen that found it locked takes up the session once it is unlocked")
    func foundLocked() async throws {
        let shelf = SharedShelf()
        _ = try await signedIn(shelf)
        shelf.fail(Self.locked)
        let world = World(store: shelf.store) { _, _ in .ada }
        await world.engine.follow("default") { _ in true }
        try await world.reach("the trouble") { $0 == .loggedOut(.storeFailed(Self.locked)) }
        for _ in 0..<2 {
            try await world.reach("the wait") { _ in world.clock.waits == [world.clock.now + 5] }
            world.clock.advance(by: 5)
        }
        try await world.reach("another wait") { _ in world.clock.waits == [world.clock.now + 5] }
        shelf.fail(nil)
        world.clock.advance(by: 5)
        try await world.reach("the session") { held($0)?.session.tokens.accessToken == Secret("access-0") }
    }
}
