import FoundationEssentials
import GenesysCloud
import OAuth

extension HeldSession {
    /// The first wait after a refresh that brought no answer, in seconds; each further one is twice as long.
    private static let firstRetryDelay = 5.0
    /// The longest wait between two tries, in seconds.
    private static let longestRetryDelay = 300.0

    /// Waiting for the times that the tokens set. Where they set none, those of earlier tokens mean nothing any more.
    func timers() -> [Effect] {
        [
            session.refreshDueAt.map { .startTimer(.refreshDue(id), at: $0) } ?? .stopTimer(.refreshDue(id)),
            session.expiresAt.map { .startTimer(.tokenExpiry(id), at: $0) } ?? .stopTimer(.tokenExpiry(id)),
        ]
    }

    /// Giving up whatever is under way.
    func abandon() -> [Effect] {
        [.stopTimer(.refreshDue(id)), .stopTimer(.tokenExpiry(id)), .abandonSession(id)]
    }

    var profileRequest: Effect {
        .loadProfile(id, apiURL: session.apiURL, accessToken: session.tokens.accessToken)
    }

    mutating func beginRefresh(thenProfile: Bool) -> [Effect] {
        guard let refreshToken = session.tokens.refreshToken else {
            refresh = .needsSignIn
            return []
        }
        var tries = 0
        if case .retrying(_, let before, _) = refresh { tries = before }
        refresh = .underWay(thenProfile: thenProfile, tries: tries + 1)
        let request = TokenRequest(
            refreshing: refreshToken,
            clientID: session.clientID,
            endpoint: "\(session.loginURL)/oauth/token"
        )
        return [.refreshToken(id, request)]
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
    }

    mutating func apply(_ event: Event) -> Outcome {
        switch event.kind {
        case .timerFired(.refreshDue(id)):
            if case .underWay = refresh { return .ignored }
            if refresh == .needsSignIn { return .ignored }
            return .changed(beginRefresh(thenProfile: isCuring))
        case .timerFired(.tokenExpiry(id)):
            return expire()
        case .tokenRefreshed(id, let tokens):
            guard case .underWay(let thenProfile, _) = refresh else { return .ignored }
            session.tokens = tokens.refreshing(session.tokens)
            session.receivedAt = event.at
            refresh = .idle
            return .refreshed(thenProfile: thenProfile, [.saveSession(session)] + timers())
        case .refreshFailed(id, let error):
            guard case .underWay(_, let tries) = refresh else { return .ignored }
            return refuse(error, tries: tries, at: event.at)
        default:
            return .ignored
        }
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

    private mutating func refuse(_ error: TokenRequestError, tries: Int, at: Date) -> Outcome {
        let failure = Failure(.refresh(error), .init(session))
        if error.endsSession { return .ended(failure) }
        guard error.isPassing else {
            guard !isCuring, session.isLive(at: at) else { return .ended(failure) }
            refresh = .failed(failure)
            return .changed([])
        }
        let delay = min(Self.firstRetryDelay * Double(1 << min(tries - 1, 10)), Self.longestRetryDelay)
        let next = at.addingTimeInterval(delay)
        refresh = .retrying(failure, tries: tries, nextAt: next)
        return .changed([.startTimer(.refreshDue(id), at: next)])
    }
}

extension TokenRequestError {
    /// The refresh token is spent, revoked or expired (RFC 6749 §5.2): only a new sign-in helps.
    fileprivate var endsSession: Bool {
        if case .answer(.errorResponse(let response, _, _)) = self { response.code == .invalidGrant } else { false }
    }

    /// Whether trying again later may help.
    fileprivate var isPassing: Bool {
        switch self {
        case .transport: true
        case .answer(.errorResponse(let response, let status, _)):
            status >= 500 || status == 429 || response.code == .serverError || response.code == .temporarilyUnavailable
        // A page, or nothing at all, is a proxy's answer: the authorization server has not spoken.
        case .answer(.unreadable(let status, let found, _)): found != .json || status >= 500 || status == 429
        case .answer(.redirected), .answer(.missingMember), .answer(.unusableMember), .answer(.unsupportedTokenType):
            false
        }
    }
}

/// Ends a session that cannot go on.
private func expire(_ state: inout State, _ held: HeldSession, _ failure: Failure?) -> [Effect] {
    state = .loggedOut(.sessionExpired(failure))
    return held.abandon() + [.forgetSession(profileName: held.session.profileName)]
}

/// Signs out: the token is forgotten here at once, whatever the server will say.
private func signOut(_ state: inout State, _ held: HeldSession) -> [Effect] {
    state = .loggedOut(.signedOut(.underWay(held.id, .init(held.session))))
    return held.abandon() + [
        .forgetSession(profileName: held.session.profileName),
        .revokeToken(held.id, apiURL: held.session.apiURL, accessToken: held.session.tokens.accessToken),
    ]
}

func reduceTokenHeld(_ state: inout State, _ current: TokenHeld, _ event: Event) -> [Effect] {
    var tokenHeld = current
    switch event.kind {
    case .signOutChosen:
        return signOut(&state, tokenHeld.held)
    case .refreshChosen:
        return retry(&state, tokenHeld)
    case .profileLoaded(tokenHeld.held.id, let profile):
        tokenHeld.held.isCuring = false
        state = .userProfile(SignedIn(held: tokenHeld.held, profile: profile, notice: nil))
        return []
    case .profileFailed(tokenHeld.held.id, let error):
        let failure = Failure(.api(error), .init(tokenHeld.held.session))
        guard error.isUnauthorized else {
            tokenHeld.profile = .failed(failure)
            state = .tokenHeld(tokenHeld)
            return []
        }
        guard let effects = tokenHeld.held.cure() else { return expire(&state, tokenHeld.held, failure) }
        tokenHeld.profile = .awaitingRefresh
        state = .tokenHeld(tokenHeld)
        return effects
    default:
        break
    }
    switch tokenHeld.held.apply(event) {
    case .ignored:
        return []
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
    case (.failed, _):
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
        signedIn.held.isCuring = false
        signedIn.profile = profile
        state = .userProfile(signedIn)
        return []
    case .profileFailed(signedIn.held.id, let error):
        let failure = Failure(.api(error), .init(signedIn.held.session))
        guard error.isUnauthorized else {
            signedIn.notice = Notice(at: event.at, .profileNotReloaded(failure))
            state = .userProfile(signedIn)
            return []
        }
        guard let effects = signedIn.held.cure() else { return expire(&state, signedIn.held, failure) }
        state = .userProfile(signedIn)
        return effects
    default:
        break
    }
    switch signedIn.held.apply(event) {
    case .ignored:
        return []
    case .changed(let effects):
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

extension HeldSession {
    /// Answers a 401 with one refresh; `nil` where that has been tried, or cannot be.
    fileprivate mutating func cure() -> [Effect]? {
        guard canRefresh else { return nil }
        switch refresh {
        case .underWay(_, let tries):
            refresh = .underWay(thenProfile: true, tries: tries)
            isCuring = true
            return []
        case .retrying where isCuring:
            return []  // another answer to the token that is being replaced
        case .idle, .retrying, .failed, .needsSignIn:
            guard !isCuring else { return nil }
            isCuring = true
            return beginRefresh(thenProfile: true)
        }
    }
}
