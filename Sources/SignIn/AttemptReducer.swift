import FoundationEssentials
import GenesysCloud
public import OAuth

extension Attempt {
    /// How many notices are kept.
    private static let noticesKept = 3

    init(_ plan: SignInPlan, at: Date, returningTo: SignedIn?) {
        id = plan.attempt
        session = plan.session
        grant = plan.grant
        settings = plan.settings
        proofKey = ProofKey(entropy: plan.verifierEntropy)
        expectedState = StateParameter(entropy: plan.stateEntropy)
        startedAt = at
        deadline = at.addingTimeInterval(Double(plan.settings.timeout))
        steps = [.keyPairMade: at]
        boundRedirectURI = nil
        browser = plan.settings.opensBrowser ? .notStarted : .notWanted
        notices = []
        self.returningTo = returningTo
    }

    func conclude(_ outcome: Effect.Outcome) -> [Effect] {
        [.stopTimer(.attemptDeadline(id)), .concludeAttempt(id, outcome)]
    }

    fileprivate mutating func note(_ kind: Notice.Kind, at: Date) {
        let times = notices.first { $0.kind == kind }?.count ?? 0
        notices = (notices.filter { $0.kind != kind } + [Notice(at: at, kind, count: times + 1)])
            .suffix(Self.noticesKept)
    }

    fileprivate func failure(_ problem: Failure.Problem) -> Failure {
        Failure(problem, .init(settings, redirectURI: boundRedirectURI))
    }
}

func reduceAttempt(_ state: inout State, _ current: Attempt, _ event: Event) -> [Effect] {
    var attempt = current
    switch event.kind {
    case .cancelChosen:
        return cancel(&state, attempt, at: event.at)
    case .timerFired(.attemptDeadline(attempt.id)):
        let problem = Failure.Problem.timedOut(seconds: attempt.settings.timeout, isExchanging: attempt.isExchanging)
        return fail(&state, attempt, problem, at: event.at)
    case .openBrowserChosen:
        guard let url = attempt.authorizationURL, !attempt.isExchanging else { return [] }
        return [.openBrowser(attempt.id, url: Secret(url))]

    case .listenerOpened(attempt.id, let redirectURI):
        guard attempt.boundRedirectURI == nil else { return [] }
        attempt.boundRedirectURI = redirectURI
        attempt.steps[.listening] = event.at
        state = .awaitingCallback(attempt)
        guard attempt.browser == .notStarted, let url = attempt.authorizationURL else { return [] }
        return [.openBrowser(attempt.id, url: Secret(url))]
    case .listenerFailed(attempt.id, let failure):
        return fail(&state, attempt, .listener(failure), at: event.at)
    case .requestRefused(attempt.id, let refusal):
        attempt.note(.requestRefused(refusal), at: event.at)
    case .callbackReceived(attempt.id, let reply, let query):
        return receive(&state, attempt, query: query, reply: reply, at: event.at)
    case .callbackPasted(let text):
        return receivePaste(&state, attempt, text, at: event.at)

    case .browserOpened(attempt.id):
        attempt.browser = .opened
        attempt.steps[.browserOpened] = attempt.steps[.browserOpened] ?? event.at
    case .browserFailed(attempt.id, let failure):
        // However its command ended, the browser did what it was for.
        guard !attempt.isExchanging else { return [] }
        attempt.browser = .failed(failure)
        attempt.steps[.browserOpened] = nil

    case .tokenReceived(attempt.id, let tokens):
        guard attempt.isExchanging else { return [] }
        return hold(&state, attempt, tokens, at: event.at)
    case .tokenRequestFailed(attempt.id, let error):
        guard attempt.isExchanging else { return [] }
        return fail(&state, attempt, .tokenRequest(error), at: event.at)

    default:
        return reduceSessionBehind(&state, attempt, event)
    }
    state = .awaitingCallback(attempt)
    return []
}

/// A callback whose answer the browser waits for.
private func receive(
    _ state: inout State,
    _ current: Attempt,
    query: Secret,
    reply: ReplyID,
    at: Date
) -> [Effect] {
    var attempt = current
    guard attempt.boundRedirectURI != nil else { return [] }
    do throws(AuthorizationResponse.Problem) {
        return accept(&state, attempt, try attempt.validate(query), at: at)
    } catch {
        switch error {
        case .refused(let refusal):
            attempt.note(.callbackRefused(refusal), at: at)
            state = .awaitingCallback(attempt)
            return [.refuseCallback(attempt.id, reply, refusal)]
        case .denied(let response):
            return end(&state, attempt, .authorization(response), at: at)
        case .missingCode:
            return end(&state, attempt, .missingCode, at: at)
        }
    }
}

/// A callback that the person brought from a browser elsewhere: the whole address, or just its query.
private func receivePaste(_ state: inout State, _ current: Attempt, _ text: Secret, at: Date) -> [Effect] {
    var attempt = current
    guard let redirectURI = attempt.boundRedirectURI else { return [] }
    let refusal: PasteRefusal
    do throws(PasteRefusal) {
        let query = try PastedCallback(text, redirectURI: redirectURI).query
        do throws(AuthorizationResponse.Problem) {
            return accept(&state, attempt, try attempt.validate(query), at: at)
        } catch {
            switch error {
            case .refused(let reason): refusal = .callback(reason)
            case .denied(let response): return end(&state, attempt, .authorization(response), at: at)
            case .missingCode where attempt.isExchanging: return end(&state, attempt, .missingCode, at: at)
            case .missingCode: refusal = .incomplete
            }
        }
    } catch {
        refusal = error
    }
    attempt.note(.pasteRefused(refusal), at: at)
    state = .awaitingCallback(attempt)
    return []
}

/// The right callback. The code is sent once, however often the callback comes (RFC 6749 §4.1.2: single use).
private func accept(
    _ state: inout State,
    _ current: Attempt,
    _ response: AuthorizationResponse,
    at: Date
) -> [Effect] {
    var attempt = current
    guard let redirectURI = attempt.boundRedirectURI else { return [] }
    guard !attempt.isExchanging else {
        attempt.note(.callbackRepeated, at: at)
        state = .awaitingCallback(attempt)
        return []
    }
    attempt.steps[.callbackReceived] = at
    state = .awaitingCallback(attempt)
    let request = TokenRequest(
        exchanging: response,
        proofKey: attempt.proofKey,
        redirectURI: redirectURI,
        clientID: attempt.settings.clientID,
        endpoint: attempt.settings.environment.tokenEndpoint
    )
    return [.exchangeCode(attempt.id, request)]
}

/// An answer of this attempt without a code. It ends the attempt, unless the code is already being exchanged.
private func end(_ state: inout State, _ current: Attempt, _ problem: Failure.Problem, at: Date) -> [Effect] {
    guard current.isExchanging else { return fail(&state, current, problem, at: at) }
    var attempt = current
    attempt.note(.callbackRepeated, at: at)
    state = .awaitingCallback(attempt)
    return []
}

private func hold(_ state: inout State, _ attempt: Attempt, _ tokens: TokenResponse, at: Date) -> [Effect] {
    let settings = attempt.settings
    let session = Session(
        tokens: tokens.takingScope(settings.scope),
        receivedAt: at,
        clientID: settings.clientID,
        loginURL: settings.environment.loginURL,
        apiURL: settings.environment.apiURL,
        profileName: settings.profileName,
        grant: attempt.grant,
        grantedAt: Int(at.timeIntervalSince1970)
    )
    var held = HeldSession(id: attempt.session, session: session, label: settings.environment.label)
    held.isBeingKept = true
    held.isShared = false
    var steps = attempt.steps
    steps[.codeExchanged] = at
    state = .tokenHeld(TokenHeld(held: held, profile: .underWay, steps: steps, notice: nil))
    let replaced = attempt.returningTo.map { $0.held.letGo() } ?? []
    return attempt.conclude(.signedIn) + replaced + [.saveSession(held.id, session)] + held.timers() + [
        held.profileRequest
    ]
}

private func cancel(_ state: inout State, _ attempt: Attempt, at: Date) -> [Effect] {
    if var signedIn = attempt.returningTo {
        signedIn.notice = Notice(at: at, .signInCancelled)
        state = .userProfile(signedIn)
    } else {
        state = .loggedOut(.cancelled)
    }
    return attempt.conclude(.cancelled)
}

private func fail(
    _ state: inout State,
    _ attempt: Attempt,
    _ problem: Failure.Problem,
    at: Date
) -> [Effect] {
    let failure = attempt.failure(problem)
    if var signedIn = attempt.returningTo {
        signedIn.notice = Notice(at: at, .signInFailed(failure))
        state = .userProfile(signedIn)
    } else {
        state = .loggedOut(.failed(failure))
    }
    return attempt.conclude(.failed(failure))
}

/// The session that was in hand when the attempt began lives on, or ends, while the browser is elsewhere.
private func reduceSessionBehind(_ state: inout State, _ current: Attempt, _ event: Event) -> [Effect] {
    guard let signedIn = current.returningTo else { return [] }
    var attempt = current
    var held = signedIn.held
    if case .succeeded = held.apply(event) {
        // Whoever comes back from the attempt finds that session in the store.
        attempt.returningTo = nil
        state = .awaitingCallback(attempt)
        return signedIn.held.letGo()
    }
    var behind = State.userProfile(signedIn)
    let effects = reduceSessionEvent(&behind, signedIn, event)
    if case .userProfile(let signedIn) = behind {
        attempt.returningTo = signedIn
    } else {
        attempt.returningTo = nil
    }
    state = .awaitingCallback(attempt)
    return effects
}

extension Attempt {
    /// Whether a callback's query, still encoded, is an answer to this attempt: neither foreign nor malformed.
    public func isAnswered(by query: Secret) -> Bool {
        do throws(AuthorizationResponse.Problem) {
            _ = try validate(query)
            return true
        } catch {
            if case .refused = error { return false } else { return true }
        }
    }

    fileprivate func validate(_ query: Secret) throws(AuthorizationResponse.Problem) -> AuthorizationResponse {
        try AuthorizationResponse(
            query: query.reveal(),
            state: expectedState,
            issuer: settings.environment.loginURL
        )
    }
}
