import FoundationEssentials
import GenesysCloud
import OAuth
import SessionStore
import SignIn
import SignInRuntime
import Synchronization
import Testing

/// A person who signs in, refreshes, signs out and leaves at any moment, while a server and a store fail now and then. What is
/// known when the program is left is held against what the server and the store have.
private final class LeavingTrial: Sendable {
    /// How a request fares.
    private enum Fate: CaseIterable {
        case good, refused, closedBefore, closedAfter, timedOut, serverError, unauthorized, webPage, useless, cutShort
    }

    private struct Truth {
        var random: Seeded
        var families = 0
        /// The turn of each family of tokens that lives.
        var turns: [Int: Int] = [:]
        var live: Set<String> = []
        /// Tokens whose refresh's answer was lost or of no use: a failure is shown.
        var unseen: Set<String> = []
        /// Tokens of sign-ins in other programs, and those whose place in the store such a sign-in has taken.
        var elsewhere: Set<String> = []
        var log: [String] = []
    }

    private static let host = "login.example"

    private let shelf = SharedShelf()
    private let truth: Mutex<Truth>
    /// Of how many requests and store's actions one fails; none where it is nil.
    private let rarity: (server: Int?, store: Int?)

    /// Whether another program signs in now and then.
    private let hasOthers: Bool

    init(seed: UInt64, rarity: (server: Int?, store: Int?), hasOthers: Bool) {
        self.rarity = rarity
        self.hasOthers = hasOthers
        truth = Mutex(Truth(random: Seeded(state: seed)))
    }

    private func number(_ end: Int) -> Int { truth.withLock { Int.random(in: 0..<end, using: &$0.random) } }

    private func log(_ line: String) { truth.withLock { $0.log.append(line) } }

    private func pause(_ end: Int = 6) async { for _ in 0..<number(end) { await Task.yield() } }

    private func answer(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        await pause(20)
        var fate = Fate.good
        if let rarity = rarity.server, number(rarity) == 0 { fate = Fate.allCases[number(Fate.allCases.count)] }
        let what = "\(request.method.rawValue) \(request.bearer?.reveal() ?? "token")"
        switch fate {
        case .refused, .closedBefore, .serverError, .webPage: log("\(what), \(fate)")
        default: break
        }
        switch fate {
        case .refused: throw .refused(host: Self.host, port: 443)
        case .closedBefore: throw .closed(host: Self.host)
        case .serverError: return .json("{}", status: 500)
        case .webPage: return HTTPResponse(status: 200, body: Data("<p>Welcome".utf8))
        case .unauthorized where request.method == .delete: return .json("{}", status: 401)
        default: break
        }
        let (answer, token) = perform(request)
        log("\(what), \(fate): \(answer.status) \(token ?? "")")
        await pause(20)
        guard let token else {
            switch fate {
            case .closedAfter: throw .closed(host: Self.host)
            case .timedOut: throw .timedOut(host: Self.host, seconds: 30)
            default: return answer
            }
        }
        switch fate {
        case .closedAfter, .timedOut, .useless, .cutShort:
            if request.body?.reveal().contains("grant_type=refresh_token") == true {
                truth.withLock { _ = $0.unseen.insert(token) }
            }
        default: break
        }
        switch fate {
        case .closedAfter: throw .closed(host: Self.host)
        case .timedOut: throw .timedOut(host: Self.host, seconds: 30)
        case .useless: return .json(#"{"access_token":"access-9","token_type":"mac","refresh_token":"refresh-9"}"#)
        case .cutShort: return .json(#"{"access_token":"access"#)
        default: return answer
        }
    }

    /// Each code has a family of tokens, in which refresh tokens rotate.
    private func perform(_ request: HTTPRequest) -> (HTTPResponse, token: String?) {
        truth.withLock { truth in
            let bearer = request.bearer?.reveal() ?? ""
            switch request.method {
            case .get: return (truth.live.contains(bearer) ? .ada : .json("{}", status: 401), nil)
            case .delete:
                guard truth.live.remove(bearer) != nil else { return (.json("{}", status: 401), nil) }
                if let family = Int(bearer.split(separator: "-")[1]) { truth.turns[family] = nil }
                return (HTTPResponse(status: 200), nil)
            case .post: break
            }
            let body = request.body?.reveal() ?? ""
            let family: Int
            var turn = 0
            if body.contains("grant_type=authorization_code") {
                truth.families += 1
                family = truth.families
            } else {
                let refreshed = truth.turns.first { body.contains("refresh_token=refresh-\($0.key)-\($0.value)&") }
                guard let refreshed else { return (.json(#"{"error":"invalid_grant"}"#, status: 400), nil) }
                truth.live.remove("access-\(refreshed.key)-\(refreshed.value)")
                (family, turn) = (refreshed.key, refreshed.value + 1)
            }
            truth.turns[family] = turn
            let token = "access-\(family)-\(turn)"
            truth.live.insert(token)
            let text = """
                {"access_token":"\(token)","token_type":"bearer","expires_in":3600,"refresh_token":"refresh-\(family)-\(turn)"}
                """
            return (.json(text), token)
        }
    }

    private var store: SessionStore {
        let inner = shelf.store
        let failure = StoreError.unavailable(store: "shelf", ServerText("no"))
        let trouble: @Sendable (String) async -> Bool = { [self] action in
            await pause(20)
            guard let rarity = rarity.store, number(rarity) == 0 else { return false }
            log("\(action) fails")
            return true
        }
        return SessionStore(
            name: inner.name,
            isShared: true,
            load: { name throws(StoreError) in
                if await trouble("load") { throw failure }
                return try await inner.load(name)
            },
            save: { [self] session throws(StoreError) in
                if await trouble("save") { throw failure }
                try await inner.save(session)
                log("saved \(session.tokens.accessToken.reveal())")
            },
            forget: { [self] name throws(StoreError) in
                if await trouble("forget") { throw failure }
                try await inner.forget(name)
                log("forgot")
            },
            remove: { [self] name, isMeant throws(StoreError) in
                if await trouble("remove") { throw failure }
                let removed = try await inner.remove(name, isMeant)
                log("removed \(removed?.tokens.accessToken.reveal() ?? "nothing")")
                return removed
            },
            lock: inner.lock,
            changes: inner.changes
        )
    }

    /// Uses the program for a while, and leaves it.
    func run(seed: UInt64) async throws {
        let world = World(store: store, exitPatience: .seconds(5)) { [self] request, _ throws(TransportError) in
            try await answer(request)
        }
        let settings = try SignInSettings.sample(login: "https://login.example", api: "https://api.example")
        await world.engine.follow("default") { _ in true }
        for _ in 0..<(3 + number(6)) {
            await act(world, settings)
            await pause(60)
            if hasOthers, number(3) == 0 { await signInElsewhere(world, settings) }
            world.clock.advance(by: 1)
        }
        log("quit in \("\(await world.engine.state)".prefix(60))")
        await world.engine.send(.quitChosen)
        if number(3) == 0 { await act(world, settings) }
        for await _ in world.engine.states {}
        await judge(world, seed)
        world.clock.advance(by: 1_000_000)
    }

    /// A sign-in of another program, whose store does not fail.
    private func signInElsewhere(_ world: World, _ settings: SignInSettings) async {
        let family = truth.withLock { truth in
            truth.families += 1
            truth.turns[truth.families] = 0
            truth.live.insert("access-\(truth.families)-0")
            truth.elsewhere.insert("access-\(truth.families)-0")
            return truth.families
        }
        let entropy = Entropy([UInt8](repeating: UInt8(family), count: Entropy.count))
        let session = Session(
            tokens: TokenResponse(
                accessToken: Secret("access-\(family)-0"),
                expiresIn: 3600,
                refreshToken: Secret("refresh-\(family)-0")
            ),
            receivedAt: world.clock.now,
            clientID: settings.clientID,
            loginURL: settings.environment.loginURL,
            apiURL: settings.environment.apiURL,
            profileName: "default",
            grant: entropy.map { GrantID(entropy: $0) },
            grantedAt: Int(world.clock.now.timeIntervalSince1970)
        )
        let inner = shelf.store
        let store = SessionStore(
            name: inner.name,
            isShared: true,
            load: inner.load,
            save: { [self] session throws(StoreError) in
                // Its token is another program's too, which may have got it there.
                if let before = shelf.kept?.tokens.accessToken.reveal() {
                    truth.withLock { _ = $0.elsewhere.insert(before) }
                }
                try await inner.save(session)
                log("elsewhere saved \(session.tokens.accessToken.reveal())")
            },
            forget: inner.forget,
            remove: inner.remove,
            lock: inner.lock,
            changes: inner.changes
        )
        let shared = SharedSession(
            store: store,
            transport: HTTPTransport { _ throws(TransportError) in .ada },
            now: { world.clock.now }
        )
        _ = try? await shared.keep(session)
    }

    private func act(_ world: World, _ settings: SignInSettings) async {
        let engine = world.engine
        switch await engine.state {
        case .loggedOut:
            log("sign in")
            await engine.send(.signInChosen(engine.plan(settings)))
            for _ in 0..<50 {
                await Task.yield()
                guard case .awaitingCallback(let attempt) = await engine.state else { break }
                guard attempt.authorizationURL != nil else { continue }
                await world.listener.arrive("code=c0de&state=\(attempt.expectedState.value.reveal())")
                break
            }
        case .awaitingCallback:
            guard number(2) == 0 else { return }
            log("cancel")
            await engine.send(.cancelChosen)
        case .tokenHeld, .userProfile:
            if number(3) > 0 {
                log("refresh")
                await engine.send(.refreshChosen(engine.plan(settings)))
            } else {
                log("sign out")
                await engine.send(.signOutChosen)
            }
        }
    }

    /// Every token that lives is kept, or something is said of it.
    private func judge(_ world: World, _ seed: UInt64) async {
        let engine = world.engine
        var untold = truth.withLock { $0.live.subtracting($0.unseen).subtracting($0.elsewhere) }
        if let kept = shelf.kept { untold.remove(kept.tokens.accessToken.reveal()) }
        if let (session, _) = await engine.unkept() { untold.remove(session.tokens.accessToken.reveal()) }
        let incomplete = await engine.incompleteSignOuts.count
        let (isSending, isSaving) = (await engine.isSending, await engine.isSaving)
        let (isLeft, mayBeLeft) = (await engine.hasLeftToken, await engine.mayHaveLeftToken)
        let hasLeft = isLeft || mayBeLeft
        let isExchanging = await engine.isExchanging
        let discarded = await engine.discarded.count { $0 != .deleted && $0 != .unknown }
        let isDiscarding = await engine.isDiscarding
        let words =
            incomplete + [isSending, isSaving, isExchanging].count { $0 } + (hasLeft ? untold.count : 0)
            + (isDiscarding ? untold.count : discarded)
        let state = await engine.state
        #expect(
            untold.count <= words,
            """
            seed \(seed): \(untold), state \("\(state)".prefix(60)), not kept \
            \(state.held?.notKept.map { "\($0)" } ?? "-"), held \(state.held?.session.tokens.accessToken.reveal() ?? "-"), kept \
            \(shelf.kept?.tokens.accessToken.reveal() ?? "nothing")
            \(truth.withLock { $0.log.joined(separator: "\n") })
            """
        )
        if rarity.server == nil, rarity.store == nil {
            #expect(
                words == 0,
                """
                seed \(seed): \(incomplete) \(isSending) \(isSaving) \(isExchanging) \(hasLeft), state \("\(state)".prefix(90))
                \(truth.withLock { $0.log.joined(separator: "\n") })
                """
            )
        }
    }
}

#if compiler(>=6.2)
    extension EnduranceTests {
        @Test(
            "whenever the program is left, each token that lives is kept or said to live",
            arguments: [(nil, nil), (3, nil), (6, nil), (nil, 4), (nil, 8), (6, 8), (12, 16)] as [(Int?, Int?)],
            [false, true]
        )
        func leaving(_ rarity: (server: Int?, store: Int?), hasOthers: Bool) async throws {
            for seed in UInt64(0)..<1000 {
                try await LeavingTrial(seed: seed, rarity: rarity, hasOthers: hasOthers).run(seed: seed)
            }
        }
    }
#endif
