/// What every pair of a situation and an occurrence comes to. Under a situation stands what it is, then a line for each
/// occurrence that counts: `occurrence → state · effects`. An occurrence without a line is ignored: nothing changes and
/// nothing is asked for.
enum Decisions {
    /// The occurrences that were decided on, in the order of the lines. A new one is added here once every table has
    /// been looked at.
    static let occurrences = """
        signInChosen cancelChosen openBrowserChosen rightPaste wrongPaste refreshChosen signOutChosen quitChosen
        sessionFound expiredSessionFound deadSessionFound storeFailed storeEmpty sessionReplaced sessionSucceeded sameSession
        sessionForgotten sessionNotKept sessionKept placeTaken sessionRemoved tokenDeleted listenerOpened listenerFailed rightCallback foreignCallback
        deniedCallback codelessCallback requestRefused browserOpened browserFailed tokenReceived
        tokenRequestFailed profileLoaded profileFailed profileLimited profileUnauthorized profileUnauthorizedLate
        sessionRefreshed refreshedNotKept refreshUnanswered refreshLimited refreshRefused refreshTokenDead
        tokenRevoked revokedNotForgotten revocationFailed revocationUnauthorized attemptDeadline refreshDue
        tokenExpiry profileRetry
        """.split { $0 == " " || $0 == "\n" }.map(String.init)

    /// Without a session, and while an attempt is under way.
    static let ofAttempts: [Situation: String] = [
        .neverSignedIn: """
        loggedOut never signed in
          signInChosen → awaitingCallback begun · start(deadline) openListener
          quitChosen → unchanged · exit
          sessionFound → tokenHeld loading, fresh · start(due) start(expiry) loadProfile
          expiredSessionFound → tokenHeld awaiting a refresh, refresh 1 then profile · refreshSession
          deadSessionFound → loggedOut expired · forget
          storeFailed → loggedOut store failed (store_quota)
        """,
        .signOutUnderWay: """
        loggedOut signing out
          signInChosen → awaitingCallback begun · start(deadline) openListener
          quitChosen → unchanged · exit
          sessionRemoved → loggedOut signing out, forgotten
          tokenRevoked → loggedOut revoked
          revokedNotForgotten → loggedOut not forgotten (store_quota)
          revocationFailed → loggedOut only forgotten (service_error)
          revocationUnauthorized → loggedOut invalid already
        """,
        .signOutTelling: """
        loggedOut signing out, forgotten
          signInChosen → awaitingCallback begun · start(deadline) openListener
          quitChosen → unchanged · exit
          tokenDeleted → loggedOut signing out, forgotten and deleted
          tokenRevoked → loggedOut revoked
          revokedNotForgotten → loggedOut not forgotten (store_quota)
          revocationFailed → loggedOut only forgotten (service_error)
          revocationUnauthorized → loggedOut invalid already
        """,
        .revoked: """
        loggedOut revoked
          signInChosen → awaitingCallback begun · start(deadline) openListener
          quitChosen → unchanged · exit
          sessionFound → tokenHeld loading, fresh · start(due) start(expiry) loadProfile
          expiredSessionFound → tokenHeld awaiting a refresh, refresh 1 then profile · refreshSession
          deadSessionFound → unchanged · forget
        """,
        .alreadyInvalid: """
        loggedOut invalid already
          signInChosen → awaitingCallback begun · start(deadline) openListener
          quitChosen → unchanged · exit
          sessionFound → tokenHeld loading, fresh · start(due) start(expiry) loadProfile
          expiredSessionFound → tokenHeld awaiting a refresh, refresh 1 then profile · refreshSession
          deadSessionFound → unchanged · forget
        """,
        .onlyForgotten: """
        loggedOut only forgotten (service_error)
          signInChosen → awaitingCallback begun · start(deadline) openListener
          quitChosen → unchanged · exit
          sessionFound → tokenHeld loading, fresh · start(due) start(expiry) loadProfile
          expiredSessionFound → tokenHeld awaiting a refresh, refresh 1 then profile · refreshSession
          deadSessionFound → unchanged · forget
        """,
        .notForgotten: """
        loggedOut not forgotten (store_quota)
          signInChosen → awaitingCallback begun · start(deadline) openListener
          quitChosen → unchanged · exit
          sessionFound → tokenHeld loading, fresh · start(due) start(expiry) loadProfile
          expiredSessionFound → tokenHeld awaiting a refresh, refresh 1 then profile · refreshSession
          deadSessionFound → unchanged · forget
        """,
        .cancelled: """
        loggedOut cancelled
          signInChosen → awaitingCallback begun · start(deadline) openListener
          quitChosen → unchanged · exit
          sessionFound → tokenHeld loading, fresh · start(due) start(expiry) loadProfile
          expiredSessionFound → tokenHeld awaiting a refresh, refresh 1 then profile · refreshSession
          deadSessionFound → unchanged · forget
        """,
        .failed: """
        loggedOut failed (timed_out)
          signInChosen → awaitingCallback begun · start(deadline) openListener
          quitChosen → unchanged · exit
          sessionFound → tokenHeld loading, fresh · start(due) start(expiry) loadProfile
          expiredSessionFound → tokenHeld awaiting a refresh, refresh 1 then profile · refreshSession
          deadSessionFound → unchanged · forget
        """,
        .expired: """
        loggedOut expired
          signInChosen → awaitingCallback begun · start(deadline) openListener
          quitChosen → unchanged · exit
          sessionFound → tokenHeld loading, fresh · start(due) start(expiry) loadProfile
          expiredSessionFound → tokenHeld awaiting a refresh, refresh 1 then profile · refreshSession
          deadSessionFound → unchanged · forget
        """,
        .expiredWithReason: """
        loggedOut expired (invalid_grant)
          signInChosen → awaitingCallback begun · start(deadline) openListener
          quitChosen → unchanged · exit
          sessionFound → tokenHeld loading, fresh · start(due) start(expiry) loadProfile
          expiredSessionFound → tokenHeld awaiting a refresh, refresh 1 then profile · refreshSession
          deadSessionFound → unchanged · forget
        """,
        .signedOutElsewhere: """
        loggedOut signed out elsewhere
          signInChosen → awaitingCallback begun · start(deadline) openListener
          quitChosen → unchanged · exit
          sessionFound → tokenHeld loading, fresh · start(due) start(expiry) loadProfile
          expiredSessionFound → tokenHeld awaiting a refresh, refresh 1 then profile · refreshSession
          deadSessionFound → unchanged · forget
        """,
        .storeFailed: """
        loggedOut store failed (store_quota)
          signInChosen → awaitingCallback begun · start(deadline) openListener
          quitChosen → unchanged · exit
          sessionFound → tokenHeld loading, fresh · start(due) start(expiry) loadProfile
          expiredSessionFound → tokenHeld awaiting a refresh, refresh 1 then profile · refreshSession
          deadSessionFound → unchanged · forget
          storeEmpty → loggedOut never signed in
        """,
        .begun: """
        awaitingCallback begun
          cancelChosen → loggedOut cancelled · stop(deadline) conclude(cancelled)
          quitChosen → loggedOut cancelled · stop(deadline) conclude(cancelled) exit
          listenerOpened → awaitingCallback listening · openBrowser
          listenerFailed → loggedOut failed (port_in_use) · stop(deadline) conclude(failed)
          requestRefused → awaitingCallback begun, notice request path
          browserOpened → awaitingCallback begun, browser opened
          browserFailed → awaitingCallback begun, browser_failed
          attemptDeadline → loggedOut failed (timed_out) · stop(deadline) conclude(failed)
        """,
        .listening: """
        awaitingCallback listening
          cancelChosen → loggedOut cancelled · stop(deadline) conclude(cancelled)
          openBrowserChosen → unchanged · openBrowser
          rightPaste → awaitingCallback exchanging · exchangeCode
          wrongPaste → awaitingCallback listening, notice paste notAnAddress
          quitChosen → loggedOut cancelled · stop(deadline) conclude(cancelled) exit
          listenerFailed → loggedOut failed (port_in_use) · stop(deadline) conclude(failed)
          rightCallback → awaitingCallback exchanging · exchangeCode
          foreignCallback → awaitingCallback listening, notice callback foreignState · refuseCallback
          deniedCallback → loggedOut failed (access_denied) · stop(deadline) conclude(failed)
          codelessCallback → loggedOut failed (missing_code) · stop(deadline) conclude(failed)
          requestRefused → awaitingCallback listening, notice request path
          browserOpened → awaitingCallback listening, browser opened
          browserFailed → awaitingCallback listening, browser_failed
          attemptDeadline → loggedOut failed (timed_out) · stop(deadline) conclude(failed)
        """,
        .listeningWithoutBrowser: """
        awaitingCallback listening, no browser wanted
          cancelChosen → loggedOut cancelled · stop(deadline) conclude(cancelled)
          openBrowserChosen → unchanged · openBrowser
          rightPaste → awaitingCallback exchanging, no browser wanted · exchangeCode
          wrongPaste → awaitingCallback listening, no browser wanted, notice paste notAnAddress
          quitChosen → loggedOut cancelled · stop(deadline) conclude(cancelled) exit
          listenerFailed → loggedOut failed (port_in_use) · stop(deadline) conclude(failed)
          rightCallback → awaitingCallback exchanging, no browser wanted · exchangeCode
          foreignCallback → awaitingCallback listening, no browser wanted, notice callback foreignState
              · refuseCallback
          deniedCallback → loggedOut failed (access_denied) · stop(deadline) conclude(failed)
          codelessCallback → loggedOut failed (missing_code) · stop(deadline) conclude(failed)
          requestRefused → awaitingCallback listening, no browser wanted, notice request path
          browserOpened → awaitingCallback listening, browser opened
          browserFailed → awaitingCallback listening, browser_failed
          attemptDeadline → loggedOut failed (timed_out) · stop(deadline) conclude(failed)
        """,
        .browserOpened: """
        awaitingCallback listening, browser opened
          cancelChosen → loggedOut cancelled · stop(deadline) conclude(cancelled)
          openBrowserChosen → unchanged · openBrowser
          rightPaste → awaitingCallback exchanging, browser opened · exchangeCode
          wrongPaste → awaitingCallback listening, browser opened, notice paste notAnAddress
          quitChosen → loggedOut cancelled · stop(deadline) conclude(cancelled) exit
          listenerFailed → loggedOut failed (port_in_use) · stop(deadline) conclude(failed)
          rightCallback → awaitingCallback exchanging, browser opened · exchangeCode
          foreignCallback → awaitingCallback listening, browser opened, notice callback foreignState
              · refuseCallback
          deniedCallback → loggedOut failed (access_denied) · stop(deadline) conclude(failed)
          codelessCallback → loggedOut failed (missing_code) · stop(deadline) conclude(failed)
          requestRefused → awaitingCallback listening, browser opened, notice request path
          browserFailed → awaitingCallback listening, browser_failed
          attemptDeadline → loggedOut failed (timed_out) · stop(deadline) conclude(failed)
        """,
        .browserFailed: """
        awaitingCallback listening, browser_not_found
          cancelChosen → loggedOut cancelled · stop(deadline) conclude(cancelled)
          openBrowserChosen → unchanged · openBrowser
          rightPaste → awaitingCallback exchanging, browser_not_found · exchangeCode
          wrongPaste → awaitingCallback listening, browser_not_found, notice paste notAnAddress
          quitChosen → loggedOut cancelled · stop(deadline) conclude(cancelled) exit
          listenerFailed → loggedOut failed (port_in_use) · stop(deadline) conclude(failed)
          rightCallback → awaitingCallback exchanging, browser_not_found · exchangeCode
          foreignCallback → awaitingCallback listening, browser_not_found, notice callback foreignState
              · refuseCallback
          deniedCallback → loggedOut failed (access_denied) · stop(deadline) conclude(failed)
          codelessCallback → loggedOut failed (missing_code) · stop(deadline) conclude(failed)
          requestRefused → awaitingCallback listening, browser_not_found, notice request path
          browserOpened → awaitingCallback listening, browser opened
          browserFailed → awaitingCallback listening, browser_failed
          attemptDeadline → loggedOut failed (timed_out) · stop(deadline) conclude(failed)
        """,
        .exchanging: """
        awaitingCallback exchanging, browser opened
          cancelChosen → loggedOut cancelled · stop(deadline) conclude(cancelled)
          rightPaste → awaitingCallback exchanging, browser opened, notice callback again
          wrongPaste → awaitingCallback exchanging, browser opened, notice paste notAnAddress
          quitChosen → loggedOut cancelled · stop(deadline) conclude(cancelled) exit
          listenerFailed → loggedOut failed (port_in_use) · stop(deadline) conclude(failed)
          rightCallback → awaitingCallback exchanging, browser opened, notice callback again
          foreignCallback → awaitingCallback exchanging, browser opened, notice callback foreignState
              · refuseCallback
          deniedCallback → awaitingCallback exchanging, browser opened, notice callback again
          codelessCallback → awaitingCallback exchanging, browser opened, notice callback again
          requestRefused → awaitingCallback exchanging, browser opened, notice request path
          tokenReceived → tokenHeld loading, fresh, being kept
              · stop(deadline) conclude(signed in) save start(due) start(expiry) loadProfile
          tokenRequestFailed → loggedOut failed (invalid_grant) · stop(deadline) conclude(failed)
          attemptDeadline → loggedOut failed (timed_out) · stop(deadline) conclude(failed)
        """,
        .begunFromSession: """
        awaitingCallback begun, behind it Ada fresh
          cancelChosen → userProfile Ada fresh, notice sign-in cancelled
              · stop(deadline) conclude(cancelled)
          quitChosen → userProfile Ada fresh · stop(deadline) conclude(cancelled) exit
          sessionReplaced → awaitingCallback begun, behind it Ada fresh, notice refreshed
              · start(due) start(expiry) loadProfile
          sessionSucceeded → awaitingCallback begun · stop(due) stop(expiry) abandon
          sessionForgotten → awaitingCallback begun · stop(due) stop(expiry) abandon
          sessionNotKept → awaitingCallback begun, behind it Ada fresh, not kept (store_quota)
          listenerOpened → awaitingCallback listening, behind it Ada fresh · openBrowser
          listenerFailed → userProfile Ada fresh, notice sign-in failed (port_in_use)
              · stop(deadline) conclude(failed)
          requestRefused → awaitingCallback begun, notice request path, behind it Ada fresh
          browserOpened → awaitingCallback begun, browser opened, behind it Ada fresh
          browserFailed → awaitingCallback begun, browser_failed, behind it Ada fresh
          profileLoaded → awaitingCallback begun, behind it Grace fresh
          profileFailed → awaitingCallback begun, behind it Ada fresh, notice not reloaded (service_error)
          profileLimited → awaitingCallback begun, behind it Ada fresh, notice not reloaded yet (rate_limited)
              · start(profile)
          profileUnauthorized → awaitingCallback begun · stop(due) stop(expiry) abandon forget
          profileUnauthorizedLate → awaitingCallback begun, behind it Ada fresh · loadProfile
          attemptDeadline → userProfile Ada fresh, notice sign-in failed (timed_out)
              · stop(deadline) conclude(failed)
          refreshDue → awaitingCallback begun, behind it Ada needs sign-in
          tokenExpiry → awaitingCallback begun · stop(due) stop(expiry) abandon forget
        """,
        .listeningFromSession: """
        awaitingCallback listening, behind it Ada fresh
          cancelChosen → userProfile Ada fresh, notice sign-in cancelled
              · stop(deadline) conclude(cancelled)
          openBrowserChosen → unchanged · openBrowser
          rightPaste → awaitingCallback exchanging, behind it Ada fresh · exchangeCode
          wrongPaste → awaitingCallback listening, notice paste notAnAddress, behind it Ada fresh
          quitChosen → userProfile Ada fresh · stop(deadline) conclude(cancelled) exit
          sessionReplaced → awaitingCallback listening, behind it Ada fresh, notice refreshed
              · start(due) start(expiry) loadProfile
          sessionSucceeded → awaitingCallback listening · stop(due) stop(expiry) abandon
          sessionForgotten → awaitingCallback listening · stop(due) stop(expiry) abandon
          sessionNotKept → awaitingCallback listening, behind it Ada fresh, not kept (store_quota)
          listenerFailed → userProfile Ada fresh, notice sign-in failed (port_in_use)
              · stop(deadline) conclude(failed)
          rightCallback → awaitingCallback exchanging, behind it Ada fresh · exchangeCode
          foreignCallback → awaitingCallback listening, notice callback foreignState, behind it Ada fresh
              · refuseCallback
          deniedCallback → userProfile Ada fresh, notice sign-in failed (access_denied)
              · stop(deadline) conclude(failed)
          codelessCallback → userProfile Ada fresh, notice sign-in failed (missing_code)
              · stop(deadline) conclude(failed)
          requestRefused → awaitingCallback listening, notice request path, behind it Ada fresh
          browserOpened → awaitingCallback listening, browser opened, behind it Ada fresh
          browserFailed → awaitingCallback listening, browser_failed, behind it Ada fresh
          profileLoaded → awaitingCallback listening, behind it Grace fresh
          profileFailed → awaitingCallback listening, behind it Ada fresh, notice not reloaded (service_error)
          profileLimited → awaitingCallback listening, behind it Ada fresh, notice not reloaded yet (rate_limited)
              · start(profile)
          profileUnauthorized → awaitingCallback listening · stop(due) stop(expiry) abandon forget
          profileUnauthorizedLate → awaitingCallback listening, behind it Ada fresh · loadProfile
          attemptDeadline → userProfile Ada fresh, notice sign-in failed (timed_out)
              · stop(deadline) conclude(failed)
          refreshDue → awaitingCallback listening, behind it Ada needs sign-in
          tokenExpiry → awaitingCallback listening · stop(due) stop(expiry) abandon forget
        """,
        .exchangingFromSession: """
        awaitingCallback exchanging, behind it Ada fresh
          cancelChosen → userProfile Ada fresh, notice sign-in cancelled
              · stop(deadline) conclude(cancelled)
          rightPaste → awaitingCallback exchanging, notice callback again, behind it Ada fresh
          wrongPaste → awaitingCallback exchanging, notice paste notAnAddress, behind it Ada fresh
          quitChosen → userProfile Ada fresh · stop(deadline) conclude(cancelled) exit
          sessionReplaced → awaitingCallback exchanging, behind it Ada fresh, notice refreshed
              · start(due) start(expiry) loadProfile
          sessionSucceeded → awaitingCallback exchanging · stop(due) stop(expiry) abandon
          sessionForgotten → awaitingCallback exchanging · stop(due) stop(expiry) abandon
          sessionNotKept → awaitingCallback exchanging, behind it Ada fresh, not kept (store_quota)
          listenerFailed → userProfile Ada fresh, notice sign-in failed (port_in_use)
              · stop(deadline) conclude(failed)
          rightCallback → awaitingCallback exchanging, notice callback again, behind it Ada fresh
          foreignCallback → awaitingCallback exchanging, notice callback foreignState, behind it Ada fresh
              · refuseCallback
          deniedCallback → awaitingCallback exchanging, notice callback again, behind it Ada fresh
          codelessCallback → awaitingCallback exchanging, notice callback again, behind it Ada fresh
          requestRefused → awaitingCallback exchanging, notice request path, behind it Ada fresh
          browserOpened → awaitingCallback exchanging, browser opened, behind it Ada fresh
          tokenReceived → tokenHeld loading, fresh, being kept
              · stop(deadline) conclude(signed in) stop(due) stop(expiry) abandon save start(due) start(expiry) loadProfile
          tokenRequestFailed → userProfile Ada fresh, notice sign-in failed (invalid_grant)
              · stop(deadline) conclude(failed)
          profileLoaded → awaitingCallback exchanging, behind it Grace fresh
          profileFailed → awaitingCallback exchanging, behind it Ada fresh, notice not reloaded (service_error)
          profileLimited → awaitingCallback exchanging, behind it Ada fresh, notice not reloaded yet (rate_limited)
              · start(profile)
          profileUnauthorized → awaitingCallback exchanging · stop(due) stop(expiry) abandon forget
          profileUnauthorizedLate → awaitingCallback exchanging, behind it Ada fresh · loadProfile
          attemptDeadline → userProfile Ada fresh, notice sign-in failed (timed_out)
              · stop(deadline) conclude(failed)
          refreshDue → awaitingCallback exchanging, behind it Ada needs sign-in
          tokenExpiry → awaitingCallback exchanging · stop(due) stop(expiry) abandon forget
        """,
        .sessionGoneBehind: """
        awaitingCallback listening
          cancelChosen → loggedOut cancelled · stop(deadline) conclude(cancelled)
          openBrowserChosen → unchanged · openBrowser
          rightPaste → awaitingCallback exchanging · exchangeCode
          wrongPaste → awaitingCallback listening, notice paste notAnAddress
          quitChosen → loggedOut cancelled · stop(deadline) conclude(cancelled) exit
          listenerFailed → loggedOut failed (port_in_use) · stop(deadline) conclude(failed)
          rightCallback → awaitingCallback exchanging · exchangeCode
          foreignCallback → awaitingCallback listening, notice callback foreignState · refuseCallback
          deniedCallback → loggedOut failed (access_denied) · stop(deadline) conclude(failed)
          codelessCallback → loggedOut failed (missing_code) · stop(deadline) conclude(failed)
          requestRefused → awaitingCallback listening, notice request path
          browserOpened → awaitingCallback listening, browser opened
          browserFailed → awaitingCallback listening, browser_failed
          attemptDeadline → loggedOut failed (timed_out) · stop(deadline) conclude(failed)
        """,
    ]
}
