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

    /// The longest that leaving the program waits for what is under way (a sign-out, a page), in seconds.
    private static let longestExit = 3.0

    private let dependencies: Dependencies
    private let publish: AsyncStream<State>.Continuation
    private var lastID: UInt64 = 0
    private var listeners: [AttemptID: any CallbackListener] = [:]
    private var attemptWork: [AttemptID: [Task<Void, Never>]] = [:]
    private var sessionWork: [SessionID: [Task<Void, Never>]] = [:]
    private var timers: [SignIn.Timer: (number: UInt64, task: Task<Void, Never>)] = [:]
    private var closing: [UInt64: Task<Void, Never>] = [:]
    private var storeWork: Task<Void, Never>?

    /// An engine that has not begun anything.
    public init(_ dependencies: Dependencies) {
        self.dependencies = dependencies
        (states, publish) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// A plan for an attempt under `settings`, with random bytes of its own.
    public func plan(_ settings: SignInSettings) -> SignInPlan {
        SignInPlan(
            attempt: AttemptID(nextID()),
            session: SessionID(nextID()),
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
            track(id) { _ in await listener.refuse(reply, refusal) }
        case .concludeAttempt(let id, let outcome): conclude(id, outcome)
        case .openBrowser(let id, let url): openBrowser(id, url)
        case .exchangeCode(let id, let request):
            track(id) { [transport = dependencies.transport] engine in
                switch await transport.token(request) {
                case .success(let tokens): await engine.send(.tokenReceived(id, tokens))
                case .failure(let error): await engine.send(.tokenRequestFailed(id, error))
                }
            }
        case .loadProfile(let id, let apiURL, let token):
            track(id) { [dependencies] engine in
                do throws(APIError) {
                    let client = APIClient(apiURL: apiURL, transport: dependencies.patientTransport)
                    await engine.send(.profileLoaded(id, try await client.currentUser(accessToken: token)))
                } catch {
                    await engine.send(.profileFailed(id, error))
                }
            }
        case .refreshToken(let id, let request):
            track(id) { [transport = dependencies.transport] engine in
                switch await transport.token(request) {
                case .success(let tokens): await engine.send(.tokenRefreshed(id, tokens))
                case .failure(let error): await engine.send(.refreshFailed(id, error))
                }
            }
        case .revokeToken(let id, let apiURL, let token): revoke(id, apiURL, token)
        case .saveSession(let session):
            store { [store = dependencies.store] in try? await store.save(session) }
        case .forgetSession(let profileName):
            store { [store = dependencies.store] in try? await store.forget(profileName) }
        case .abandonSession(let id):
            sessionWork.removeValue(forKey: id)?.forEach { $0.cancel() }
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
    }

    private func arrived(_ id: AttemptID, _ arrival: Arrival) {
        switch arrival {
        case .callback(let reply, let query): send(.callbackReceived(id, reply, query: query))
        case .refused(let refusal): send(.requestRefused(id, refusal))
        }
    }

    private func openBrowser(_ id: AttemptID, _ url: String) {
        // Not tracked: a browser that stays in the foreground outlives the attempt that opened it.
        Task { [dependencies, weak self] in
            do throws(BrowserFailure) {
                try await dependencies.openBrowser(url) { [weak self] in await self?.send(.browserOpened(id)) }
            } catch {
                await self?.send(.browserFailed(id, error))
            }
        }
    }

    private func conclude(_ id: AttemptID, _ outcome: Effect.Outcome) {
        attemptWork.removeValue(forKey: id)?.forEach { $0.cancel() }
        guard let listener = listeners.removeValue(forKey: id) else { return }
        close(listener, outcome)
    }

    private func close(_ listener: any CallbackListener, _ outcome: Effect.Outcome) {
        keepUntilDone { await listener.conclude(outcome) }
    }

    // MARK: Sessions

    private func revoke(_ id: SessionID, _ apiURL: String, _ token: Secret) {
        keepUntilDone { [transport = dependencies.transport, weak self] in
            do throws(APIError) {
                try await APIClient(apiURL: apiURL, transport: transport).deleteToken(accessToken: token)
                await self?.send(.tokenRevoked(id))
            } catch {
                await self?.send(.revocationFailed(id, error))
            }
        }
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

    private func keepUntilDone(_ work: @escaping @Sendable () async -> Void) {
        let key = nextID()
        closing[key] = Task { [weak self] in
            await work()
            await self?.done(key)
        }
    }

    private func done(_ key: UInt64) {
        closing[key] = nil
    }

    private func exit() {
        timers.values.forEach { $0.task.cancel() }
        timers = [:]
        let last = Array(closing.values) + (storeWork.map { [$0] } ?? [])
        let limit = ContinuousClock.now.advanced(by: .seconds(Self.longestExit))
        Task { [publish] in
            await withTaskGroup { group in
                group.addTask {
                    for task in last { await task.value }
                }
                group.addTask { try? await Task.sleep(until: limit, clock: .continuous) }
                await group.next()
                publish.finish()
                group.cancelAll()
            }
        }
    }
}

extension HTTPTransport {
    /// Sends a token request once and reads the answer. A code is never sent twice.
    fileprivate func token(_ request: TokenRequest) async -> Result<TokenResponse, TokenRequestError> {
        let response: HTTPResponse
        do throws(TransportError) {
            response = try await send(request.httpRequest)
        } catch {
            return .failure(.transport(error))
        }
        do throws(OAuthError) {
            return .success(try TokenResponse(response))
        } catch {
            return .failure(.answer(error))
        }
    }
}
