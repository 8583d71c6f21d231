import FoundationEssentials
import GenesysCloud
import OAuth

extension HeldSession {
    /// The first wait after a refresh that brought no answer, in seconds; each further one is twice as long.
    private static let firstRetryDelay = 5.0
    /// The longest wait between two tries, in seconds.
    private static let longestRetryDelay = 300.0
    /// The longest such wait for a store that is busy or locked, in seconds.
    private static let longestStoreDelay = 15.0
    /// The shortest time between two refreshes that no person asked for, in seconds, whatever lifetime a server names.
    private static let shortestLifetime = 1.0
    /// The longest wait that a server may ask for, in seconds: an hour.
    private static let longestServerWait = 3_600

    /// Waiting for the times that the tokens set. Where they set none, those of earlier tokens mean nothing any more.
    func timers() -> [Effect] {
        let soonest = session.receivedAt.addingTimeInterval(Self.shortestLifetime)
        return [
            session.refreshDueAt.map { .startTimer(.refreshDue(id), at: max($0, soonest)) }
                ?? .stopTimer(.refreshDue(id)),
            session.expiresAt.map { .startTimer(.tokenExpiry(id), at: max($0, soonest)) }
                ?? .stopTimer(.tokenExpiry(id)),
        ]
    }

    /// Giving up whatever is under way.
    func abandon() -> [Effect] {
        [.stopTimer(.refreshDue(id)), .stopTimer(.tokenExpiry(id)), .abandonSession(id)]
    }

    /// The same where the session is let go: its token must not live on where nobody has it.
    ///
    /// - Parameter failure: what has ended it.
    func letGo(_ failure: Failure? = nil) -> [Effect] {
        var canRefresh = canRefresh
        if case .refresh(let error) = failure?.problem, error.endsSession || error.spendsRefreshToken {
            canRefresh = false
        }
        return abandon() + (endsWithProgram ? [.discardSession(session, canRefresh: canRefresh)] : [])
    }

    var profileRequest: Effect {
        .loadProfile(id, apiURL: session.apiURL, accessToken: session.tokens.accessToken)
    }

    mutating func beginRefresh(thenProfile: Bool) -> [Effect] {
        guard canRefresh else {
            refresh = .needsSignIn
            return []
        }
        var tries = 0
        if case .retrying(_, let before, _) = refresh { tries = before }
        refresh = .underWay(thenProfile: thenProfile, tries: tries + 1)
        return [.refreshSession(id, session, isKept: isKept, isShared: isShared)]
    }

    /// What an event about the session's tokens comes to.
    enum Outcome {
        /// The event is not about these tokens, or came late.
        case ignored
        /// Something changed.
        case changed([Effect])
        /// The tokens are fresh.
        case refreshed(thenProfile: Bool, [Effect])
        /// The session is over.
        case ended(Failure?)
        /// Another process has signed out.
        case forgotten
        /// Another process has signed in anew.
        case succeeded(by: HeldSession)
    }

    mutating func apply(_ event: Event) -> Outcome {
        switch event.kind {
        case .timerFired(.refreshDue(id)):
            if case .underWay = refresh { return .ignored }
            if refresh == .needsSignIn { return .ignored }
            return .changed(beginRefresh(thenProfile: isCuring))
        case .timerFired(.tokenExpiry(id)):
            return expire()
        case .sessionRefreshed(id, let refreshed, let error):
            guard case .underWay(let thenProfile, _) = refresh else { return .ignored }
            // Seen in the store before; what is under way is another one.
            guard refreshed != session || error != nil else { return .ignored }
            session = refreshed
            notKept = error
            isBeingKept = false
            isShared = error == nil
            refresh = .idle
            return .refreshed(thenProfile: thenProfile, timers())
        case .sessionReplaced(id, let newer, let newLabel, let successor):
            guard newer.tokens != session.tokens else {
                // The store took it after all.
                guard !isKept else { return .ignored }
                becomeKept()
                return .changed([])
            }
            // What the store keeps in place of a session that it has not taken may be the one before.
            guard isKept || newer.isLater(than: session) else { return .ignored }
            guard newer.grant == session.grant else {
                return .succeeded(by: HeldSession(id: successor, session: newer, label: newLabel))
            }
            session = newer
            label = newLabel
            becomeKept()
            refresh = .idle
            // What the store has may come of the refresh that is to cure, be it this program's own; or from long before.
            if let since = curingSince, newer.receivedAt < since { curingSince = nil }
            // What was asked with the old token may be refused.
            return .refreshed(thenProfile: true, timers())
        case .sessionForgotten(id):
            return isKept ? .forgotten : .ignored
        case .sessionKept(id, _):
            guard isBeingKept else { return .ignored }
            becomeKept()
            return .changed([])
        case .sessionNotKept(id, let error):
            notKept = error
            isBeingKept = false
            return .changed([])
        case .refreshFailed(id, let error, let jitter):
            guard case .underWay(_, let tries) = refresh else { return .ignored }
            return refuse(error, tries: tries, jitter: jitter, at: event.at)
        default:
            return .ignored
        }
    }

    /// The store has these tokens.
    private mutating func becomeKept() {
        notKept = nil
        isBeingKept = false
        isShared = true
    }

    private mutating func expire() -> Outcome {
        switch refresh {
        case .underWay, .retrying: return .ignored  // the refresh token may outlive the access token
        case .idle:
            guard canRefresh else { return .ended(nil) }
            return .changed(beginRefresh(thenProfile: isCuring))
        case .failed(let failure): return .ended(failure)
        case .needsSignIn: return .ended(nil)
        }
    }

    private mutating func refuse(_ error: TokenRequestError, tries: Int, jitter: Double, at: Date) -> Outcome {
        let failure = Failure(.refresh(error), .init(session))
        if error.endsSession { return .ended(failure) }
        guard error.isPassing else {
            guard !isCuring, session.isLive(at: at) else { return .ended(failure) }
            refresh = .failed(failure)
            return .changed([])
        }
        let longest = if case .store = error { Self.longestStoreDelay } else { Self.longestRetryDelay }
        let backoff = min(Self.firstRetryDelay * Double(1 << min(tries - 1, 10)), longest)
        let asked = error.retryAfter.map { Double(min($0, Self.longestServerWait)) } ?? 0
        let next = at.addingTimeInterval(max(backoff * max(0.5, min(jitter, 1.5)), asked))
        refresh = .retrying(failure, tries: tries, nextAt: next)
        return .changed([.startTimer(.refreshDue(id), at: next)])
    }
}

extension Failure {
    /// Whether the session is over for good: the refresh token is dead, or the API refuses what it brought.
    public var endsSession: Bool {
        switch problem {
        case .refresh(let error): error.endsSession
        case .api(let error): error.isUnauthorized
        case .authorization, .missingCode, .tokenRequest, .deletion, .listener, .timedOut: false
        }
    }
}

/// Ends a session that cannot go on here. Where only the server's last answer stands in its way (a client that is
/// switched off for an hour, an answer that makes no sense) its refresh token may still be good, and the store keeps it.
private func expire(_ state: inout State, _ held: HeldSession, _ failure: Failure?) -> [Effect] {
    state = .loggedOut(.sessionExpired(failure))
    return held.letGo(failure) + (failure?.endsSession ?? true ? [.forgetSession(held.session)] : [])
}

/// Another process signed out: there is nothing left to forget or to revoke.
private func leave(_ state: inout State, _ held: HeldSession) -> [Effect] {
    state = .loggedOut(.signedOutElsewhere)
    return held.abandon()
}

/// Another process signed in anew, perhaps another person: what was known of the session in hand does not hold of that
/// one, and its tokens are not this one's to forget.
private func give(_ state: inout State, from held: HeldSession, to successor: HeldSession, at: Date) -> [Effect] {
    state = .loggedOut(.sessionExpired(nil))
    return held.letGo() + resume(&state, successor, notice: Notice(at: at, .signedInElsewhere), at: at)
}

/// Signs out: the token is forgotten here at once, whatever the server will say.
private func signOut(_ state: inout State, _ held: HeldSession) -> [Effect] {
    state = .loggedOut(.signedOut(.underWay(held.id, .init(held.session), .forgetting)))
    return held.abandon() + [.signOut(held.id, held.session, isKept: held.notKept == nil)]
}

func reduceTokenHeld(_ state: inout State, _ current: TokenHeld, _ event: Event) -> [Effect] {
    var tokenHeld = current
    switch event.kind {
    case .signOutChosen:
        return signOut(&state, tokenHeld.held)
    case .refreshChosen:
        return retry(&state, tokenHeld)
    case .profileLoaded(tokenHeld.held.id, let profile):
        tokenHeld.held.curingSince = nil
        tokenHeld.held.profileWaits = 0
        tokenHeld.held.refusals = 0
        let notice = tokenHeld.notice.map { Notice(at: event.at, $0.kind) }
        state = .userProfile(SignedIn(held: tokenHeld.held, profile: profile, notice: notice))
        return []
    case .profileFailed(tokenHeld.held.id, let error, let token):
        let failure = Failure(.api(error), .init(tokenHeld.held.session))
        guard error.isUnauthorized else {
            let wait = tokenHeld.held.wait(error, at: event.at)
            tokenHeld.profile = wait.map { .waiting(failure, until: $0) } ?? .failed(failure)
            state = .tokenHeld(tokenHeld)
            return wait.map { [.startTimer(.profileRetry(tokenHeld.held.id), at: $0)] } ?? []
        }
        // Tokens that live for seconds, and a service that takes longer.
        guard tokenHeld.held.countRefusal() else {
            tokenHeld.profile = .failed(failure)
            state = .tokenHeld(tokenHeld)
            return []
        }
        // Refused is a token that has been replaced meanwhile; the one in hand has not been tried.
        guard token == tokenHeld.held.session.tokens.accessToken else {
            state = .tokenHeld(tokenHeld)
            return [tokenHeld.held.profileRequest]
        }
        guard let effects = tokenHeld.held.cure(at: event.at) else { return expire(&state, tokenHeld.held, failure) }
        tokenHeld.profile = .awaitingRefresh
        state = .tokenHeld(tokenHeld)
        return effects
    case .timerFired(.profileRetry(tokenHeld.held.id)):
        guard case .waiting = tokenHeld.profile else { return [] }
        return retry(&state, tokenHeld)
    case .sessionKept(tokenHeld.held.id, let other?):
        tokenHeld.notice = Notice(at: event.at, .tookPlace(of: other))
    default:
        break
    }
    switch tokenHeld.held.apply(event) {
    case .ignored:
        return []
    case .forgotten:
        return leave(&state, tokenHeld.held)
    case .succeeded(let successor):
        return give(&state, from: tokenHeld.held, to: successor, at: event.at)
    case .changed(let effects):
        state = .tokenHeld(tokenHeld)
        return effects
    case .refreshed(let thenProfile, var effects):
        if thenProfile || tokenHeld.profile == .awaitingRefresh {
            tokenHeld.profile = .underWay
            effects.append(tokenHeld.held.profileRequest)
        }
        state = .tokenHeld(tokenHeld)
        return effects
    case .ended(let failure):
        return expire(&state, tokenHeld.held, failure)
    }
}

/// Tries again, at once, what stands between the token and the profile.
private func retry(_ state: inout State, _ current: TokenHeld) -> [Effect] {
    var tokenHeld = current
    let effects: [Effect]
    switch (tokenHeld.profile, tokenHeld.held.refresh) {
    case (.failed, _), (.waiting, _):
        tokenHeld.profile = .underWay
        effects = [tokenHeld.held.profileRequest]
    case (.awaitingRefresh, .retrying):
        effects = tokenHeld.held.beginRefresh(thenProfile: true)
    case (.awaitingRefresh, _), (.underWay, _):
        return []
    }
    state = .tokenHeld(tokenHeld)
    return effects
}

func reduceSignedIn(_ state: inout State, _ signedIn: SignedIn, _ event: Event) -> [Effect] {
    switch event.kind {
    case .signOutChosen:
        return signOut(&state, signedIn.held)
    case .refreshChosen(let plan):
        guard signedIn.held.canRefresh else { return begin(&state, plan, at: event.at, returningTo: signedIn) }
        if case .underWay = signedIn.held.refresh { return [] }
        var changed = signedIn
        changed.notice = nil
        let effects = changed.held.beginRefresh(thenProfile: true)
        state = .userProfile(changed)
        return effects
    default:
        return reduceSessionEvent(&state, signedIn, event)
    }
}

/// The events of a session that no person chose; they arrive as well while a new sign-in is under way.
func reduceSessionEvent(_ state: inout State, _ current: SignedIn, _ event: Event) -> [Effect] {
    var signedIn = current
    switch event.kind {
    case .profileLoaded(signedIn.held.id, let profile):
        signedIn.held.curingSince = nil
        signedIn.held.profileWaits = 0
        signedIn.held.refusals = 0
        signedIn.profile = profile
        if case .profileNotReloaded = signedIn.notice?.kind { signedIn.notice = nil }
        state = .userProfile(signedIn)
        return []
    case .profileFailed(signedIn.held.id, let error, let token):
        let failure = Failure(.api(error), .init(signedIn.held.session))
        guard error.isUnauthorized else {
            let wait = signedIn.held.wait(error, at: event.at)
            signedIn.notice = Notice(at: event.at, .profileNotReloaded(failure, nextAt: wait))
            state = .userProfile(signedIn)
            return wait.map { [.startTimer(.profileRetry(signedIn.held.id), at: $0)] } ?? []
        }
        guard signedIn.held.countRefusal() else {
            signedIn.notice = Notice(at: event.at, .profileNotReloaded(failure, nextAt: nil))
            state = .userProfile(signedIn)
            return []
        }
        // Refused is a token that has been replaced meanwhile; the one in hand has not been tried.
        guard token == signedIn.held.session.tokens.accessToken else {
            state = .userProfile(signedIn)
            return [signedIn.held.profileRequest]
        }
        guard let effects = signedIn.held.cure(at: event.at) else { return expire(&state, signedIn.held, failure) }
        state = .userProfile(signedIn)
        return effects
    case .timerFired(.profileRetry(signedIn.held.id)):
        guard case .profileNotReloaded(_, .some) = signedIn.notice?.kind else { return [] }
        return [signedIn.held.profileRequest]
    case .sessionKept(signedIn.held.id, let other?):
        signedIn.notice = Notice(at: event.at, .tookPlace(of: other))
    default:
        break
    }
    switch signedIn.held.apply(event) {
    case .ignored:
        return []
    case .forgotten:
        return leave(&state, signedIn.held)
    case .succeeded(let successor):
        return give(&state, from: signedIn.held, to: successor, at: event.at)
    case .changed(let effects):
        switch (signedIn.held.refresh, signedIn.notice?.kind) {
        case (.retrying, .refreshed?), (.failed, .refreshed?): signedIn.notice = nil
        default: break
        }
        state = .userProfile(signedIn)
        return effects
    case .refreshed(let thenProfile, var effects):
        if thenProfile { effects.append(signedIn.held.profileRequest) }
        signedIn.notice = Notice(at: event.at, .refreshed)
        state = .userProfile(signedIn)
        return effects
    case .ended(let failure):
        return expire(&state, signedIn.held, failure)
    }
}
