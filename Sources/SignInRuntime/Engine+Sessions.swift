import FoundationEssentials
import GenesysCloud
public import OAuth
import SessionStore
public import SignIn

/// What becomes of a session at the server and in the store.
extension Engine {
    /// How long a store that is locked is left alone, in seconds, before it is looked at again.
    private static let storeDelay = 5.0

    /// Not given up with the session, nor when the program is left: the answer may be the last word on the refresh
    /// token.
    func refresh(_ id: SessionID, _ session: Session, isKept: Bool, isShared: Bool) {
        let jitter = dependencies.jitter()
        // What came first must not be kept over what comes of this.
        let before = isKept ? nil : storeWork
        keepUntilDone { [shared, weak self] key in
            await before?.value
            do throws(TokenRequestError) {
                let maySend = { @Sendable [weak self] in await self?.maySend(key, id) ?? true }
                let outcome = try await shared.refresh(
                    session,
                    isKept: isKept,
                    isShared: isShared,
                    mayAsk: false,
                    maySend: maySend,
                    isSignedOut: { [weak self] in await self?.isSignedOut(session) ?? false },
                    taking: { [weak self] in await self?.take($0, of: session, id, notKept: $1) ?? true }
                )
                switch outcome {
                case .renewed(let renewed, let notKept):
                    if isKept, notKept != nil, renewed.spends(session) { await self?.keepReplacing(session)?.value }
                case .replaced(let session):
                    await self?.replaced(id, session)
                case .forgotten: await self?.send(.sessionForgotten(id))
                }
            } catch {
                await self?.send(.refreshFailed(id, error, jitter: jitter))
            }
        }
    }

    /// Tries now and then to take a spent refresh token out of a store that took neither what came in its place nor its
    /// removal: whoever finds it there sends it again.
    ///
    /// - Returns: the last try, where the program is being left.
    private func keepReplacing(_ session: Session) -> Task<Void, Never>? {
        spent?.task.cancel()
        guard !isLeaving else {
            let last = Task { _ = await replaceSpent(session) }
            spent = (session, last)
            return last
        }
        let task = Task { [dependencies, weak self] in
            repeat {
                let next = dependencies.now().addingTimeInterval(Self.storeDelay)
                guard (try? await dependencies.sleepUntil(next)) != nil else { return }
            } while await self?.replaceSpent(session) == false
        }
        spent = (session, task)
        return nil
    }

    /// What the store has still of the session's sign-in: its refresh token was spent on that.
    private func spent(on session: Session) -> Session? {
        spent.flatMap { $0.session.grant == session.grant ? $0.session : nil }
    }

    /// Whether the store has the spent session no more.
    func replaceSpent(_ session: Session) async -> Bool {
        let isDone = await shared.replace(session) { [weak self] in
            // Signed out of meanwhile, nothing comes in its place.
            await self?.inHand.first { $0.session.grant == session.grant }?.session
        }
        if isDone, spent?.session == session { spent = nil }
        return isDone
    }

    /// Whether a refresh may still begin, which then is waited for to its end: not of a session that was signed out of, or that
    /// another one has replaced.
    func maySend(_ key: UInt64, _ id: SessionID) -> Bool {
        guard !isLeaving, inHand.contains(where: { $0.id == id }) else { return false }
        sent.insert(key)
        return true
    }

    /// Takes what came of a refresh, unless the session was signed out of meanwhile, or nobody has it: no store has taken it, and it
    /// was let go; whether it did.
    private func take(_ renewed: Session, of session: Session, _ id: SessionID, notKept: StoreError?) -> Bool {
        guard !isSignedOut(session) else { return false }
        let isOurs = inHand.contains { $0.id == id || $0.session.sharesToken(with: renewed) }
        guard notKept == nil || isOurs else { return false }
        send(.sessionRefreshed(id, renewed, notKept: notKept))
        return true
    }

    private func isSignedOut(_ session: Session) -> Bool { session.grant.map(signedOut.contains) ?? false }

    func signOut(_ id: SessionID, _ session: Session, isKept: Bool) {
        if let grant = session.grant { signedOut.insert(grant) }
        incompleteSignOuts[id] = .underWay(id, .init(session), .forgetting)
        let removal = Task { [shared, before = storeWork] in
            // The session may still be on its way into the store.
            await before?.value
            return await shared.remove(session, isKept: isKept)
        }
        let key = keepUntilDone { [shared, weak self] key in
            let removed = await removal.value
            await self?.removed(key, id, removed)
            let (revocation, notForgotten) = await shared.revoke(removed) { [weak self] in
                await self?.tokenDeleted(id, removed)
            }
            await self?.revoked(id, session, revocation, notForgotten)
        }
        removals[key] = removal
    }

    private func removed(_ key: UInt64, _ id: SessionID, _ removed: SharedSession.Removed) {
        removals[key] = nil
        guard removed.notForgotten == nil else { return }
        incompleteSignOuts[id] = .underWay(id, .init(removed.held), .telling)
        send(.sessionRemoved(id))
    }

    private func tokenDeleted(_ id: SessionID, _ removed: SharedSession.Removed) {
        guard removed.notForgotten == nil else { return }
        incompleteSignOuts[id] = .underWay(id, .init(removed.held), .refreshing)
        send(.tokenDeleted(id))
    }

    private func revoked(
        _ id: SessionID,
        _ session: Session,
        _ revocation: Result<Void, APIError>,
        _ storeError: StoreError?
    ) {
        // Who is leaving does not see it, nor who has begun to sign in again, here or elsewhere.
        let ending = LoggedOut.Revocation(revocation, notForgotten: storeError, .init(session))
        incompleteSignOuts[id] = ending.isComplete ? nil : ending
        if case .notForgotten = ending { notForgotten[id] = (session.profileName, session.grant) }
        switch revocation {
        case .success: send(.tokenRevoked(id, notForgotten: storeError))
        case .failure(let error): send(.revocationFailed(id, error, notForgotten: storeError))
        }
    }

    /// Whether the store still has the session of a sign-out that it did not forget: another one may have taken its place. A store
    /// that does not say so in the time that leaving may take is taken to have it.
    public func isStillKept(_ id: SessionID) async -> Bool {
        guard let (profileName, grant) = notForgotten[id], let kept = await lastLook(profileName) else {
            return notForgotten[id] != nil
        }
        return kept.map { $0.grant == grant } ?? false
    }

    /// The session in hand that ends with the program, and why no store has taken it; `nil` where there is none. One that had a
    /// place, which another client's has taken, may be in use elsewhere.
    public func unkept() async -> (session: Session, StoreError)? {
        guard let held = inHand.first, held.endsWithProgram, let error = held.notKept else { return nil }
        let kept = await lastLook(held.session.profileName)
        return kept??.sharesToken(with: held.session) == true ? nil : (held.session, error)
    }

    /// Has the server delete the token of a session that ends with the program, or what a refresh brings that is under way: its
    /// refresh token must not be sent again.
    ///
    /// - Returns: what is known of the token then; `nil` where the store has taken what a refresh brought.
    public func discard(_ session: Session) async -> LoggedOut.Token? {
        for key in sent { await closing[key]?.value }
        if let held = inHand.first, held.session.isSameGrant(as: session) {
            guard held.endsWithProgram else { return nil }
            return LoggedOut.Token(await shared.discard(held.session, of: spent(on: held.session)))
        }
        // The refresh has ended it, and it was let go then.
        for key in discards { await closing[key]?.value }
        guard let index = endings.lastIndex(where: { $0.grant == session.grant }) else { return .unknown }
        return endings.remove(at: index).token
    }

    /// Whether the token of a session that was let go is being deleted.
    public var isDiscarding: Bool { !discards.isEmpty }

    /// Has the server delete the token of a session that nobody has any more, and notes what becomes of it.
    func letGo(_ session: Session, canRefresh: Bool = true) {
        guard session.isLive(at: dependencies.now()) || canRefresh else { return }
        let before = spent(on: session)
        discards.insert(
            keepUntilDone { [shared, weak self] _ in
                guard await self?.isInUse(session) != true else { return }
                let outcome = await shared.discard(session, of: before, canRefresh: canRefresh)
                await self?.note(LoggedOut.Token(outcome), of: session)
            }
        )
    }

    private func note(_ token: LoggedOut.Token, of session: Session) { endings.append((session.grant, token)) }

    /// Whether the store has taken the session after all, or it or this program has another one with a token of it. A store
    /// that does not say so leaves the time to have the server delete it.
    func isInUse(_ session: Session) async -> Bool {
        if inHand.contains(where: { $0.session.sharesToken(with: session) }) { return true }
        let kept = await lastLook(session.profileName, within: isLeaving ? exitPatience / 2 : exitPatience)
        return kept.map { $0?.sharesToken(with: session) ?? false } ?? false
    }

    /// What the store has when the program is left; `nil` where it does not say so in time, which is that of leaving unless given.
    private func lastLook(_ profileName: String, within patience: Duration? = nil) async -> Session?? {
        let (answers, answer) = AsyncStream<Session??>.makeStream()
        Task { [store = dependencies.store] in
            // Nobody is asked to unlock anything on leaving.
            guard await !store.isLocked(profileName) else {
                answer.yield(.none)
                return
            }
            do throws(StoreError) {
                answer.yield(.some(try await store.load(profileName)))
            } catch {
                answer.yield(.none)
            }
        }
        Task { [patience = patience ?? exitPatience] in
            try? await Task.sleep(for: patience)
            answer.yield(.none)
        }
        for await kept in answers { return kept }
        return .none
    }

    /// Looks for a session of the profile in the store, and from now on for what other processes do to it.
    ///
    /// Returns once the store has been looked into for the first time.
    ///
    /// - Parameter accepts: whether a session that is found belongs to the settings in force.
    public func follow(_ profileName: String, accepts: @escaping @Sendable (Session) -> Bool) async {
        following?.task.cancel()
        unlocking?.cancel()
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
    func look() {
        // One that has not begun sees all that has happened so far.
        guard let following, !isLookDue, !isLeaving else { return }
        isLookDue = true
        store { [store = dependencies.store, weak self] in
            guard let before = await self?.beginLook() else { return }
            do throws(StoreError) {
                await self?.found(try await store.load(following.profileName), before, following.accepts)
            } catch {
                await self?.send(.storeFailed(error))
                if case .locked = error { await self?.lookOnceUnlocked(following.profileName) }
            }
        }
    }

    /// Looks again once a person has unlocked the store, who is asked for nothing meanwhile.
    private func lookOnceUnlocked(_ profileName: String) {
        unlocking?.cancel()
        guard !isLeaving else { return }
        unlocking = Task { [dependencies, weak self] in
            repeat {
                let next = dependencies.now().addingTimeInterval(Self.storeDelay)
                guard (try? await dependencies.sleepUntil(next)) != nil else { return }
            } while await dependencies.store.isLocked(profileName)
            await self?.look()
        }
    }

    func beginLook() -> [HeldSession] {
        isLookDue = false
        return inHand
    }

    /// The session in hand, if any, in a box of its own.
    var inHand: [HeldSession] {
        state.held.map { [$0] } ?? []
    }

    func found(_ kept: Session?, _ before: [HeldSession], _ accepts: (Session) -> Bool) {
        let held = inHand.first
        // Tokens that came while the store was read are newer than what it said.
        guard held?.session.tokens == before.first?.session.tokens else { return }
        // A store that did not forget it has said so.
        if held == nil, let kept, ended.contains(kept.tokens) || kept.grant.map(signedOut.contains) == true { return }
        // Its place is taken as soon as the store lets it.
        if let kept, kept.tokens == spent?.session.tokens { return }
        if let kept, !accepts(kept) {
            // A session of other settings is another matter, but there is one place for both.
            switch held {
            case let held? where !kept.isSameClient(as: held.session):
                send(.sessionNotKept(held.id, .placeTaken(by: kept)))
            case nil: send(.storeFailed(.placeTaken(by: kept)))
            default: break
            }
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
        case (nil, nil): send(.storeEmpty)
        }
    }

    func replaced(_ id: SessionID, _ newer: Session) {
        let label = Environment.label(of: newer.apiURL)
        send(.sessionReplaced(id, newer, label: label, successor: SessionID(nextID())))
    }

    /// Whether a refresh token is on its way, also of a session that was signed out of meanwhile: leaving waits for what comes of it.
    public var isSending: Bool { !sent.isEmpty }

    /// Whether a new session is on its way into the store.
    public var isSaving: Bool { saves > 0 }

    /// Whether a session that is signed out of is on its way out of the store.
    public var isRemoving: Bool { !removals.isEmpty }

    /// Whether a code is on its way, or the deletion of what came of it. Where that is so still when the program ends, the
    /// server may have issued a token.
    public var isExchanging: Bool { !exchanges.isEmpty }

    func saved(_ outcome: Event.Kind) {
        saves -= 1
        send(outcome)
    }

    /// No store has taken it. Where it is in hand no more, for there was another one meanwhile or it has ended, it is let go.
    func notSaved(_ id: SessionID, _ session: Session, _ error: StoreError) {
        saved(.sessionNotKept(id, error))
        // A sign-out has it deleted itself.
        guard !inHand.contains(where: { $0.id == id }), !isSignedOut(session) else { return }
        letGo(session)
    }

    /// Store actions run one after another, so that an older session cannot overwrite a newer one.
    func store(_ action: @escaping @Sendable () async -> Void) {
        storeWork = Task { [before = storeWork] in
            await before?.value
            await action()
        }
    }
}
