import FoundationEssentials
import GenesysCloud
import OAuth
import SessionStore
import SignIn
import SignInRuntime
import Synchronization
import Testing

/// A store that several "processes" of a test share: what is kept stays, and the lock is one for all.
final class SharedShelf: Sendable {
    private struct Content {
        var sessions: [String: Session] = [:]
        var isLocked = false
        var saves = 0
        var failure: StoreError?
        var savingFailure: StoreError?
        var forgettingFailure: StoreError?
        var notes: [SessionFact: Set<Session>] = [:]
        var beforeSaving: @Sendable () async -> Void = {}
        var beforeRemoving: @Sendable () async -> Void = {}
        var beforeLoading: @Sendable () async -> Void = {}
        var afterForgetting: @Sendable () async -> Void = {}
        var afterSaving: @Sendable (Session) async -> Void = { _ in }
        var watchers: [AsyncStream<Void>.Continuation] = []
    }

    private let content = Mutex(Content())

    private final class Lock: ProfileLock {
        private let shelf: SharedShelf
        let hadToWait: Bool
        init(_ shelf: SharedShelf, hadToWait: Bool) {
            self.shelf = shelf
            self.hadToWait = hadToWait
        }
        func note(_ fact: SessionFact, of session: Session) {
            shelf.content.withLock { _ = $0.notes[fact, default: []].insert(session) }
        }
        func retract(_ fact: SessionFact, of session: Session) {
            shelf.content.withLock { _ = $0.notes[fact]?.remove(session) }
        }
        func hasNoted(_ fact: SessionFact, of session: Session) -> Bool {
            shelf.content.withLock { $0.notes[fact]?.contains(session) ?? false }
        }
        func release() { shelf.content.withLock { $0.isLocked = false } }
    }

    var kept: Session? { content.withLock { $0.sessions["default"] } }
    var spent: Set<Session> { content.withLock { $0.notes[.spent] ?? [] } }
    var left: Set<Session> { content.withLock { $0.notes[.left] ?? [] } }
    var saves: Int { content.withLock { $0.saves } }
    var isLocked: Bool { content.withLock { $0.isLocked } }

    func put(_ session: Session?) {
        content.withLock { $0.sessions["default"] = session }
        for watcher in content.withLock({ $0.watchers }) { watcher.yield() }
    }

    /// Whoever has the lock has it no more, as when a program is ended.
    func breakLock() { content.withLock { $0.isLocked = false } }

    /// From now on every action fails like this; the lock too, where it is a lock's failure.
    func fail(_ error: StoreError?) { content.withLock { $0.failure = error } }

    /// From now on saving alone fails like this.
    func failSaving(_ error: StoreError?) { content.withLock { $0.savingFailure = error } }

    /// From now on the store gives what it has, and takes and removes nothing.
    func failChanges(_ error: StoreError?) {
        content.withLock { ($0.savingFailure, $0.forgettingFailure) = (error, error) }
    }

    /// From now on `body` is run before each session is saved.
    func beforeSaving(_ body: @escaping @Sendable () async -> Void) { content.withLock { $0.beforeSaving = body } }

    /// From now on `body` is run before a session is looked at to be removed.
    func beforeRemoving(_ body: @escaping @Sendable () async -> Void) { content.withLock { $0.beforeRemoving = body } }

    /// From now on `body` is run before the store says what it has.
    func beforeLoading(_ body: @escaping @Sendable () async -> Void) { content.withLock { $0.beforeLoading = body } }

    /// From now on `body` is run when a session has been saved, before that is told to whoever saved it.
    func afterSaving(_ body: @escaping @Sendable (Session) async -> Void) {
        content.withLock { $0.afterSaving = body }
    }

    /// From now on `body` is run when a session has been forgotten, before that is told to whoever wanted it.
    func afterForgetting(_ body: @escaping @Sendable () async -> Void) {
        content.withLock { $0.afterForgetting = body }
    }

    var store: SessionStore {
        SessionStore(
            name: "shelf",
            isShared: true,
            load: { [self] name throws(StoreError) in
                await content.withLock({ $0.beforeLoading })()
                if let failure = content.withLock({ $0.failure }) { throw failure }
                return content.withLock { $0.sessions[name] }
            },
            isLocked: { [self] _ in content.withLock { if case .locked = $0.failure { true } else { false } } },
            save: { [self] session throws(StoreError) in
                await content.withLock({ $0.beforeSaving })()
                if let failure = content.withLock({ $0.failure ?? $0.savingFailure }) { throw failure }
                content.withLock { $0.saves += 1 }
                put(session)
                await content.withLock({ $0.afterSaving })(session)
            },
            forget: { [self] _ throws(StoreError) in
                if let failure = content.withLock({ $0.failure ?? $0.forgettingFailure }) { throw failure }
                put(nil)
                await content.withLock({ $0.afterForgetting })()
            },
            remove: { [self] name, isMeant throws(StoreError) in
                await content.withLock({ $0.beforeRemoving })()
                if let failure = content.withLock({ $0.failure }) { throw failure }
                // In one step, as the stores do.
                let removed: Session? = content.withLock { content in
                    guard let kept = content.sessions[name], isMeant(kept) else { return nil }
                    content.sessions[name] = nil
                    return kept
                }
                if removed != nil { for watcher in content.withLock({ $0.watchers }) { watcher.yield() } }
                return removed
            },
            lock: { [self] _ throws(StoreError) in
                if let failure = content.withLock({ $0.failure }) { throw failure }
                var hadToWait = false
                while true {
                    let isOurs = content.withLock { content in
                        defer { content.isLocked = true }
                        return !content.isLocked
                    }
                    if isOurs { return Lock(self, hadToWait: hadToWait) }
                    hadToWait = true
                    await Task.yield()
                }
            },
            changes: { [self] _ in
                let (changes, watcher) = AsyncStream<Void>.makeStream()
                content.withLock { $0.watchers.append(watcher) }
                return changes
            }
        )
    }
}

@Suite("a session that several processes share", .timeLimit(.minutes(2)))
struct SharedSessionTests {
    private static let start = Date(timeIntervalSince1970: 1_800_000_000)

    /// A server that rotates refresh tokens, and ends the family at the first reuse.
    private final class StrictServer: Sendable {
        private struct Family {
            var turn = 0
            var isDead = false
            var requests = 0
            var deleted: [String] = []
        }

        private let family = Mutex(Family())
        var requests: Int { family.withLock { $0.requests } }
        var deleted: [String] { family.withLock { $0.deleted } }

        func transport(whileBusy: @escaping @Sendable () async -> Void = {}) -> HTTPTransport {
            HTTPTransport { [self] request throws(TransportError) in
                if request.method == .delete {
                    family.withLock { $0.deleted.append(request.bearer?.reveal() ?? "") }
                    return HTTPResponse(status: 200)
                }
                if request.method == .get {
                    return request.bearer == family.withLock({ Secret("access-\($0.turn)") })
                        ? .ada : HTTPResponse(status: 401)
                }
                await whileBusy()
                let body = request.body?.reveal() ?? ""
                return family.withLock { family in
                    family.requests += 1
                    guard !family.isDead, body.contains("refresh_token=refresh-\(family.turn)&") else {
                        family.isDead = true
                        return .json(#"{"error":"invalid_grant"}"#, status: 400)
                    }
                    family.turn += 1
                    return .tokens(family.turn)
                }
            }
        }
    }

    private func session(_ turn: Int = 0, at: Date = start, refresh: Bool = true, grant: UInt8 = 1) throws -> Session {
        Session(
            tokens: TokenResponse(
                accessToken: Secret("access-\(turn)"),
                expiresIn: 3600,
                refreshToken: refresh ? Secret("refresh-\(turn)") : nil
            ),
            receivedAt: at,
            clientID: try #require(ClientID("client-1")),
            loginURL: "https://login.example",
            apiURL: "https://api.example",
            profileName: "default",
            grant: GrantID(entropy: try #require(Entropy([UInt8](repeating: grant, count: Entropy.count))))
        )
    }

    private func shared(_ shelf: SharedShelf, _ transport: HTTPTransport) -> SharedSession {
        SharedSession(store: shelf.store, transport: transport, now: { Self.start + 3600 })
    }

    @Test("of twelve that refresh at once one sends the request; all have the same fresh token")
    func twelve() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        let held = try session()
        shelf.put(held)
        let shared = shared(shelf, server.transport())
        let outcomes = try await withThrowingTaskGroup(of: SharedSession.Refreshed.self) { group in
            for _ in 0..<12 { group.addTask { try await shared.refresh(held, isKept: true) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(server.requests == 1)
        let tokens = outcomes.map { outcome in
            switch outcome {
            case .renewed(let session, nil), .replaced(let session): session.tokens.accessToken.reveal()
            case .renewed, .forgotten: "none"
            }
        }
        #expect(tokens == Array(repeating: "access-1", count: 12))
        #expect(shelf.kept?.tokens.refreshToken == Secret("refresh-1"))
        #expect(!shelf.isLocked)
    }

    @Test("an answer without a new refresh token keeps the old one")
    func keepsRefreshToken() async throws {
        let shelf = SharedShelf()
        shelf.put(try session())
        let shared = shared(shelf, HTTPTransport { _ throws(TransportError) in .tokens(1, refresh: false) })
        _ = try await shared.refresh(session(), isKept: true)
        #expect(shelf.kept?.tokens.accessToken == Secret("access-1"))
        #expect(shelf.kept?.tokens.refreshToken == Secret("refresh-0"))
        #expect(shelf.kept?.receivedAt == Self.start + 3600)
    }

    @Test("a session that another process signed out of is not refreshed")
    func forgotten() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        #expect(try await shared(shelf, server.transport()).refresh(session(), isKept: true) == .forgotten)
        #expect(server.requests == 0)
    }

    @Test("one that is signed out of while the server is busy stays signed out, and the fresh token is deleted")
    func forgottenMeanwhile() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        shelf.put(try session())
        let shared = shared(shelf, server.transport(whileBusy: { shelf.put(nil) }))
        #expect(try await shared.refresh(session(), isKept: true) == .forgotten)
        #expect(shelf.kept == nil)
        #expect(server.deleted == ["access-1"])
    }

    @Test("while a refresh is on its way it is noted that a token may be left; longer only where no answer comes")
    func notedMeanwhile() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        let held = try session()
        shelf.put(held)
        let notes = Mutex<[Set<Session>]>([])
        let transport = server.transport { notes.withLock { $0.append(shelf.left) } }
        _ = try await shared(shelf, transport).refresh(held, isKept: true)
        let next = try #require(shelf.kept)
        #expect(notes.withLock { $0 } == [[held]])
        #expect(shelf.left.isEmpty)
        let late = TransportError.timedOut(host: "login.example", seconds: 30)
        for error in [
            TransportError.refused(host: "login.example", port: 443), late, .nameResolution(host: "login.example"),
        ] {
            let failing = HTTPTransport { _ throws(TransportError) in
                notes.withLock { $0.append(shelf.left) }
                throw error
            }
            await #expect(throws: TokenRequestError.transport(error)) {
                try await shared(shelf, failing).refresh(next, isKept: true)
            }
            #expect(notes.withLock { $0.last } == [next])
            if error == late {
                #expect(shelf.left == [next])
            } else {
                #expect(
                    shelf.left.isEmpty == (notes.withLock { $0.count } == 2),
                    "one that is not sent changes nothing"
                )
            }
        }
        let signOut = await shared(shelf, server.transport()).signOut(next, isKept: true)
        #expect(throws: APIError.lateToken) { try signOut.revocation.get() }
    }

    @Test("whoever signs in anew while the server is busy stays signed in")
    func replacedMeanwhile() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        shelf.put(try session())
        let newer = try session(7, at: Self.start + 3600)
        let shared = shared(shelf, server.transport(whileBusy: { shelf.put(newer) }))
        #expect(try await shared.refresh(session(), isKept: true) == .replaced(newer))
        #expect(shelf.kept == newer)
        #expect(server.deleted.isEmpty)
    }

    @Test("one that is signed out of the moment before the fresh token is saved stays signed out, and both are deleted")
    func forgottenBeforeSaving() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        let held = try session(at: Self.start + 3000)
        shelf.put(held)
        let shared = shared(shelf, server.transport())
        let (signOuts, begin) = AsyncStream<Task<Void, any Error>>.makeStream()
        shelf.beforeSaving {
            begin.yield(Task { try await shared.signOut(held, isKept: true).revocation.get() })
            begin.finish()
            while shelf.kept != nil { await Task.yield() }
        }
        _ = try await shared.refresh(held, isKept: true)
        for await signOut in signOuts { try await signOut.value }
        #expect(shelf.kept == nil)
        #expect(Set(server.deleted) == ["access-0", "access-1"])
        #expect(!shelf.isLocked)
    }

    @Test(
        "a store that has something else costs nothing: the session in hand is refreshed, and is said not to be kept",
        arguments: [StoreError.unreadable(store: "shelf"), .quotaExceeded(store: "shelf")]
    )
    func storeFails(error: StoreError) async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        shelf.fail(error)
        let held = try session()
        guard
            case .renewed(let renewed, let notKept) = try await shared(shelf, server.transport())
                .refresh(held, isKept: true)
        else {
            Issue.record("not renewed")
            return
        }
        #expect(renewed.tokens.accessToken == Secret("access-1"))
        #expect(notKept == error)
    }

    @Test(
        "where the store has the session and does not give it, nothing is sent: somebody may have sent that token",
        arguments: [
            (StoreError.locked(store: "shelf"), 0.0), (.locked(store: "shelf"), 60),
            (.unknownVersion(store: "shelf", 2), 0), (.unavailable(store: "shelf", ServerText("no")), 60),
            (.unavailable(store: "shelf", ServerText("no")), 0),
            (.programMissing(store: "shelf", program: "secret-tool", package: "libsecret-tools"), 0),
        ]
    )
    func storeIsSilent(error: StoreError, timeLeft: Double) async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        let held = try session(at: Self.start + timeLeft)
        shelf.put(held)
        shelf.fail(error)
        for (isKept, mayAsk) in [(true, true), (true, false), (false, false)] {
            await #expect(throws: TokenRequestError.store(error)) {
                try await shared(shelf, server.transport())
                    .refresh(held, isKept: isKept, isShared: true, mayAsk: mayAsk)
            }
        }
        #expect(server.requests == 0)
        shelf.fail(nil)
        guard case .renewed(_, nil) = try await shared(shelf, server.transport()).refresh(held, isKept: true) else {
            Issue.record("not renewed and kept")
            return
        }
    }

    @Test("a store that was never asked for this session and is locked does not keep it from being refreshed")
    func lockedAndNotKept() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        shelf.fail(.locked(store: "shelf"))
        let held = try session()
        guard
            case .renewed(_, .locked) = try await shared(shelf, server.transport())
                .refresh(held, isKept: false, mayAsk: false)
        else {
            Issue.record("not renewed")
            return
        }
    }

    @Test("where another process that has no part in the lock was quicker, its session is used and not said to be over")
    func quickerWithoutLock() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        let held = try session()
        shelf.put(held)
        let newer = try session(1, at: Self.start + 3600)
        let refused = HTTPTransport { _ throws(TransportError) in
            shelf.put(newer)
            return .json(#"{"error":"invalid_grant"}"#, status: 400)
        }
        #expect(try await shared(shelf, refused).refresh(held, isKept: true) == .replaced(newer))
        #expect(shelf.kept == newer)
        #expect(server.requests == 0)
    }

    @Test("a store that takes no more after a refresh keeps no spent refresh token either")
    func spentToken() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        let held = try session()
        shelf.put(held)
        shelf.failSaving(.quotaExceeded(store: "shelf"))
        guard case .renewed(_, .some) = try await shared(shelf, server.transport()).refresh(held, isKept: true) else {
            Issue.record("renewed and kept")
            return
        }
        #expect(shelf.kept == nil)
    }

    @Test("a store that takes nothing and gives the spent refresh token: nobody sends it again")
    func spentTokenStays() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        let held = try session()
        shelf.put(held)
        shelf.failChanges(.unavailable(store: "shelf", ServerText("it is read alone")))
        guard
            case .renewed(let renewed, .some) = try await shared(shelf, server.transport()).refresh(held, isKept: true)
        else {
            Issue.record("renewed and kept")
            return
        }
        #expect(shelf.kept == held)
        let error = await #expect(throws: TokenRequestError.self) {
            try await shared(shelf, server.transport()).refresh(held, isKept: true)
        }
        #expect(error?.endsSession == true)
        #expect(server.requests == 1)
        // Whoever has what came of it goes on, for as long as it may be, and leaves no note that would push that one out.
        var inHand = renewed
        for _ in 0..<20 {
            let shared = shared(shelf, server.transport())
            guard case .renewed(let next, .some) = try await shared.refresh(inHand, isKept: false) else {
                Issue.record("renewed and kept")
                return
            }
            inHand = next
        }
        #expect(shelf.spent == [held])
        await #expect(throws: TokenRequestError.self) {
            try await shared(shelf, server.transport()).refresh(held, isKept: true)
        }
        #expect(server.requests == 21)
        shelf.failChanges(nil)
        let anew = try session(21, grant: 2)
        shelf.put(anew)
        guard case .renewed(_, nil) = try await shared(shelf, server.transport()).refresh(anew, isKept: true) else {
            Issue.record("not renewed")
            return
        }
        #expect(shelf.kept?.tokens.refreshToken == Secret("refresh-22"))
    }

    @Test(
        "tokens that cannot be used came of it: the refresh token is not sent again",
        arguments: [
            #"{"access_token": "a", "token_type": "mac", "refresh_token": "r"}"#,
            #"{"access_token": "a b", "token_type": "bearer", "refresh_token": "r"}"#,
            #"{"access_token": "a", "token_type": "bearer", "refresh_token": "r\n"}"#,
            #"{"token_type": "bearer", "refresh_token": "r"}"#, #"{"access_token": 7, "refresh_token": "r"}"#,
        ]
    )
    func unusableTokens(answer: String) async throws {
        for store in [SharedShelf().store, .memory()] {
            let requests = Mutex(0)
            let transport = HTTPTransport { _ throws(TransportError) in
                requests.withLock { $0 += 1 }
                return .json(answer)
            }
            let held = try session()
            try await store.save(held)
            let shared = SharedSession(store: store, transport: transport, now: { Self.start + 3600 })
            let first = await #expect(throws: TokenRequestError.self) { try await shared.refresh(held, isKept: true) }
            #expect(first?.endsSession == false, "the access token in hand may be good")
            let second = await #expect(throws: TokenRequestError.self) { try await shared.refresh(held, isKept: true) }
            #expect(second?.endsSession == true && second?.mayLeaveTokens == true, "what came may live")
            #expect(requests.withLock { $0 } == 1)
        }
    }

    @Test("a refresh token that a lost answer has used up ends the session, and what that answer brought may live")
    func endedByLostAnswer() async throws {
        for isLost in [true, false] {
            let (shelf, server) = (SharedShelf(), StrictServer())
            let held = try session()
            shelf.put(held)
            let good = server.transport()
            // The server has done its work.
            let losing = HTTPTransport { request throws(TransportError) in
                _ = try await good.send(request)
                throw .timedOut(host: "login.example", seconds: 30)
            }
            if isLost {
                await #expect(throws: TokenRequestError.self) {
                    try await shared(shelf, losing).refresh(held, isKept: true)
                }
            } else {
                _ = try await good.send(
                    TokenRequest(refreshing: Secret("refresh-0"), clientID: held.clientID, endpoint: "x").httpRequest
                )
            }
            let error = await #expect(throws: TokenRequestError.self) {
                try await shared(shelf, good).refresh(held, isKept: true)
            }
            #expect(error?.endsSession == true)
            #expect(error?.mayLeaveTokens == isLost)
            #expect(server.requests == 2)
        }
    }

    @Test("what a refresh brings while somebody signs in anew is nobody's, and is deleted")
    func refreshedWhileSignedInAnew() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        let (held, newer) = (try session(), try session(7, grant: 2))
        shelf.put(held)
        let outcome = try await shared(shelf, server.transport { shelf.put(newer) }).refresh(held, isKept: true)
        #expect(outcome == .replaced(newer))
        #expect(server.deleted == ["access-1"])
        #expect(shelf.kept == newer && shelf.left.isEmpty)
    }

    @Test("where another process holds the lock for too long nothing is sent")
    func busy() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        shelf.put(try session())
        let error = StoreError.busy(profileName: "default", seconds: 45)
        shelf.fail(error)
        let held = try session()
        await #expect(throws: TokenRequestError.store(error)) {
            try await shared(shelf, server.transport()).refresh(held, isKept: true)
        }
        #expect(server.requests == 0)
    }

    @Test("a failed refresh leaves the store as it was, and the lock free")
    func failed() async throws {
        let shelf = SharedShelf()
        let held = try session()
        shelf.put(held)
        let down = TransportError.refused(host: "login.example", port: 443)
        let shared = shared(shelf, HTTPTransport { _ throws(TransportError) in throw down })
        await #expect(throws: TokenRequestError.transport(down)) { try await shared.refresh(held, isKept: true) }
        #expect(shelf.kept == held)
        #expect(!shelf.isLocked)
    }

    @Test("the session of other settings that has taken the place is neither used nor overwritten")
    func otherSettings() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        let other = Session(
            tokens: TokenResponse(accessToken: Secret("other"), expiresIn: 3600),
            receivedAt: Self.start,
            clientID: try #require(ClientID("client-2")),
            loginURL: "https://login.example",
            apiURL: "https://api.example",
            profileName: "default"
        )
        shelf.put(other)
        let shared = shared(shelf, server.transport())
        let taken = StoreError.placeTaken(
            profileName: "default",
            clientID: other.clientID,
            loginURL: "https://login.example"
        )
        // Other programs may have what the store has had.
        for isKept in [true, false] {
            await #expect(throws: TokenRequestError.store(taken)) {
                try await shared.refresh(session(), isKept: isKept, isShared: true)
            }
        }
        #expect(server.requests == 0)
        guard case .renewed(_, taken) = try await shared.refresh(session(), isKept: false) else {
            Issue.record("not renewed")
            return
        }
        #expect(shelf.kept == other)
        try await shared.signOut(session(2, at: Self.start + 3600), isKept: true).revocation.get()
        #expect(shelf.kept == other)
    }

    @Test("a new one is not put over one of a later sign-in, whichever had the lock first; an older one goes")
    func keepsTheLater() async throws {
        let shelf = SharedShelf()
        let shared = shared(shelf, StrictServer().transport())
        func signIn(_ number: UInt8, at time: Int) throws -> Session {
            let held = try session(Int(number))
            return Session(
                tokens: held.tokens,
                receivedAt: held.receivedAt,
                clientID: held.clientID,
                loginURL: held.loginURL,
                apiURL: held.apiURL,
                profileName: held.profileName,
                grant: GrantID(String(repeating: number == 1 ? "A" : "B", count: 16)),
                grantedAt: time
            )
        }
        let (earlier, later) = (try signIn(1, at: 100), try signIn(2, at: 101))
        #expect(try await shared.keep(later) == nil)
        do throws(StoreError) {
            _ = try await shared.keep(earlier)
            Issue.record("kept")
        } catch {
            guard case .placeTaken = error else { throw error }
        }
        #expect(shelf.kept == later)
        shelf.put(earlier)
        #expect(try await shared.keep(later) == nil)
        #expect(shelf.kept == later)
        // Made while the clock was ahead.
        shelf.put(try signIn(2, at: Int(Self.start.timeIntervalSince1970) + 1_000_000))
        #expect(try await shared.keep(earlier) == nil)
    }

    @Test("a new one that was refreshed before it got the lock is not put over what came of it")
    func keepsTheRefreshed() async throws {
        let shelf = SharedShelf()
        let refreshed = try session(2, at: Self.start + 10)
        shelf.put(refreshed)
        #expect(try await shared(shelf, StrictServer().transport()).keep(session(1)) == nil)
        #expect(shelf.kept == refreshed)
    }

    @Test("one of other settings whose place a new one takes is told")
    func tellsWhosePlace() async throws {
        let shelf = SharedShelf()
        let shared = shared(shelf, StrictServer().transport())
        let (held, ours) = (try session(1), try session(2, at: Self.start + 10))
        let other = Session(
            tokens: held.tokens,
            receivedAt: held.receivedAt,
            clientID: try #require(ClientID("another-client")),
            loginURL: held.loginURL,
            apiURL: held.apiURL,
            profileName: held.profileName
        )
        shelf.put(other)
        #expect(try await shared.keep(ours) == other)
        #expect(shelf.kept == ours)
        #expect(try await shared.keep(session(3, at: Self.start + 20)) == nil)
    }

    @Test("one that the store did not take is not put over a newer one, found before or after the request")
    func notOverANewerOne() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        let shared = shared(shelf, server.transport())
        let newer = try session(7, at: Self.start + 10)
        shelf.put(newer)
        #expect(try await shared.refresh(session(), isKept: false) == .replaced(newer))
        #expect(server.requests == 0)
        shelf.put(nil)
        let meanwhile = self.shared(
            shelf,
            HTTPTransport { [transport = server.transport()] request throws(TransportError) in
                shelf.put(newer)
                return try await transport.send(request)
            }
        )
        #expect(try await meanwhile.refresh(session(), isKept: false) == .replaced(newer))
        #expect(shelf.kept == newer)
        // An older one goes: it is what was there before.
        shelf.put(try session(7, at: Self.start - 10))
        let later = try session(1)
        guard case .renewed(let session, nil) = try await shared.refresh(later, isKept: false) else {
            Issue.record("not renewed")
            return
        }
        #expect(shelf.kept == session)
    }

    @Test("a refresh that the store does not take leaves what is there, where the refresh token was not replaced")
    func notRotated() async throws {
        let shelf = SharedShelf()
        let held = try session()
        shelf.put(held)
        shelf.failSaving(.quotaExceeded(store: "shelf"))
        let transport = HTTPTransport { _ throws(TransportError) in
            .json(#"{"access_token": "access-1", "token_type": "bearer", "expires_in": 3600}"#)
        }
        let outcome = try await shared(shelf, transport).refresh(held, isKept: true)
        guard case .renewed(let renewed, .quotaExceeded) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(!renewed.spends(held))
        #expect(shelf.kept == held)
    }

    @Test("signing out deletes the newest token, which another process may have got")
    func signOutNewest() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        shelf.put(try session(7, at: Self.start + 3600))
        try await shared(shelf, server.transport()).signOut(session(), isKept: true).revocation.get()
        #expect(server.deleted == ["access-7"])
        #expect(shelf.kept == nil)
    }

    @Test("where the store takes nothing and has an older token, signing out deletes the newer one in hand, and that")
    func signOutNewerThanKept() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        shelf.put(try session(at: Self.start + 3000))
        let held = try session(1, at: Self.start + 3600)
        try await shared(shelf, server.transport()).signOut(held, isKept: false).revocation.get()
        #expect(shelf.kept == nil)
        #expect(Set(server.deleted) == ["access-0", "access-1"])
    }

    @Test(
        "where the store did not take a sign-in and has the one before, signing out means that too; a later one stays"
    )
    func signOutOfSignInBefore() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        let held = try session(1, at: Self.start + 3000, grant: 2)
        shelf.put(try session(at: Self.start + 2000))
        try await shared(shelf, server.transport()).signOut(held, isKept: false).revocation.get()
        #expect(shelf.kept == nil)
        #expect(server.deleted == ["access-0", "access-1"])
        let later = try session(at: Self.start + 3500)
        shelf.put(later)
        try await shared(shelf, server.transport()).signOut(held, isKept: false).revocation.get()
        #expect(shelf.kept == later)
        #expect(server.deleted == ["access-0", "access-1", "access-1"])
    }

    @Test(
        "what no store has is deleted on leaving, by its refresh token where its access token is over",
        arguments: [0, 3600]
    )
    func discarded(age: Double) async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        try await shared(shelf, server.transport()).discard(session(at: Self.start + 3600 - age)).get()
        #expect(server.deleted == [age == 0 ? "access-0" : "access-1"])
    }

    @Test(
        "signed out of while it is refreshed, and no store has it: the spent refresh token is not sent again",
        arguments: [200, 500]
    )
    func signedOutUnkept(status: Int) async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        let held = try session(at: Self.start + 3600)
        let good = server.transport()
        // The new access token is deleted, or not.
        let deleting = HTTPTransport { request throws(TransportError) in
            guard request.method == .delete, status != 200 else { return try await good.send(request) }
            return HTTPResponse(status: status)
        }
        let refreshing = shared(shelf, deleting)
        let transport = HTTPTransport { request throws(TransportError) in
            guard request.bearer == Secret("access-0") else { return try await deleting.send(request) }
            // The answer to a refresh comes first, and has ended this one.
            if request.method == .delete {
                _ = try? await refreshing.refresh(held, isKept: false, isSignedOut: { true })
            }
            return HTTPResponse(status: 401)
        }
        let (revocation, _) = await shared(shelf, transport).signOut(held, isKept: false)
        if status == 200 {
            #expect(throws: Never.self) { try revocation.get() }
        } else {
            #expect(throws: APIError.lateToken) { try revocation.get() }
        }
        #expect(server.requests == 1)
    }

    @Test("what a refresh without an answer has brought of it is told, and the refresh token is not sent again")
    func discardedAfterLostRefresh() async throws {
        for age in [0.0, 3600] {
            let (shelf, server) = (SharedShelf(), StrictServer())
            let held = try session(at: Self.start + 3600 - age)
            let late = TransportError.timedOut(host: "login.example", seconds: 30)
            await #expect(throws: TokenRequestError.transport(late)) {
                try await shared(shelf, HTTPTransport { _ throws(TransportError) in throw late })
                    .refresh(held, isKept: false)
            }
            let outcome = await shared(shelf, server.transport()).discard(held)
            #expect(throws: APIError.lateToken) { try outcome.get() }
            #expect(server.deleted == (age == 0 ? ["access-0"] : []) && server.requests == 0)
        }
    }

    @Test("signed out of here while the answer is on its way: what comes of it is deleted, whatever the store does")
    func signedOutHere() async throws {
        for (isKept, isTaken) in [(true, true), (true, false), (false, true), (false, false)] {
            let (shelf, server) = (SharedShelf(), StrictServer())
            let held = try session()
            if isKept { shelf.put(held) }
            if !isTaken { shelf.failSaving(.quotaExceeded(store: "shelf")) }
            let outcome = try await shared(shelf, server.transport()).refresh(
                held,
                isKept: isKept,
                isSignedOut: { server.requests == 1 }
            )
            #expect(outcome == .forgotten)
            #expect(server.deleted == ["access-1"])
        }
    }

    @Test("what another store has of the same sign-in is forgotten and deleted too; another client's is left alone")
    func everyStore() async throws {
        let (shelf, other, third, server) = (SharedShelf(), SharedShelf(), SharedShelf(), StrictServer())
        let now = Self.start + 3600
        shelf.put(try session(2, at: now))
        other.put(try session(1, at: now))
        let foreign = Session(
            tokens: TokenResponse(accessToken: Secret("other"), expiresIn: 3600),
            receivedAt: now,
            clientID: try #require(ClientID("client-2")),
            loginURL: "https://login.example",
            apiURL: "https://api.example",
            profileName: "default"
        )
        third.put(foreign)
        let shared = SharedSession(
            store: shelf.store,
            otherStores: [other.store, third.store],
            transport: server.transport(),
            now: { now }
        )
        try await shared.signOut(session(2, at: now), isKept: true).revocation.get()
        #expect(server.deleted == ["access-1", "access-2"])
        #expect(shelf.kept == nil && other.kept == nil)
        #expect(third.kept == foreign)
    }

    @Test(
        "where the server does not delete what another store had, that is said; one that it does not know is none",
        arguments: [500, 401]
    )
    func signOutOtherStoreInVain(status: Int) async throws {
        let (shelf, other, server) = (SharedShelf(), SharedShelf(), StrictServer())
        let now = Self.start + 3600
        shelf.put(try session(2, at: now))
        other.put(try session(1, at: now))
        let transport = server.transport()
        let refusing = HTTPTransport { request throws(TransportError) in
            if request.method == .delete, request.bearer == Secret("access-1") { return .json("{}", status: status) }
            return try await transport.send(request)
        }
        let shared = SharedSession(store: shelf.store, otherStores: [other.store], transport: refusing, now: { now })
        let revocation = await shared.signOut(try session(2, at: now), isKept: true).revocation
        if status == 401 {
            try revocation.get()
        } else {
            #expect(throws: APIError.self) { try revocation.get() }
        }
        #expect(server.deleted == ["access-2"])
        #expect(shelf.kept == nil && other.kept == nil)
    }

    @Test("signed out of while another program has the lock for too long: what it may get lives on, and that is said")
    func signOutWhileBusy() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        let held = try session(at: Self.start + 3600)
        shelf.fail(.busy(profileName: "default", seconds: 45))
        let revocation = await shared(shelf, server.transport()).signOut(held, isKept: false).revocation
        #expect(throws: APIError.lateToken) { try revocation.get() }
        #expect(server.deleted == ["access-0"])
    }

    @Test("where the server knows the token no more, and does not delete what another store had, that is said")
    func signOutUnknownBesideOther() async throws {
        let (shelf, other, server) = (SharedShelf(), SharedShelf(), StrictServer())
        let now = Self.start + 3600
        shelf.put(try session(2, at: now))
        other.put(try session(1, at: now))
        let transport = server.transport()
        let refusing = HTTPTransport { request throws(TransportError) in
            guard request.method == .delete else {
                return HTTPResponse(status: 400, body: Data(#"{"error":"invalid_grant"}"#.utf8))
            }
            if request.bearer == Secret("access-1") { return HTTPResponse(status: 500) }
            if request.bearer == Secret("access-2") { return HTTPResponse(status: 401) }
            return try await transport.send(request)
        }
        let shared = SharedSession(store: shelf.store, otherStores: [other.store], transport: refusing, now: { now })
        let revocation = await shared.signOut(try session(2, at: now), isKept: true).revocation
        let error = #expect(throws: APIError.self) { try revocation.get() }
        #expect(error?.isUnauthorized == false)
    }

    @Test(
        "another store's session of another sign-in, whose access token is over, is refreshed to be deleted",
        arguments: [0, 3600]
    )
    func otherStoreRefreshed(age: Double) async throws {
        let (shelf, other, server) = (SharedShelf(), SharedShelf(), StrictServer())
        let now = Self.start + 3600
        shelf.put(try session(2, at: now))
        other.put(try session(0, at: now - age, grant: 2))
        let transport = server.transport()
        let early = HTTPTransport { request throws(TransportError) in
            if request.bearer == Secret("access-0") { return HTTPResponse(status: 401) }
            return try await transport.send(request)
        }
        let shared = SharedSession(store: shelf.store, otherStores: [other.store], transport: early, now: { now })
        try await shared.signOut(session(2, at: now), isKept: true).revocation.get()
        #expect(server.deleted == ["access-1", "access-2"])
        #expect(shelf.kept == nil && other.kept == nil)
    }

    @Test("a refresh without an answer of what another store has is told too")
    func otherStoreLeft() async throws {
        let (shelf, other, server) = (SharedShelf(), SharedShelf(), StrictServer())
        let now = Self.start + 3600
        let stray = try session(0, at: now, grant: 2)
        shelf.put(stray)
        let late = TransportError.timedOut(host: "login.example", seconds: 30)
        await #expect(throws: TokenRequestError.transport(late)) {
            try await shared(shelf, HTTPTransport { _ throws(TransportError) in throw late }).refresh(
                stray,
                isKept: true
            )
        }
        other.put(stray)
        shelf.put(try session(2, at: now))
        let both = SharedSession(
            store: shelf.store,
            otherStores: [other.store],
            transport: server.transport(),
            now: { now }
        )
        let revocation = try await both.signOut(session(2, at: now), isKept: true).revocation
        #expect(throws: APIError.lateToken) { try revocation.get() }
        #expect(server.deleted == ["access-0", "access-2"])
    }

    @Test("a 401 to the deletion of another store's token that the API greets is told")
    func otherStoreGreeted() async throws {
        let (shelf, other, server) = (SharedShelf(), SharedShelf(), StrictServer())
        let now = Self.start + 3600
        shelf.put(try session(2, at: now))
        other.put(try session(0, at: now, grant: 2))
        let transport = server.transport()
        let refusing = HTTPTransport { request throws(TransportError) in
            if request.bearer == Secret("access-0") {
                return HTTPResponse(status: request.method == .get ? 200 : 401, body: Data(#"{"id":"1"}"#.utf8))
            }
            return try await transport.send(request)
        }
        let shared = SharedSession(store: shelf.store, otherStores: [other.store], transport: refusing, now: { now })
        let revocation = try await shared.signOut(session(2, at: now), isKept: true).revocation
        #expect(throws: APIError.self) { try revocation.get() }
        #expect(server.deleted == ["access-2"])
    }

    @Test("who has signed out when the new session is handed over has it deleted, and nothing is kept")
    func signedOutAtLast() async throws {
        for isKept in [true, false] {
            let (shelf, server) = (SharedShelf(), StrictServer())
            let held = try session()
            if isKept { shelf.put(held) }
            let outcome = try await shared(shelf, server.transport()).refresh(
                held,
                isKept: isKept,
                taking: { _, _ in false }
            )
            #expect(outcome == .forgotten)
            #expect(shelf.kept == nil)
            #expect(server.deleted == ["access-1"])
        }
    }

    @Test("an access token that has expired is refreshed to sign out with it")
    func signOutExpired() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        let held = try session()
        shelf.put(held)
        try await shared(shelf, server.transport()).signOut(held, isKept: true).revocation.get()
        #expect(server.deleted == ["access-1"])
        #expect(shelf.kept == nil)
    }

    @Test("an access token that the server ended before its time: what its refresh token brings is deleted")
    func signOutEndedEarly() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        let held = try session(at: Self.start + 3600)
        let transport = server.transport()
        let early = HTTPTransport { request throws(TransportError) in
            if request.bearer == held.tokens.accessToken { return HTTPResponse(status: 401) }
            return try await transport.send(request)
        }
        shelf.put(held)
        try await shared(shelf, early).signOut(held, isKept: true).revocation.get()
        #expect(server.deleted == ["access-1"])
        // One that another has taken out of the store may be spent.
        let revocation = await shared(shelf, early).signOut(held, isKept: true).revocation
        #expect(throws: APIError.self) { try revocation.get() }
        #expect(server.requests == 1)
        // And where the server does not know that one either, it is the end of it.
        shelf.put(held)
        let again = await shared(shelf, early).signOut(held, isKept: true).revocation
        #expect { try again.get() } throws: { ($0 as? APIError)?.isUnauthorized == true }
        #expect(server.requests == 2)
        #expect(server.deleted == ["access-1"])
    }

    @Test(
        "signed out of while it is refreshed, and the token that comes of it is not deleted: the sign-out says so",
        arguments: [200, 401, 500]
    )
    func signOutDuringRefreshInVain(status: Int) async throws {
        for store in [SharedShelf().store, .memory()] {
            let server = StrictServer()
            let held = try session(at: Self.start + 3600)
            try await store.save(held)
            let (signOuts, begin) = AsyncStream<Task<Result<Void, APIError>, Never>>.makeStream()
            let shared: @Sendable (HTTPTransport) -> SharedSession = { transport in
                let refusing = HTTPTransport { request throws(TransportError) in
                    if request.method == .delete, request.bearer != Secret("access-0") {
                        return HTTPResponse(status: status)
                    }
                    return try await transport.send(request)
                }
                return SharedSession(store: store, transport: refusing, now: { Self.start + 3600 })
            }
            let transport = server.transport {
                begin.yield(Task { await shared(server.transport()).signOut(held, isKept: true).revocation })
                begin.finish()
                while await (try? store.load("default")) != nil { await Task.yield() }
            }
            guard case .forgotten = try await shared(transport).refresh(held, isKept: true) else {
                Issue.record("not forgotten")
                return
            }
            var revocations: [Result<Void, APIError>] = []
            for await signOut in signOuts { revocations.append(await signOut.value) }
            let revocation = try #require(revocations.first)
            if status == 200 {
                try revocation.get()
            } else {
                #expect(throws: APIError.lateToken) { try revocation.get() }
            }
            #expect(server.deleted == ["access-0"])
        }
    }

    @Test(
        "signed out of while it is refreshed, and no answer to that comes, or one of no use: what it did not bring is no success"
    )
    func signOutDuringRefreshUnanswered() async throws {
        let host = "login.example"
        let answers: [(Result<HTTPResponse, TransportError>, isLeft: Bool)] = [
            (.failure(.timedOut(host: host, seconds: 30)), true), (.failure(.closed(host: host)), true),
            (.failure(.refused(host: host, port: 443)), false), (.success(.json("{\"access_tok")), true),
            (.success(.json("{}", status: 503)), true), (.success(.json("{}", status: 429)), false),
            (.success(.json(#"{"access_token": "a b"}"#)), true),
        ]
        for (answer, isLeft) in answers {
            let shelf = SharedShelf()
            let held = try session(at: Self.start + 3600)
            shelf.put(held)
            let (signOuts, begin) = AsyncStream<Task<Result<Void, APIError>, Never>>.makeStream()
            let deleting = HTTPTransport { _ throws(TransportError) in HTTPResponse(status: 200) }
            let transport = HTTPTransport { _ throws(TransportError) in
                let shared = SharedSession(store: shelf.store, transport: deleting, now: { Self.start + 3600 })
                begin.yield(Task { await shared.signOut(held, isKept: true).revocation })
                begin.finish()
                while shelf.kept != nil { await Task.yield() }
                return try answer.get()
            }
            await #expect(throws: TokenRequestError.self) {
                try await shared(shelf, transport).refresh(held, isKept: true)
            }
            for await signOut in signOuts {
                let revocation = await signOut.value
                if isLeft {
                    #expect(throws: APIError.lateToken, "\(answer)") { try revocation.get() }
                } else {
                    #expect(throws: Never.self, "\(answer)") { try revocation.get() }
                }
            }
        }
    }

    @Test(
        "a server that refuses every deletion with 401 is not said to have known no token, where it does not say so of other requests",
        arguments: [
            (0.0, true, 200, 0), (0.0, false, 200, 0), (0.0, false, 403, 0), (0.0, true, 503, 0),
            (-10_800.0, true, 200, 1),
        ]
    )
    func signOutRefused(age: Double, hasRefreshToken: Bool, status: Int, refreshes: Int) async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        let transport = server.transport()
        let refusing = HTTPTransport { request throws(TransportError) in
            if request.method == .delete { return HTTPResponse(status: 401) }
            if request.method == .get, status != 200 { return .json("{}", status: status) }
            return try await transport.send(request)
        }
        let held = try session(at: Self.start + 3600 + age, refresh: hasRefreshToken)
        shelf.put(held)
        let (result, notForgotten) = await shared(shelf, refusing).signOut(held, isKept: true)
        #expect(server.requests == refreshes)
        let revocation = LoggedOut.Revocation(result, notForgotten: notForgotten, .init(held))
        guard case .onlyForgotten(let failure) = revocation else {
            Issue.record("\(revocation)")
            return
        }
        #expect(failure.report.summary.contains("does not let the token be deleted (HTTP 401)"))
    }

    @Test(
        "an access token that has expired, and a server that does not refresh it now: no success, the session lives on there"
    )
    func signOutExpiredInVain() async throws {
        for error in [TransportError.timedOut(host: "login.example", seconds: 30), .closed(host: "login.example")] {
            let shelf = SharedShelf()
            let held = try session()
            shelf.put(held)
            let transport = HTTPTransport { request throws(TransportError) in
                if request.method == .post { throw error }
                return HTTPResponse(status: 401)
            }
            let revocation = await shared(shelf, transport).signOut(held, isKept: true).revocation
            #expect(throws: APIError.transport(error)) { try revocation.get() }
            #expect(shelf.kept == nil)
        }
    }

    @Test(
        "one that another has signed out of, or that the store does not give, is not refreshed for that: it may be spent",
        arguments: [nil, StoreError.unavailable(store: "shelf", ServerText("no"))]
    )
    func signOutGone(error: StoreError?) async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        let held = try session()
        shelf.fail(error)
        _ = await shared(shelf, server.transport()).signOut(held, isKept: true)
        #expect(server.requests == 0)
        // In hand alone, its refresh token is nobody else's.
        _ = await shared(shelf, server.transport()).signOut(held, isKept: false)
        #expect(server.requests == 1)
        #expect(server.deleted.last == "access-1")
    }

    @Test("a sign-in that takes the place while another is signed out of is not forgotten, nor deleted")
    func signInDuringSignOut() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        let held = try session(at: Self.start + 3600)
        let newer = try session(1, at: Self.start + 3600, grant: 2)
        shelf.put(held)
        shelf.beforeRemoving { shelf.put(newer) }
        try await shared(shelf, server.transport()).signOut(held, isKept: true).revocation.get()
        #expect(shelf.kept == newer)
        #expect(server.deleted == ["access-0"])
    }

    @Test(
        "a deletion that the server wants later waits for a short time, three times at most",
        arguments: [(1, 2, 2), (2, 10, 3), (3, 1, 3), (1, 11, 1), (1, nil, 1)] as [(Int, Int?, Int)]
    )
    func deletedLater(refusals: Int, retryAfter: Int?, requests: Int) async throws {
        let asked = Mutex(0)
        let waits = Mutex<[Int]>([])
        let transport = HTTPTransport { _ throws(TransportError) in
            let number = asked.withLock { asked in
                asked += 1
                return asked
            }
            let headers = retryAfter.map { ["retry-after": "\($0)"] } ?? [:]
            return number <= refusals ? .json("{}", status: 429, headers: headers) : HTTPResponse(status: 200)
        }
        let shared = SharedSession(
            store: SharedShelf().store,
            transport: transport,
            now: { Self.start + 3600 },
            wait: { seconds in
                waits.withLock { $0.append(seconds) }
                return true
            }
        )
        let revocation = await shared.signOut(try session(at: Self.start + 3600), isKept: true).revocation
        #expect(asked.withLock { $0 } == requests)
        #expect(waits.withLock { $0 } == [Int](repeating: retryAfter ?? 0, count: requests - 1))
        if requests > refusals {
            try revocation.get()
        } else {
            #expect(throws: APIError.self) { try revocation.get() }
        }
    }

    @Test("a deletion that meets a connection which the server has just ended is tried once more", arguments: [1, 2])
    func deletedAgain(ends: Int) async throws {
        let asked = Mutex(0)
        let transport = HTTPTransport { _ throws(TransportError) in
            let number = asked.withLock { asked in
                asked += 1
                return asked
            }
            guard number > ends else { throw .closed(host: "api.example") }
            return HTTPResponse(status: 200)
        }
        let revocation = await shared(SharedShelf(), transport).signOut(
            try session(at: Self.start + 3600),
            isKept: true
        )
        .revocation
        #expect(asked.withLock { $0 } == 2)
        switch revocation {
        case .success: #expect(ends == 1)
        case .failure(let error): #expect(ends == 2 && error == .transport(.closed(host: "api.example")))
        }
    }

    @Test("a deletion that may have arrived is not told as one that was kept back, whatever becomes of the second try")
    func deletedAgainInVain() async throws {
        let asked = Mutex(0)
        let transport = HTTPTransport { _ throws(TransportError) in
            let isFirst = asked.withLock { asked in
                defer { asked += 1 }
                return asked == 0
            }
            throw isFirst
                ? .closed(host: "api.example")
                : .proxy(host: "api.example", proxy: "proxy.example:3128", .denied(status: 503))
        }
        let outcome = await shared(SharedShelf(), transport).signOut(try session(at: Self.start + 3600), isKept: true)
        #expect(throws: APIError.transport(.closed(host: "api.example"))) { try outcome.revocation.get() }
        #expect(asked.withLock(\.self) == 2)
    }

    @Test("a store that does not forget is told, whatever the server does; of what it never had it cannot")
    func notForgotten() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        let held = try session(at: Self.start + 3600)
        shelf.put(held)
        shelf.fail(.locked(store: "shelf"))
        let shared = shared(shelf, server.transport())
        #expect(await shared.signOut(held, isKept: true).notForgotten == .locked(store: "shelf"))
        #expect(server.deleted == ["access-0"])
        #expect(await shared.signOut(held, isKept: false).notForgotten == nil)
    }

    @Test("a server that gives the same access token again: the refresh token is the newest one all the same")
    func sameAccessToken() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        let held = try session()
        var newer = held
        newer.tokens = TokenResponse(
            accessToken: held.tokens.accessToken,
            expiresIn: 3600,
            refreshToken: Secret("refresh-1")
        )
        shelf.put(newer)
        let shared = shared(shelf, server.transport())
        #expect(try await shared.refresh(held, isKept: true) == .replaced(newer))
        #expect(server.requests == 0)
        await shared.forget(held)
        #expect(shelf.kept == newer)
    }

    @Test("a session whose time in the store is over is no sign-out: its refresh token is tried")
    func overInTheStore() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        let held = try session(at: Self.start - Session.longestRest)
        #expect(held.storedUntil == Self.start + 3600)
        let outcome = try await shared(shelf, server.transport()).refresh(held, isKept: true)
        guard case .renewed(let renewed, notKept: nil) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(shelf.kept == renewed)
    }

    @Test("signing out in the middle of a refresh does not send the refresh token again", arguments: [true, false])
    func signOutDuringRefresh(isShared: Bool) async throws {
        let (shelf, server, memory) = (SharedShelf(), StrictServer(), SessionStore.memory())
        let store = isShared ? shelf.store : memory
        let held = try session()
        try await store.save(held)
        let (gate, open) = AsyncStream<Void>.makeStream()
        let (asked, asking) = AsyncStream<Void>.makeStream()
        let transport = server.transport {
            asking.yield()
            for await _ in gate { break }
        }
        // Long after the access token has expired.
        let shared = SharedSession(store: store, transport: transport, now: { Self.start + 7200 })
        let refresh = Task { try await shared.refresh(held, isKept: true) }
        for await _ in asked { break }
        let signOut = Task { await shared.signOut(held, isKept: true) }
        while try await store.load("default") != nil { await Task.yield() }
        // Time for the sign-out to ask for the lock.
        for _ in 0..<1000 { await Task.yield() }
        open.finish()
        #expect(try await refresh.value == .forgotten)
        _ = await signOut.value
        #expect(server.requests == 1)
        #expect(server.deleted.contains("access-1"))
    }

    @Test("a newer session is not forgotten in the name of an older one")
    func forgetsItsOwn() async throws {
        let (shelf, server) = (SharedShelf(), StrictServer())
        let newer = try session(1)
        shelf.put(newer)
        await shared(shelf, server.transport()).forget(try session())
        #expect(shelf.kept == newer)
        await shared(shelf, server.transport()).forget(newer)
        #expect(shelf.kept == nil)
    }
}
