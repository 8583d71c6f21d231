import FoundationEssentials
import GenesysCloud
public import OAuth
import SessionStore
public import SignIn

/// Runs the state machine: takes events, runs the effects that `reduce` asks for, turns what comes of them into events.
public actor Engine {
    /// Where the program stands.
    public private(set) var state = State.initial
    /// The state after each event that changed it; a slow reader misses all but the newest. Ends when the program
    /// is to be left and nothing that matters is under way any more.
    public nonisolated let states: AsyncStream<State>

    /// The longest that leaving the program waits for what is under way (a sign-out, a page, the answer to a code that
    /// nobody waits for any more). A refresh that was sent and a new session on its way into the store are waited for as long
    /// as they take.
    public static let exitPatience = Duration.seconds(3)

    /// A timer that is later than this, in seconds, was kept from firing; and how long an attempt goes on then.
    private static let (lateness, grace) = (1.0, 5.0)

    private let exitPatience: Duration
    private let dependencies: Dependencies
    private let shared: SharedSession
    private let publish: AsyncStream<State>.Continuation
    private var lastID: UInt64 = 0
    private var listeners: [AttemptID: any CallbackListener] = [:]
    /// What arrived after the port was bound and before the state machine knew of it.
    private var early: [AttemptID: [Arrival]] = [:]
    private var attemptWork: [AttemptID: [Task<Void, Never>]] = [:]
    private var sessionWork: [SessionID: [Task<Void, Never>]] = [:]
    private var timers: [SignIn.Timer: (number: UInt64, task: Task<Void, Never>)] = [:]
    private var closing: [UInt64: Task<Void, Never>] = [:]
    /// Of these, refreshes whose refresh token is on its way: the answer is the only one that is good from now on.
    private var sent: Set<UInt64> = []
    /// Of these, codes that are on their way: what comes of them is deleted where nobody waits for it any more.
    private var exchanges: Set<UInt64> = []
    private var isLeaving = false
    private var storeWork: Task<Void, Never>?
    private var isLookDue = false
    private var saves = 0
    private var following: (accepts: @Sendable (Session) -> Bool, profileName: String, task: Task<Void, Never>)?

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

    /// Takes an event that happened now.
    public func send(_ kind: Event.Kind) {
        let before = state
        let effects = reduce(&state, Event(at: dependencies.now(), kind))
        dependencies.log.transition(kind, from: before, to: state, effects)
        if state != before { publish.yield(state) }
        for effect in effects { run(effect) }
        // Somebody may have signed in elsewhere while this attempt, or the sign-out, was under way.
        switch (before, state) {
        case (.awaitingCallback, .loggedOut): look()
        case (.loggedOut(.signedOut(.underWay)), .loggedOut(.signedOut(.notForgotten))): break
        case (.loggedOut(.signedOut(.underWay)), .loggedOut) where state != before: look()
        default: break
        }
    }

    private func nextID() -> UInt64 {
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
        case .refreshSession(let id, let session, let isKept): refresh(id, session, isKept: isKept)
        case .signOut(let id, let session, let isKept): signOut(id, session, isKept: isKept)
        case .saveSession(let id, let session):
            saves += 1
            store { [shared, weak self] in
                let error = await shared.keep(session)
                await self?.saved(id, error)
            }
        case .forgetSession(let session): store { [shared] in await shared.forget(session) }
        case .abandonSession(let id):
            sessionWork.removeValue(forKey: id)?.forEach { $0.cancel() }
            timers.removeValue(forKey: .profileRetry(id))?.task.cancel()
        case .startTimer(let timer, let date): startTimer(timer, at: date)
        case .stopTimer(let timer): timers.removeValue(forKey: timer)?.task.cancel()
        case .exit: exit()
        }
    }

    // MARK: Attempts

    private func openListener(_ id: AttemptID, _ redirectURI: RedirectURI) {
        track(id) { [dependencies] engine in
            do throws(ListenerFailure) {
                let listener = try await dependencies.listen(redirectURI) { [weak engine] arrival in
                    await engine?.arrived(id, arrival)
                }
                await engine.opened(id, listener)
            } catch {
                await engine.send(.listenerFailed(id, error))
            }
        }
    }

    private func opened(_ id: AttemptID, _ listener: any CallbackListener) {
        // The attempt may have ended while the port was being bound.
        guard case .awaitingCallback(let attempt) = state, attempt.id == id else {
            return close(listener, .cancelled)
        }
        listeners[id] = listener
        send(.listenerOpened(id, listener.redirectURI))
        early.removeValue(forKey: id)?.forEach { arrived(id, $0) }
    }

    private func arrived(_ id: AttemptID, _ arrival: Arrival) {
        // What comes after the end is answered by the listener itself.
        guard case .awaitingCallback(let attempt) = state, attempt.id == id else { return }
        guard listeners[id] != nil else { return early[id, default: []].append(arrival) }
        switch arrival {
        case .callback(let reply, let query): send(.callbackReceived(id, reply, query: query))
        case .refused(let refusal): send(.requestRefused(id, refusal))
        }
    }

    private func openBrowser(_ id: AttemptID, _ url: Secret) {
        // Not tracked: a browser that stays in the foreground outlives the attempt that opened it.
        Task { [dependencies, weak self] in
            do throws(BrowserFailure) {
                try await dependencies.openBrowser(url.reveal()) { [weak self] in await self?.send(.browserOpened(id)) }
            } catch {
                await self?.send(.browserFailed(id, error))
            }
        }
    }

    /// Opens a page that belongs to no attempt; returns why it could not be, or when the browser's command has ended.
    public func open(_ page: String) async -> BrowserFailure? {
        do throws(BrowserFailure) {
            try await dependencies.openBrowser(page) {}
            return nil
        } catch {
            return error
        }
    }

    /// Not given up with the attempt: the code is spent, and tokens that nobody waits for any more must not live on.
    private func exchange(_ id: AttemptID, _ request: TokenRequest) {
        guard case .awaitingCallback(let attempt) = state else { return }
        let apiURL = attempt.settings.environment.apiURL
        let key = keepUntilDone { [transport = dependencies.transport, weak self] _ in
            do throws(TokenRequestError) {
                let tokens = try await transport.tokens(request)
                guard await self?.received(id, tokens) != true else { return }
                let client = APIClient(apiURL: apiURL, transport: transport)
                try? await client.deleteToken(accessToken: tokens.accessToken)
            } catch {
                await self?.send(.tokenRequestFailed(id, error))
            }
        }
        exchanges.insert(key)
    }

    /// Takes the tokens of an attempt that is still waiting for them.
    private func received(_ id: AttemptID, _ tokens: TokenResponse) -> Bool {
        guard case .awaitingCallback(let attempt) = state, attempt.id == id else { return false }
        send(.tokenReceived(id, tokens))
        return true
    }

    private func conclude(_ id: AttemptID, _ outcome: Effect.Outcome) {
        attemptWork.removeValue(forKey: id)?.forEach { $0.cancel() }
        early[id] = nil
        guard let listener = listeners.removeValue(forKey: id) else { return }
        close(listener, outcome)
    }

    private func close(_ listener: any CallbackListener, _ outcome: Effect.Outcome) {
        keepUntilDone { _ in await listener.conclude(outcome) }
    }

    // MARK: Sessions

    /// Not given up with the session, nor when the program is left: the answer may be the last word on the refresh
    /// token.
    private func refresh(_ id: SessionID, _ session: Session, isKept: Bool) {
        let jitter = dependencies.jitter()
        keepUntilDone { [shared, weak self] key in
            do throws(TokenRequestError) {
                let maySend = { @Sendable [weak self] in await self?.maySend(key) ?? true }
                switch try await shared.refresh(session, isKept: isKept, maySend: maySend) {
                case .renewed(let session, let notKept):
                    await self?.send(.sessionRefreshed(id, session, notKept: notKept))
                case .replaced(let session):
                    await self?.replaced(id, session)
                case .forgotten: await self?.send(.sessionForgotten(id))
                }
            } catch {
                await self?.send(.refreshFailed(id, error, jitter: jitter))
            }
        }
    }

    /// Whether a refresh may still begin, which then is waited for to its end.
    private func maySend(_ key: UInt64) -> Bool {
        if !isLeaving { sent.insert(key) }
        return !isLeaving
    }

    private func signOut(_ id: SessionID, _ session: Session, isKept: Bool) {
        keepUntilDone { [shared, before = storeWork, weak self] _ in
            // The session may still be on its way into the store.
            await before?.value
            let (revocation, notForgotten) = await shared.signOut(session, isKept: isKept)
            switch revocation {
            case .success: await self?.send(.tokenRevoked(id, notForgotten: notForgotten))
            case .failure(let error): await self?.send(.revocationFailed(id, error, notForgotten: notForgotten))
            }
        }
    }

    /// Looks for a session of the profile in the store, and from now on for what other processes do to it.
    ///
    /// Returns once the store has been looked into for the first time.
    ///
    /// - Parameter accepts: whether a session that is found belongs to the settings in force.
    public func follow(_ profileName: String, accepts: @escaping @Sendable (Session) -> Bool) async {
        following?.task.cancel()
        let changes = dependencies.store.changes(profileName)
        let task = Task { [weak self] in
            for await _ in changes { await self?.look() }
        }
        following = (accepts, profileName, task)
        // One that is due was to be for other settings.
        isLookDue = false
        look()
        await storeWork?.value
    }

    /// Compares the store with what is in hand, after the store actions that are under way.
    private func look() {
        // One that has not begun sees all that has happened so far.
        guard let following, !isLookDue else { return }
        isLookDue = true
        store { [store = dependencies.store, weak self] in
            guard let before = await self?.beginLook() else { return }
            do throws(StoreError) {
                await self?.found(try await store.load(following.profileName), before, following.accepts)
            } catch {
                await self?.send(.storeFailed(error))
            }
        }
    }

    private func beginLook() -> [HeldSession] {
        isLookDue = false
        return inHand
    }

    /// The session in hand, if any, in a box of its own.
    private var inHand: [HeldSession] {
        switch state {
        case .loggedOut: []
        case .awaitingCallback(let attempt): attempt.returningTo.map { [$0.held] } ?? []
        case .tokenHeld(let tokenHeld): [tokenHeld.held]
        case .userProfile(let signedIn): [signedIn.held]
        }
    }

    private func found(_ kept: Session?, _ before: [HeldSession], _ accepts: (Session) -> Bool) {
        let held = inHand.first
        // Tokens that came while the store was read are newer than what it said.
        guard held?.session.tokens == before.first?.session.tokens else { return }
        if let kept, !accepts(kept) {
            // A session of other settings is another matter, but there is one place for both.
            if let held, !kept.isSameClient(as: held.session) { send(.sessionNotKept(held.id, .placeTaken(by: kept))) }
            return
        }
        switch (held, kept) {
        case (nil, let kept?):
            send(.sessionFound(SessionID(nextID()), kept, label: Environment.label(of: kept.apiURL)))
        case (let held?, let kept?):
            replaced(held.id, kept)
        case (let held?, nil):
            // Nobody has signed out of what a store keeps no longer because its time there is over.
            if held.session.storedUntil > dependencies.now() { send(.sessionForgotten(held.id)) }
        case (nil, nil): break
        }
    }

    private func replaced(_ id: SessionID, _ newer: Session) {
        let label = Environment.label(of: newer.apiURL)
        send(.sessionReplaced(id, newer, label: label, successor: SessionID(nextID())))
    }

    /// Whether a new session is on its way into the store.
    public var isSaving: Bool { saves > 0 }

    /// Whether a code is on its way, or the deletion of what came of it. Where that is so still when the program ends, the
    /// server may have issued a token.
    public var isExchanging: Bool { !exchanges.isEmpty }

    private func saved(_ id: SessionID, _ error: StoreError?) {
        saves -= 1
        if let error { send(.sessionNotKept(id, error)) }
    }

    /// Store actions run one after another, so that an older session cannot overwrite a newer one.
    private func store(_ action: @escaping @Sendable () async -> Void) {
        storeWork = Task { [before = storeWork] in
            await before?.value
            await action()
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

    private func track(_ id: AttemptID, _ work: @escaping @Sendable (Engine) async -> Void) {
        attemptWork[id, default: []].append(Task { await work(self) })
    }

    private func track(_ id: SessionID, _ work: @escaping @Sendable (Engine) async -> Void) {
        // One piece of work of each session matters at a time; what came before is done or overtaken.
        sessionWork[id] = sessionWork[id, default: []].suffix(1) + [Task { await work(self) }]
    }

    @discardableResult
    private func keepUntilDone(_ work: @escaping @Sendable (_ key: UInt64) async -> Void) -> UInt64 {
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
    }

    private func exit() {
        isLeaving = true
        following?.task.cancel()
        timers.values.forEach { $0.task.cancel() }
        timers = [:]
        let last = Array(closing.values) + (storeWork.map { [$0] } ?? [])
        let lasting = sent.compactMap { closing[$0] } + (isSaving ? storeWork.map { [$0] } ?? [] : [])
        let limit = ContinuousClock.now.advanced(by: exitPatience)
        Task { [publish] in
            await withTaskGroup { group in
                group.addTask {
                    for task in last { await task.value }
                }
                group.addTask {
                    try? await Task.sleep(until: limit, clock: .continuous)
                    for task in lasting { await task.value }
                }
                await group.next()
                publish.finish()
                group.cancelAll()
            }
        }
    }
}
