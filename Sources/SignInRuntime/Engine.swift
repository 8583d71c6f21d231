import FoundationEssentials
import GenesysCloud
import OAuth
import SessionStore
public import SignIn

/// Runs the state machine: takes events, runs the effects that `reduce` asks for, turns what comes of them into events.
public actor Engine {
    /// Where the program stands.
    public private(set) var state = State.initial
    /// The state after each event that changed it; a slow reader misses all but the newest. Ends when the program
    /// is to be left and nothing that matters is under way any more.
    public nonisolated let states: AsyncStream<State>

    /// The longest that leaving the program waits for what is under way (a server that is told of a sign-out, a page, the
    /// answer to a code that nobody waits for any more). A refresh that was sent and a session on its way into the store, or out
    /// of it, are waited for as long as they take; a deletion that begins in this time, once more as long.
    public static let exitPatience = Duration.seconds(3)

    /// A timer that is later than this, in seconds, was kept from firing; and how long an attempt goes on then.
    private static let (lateness, grace) = (1.0, 5.0)

    let exitPatience: Duration
    let dependencies: Dependencies
    let shared: SharedSession
    private let publish: AsyncStream<State>.Continuation
    private var lastID: UInt64 = 0
    /// The last one of what leaving has waited for.
    private var lastAwaited: UInt64 = 0
    var listeners: [AttemptID: any CallbackListener] = [:]
    /// What arrived after the port was bound and before the state machine knew of it.
    var early: [AttemptID: [Arrival]] = [:]
    var attemptWork: [AttemptID: [Task<Void, Never>]] = [:]
    var sessionWork: [SessionID: [Task<Void, Never>]] = [:]
    private var timers: [SignIn.Timer: (number: UInt64, task: Task<Void, Never>)] = [:]
    var closing: [UInt64: Task<Void, Never>] = [:]
    /// Of these, refreshes whose refresh token is on its way: the answer is the only one that is good from now on.
    var sent: Set<UInt64> = []
    /// Of these, codes that are on their way: what comes of them is deleted where nobody waits for it any more.
    var exchanges: Set<UInt64> = []
    /// Whether a token that came when nobody waited for it any more lives on, for the server did not delete it.
    public internal(set) var hasLeftToken = false
    /// Whether a code had no answer, or none that could be used.
    public internal(set) var mayHaveLeftToken = false
    /// What is known of the tokens of sessions that no store had taken, and that were let go.
    public var discarded: [LoggedOut.Token] { endings.map(\.token) }
    /// The same, with the sign-in of each.
    var endings: [(grant: GrantID?, token: LoggedOut.Token)] = []
    /// Of what is under way until it is done, the deletions of these.
    var discards: Set<UInt64> = []
    /// How sign-outs stand that are under way, or have not done all that they should.
    public internal(set) var incompleteSignOuts: [SessionID: LoggedOut.Revocation] = [:]
    /// Of these, what the store did not forget.
    var notForgotten: [SessionID: (profileName: String, grant: GrantID?)] = [:]
    /// Of these, sign-outs whose session the store has still, and how it is removed.
    var removals: [UInt64: Task<SharedSession.Removed, Never>] = [:]
    /// The sign-ins that were signed out of here: what a store has of them still is not taken up again.
    var signedOut: Set<GrantID> = []
    /// The same of sessions that have ended, by their tokens: another program may have later ones.
    var ended: Set<TokenResponse> = []
    var isLeaving = false
    var storeWork: Task<Void, Never>?
    var isLookDue = false
    var saves = 0
    var following: (accepts: @Sendable (Session) -> Bool, profileName: String, task: Task<Void, Never>)?
    /// A session whose refresh token is spent, and which the store has still.
    var spent: (session: Session, task: Task<Void, Never>)?
    /// Waits until a person has unlocked the store.
    var unlocking: Task<Void, Never>?

    /// An engine that has not begun anything.
    public init(_ dependencies: Dependencies, exitPatience: Duration = exitPatience) {
        self.exitPatience = exitPatience
        self.dependencies = dependencies
        shared = SharedSession(
            store: dependencies.store,
            otherStores: dependencies.otherStores,
            transport: dependencies.transport,
            now: dependencies.now
        )
        (states, publish) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// A plan for an attempt under `settings`, with random bytes of its own.
    public func plan(_ settings: SignInSettings) -> SignInPlan {
        SignInPlan(
            attempt: AttemptID(nextID()),
            session: SessionID(nextID()),
            grant: GrantID(entropy: dependencies.entropy()),
            settings: settings,
            verifierEntropy: dependencies.entropy(),
            stateEntropy: dependencies.entropy()
        )
    }

    /// Takes an event that happened now. Once the program is to be left nothing new begins: it would be cut off.
    public func send(_ kind: Event.Kind) {
        switch kind {
        case .signInChosen, .refreshChosen, .signOutChosen: if isLeaving { return }
        default: break
        }
        let before = state
        let effects = reduce(&state, Event(at: dependencies.now(), kind))
        dependencies.log.transition(kind, from: before, to: state, effects)
        if state != before { publish.yield(state) }
        for effect in effects { run(effect) }
        // Somebody may have signed in elsewhere while this attempt, or the sign-out, was under way.
        switch (before, state) {
        case (.awaitingCallback, .loggedOut): look()
        case (.loggedOut(.signedOut(.underWay)), .loggedOut(.signedOut(.notForgotten))),
            (.loggedOut(.signedOut(.underWay)), .loggedOut(.signedOut(.underWay))):
            break
        case (.loggedOut(.signedOut(.underWay)), .loggedOut) where state != before: look()
        default: break
        }
    }

    func nextID() -> UInt64 {
        lastID += 1
        return lastID
    }

    private func run(_ effect: Effect) {
        switch effect {
        case .openListener(let id, let redirectURI): openListener(id, redirectURI)
        case .refuseCallback(let id, let reply, let refusal):
            guard let listener = listeners[id] else { return }
            // Not tracked: an attempt may be sent any number of them.
            keepUntilDone { _ in await listener.refuse(reply, refusal) }
        case .concludeAttempt(let id, let outcome): conclude(id, outcome)
        case .openBrowser(let id, let url): openBrowser(id, url)
        case .exchangeCode(let id, let request): exchange(id, request)
        case .loadProfile(let id, let apiURL, let token):
            track(id) { [dependencies] engine in
                do throws(APIError) {
                    let client = APIClient(
                        apiURL: apiURL,
                        transport: dependencies.transport
                            .patient(now: dependencies.now, sleepUntil: dependencies.sleepUntil)
                    )
                    await engine.send(.profileLoaded(id, try await client.currentUser(accessToken: token)))
                } catch {
                    await engine.send(.profileFailed(id, error, using: token))
                }
            }
        case .refreshSession(let id, let session, let isKept, let isShared):
            refresh(id, session, isKept: isKept, isShared: isShared)
        case .signOut(let id, let session, let isKept): signOut(id, session, isKept: isKept)
        case .saveSession(let id, let session):
            saves += 1
            store { [shared, weak self] in
                do throws(StoreError) {
                    await self?.saved(.sessionKept(id, inPlaceOf: try await shared.keep(session)))
                } catch {
                    await self?.notSaved(id, session, error)
                }
            }
        case .forgetSession(let session):
            ended.insert(session.tokens)
            store { [shared] in await shared.forget(session) }
        case .discardSession(let session, let canRefresh): letGo(session, canRefresh: canRefresh)
        case .abandonSession(let id):
            sessionWork.removeValue(forKey: id)?.forEach { $0.cancel() }
            timers.removeValue(forKey: .profileRetry(id))?.task.cancel()
        case .startTimer(let timer, let date): startTimer(timer, at: date)
        case .stopTimer(let timer): timers.removeValue(forKey: timer)?.task.cancel()
        case .exit: exit()
        }
    }

    // MARK: Times

    private func startTimer(_ timer: SignIn.Timer, at date: Date) {
        timers.removeValue(forKey: timer)?.task.cancel()
        let number = nextID()
        let task = Task { [dependencies, weak self] in
            guard (try? await dependencies.sleepUntil(date)) != nil, !Task.isCancelled else { return }
            // A program that was stopped meanwhile, or whose machine slept, may find the callback there.
            let now = dependencies.now()
            if case .attemptDeadline = timer, now.timeIntervalSince(date) > Self.lateness {
                guard (try? await dependencies.sleepUntil(now.addingTimeInterval(Self.grace))) != nil else { return }
            }
            await self?.fired(timer, number)
        }
        timers[timer] = (number, task)
    }

    private func fired(_ timer: SignIn.Timer, _ number: UInt64) {
        // It may have been replaced in the moment that it woke.
        guard timers[timer]?.number == number else { return }
        timers[timer] = nil
        send(.timerFired(timer))
    }

    // MARK: Work under way

    func track(_ id: AttemptID, _ work: @escaping @Sendable (Engine) async -> Void) {
        attemptWork[id, default: []].append(Task { await work(self) })
    }

    func track(_ id: SessionID, _ work: @escaping @Sendable (Engine) async -> Void) {
        // One piece of work of each session matters at a time; what came before is done or overtaken.
        sessionWork[id] = sessionWork[id, default: []].suffix(1) + [Task { await work(self) }]
    }

    @discardableResult
    func keepUntilDone(_ work: @escaping @Sendable (_ key: UInt64) async -> Void) -> UInt64 {
        let key = nextID()
        closing[key] = Task { [weak self] in
            await work(key)
            await self?.done(key)
        }
        return key
    }

    private func done(_ key: UInt64) {
        closing[key] = nil
        sent.remove(key)
        exchanges.remove(key)
        discards.remove(key)
        removals[key] = nil
    }

    private func exit() {
        let isFirst = !isLeaving
        if isFirst { lastAwaited = lastID }
        isLeaving = true
        following?.task.cancel()
        unlocking?.cancel()
        if isFirst, let (session, task) = spent {
            task.cancel()
            keepUntilDone { [weak self] _ in _ = await self?.replaceSpent(session) }
        }
        timers.values.forEach { $0.task.cancel() }
        timers = [:]
        let last = Array(closing.values) + (storeWork.map { [$0] } ?? [])
        let lasting = sent.compactMap { closing[$0] } + (isSaving ? storeWork.map { [$0] } ?? [] : [])
        let removals = Array(removals.values)
        let patience = exitPatience
        Task { [publish, weak self] in
            await Self.first {
                for task in last { await task.value }
            } or: {
                // What is told to the server comes after.
                for removal in removals { _ = await removal.value }
                try? await Task.sleep(for: patience)
                for task in lasting { await task.value }
                // A sign-out waits for a refresh, and has the server to tell then.
                if !lasting.isEmpty { try? await Task.sleep(for: patience) }
            }
            await self?.finishDiscarding()
            publish.finish()
        }
    }

    /// Waits for the deletions that have begun while the program was left, for what has come then may have to be deleted; as long as
    /// leaving waits for anything.
    public func finishDiscarding() async {
        let keys = discards.filter { $0 > lastAwaited }
        let late = keys.compactMap { closing[$0] }
        guard !late.isEmpty else { return }
        await Self.first {
            for task in late { await task.value }
        } or: { [exitPatience] in
            try? await Task.sleep(for: exitPatience)
        }
        lastAwaited = max(lastAwaited, keys.max() ?? 0)
    }

    /// Waits until one of the two is done, and not for the other.
    private static func first(
        _ one: @escaping @Sendable () async -> Void,
        or other: @escaping @Sendable () async -> Void
    ) async {
        let (ends, end) = AsyncStream<Void>.makeStream()
        let tasks = [one, other].map { work in
            Task {
                await work()
                end.yield()
            }
        }
        for await _ in ends { break }
        tasks.forEach { $0.cancel() }
    }
}
