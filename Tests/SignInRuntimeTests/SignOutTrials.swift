import FoundationEssentials
import GenesysCloud
import OAuth
import SessionStore
import SignIn
import SignInRuntime
import Synchronization
import Testing

/// A generator whose numbers follow from its seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Programs that share a session, a server and a store: each of them fails, and any program but the one that signs out is
/// ended, at any moment. What a sign-out says is held against what the server and the store have when all is over.
private final class Trial: Sendable {
    /// How a request fares.
    private enum Fate: CaseIterable {
        case good, refused, closedBefore, closedAfter, timedOut, serverError, gatewayTimeout, unauthorized, rateLimited
        case webPage, useless, cutShort, slow, killed
    }

    private struct Truth {
        var random: Seeded
        var turn = 0
        /// The access tokens that the server takes.
        var live: Set<String> = ["access-0"]
        var isDead = false
        var log: [String] = []
        var ended: [CheckedContinuation<Void, Never>] = []
        /// How many programs do nothing more.
        var over = 0
    }

    private static let start = Date(timeIntervalSince1970: 1_800_000_000)
    /// For how many turns of the others a program waits for the lock.
    private static let patience = 400
    private static let gaveUp = ": lock is busy"
    private static let host = "login.example"

    private let shelf = SharedShelf()
    private let truth: Mutex<Truth>
    private let held: Session
    /// Of how many requests and store's actions one fails; none where it is nil.
    private let rarity: (server: Int?, store: Int?)

    init(seed: UInt64, rarity: (server: Int?, store: Int?)) throws {
        var random = Seeded(state: seed)
        self.rarity = rarity
        let hasExpired = Int.random(in: 0..<4, using: &random) == 0
        held = Session(
            tokens: TokenResponse(accessToken: Secret("access-0"), expiresIn: 3600, refreshToken: Secret("refresh-0")),
            receivedAt: Self.start - (hasExpired ? 3600 : 3300),
            clientID: try #require(ClientID("client-1")),
            loginURL: "https://login.example",
            apiURL: "https://api.example",
            profileName: "default",
            grant: GrantID(entropy: try #require(Entropy([UInt8](repeating: 1, count: Entropy.count))))
        )
        truth = Mutex(Truth(random: random))
        if hasExpired { truth.withLock { $0.live = [] } }
        shelf.put(held)
    }

    /// Whether the lock may be held for too long. Who does so, and is then not told by the store of a sign-out that did not wait,
    /// puts the session back.
    private var mayStall: Bool { rarity.server != nil && rarity.store == nil }

    private func number(_ end: Int) -> Int { truth.withLock { Int.random(in: 0..<end, using: &$0.random) } }

    private func log(_ line: String) { truth.withLock { $0.log.append(line) } }

    private func pause() async { for _ in 0..<number(6) { await Task.yield() } }

    /// The program is ended here: its lock is free, and it does nothing more while the trial lasts.
    private func end() async {
        shelf.breakLock()
        await withCheckedContinuation { continuation in
            truth.withLock {
                $0.ended.append(continuation)
                $0.over += 1
            }
        }
    }

    // MARK: - The server

    private func transport(_ program: String, mayEnd: Bool) -> HTTPTransport {
        HTTPTransport { [self] request throws(TransportError) in
            await pause()
            var fate = Fate.good
            if let rarity = rarity.server, number(rarity) == 0 { fate = Fate.allCases[number(Fate.allCases.count)] }
            let what = "\(program): \(request.method.rawValue) \(request.bearer?.reveal() ?? "refresh")"
            log("\(what), \(fate)")
            switch fate {
            case .refused: throw .refused(host: Self.host, port: 443)
            case .closedBefore: throw .closed(host: Self.host)
            case .serverError: return .json("{}", status: 500)
            case .unauthorized where request.method == .delete: return .json("{}", status: 401)
            case .rateLimited: return .json("{}", status: 429)
            case .webPage: return HTTPResponse(status: 200, body: Data("<p>Welcome".utf8))
            default: break
            }
            let answer = perform(request)
            log("\(what): \(answer.status)")
            if fate == .killed, mayEnd { await end() }
            if fate == .slow, mayStall { for _ in 0..<2 * Self.patience { await Task.yield() } }
            await pause()
            let isRefresh = request.method == .post && answer.status == 200
            switch fate {
            case .closedAfter: throw .closed(host: Self.host)
            case .timedOut: throw .timedOut(host: Self.host, seconds: 30)
            case .gatewayTimeout: return HTTPResponse(status: 504, body: Data("<p>Gateway Timeout".utf8))
            case .useless where isRefresh:
                return .json(#"{"access_token":"access-9","token_type":"mac","refresh_token":"refresh-9"}"#)
            case .cutShort where isRefresh: return .json(#"{"access_token":"access"#)
            default: return answer
            }
        }
    }

    /// Refresh tokens rotate, and end what was before them; the second use of one ends everything.
    private func perform(_ request: HTTPRequest) -> HTTPResponse {
        truth.withLock { truth in
            let bearer = request.bearer?.reveal() ?? ""
            switch request.method {
            case .get: return truth.live.contains(bearer) ? .ada : .json("{}", status: 401)
            case .delete:
                guard truth.live.remove(bearer) != nil else { return .json("{}", status: 401) }
                truth.isDead = true
                return HTTPResponse(status: 200)
            case .post:
                let body = request.body?.reveal() ?? ""
                guard !truth.isDead, body.contains("refresh_token=refresh-\(truth.turn)&") else {
                    (truth.isDead, truth.live) = (true, [])
                    return .json(#"{"error":"invalid_grant"}"#, status: 400)
                }
                truth.turn += 1
                truth.live = ["access-\(truth.turn)"]
                return .tokens(truth.turn)
            }
        }
    }

    // MARK: - The store

    private func store(_ program: String, mayEnd: Bool) -> SessionStore {
        let inner = shelf.store
        let trouble: @Sendable (String) async -> Bool = { [self] action in
            await pause()
            guard let rarity = rarity.store, number(rarity) == 0 else { return false }
            log("\(program): \(action) fails")
            return true
        }
        let failure = StoreError.unavailable(store: "shelf", ServerText("no"))
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
                log("\(program): saved \(session.tokens.accessToken.reveal())")
                if mayEnd, rarity.server != nil, number(9) == 0 {
                    log("\(program): ended")
                    await end()
                }
                if await trouble("saved, and") { throw failure }
            },
            forget: { [self] name throws(StoreError) in
                if await trouble("forget") { throw failure }
                try await inner.forget(name)
                log("\(program): forgot")
            },
            remove: { [self] name, isMeant throws(StoreError) in
                if await trouble("remove") { throw failure }
                let removed = try await inner.remove(name, isMeant)
                log("\(program): removed \(removed?.tokens.accessToken.reveal() ?? "nothing")")
                return removed
            },
            lock: { [self] name throws(StoreError) in
                for _ in 0..<Self.patience where shelf.isLocked { await Task.yield() }
                if shelf.isLocked, mayStall {
                    log("\(program)\(Self.gaveUp)")
                    throw .busy(profileName: name, seconds: 40)
                }
                return try await inner.lock(name)
            },
            changes: inner.changes
        )
    }

    private func shared(_ program: String, mayEnd: Bool) -> SharedSession {
        SharedSession(
            store: store(program, mayEnd: mayEnd),
            transport: transport(program, mayEnd: mayEnd),
            now: { Self.start }
        )
    }

    // MARK: - The trial

    /// Signs out while others refresh, and waits until all is over.
    func run() async -> LoggedOut.Revocation {
        let programs = number(3)
        for index in 0..<programs {
            Task { [self] in
                await refresh("refresh \(index)")
                truth.withLock { $0.over += 1 }
            }
        }
        for _ in 0..<number(60) { await Task.yield() }
        let (result, notForgotten) = await shared("sign-out", mayEnd: false).signOut(held, isKept: true)
        let revocation = LoggedOut.Revocation(result, notForgotten: notForgotten, .init(held))
        log("sign-out: \("\(revocation)".prefix(120))")
        while truth.withLock({ $0.over }) < programs { await Task.yield() }
        return revocation
    }

    private func refresh(_ program: String) async {
        var session = held
        for _ in 0..<2 {
            await pause()
            do {
                let result = try await shared(program, mayEnd: true).refresh(session, isKept: true)
                log("\(program): \("\(result)".prefix(9))")
                switch result {
                case .renewed(let new, _), .replaced(let new): session = new
                case .forgotten: return
                }
            } catch {
                log("\(program): \("\(error)".prefix(80))")
            }
        }
    }

    /// What the sign-out says, and what is so.
    func judge(_ revocation: LoggedOut.Revocation, seed: UInt64) {
        let (live, log) = truth.withLock { ($0.live, $0.log) }
        let story: Comment = "seed \(seed)\n\(log.joined(separator: "\n"))"
        switch revocation {
        case .revoked, .alreadyInvalid:
            #expect(live.isEmpty && shelf.kept == nil, story)
        case .onlyForgotten:
            #expect(shelf.kept == nil || log.contains("sign-out" + Self.gaveUp), story)
            #expect(rarity.server != nil || rarity.store != nil, story)
        case .notForgotten:
            #expect(rarity.store != nil, story)
        case .underWay:
            Issue.record(story)
        }
        // The programs that were ended are let go.
        for ended in truth.withLock({ $0.ended }) { ended.resume() }
    }
}

#if compiler(>=6.2)
    extension EnduranceTests {
        @Test(
            "a sign-out that is said to be complete is so, whatever fails and whoever is ended; without trouble it is always complete",
            arguments: [(nil, nil), (2, nil), (4, nil), (nil, 4), (nil, 8), (4, 8), (8, 16)] as [(Int?, Int?)]
        )
        func signOuts(server: Int?, store: Int?) async throws {
            for seed in UInt64(0)..<3000 {
                let trial = try Trial(seed: seed, rarity: (server, store))
                trial.judge(await trial.run(), seed: seed)
            }
        }
    }
#endif
