import GenesysCloud
import OAuth
import SignIn

/// What a state is, in a few words. No `default` anywhere: a new state does not compile until it has its words.
func words(_ state: State) -> String {
    switch state {
    case .loggedOut(let loggedOut): "loggedOut \(words(loggedOut))"
    case .awaitingCallback(let attempt):
        "awaitingCallback \(phase(attempt))" + words(attempt.browser)
            + (attempt.notices.last.map { ", notice \(words($0.kind))" } ?? "")
            + (attempt.returningTo.map { ", behind it \(words($0))" } ?? "")
    case .tokenHeld(let tokenHeld):
        "tokenHeld \(words(tokenHeld.profile)), \(words(tokenHeld.held))"
            + (tokenHeld.notice.map { ", notice \(words($0.kind))" } ?? "")
    case .userProfile(let signedIn): "userProfile \(words(signedIn))"
    }
}

private func words(_ loggedOut: LoggedOut) -> String {
    switch loggedOut {
    case .neverSignedIn: "never signed in"
    case .signedOut(.underWay(_, _, .forgetting)): "signing out"
    case .signedOut(.underWay(_, _, .telling)): "signing out, forgotten"
    case .signedOut(.underWay(_, _, .refreshing)): "signing out, forgotten and deleted"
    case .signedOut(.revoked): "revoked"
    case .signedOut(.alreadyInvalid): "invalid already"
    case .signedOutElsewhere: "signed out elsewhere"
    case .storeFailed(let error): "store failed (\(error.report.code))"
    case .signedOut(.notForgotten(let error, let token)):
        "not forgotten\(token == .deleted ? "" : ", token \(token)") (\(error.report.code))"
    case .signedOut(.onlyForgotten(let failure)): "only forgotten (\(failure.report.code))"
    case .cancelled: "cancelled"
    case .failed(let failure): "failed (\(failure.report.code))"
    case .sessionExpired(let failure): "expired" + (failure.map { " (\($0.report.code))" } ?? "")
    }
}

private func phase(_ attempt: Attempt) -> String {
    attempt.isExchanging ? "exchanging" : attempt.boundRedirectURI == nil ? "begun" : "listening"
}

private func words(_ browser: Attempt.Browser) -> String {
    switch browser {
    case .notStarted: ""
    case .notWanted: ", no browser wanted"
    case .opened: ", browser opened"
    case .failed(let failure): ", \(failure.report.code)"
    }
}

private func words(_ load: TokenHeld.ProfileLoad) -> String {
    switch load {
    case .underWay: "loading"
    case .awaitingRefresh: "awaiting a refresh"
    case .failed(let failure): "failed (\(failure.report.code))"
    case .waiting(let failure, _): "waiting (\(failure.report.code))"
    }
}

private func words(_ held: HeldSession) -> String {
    words(held.refresh) + (held.isBeingKept ? ", being kept" : "")
        + (held.notKept.map { ", not kept (\($0.report.code))" } ?? "")
}

private func words(_ signedIn: SignedIn) -> String {
    "\(signedIn.profile.displayName) \(words(signedIn.held))"
        + (signedIn.notice.map { ", notice \(words($0.kind))" } ?? "")
}

private func words(_ refresh: HeldSession.Refresh) -> String {
    switch refresh {
    case .idle: "fresh"
    case .underWay(let thenProfile, let tries): "refresh \(tries)" + (thenProfile ? " then profile" : "")
    case .retrying(let failure, let tries, _): "retry \(tries) (\(failure.report.code))"
    case .failed(let failure): "not refreshed (\(failure.report.code))"
    case .needsSignIn: "needs sign-in"
    }
}

private func words(_ notice: Notice.Kind) -> String {
    switch notice {
    case .callbackRefused(let refusal): "callback \(refusal)"
    case .pasteRefused(let refusal): "paste \(refusal)"
    case .requestRefused(let refusal): "request \(refusal)"
    case .callbackRepeated: "callback again"
    case .signInCancelled: "sign-in cancelled"
    case .signInFailed(let failure): "sign-in failed (\(failure.report.code))"
    case .profileNotReloaded(let failure, let nextAt):
        "not reloaded\(nextAt == nil ? "" : " yet") (\(failure.report.code))"
    case .refreshed: "refreshed"
    case .signedInElsewhere: "signed in elsewhere"
    case .tookPlace(let clientID, _): "took the place of \(clientID.value)"
    }
}

/// An effect's name, and of a timer which one.
func words(_ effect: Effect) -> String {
    switch effect {
    case .openListener: "openListener"
    case .refuseCallback: "refuseCallback"
    case .concludeAttempt(_, .signedIn): "conclude(signed in)"
    case .concludeAttempt(_, .failed): "conclude(failed)"
    case .concludeAttempt(_, .cancelled): "conclude(cancelled)"
    case .openBrowser: "openBrowser"
    case .exchangeCode: "exchangeCode"
    case .loadProfile: "loadProfile"
    case .refreshSession(_, _, isKept: true, _): "refreshSession"
    case .refreshSession(_, _, isKept: false, let isShared):
        isShared ? "refreshSession(not kept, shared)" : "refreshSession(not kept)"
    case .signOut: "signOut"
    case .saveSession: "save"
    case .forgetSession: "forget"
    case .discardSession: "discard"
    case .abandonSession: "abandon"
    case .startTimer(let timer, _): "start(\(words(timer)))"
    case .stopTimer(let timer): "stop(\(words(timer)))"
    case .exit: "exit"
    }
}

private func words(_ timer: Timer) -> String {
    switch timer {
    case .attemptDeadline: "deadline"
    case .refreshDue: "due"
    case .tokenExpiry: "expiry"
    case .profileRetry: "profile"
    }
}

/// The shapes that a state can have. No `default`: a new state does not compile until it has a shape, and a shape does
/// not pass until it has a situation.
enum Shape: CaseIterable {
    case neverSignedIn, signingOut, revoked, alreadyInvalid, onlyForgotten, notForgotten, cancelled, failed, expired
    case signedOutElsewhere, storeFailed
    case begun, listening, exchanging, begunFromSession, listeningFromSession, exchangingFromSession
    case loading, awaitingRefresh, loadFailed, loadWaiting
    case idle, refreshing, retrying, notRefreshed, needsSignIn

    init(_ state: State) {
        switch state {
        case .loggedOut(.neverSignedIn): self = .neverSignedIn
        case .loggedOut(.signedOut(.underWay)): self = .signingOut
        case .loggedOut(.signedOut(.revoked)): self = .revoked
        case .loggedOut(.signedOut(.alreadyInvalid)): self = .alreadyInvalid
        case .loggedOut(.signedOut(.onlyForgotten)): self = .onlyForgotten
        case .loggedOut(.signedOut(.notForgotten)): self = .notForgotten
        case .loggedOut(.signedOutElsewhere): self = .signedOutElsewhere
        case .loggedOut(.storeFailed): self = .storeFailed
        case .loggedOut(.cancelled): self = .cancelled
        case .loggedOut(.failed): self = .failed
        case .loggedOut(.sessionExpired): self = .expired
        case .awaitingCallback(let attempt):
            switch (attempt.isExchanging, attempt.boundRedirectURI != nil, attempt.returningTo != nil) {
            case (true, _, true): self = .exchangingFromSession
            case (true, _, false): self = .exchanging
            case (false, true, true): self = .listeningFromSession
            case (false, true, false): self = .listening
            case (false, false, true): self = .begunFromSession
            case (false, false, false): self = .begun
            }
        case .tokenHeld(let tokenHeld):
            switch tokenHeld.profile {
            case .underWay: self = .loading
            case .awaitingRefresh: self = .awaitingRefresh
            case .failed: self = .loadFailed
            case .waiting: self = .loadWaiting
            }
        case .userProfile(let signedIn):
            switch signedIn.held.refresh {
            case .idle: self = .idle
            case .underWay: self = .refreshing
            case .retrying: self = .retrying
            case .failed: self = .notRefreshed
            case .needsSignIn: self = .needsSignIn
            }
        }
    }
}
