import FoundationEssentials
public import GenesysCloud
public import OAuth

/// The state machine: changes `state` by `event` and says what to do in the world.
///
/// Pure: no clock, no random source, no input or output. An event that means nothing in a state (a late result, a key
/// that is not offered there) changes nothing and asks for nothing.
public func reduce(_ state: inout State, _ event: Event) -> [Effect] {
    if event.kind == .quitChosen { return quit(&state) }
    switch state {
    case .loggedOut(let loggedOut): return reduceLoggedOut(&state, loggedOut, event)
    case .awaitingCallback(let attempt): return reduceAttempt(&state, attempt, event)
    case .tokenHeld(let held): return reduceTokenHeld(&state, held, event)
    case .userProfile(let signedIn): return reduceSignedIn(&state, signedIn, event)
    }
}

/// Leaves the program. An attempt is given up; a session is left as it is.
private func quit(_ state: inout State) -> [Effect] {
    guard case .awaitingCallback(let attempt) = state else { return [.exit] }
    state = attempt.returningTo.map(State.userProfile) ?? .loggedOut(.cancelled)
    return attempt.conclude(.cancelled) + [.exit]
}

private func reduceLoggedOut(_ state: inout State, _ loggedOut: LoggedOut, _ event: Event) -> [Effect] {
    switch event.kind {
    case .signInChosen(let plan):
        return begin(&state, plan, at: event.at, returningTo: nil)
    case .sessionFound(let id, let session, let label):
        // A session that is being signed out of is not taken up again.
        if case .signedOut(.underWay) = loggedOut { return [] }
        return resume(&state, HeldSession(id: id, session: session, label: label), at: event.at)
    case .storeFailed(let error):
        switch (loggedOut, error) {
        case (.neverSignedIn, _), (.storeFailed, _),
            // Whose place a sign-in would take is worth more than how there came to be none; not more than a reason.
            (.cancelled, .placeTaken), (.signedOut(.revoked), .placeTaken), (.signedOut(.alreadyInvalid), .placeTaken),
            (.signedOutElsewhere, .placeTaken), (.sessionExpired(nil), .placeTaken):
            state = .loggedOut(.storeFailed(error))
        default: break
        }
        return []
    case .storeEmpty:
        if case .storeFailed = loggedOut { state = .initial }
        return []
    case .sessionRemoved(let id):
        guard case .signedOut(.underWay(id, let context, _)) = loggedOut else { return [] }
        state = .loggedOut(.signedOut(.underWay(id, context, .telling)))
        return []
    case .tokenDeleted(let id):
        guard case .signedOut(.underWay(id, let context, .telling)) = loggedOut else { return [] }
        state = .loggedOut(.signedOut(.underWay(id, context, .refreshing)))
        return []
    case .tokenRevoked(let id, let notForgotten):
        guard case .signedOut(.underWay(id, let context, _)) = loggedOut else { return [] }
        state = .loggedOut(.signedOut(.init(.success(()), notForgotten: notForgotten, context)))
        return []
    case .revocationFailed(let id, let error, let notForgotten):
        guard case .signedOut(.underWay(id, let context, _)) = loggedOut else { return [] }
        state = .loggedOut(.signedOut(.init(.failure(error), notForgotten: notForgotten, context)))
        return []
    default:
        return []
    }
}

extension LoggedOut.Revocation {
    /// What became of a sign-out, of what the server and the store said.
    public init(_ result: Result<Void, APIError>, notForgotten: StoreError?, _ context: Failure.Context) {
        switch (result, notForgotten) {
        case (.success, nil): self = .revoked
        case (.failure(let error), nil) where error.isUnauthorized: self = .alreadyInvalid
        case (.failure(let error), nil): self = .onlyForgotten(Failure(.deletion(error), context))
        case (.success, let notForgotten?): self = .notForgotten(notForgotten, .deleted)
        case (.failure(let error), let notForgotten?):
            self = .notForgotten(notForgotten, .init(error))
        }
    }
}

/// Begins an attempt.
func begin(_ state: inout State, _ plan: SignInPlan, at: Date, returningTo: SignedIn?) -> [Effect] {
    let attempt = Attempt(plan, at: at, returningTo: returningTo)
    state = .awaitingCallback(attempt)
    return [
        .startTimer(.attemptDeadline(attempt.id), at: attempt.deadline),
        .openListener(attempt.id, attempt.settings.redirectURI),
    ]
}

/// Takes up a session that the store had.
func resume(_ state: inout State, _ found: HeldSession, notice: Notice? = nil, at: Date) -> [Effect] {
    var held = found
    if held.session.isLive(at: at) {
        state = .tokenHeld(TokenHeld(held: held, profile: .underWay, steps: [:], notice: notice))
        return held.timers() + [held.profileRequest]
    }
    guard held.canRefresh else {
        // What a person is reading about an attempt or a sign-out is worth more than this.
        if state == .initial { state = .loggedOut(.sessionExpired(nil)) }
        return [.forgetSession(held.session)]
    }
    let effects = held.beginRefresh(thenProfile: true)
    state = .tokenHeld(TokenHeld(held: held, profile: .awaitingRefresh, steps: [:], notice: notice))
    return effects
}
