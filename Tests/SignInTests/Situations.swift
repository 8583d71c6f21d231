import Foundation
import GenesysCloud
import OAuth
import SignIn

/// One representative of each state, by the path that leads there.
enum Situation: String, CaseIterable {
    case neverSignedIn, signOutUnderWay, signOutTelling, revoked, alreadyInvalid, onlyForgotten, notForgotten,
        cancelled, failed,
        expired
    case expiredWithReason, signedOutElsewhere, storeFailed
    case begun, listening, listeningWithoutBrowser, browserOpened, browserFailed, exchanging
    case begunFromSession, listeningFromSession, exchangingFromSession, sessionGoneBehind
    case loading, loadingWithoutRefreshToken, loadingNeedsSignIn, loadingWhileRefreshing
    case awaitingRefresh, awaitingRetry, loadFailed, loadFailedWithoutRefreshToken, loadWaiting
    case signedIn, signedInWithoutRefreshToken, refreshing, retrying, refreshRefused, curing, needsSignIn
    case notKept, beingKept, reloadWaiting

    /// A machine in this situation.
    func machine() throws -> Machine {
        switch self {
        case .neverSignedIn: Machine()
        case .signOutUnderWay: try after(.signedIn(), .signOutChosen)
        case .signOutTelling: try after(.signedIn(), .signOutChosen, .sessionRemoved(SessionID(10)))
        case .revoked: try after(.signedIn(), .signOutChosen, .tokenRevoked(SessionID(10)))
        case .alreadyInvalid:
            try after(.signedIn(), .signOutChosen, .revocationFailed(SessionID(10), Sample.api(401)))
        case .signedOutElsewhere: try after(.signedIn(), .sessionForgotten(SessionID(10)))
        case .storeFailed: after(Machine(), .storeFailed(Sample.storeError))
        case .onlyForgotten:
            try after(.signedIn(), .signOutChosen, .revocationFailed(SessionID(10), Sample.api(503)))
        case .notForgotten:
            try after(.signedIn(), .signOutChosen, .tokenRevoked(SessionID(10), notForgotten: Sample.storeError))
        case .cancelled: try after(.begun(), .cancelChosen)
        case .failed: try after(.begun(), .timerFired(.attemptDeadline(AttemptID(1))))
        case .expired:
            try after(.signedIn(Sample.tokens(refresh: false)), .timerFired(.tokenExpiry(SessionID(10))))
        case .expiredWithReason: try after(.refreshing, .refreshFailed(SessionID(10), Sample.refused(.invalidGrant)))

        case .begun: try .begun()
        case .listening: try .listening()
        case .listeningWithoutBrowser:
            try .listening(Sample.plan(settings: Sample.settings(opensBrowser: false)))
        case .browserOpened: try after(.listening(), .browserOpened(AttemptID(1)))
        case .browserFailed: try after(.listening(), .browserFailed(AttemptID(1), .notFound(command: "xdg-open")))
        case .exchanging: try .exchanging()

        case .begunFromSession: try .begunFromSession()
        case .listeningFromSession: try .listeningFromSession()
        case .exchangingFromSession: try .exchangingFromSession()
        case .sessionGoneBehind: try after(.listeningFromSession(), .timerFired(.tokenExpiry(SessionID(10))))

        case .loading: try .loading()
        case .loadingWithoutRefreshToken: try .loading(Sample.tokens(refresh: false))
        case .loadingNeedsSignIn:
            try after(.loading(Sample.tokens(refresh: false)), .timerFired(.refreshDue(SessionID(10))))
        case .loadingWhileRefreshing: try after(.loading(), .timerFired(.refreshDue(SessionID(10))))
        case .awaitingRefresh:
            try after(.loading(), .profileFailed(SessionID(10), Sample.api(401), using: Secret("SECRETaccess1")))
        case .awaitingRetry: try after(.awaitingRefresh, .refreshFailed(SessionID(10), Sample.noAnswer))
        case .loadFailed:
            try after(.loading(), .profileFailed(SessionID(10), Sample.api(503), using: Secret("SECRETaccess1")))
        case .loadWaiting:
            try after(.loading(), .profileFailed(SessionID(10), Sample.limited, using: Secret("SECRETaccess1")))
        case .loadFailedWithoutRefreshToken:
            try after(
                .loading(Sample.tokens(refresh: false)),
                .profileFailed(SessionID(10), Sample.api(503), using: Secret("SECRETaccess1"))
            )

        case .signedIn: try .signedIn()
        case .signedInWithoutRefreshToken: try .signedIn(Sample.tokens(refresh: false))
        case .refreshing: try after(.signedIn(), .refreshChosen(Sample.plan(3)))
        case .retrying: try after(.refreshing, .refreshFailed(SessionID(10), Sample.noAnswer))
        case .refreshRefused: try after(.refreshing, .refreshFailed(SessionID(10), Sample.refused(.invalidClient)))
        case .curing:
            try after(
                .refreshing,
                .sessionRefreshed(SessionID(10), try Sample.session(Sample.tokens("2"))),
                .profileFailed(SessionID(10), Sample.api(401), using: Secret("SECRETaccess2"))
            )
        case .notKept: try after(.signedIn(), .sessionNotKept(SessionID(10), Sample.storeError))
        case .beingKept:
            try after(
                .exchanging(),
                .tokenReceived(AttemptID(1), Sample.tokens()),
                .profileLoaded(SessionID(10), Sample.ada)
            )
        case .reloadWaiting:
            try after(.signedIn(), .profileFailed(SessionID(10), Sample.limited, using: Secret("SECRETaccess1")))
        case .needsSignIn:
            try after(.signedIn(Sample.tokens(refresh: false)), .timerFired(.refreshDue(SessionID(10))))
        }
    }

    /// The attempt that is under way; otherwise the one that was.
    var attempt: AttemptID {
        switch self {
        case .begunFromSession, .listeningFromSession, .exchangingFromSession, .sessionGoneBehind: AttemptID(2)
        default: AttemptID(1)
        }
    }

    /// The number of the plan of ``attempt``.
    var number: UInt8 {
        attempt == AttemptID(2) ? 2 : 1
    }

    private func after(_ machine: Machine, _ events: Event.Kind...) -> Machine {
        events.reduce(into: machine) { $0.send($1) }
    }

    private func after(_ situation: Situation, _ events: Event.Kind...) throws -> Machine {
        try events.reduce(into: situation.machine()) { $0.send($1) }
    }
}

/// One or more representatives of each kind of event.
enum Occurrence: String, CaseIterable {
    case signInChosen, cancelChosen, openBrowserChosen, rightPaste, wrongPaste, refreshChosen, signOutChosen, quitChosen
    case sessionFound, expiredSessionFound, deadSessionFound, storeFailed, storeEmpty
    case sessionReplaced, sessionSucceeded, sameSession, sessionForgotten, sessionNotKept
    case sessionKept, placeTaken, sessionRemoved, tokenDeleted
    case listenerOpened, listenerFailed, rightCallback, foreignCallback, deniedCallback, codelessCallback
    case requestRefused, browserOpened, browserFailed, tokenReceived, tokenRequestFailed
    case profileLoaded, profileFailed, profileLimited, profileUnauthorized, profileUnauthorizedLate
    case sessionRefreshed, refreshedNotKept, refreshUnanswered, refreshLimited, refreshRefused, refreshTokenDead
    case tokenRevoked, revokedNotForgotten, revocationFailed, revocationUnauthorized
    case attemptDeadline, refreshDue, tokenExpiry, profileRetry

    /// The event, for `attempt` with the plan `number` and for `session`, which has `tokens`.
    func kind(
        _ attempt: AttemptID,
        _ number: UInt8,
        _ session: SessionID,
        _ tokens: TokenResponse? = nil
    ) throws -> Event.Kind {
        let tokens = tokens ?? Sample.tokens()
        let token = tokens.accessToken
        return switch self {
        case .signInChosen: .signInChosen(try Sample.plan(5))
        case .cancelChosen: .cancelChosen
        case .openBrowserChosen: .openBrowserChosen
        case .rightPaste: .callbackPasted(try Sample.query("code=SECRETpasted", number))
        case .wrongPaste: .callbackPasted(Secret("SECREThello"))
        case .refreshChosen: .refreshChosen(try Sample.plan(6))
        case .signOutChosen: .signOutChosen
        case .quitChosen: .quitChosen
        case .sessionFound: .sessionFound(session, try Sample.session(), label: "eu-central-1")
        case .expiredSessionFound:
            .sessionFound(session, try Sample.session(Sample.tokens(expiresIn: 1)), label: "eu-central-1")
        case .deadSessionFound:
            .sessionFound(session, try Sample.session(Sample.tokens(expiresIn: 1, refresh: false)), label: "x")
        case .storeFailed: .storeFailed(Sample.storeError)
        case .storeEmpty: .storeEmpty
        case .sessionReplaced:
            .sessionReplaced(
                session,
                try Sample.session(Sample.tokens("7")),
                label: "eu-west-1",
                successor: SessionID(80)
            )
        case .sessionSucceeded:
            .sessionReplaced(
                session,
                try Sample.session(Sample.tokens("8"), grant: 9),
                label: "eu-west-1",
                successor: SessionID(80)
            )
        case .sameSession:
            .sessionReplaced(
                session,
                try Sample.session(tokens, at: 9),
                label: "x",
                successor: SessionID(80)
            )
        case .sessionForgotten: .sessionForgotten(session)
        case .sessionNotKept: .sessionNotKept(session, Sample.storeError)
        case .sessionKept: .sessionKept(session)
        case .sessionRemoved: .sessionRemoved(session)
        case .tokenDeleted: .tokenDeleted(session)
        case .placeTaken: .sessionKept(session, inPlaceOf: try Sample.session())
        case .listenerOpened: .listenerOpened(attempt, try Sample.boundURI())
        case .listenerFailed: .listenerFailed(attempt, .portInUse(port: 3000, holder: nil))
        case .rightCallback: .callbackReceived(attempt, ReplyID(7), query: try Sample.query("code=SECRETcode", number))
        case .foreignCallback: .callbackReceived(attempt, ReplyID(7), query: try Sample.query("code=SECRETcode", 99))
        case .deniedCallback:
            .callbackReceived(attempt, ReplyID(7), query: try Sample.query("error=access_denied", number))
        case .codelessCallback: .callbackReceived(attempt, ReplyID(7), query: try Sample.query("x=y", number))
        case .requestRefused: .requestRefused(attempt, .path)
        case .browserOpened: .browserOpened(attempt)
        case .browserFailed: .browserFailed(attempt, .failed(command: "xdg-open", status: 3))
        case .tokenReceived: .tokenReceived(attempt, Sample.tokens("9"))
        case .tokenRequestFailed: .tokenRequestFailed(attempt, Sample.refused(.invalidGrant))
        case .profileLoaded: .profileLoaded(session, UserProfile(id: "u2", name: ServerText("Grace")))
        case .profileFailed: .profileFailed(session, Sample.api(503), using: token)
        case .profileLimited: .profileFailed(session, Sample.limited, using: token)
        case .profileUnauthorized: .profileFailed(session, Sample.api(401), using: token)
        case .profileUnauthorizedLate: .profileFailed(session, Sample.api(401), using: Secret("SECRETaccess0"))
        case .sessionRefreshed: .sessionRefreshed(session, try Sample.session(Sample.tokens("8")))
        case .refreshedNotKept:
            .sessionRefreshed(session, try Sample.session(Sample.tokens("8")), notKept: Sample.storeError)
        case .refreshLimited:
            .refreshFailed(session, .answer(.rateLimited(nil, retryAfter: 30, correlationID: nil)))
        case .refreshUnanswered: .refreshFailed(session, Sample.noAnswer)
        case .refreshRefused: .refreshFailed(session, Sample.refused(.invalidClient))
        case .refreshTokenDead: .refreshFailed(session, Sample.refused(.invalidGrant))
        case .tokenRevoked: .tokenRevoked(session)
        case .revokedNotForgotten: .tokenRevoked(session, notForgotten: Sample.storeError)
        case .revocationFailed: .revocationFailed(session, Sample.api(503))
        case .revocationUnauthorized: .revocationFailed(session, Sample.api(401))
        case .attemptDeadline: .timerFired(.attemptDeadline(attempt))
        case .refreshDue: .timerFired(.refreshDue(session))
        case .tokenExpiry: .timerFired(.tokenExpiry(session))
        case .profileRetry: .timerFired(.profileRetry(session))
        }
    }

    /// The occurrences that stand for an event kind. No `default`: a new kind does not compile until it has one.
    static func representing(_ kind: Event.Kind) -> [Occurrence] {
        switch kind {
        case .signInChosen: [.signInChosen]
        case .cancelChosen: [.cancelChosen]
        case .openBrowserChosen: [.openBrowserChosen]
        case .callbackPasted: [.rightPaste, .wrongPaste]
        case .refreshChosen: [.refreshChosen]
        case .signOutChosen: [.signOutChosen]
        case .quitChosen: [.quitChosen]
        case .sessionFound: [.sessionFound, .expiredSessionFound, .deadSessionFound]
        case .storeFailed: [.storeFailed]
        case .storeEmpty: [.storeEmpty]
        case .sessionReplaced: [.sessionReplaced, .sessionSucceeded, .sameSession]
        case .sessionForgotten: [.sessionForgotten]
        case .sessionNotKept: [.sessionNotKept]
        case .sessionKept: [.sessionKept, .placeTaken]
        case .sessionRemoved: [.sessionRemoved]
        case .tokenDeleted: [.tokenDeleted]
        case .listenerOpened: [.listenerOpened]
        case .listenerFailed: [.listenerFailed]
        case .callbackReceived: [.rightCallback, .foreignCallback, .deniedCallback, .codelessCallback]
        case .requestRefused: [.requestRefused]
        case .browserOpened: [.browserOpened]
        case .browserFailed: [.browserFailed]
        case .tokenReceived: [.tokenReceived]
        case .tokenRequestFailed: [.tokenRequestFailed]
        case .profileLoaded: [.profileLoaded]
        case .profileFailed: [.profileFailed, .profileLimited, .profileUnauthorized, .profileUnauthorizedLate]
        case .sessionRefreshed: [.sessionRefreshed, .refreshedNotKept]
        case .refreshFailed: [.refreshUnanswered, .refreshLimited, .refreshRefused, .refreshTokenDead]
        case .tokenRevoked: [.tokenRevoked, .revokedNotForgotten]
        case .revocationFailed: [.revocationFailed, .revocationUnauthorized]
        case .timerFired(.attemptDeadline): [.attemptDeadline]
        case .timerFired(.refreshDue): [.refreshDue]
        case .timerFired(.tokenExpiry): [.tokenExpiry]
        case .timerFired(.profileRetry): [.profileRetry]
        }
    }

    /// Whether the event carries an id, so that another attempt's or session's can be told from it.
    var carriesID: Bool {
        switch self {
        case .signInChosen, .cancelChosen, .openBrowserChosen, .rightPaste, .wrongPaste, .refreshChosen, .signOutChosen,
            .quitChosen, .sessionFound, .expiredSessionFound, .deadSessionFound, .storeFailed,
            .storeEmpty:
            false
        default: true
        }
    }
}
