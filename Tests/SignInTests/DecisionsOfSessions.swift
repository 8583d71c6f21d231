extension Decisions {
    /// With a session in hand.
    static let ofSessions: [Situation: String] = [
        .loading: """
        tokenHeld loading, fresh
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon signOut
          quitChosen → unchanged · exit
          sessionReplaced → tokenHeld loading, fresh · start(due) start(expiry) loadProfile
          sessionSucceeded → tokenHeld loading, fresh, notice signed in elsewhere
              · stop(due) stop(expiry) abandon start(due) start(expiry) loadProfile
          sessionForgotten → loggedOut signed out elsewhere · stop(due) stop(expiry) abandon
          sessionNotKept → tokenHeld loading, fresh, not kept (store_quota)
          profileLoaded → userProfile Grace fresh
          profileFailed → tokenHeld failed (service_error), fresh
          profileLimited → tokenHeld waiting (rate_limited), fresh · start(profile)
          profileUnauthorized → tokenHeld awaiting a refresh, refresh 1 then profile · refreshSession
          profileUnauthorizedLate → tokenHeld loading, fresh · loadProfile
          refreshDue → tokenHeld loading, refresh 1 · refreshSession
          tokenExpiry → tokenHeld loading, refresh 1 · refreshSession
        """,
        .loadingWithoutRefreshToken: """
        tokenHeld loading, fresh
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon signOut
          quitChosen → unchanged · exit
          sessionReplaced → tokenHeld loading, fresh · start(due) start(expiry) loadProfile
          sessionSucceeded → tokenHeld loading, fresh, notice signed in elsewhere
              · stop(due) stop(expiry) abandon start(due) start(expiry) loadProfile
          sessionForgotten → loggedOut signed out elsewhere · stop(due) stop(expiry) abandon
          sessionNotKept → tokenHeld loading, fresh, not kept (store_quota)
          profileLoaded → userProfile Grace fresh
          profileFailed → tokenHeld failed (service_error), fresh
          profileLimited → tokenHeld waiting (rate_limited), fresh · start(profile)
          profileUnauthorized → loggedOut expired (unauthorized) · stop(due) stop(expiry) abandon forget
          profileUnauthorizedLate → tokenHeld loading, fresh · loadProfile
          refreshDue → tokenHeld loading, needs sign-in
          tokenExpiry → loggedOut expired · stop(due) stop(expiry) abandon forget
        """,
        .loadingNeedsSignIn: """
        tokenHeld loading, needs sign-in
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon signOut
          quitChosen → unchanged · exit
          sessionReplaced → tokenHeld loading, fresh · start(due) start(expiry) loadProfile
          sessionSucceeded → tokenHeld loading, fresh, notice signed in elsewhere
              · stop(due) stop(expiry) abandon start(due) start(expiry) loadProfile
          sessionForgotten → loggedOut signed out elsewhere · stop(due) stop(expiry) abandon
          sessionNotKept → tokenHeld loading, needs sign-in, not kept (store_quota)
          profileLoaded → userProfile Grace needs sign-in
          profileFailed → tokenHeld failed (service_error), needs sign-in
          profileLimited → tokenHeld waiting (rate_limited), needs sign-in · start(profile)
          profileUnauthorized → loggedOut expired (unauthorized) · stop(due) stop(expiry) abandon forget
          profileUnauthorizedLate → tokenHeld loading, needs sign-in · loadProfile
          tokenExpiry → loggedOut expired · stop(due) stop(expiry) abandon forget
        """,
        .loadingWhileRefreshing: """
        tokenHeld loading, refresh 1
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon signOut
          quitChosen → unchanged · exit
          sessionReplaced → tokenHeld loading, fresh · start(due) start(expiry) loadProfile
          sessionSucceeded → tokenHeld loading, fresh, notice signed in elsewhere
              · stop(due) stop(expiry) abandon start(due) start(expiry) loadProfile
          sessionForgotten → loggedOut signed out elsewhere · stop(due) stop(expiry) abandon
          sessionNotKept → tokenHeld loading, refresh 1, not kept (store_quota)
          profileLoaded → userProfile Grace refresh 1
          profileFailed → tokenHeld failed (service_error), refresh 1
          profileLimited → tokenHeld waiting (rate_limited), refresh 1 · start(profile)
          profileUnauthorized → tokenHeld awaiting a refresh, refresh 1 then profile
          profileUnauthorizedLate → tokenHeld loading, refresh 1 · loadProfile
          sessionRefreshed → tokenHeld loading, fresh · start(due) start(expiry)
          refreshedNotKept → tokenHeld loading, fresh, not kept (store_quota) · start(due) start(expiry)
          refreshUnanswered → tokenHeld loading, retry 1 (request_timed_out) · start(due)
          refreshLimited → tokenHeld loading, retry 1 (rate_limited) · start(due)
          refreshRefused → tokenHeld loading, not refreshed (invalid_client)
          refreshTokenDead → loggedOut expired (invalid_grant) · stop(due) stop(expiry) abandon forget
        """,
        .awaitingRefresh: """
        tokenHeld awaiting a refresh, refresh 1 then profile
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon signOut
          quitChosen → unchanged · exit
          sessionReplaced → tokenHeld loading, fresh · start(due) start(expiry) loadProfile
          sessionSucceeded → tokenHeld loading, fresh, notice signed in elsewhere
              · stop(due) stop(expiry) abandon start(due) start(expiry) loadProfile
          sessionForgotten → loggedOut signed out elsewhere · stop(due) stop(expiry) abandon
          sessionNotKept → tokenHeld awaiting a refresh, refresh 1 then profile, not kept (store_quota)
          profileLoaded → userProfile Grace refresh 1 then profile
          profileFailed → tokenHeld failed (service_error), refresh 1 then profile
          profileLimited → tokenHeld waiting (rate_limited), refresh 1 then profile · start(profile)
          profileUnauthorized → tokenHeld awaiting a refresh, refresh 1 then profile
          profileUnauthorizedLate → tokenHeld awaiting a refresh, refresh 1 then profile · loadProfile
          sessionRefreshed → tokenHeld loading, fresh · start(due) start(expiry) loadProfile
          refreshedNotKept → tokenHeld loading, fresh, not kept (store_quota)
              · start(due) start(expiry) loadProfile
          refreshUnanswered → tokenHeld awaiting a refresh, retry 1 (request_timed_out) · start(due)
          refreshLimited → tokenHeld awaiting a refresh, retry 1 (rate_limited) · start(due)
          refreshRefused → loggedOut expired (invalid_client) · stop(due) stop(expiry) abandon
          refreshTokenDead → loggedOut expired (invalid_grant) · stop(due) stop(expiry) abandon forget
        """,
        .awaitingRetry: """
        tokenHeld awaiting a refresh, retry 1 (request_timed_out)
          refreshChosen → tokenHeld awaiting a refresh, refresh 2 then profile · refreshSession
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon signOut
          quitChosen → unchanged · exit
          sessionReplaced → tokenHeld loading, fresh · start(due) start(expiry) loadProfile
          sessionSucceeded → tokenHeld loading, fresh, notice signed in elsewhere
              · stop(due) stop(expiry) abandon start(due) start(expiry) loadProfile
          sessionForgotten → loggedOut signed out elsewhere · stop(due) stop(expiry) abandon
          sessionNotKept → tokenHeld awaiting a refresh, retry 1 (request_timed_out), not kept (store_quota)
          profileLoaded → userProfile Grace retry 1 (request_timed_out)
          profileFailed → tokenHeld failed (service_error), retry 1 (request_timed_out)
          profileLimited → tokenHeld waiting (rate_limited), retry 1 (request_timed_out) · start(profile)
          profileUnauthorized → tokenHeld awaiting a refresh, retry 1 (request_timed_out)
          profileUnauthorizedLate → tokenHeld awaiting a refresh, retry 1 (request_timed_out) · loadProfile
          refreshDue → tokenHeld awaiting a refresh, refresh 2 then profile · refreshSession
        """,
        .loadFailed: """
        tokenHeld failed (service_error), fresh
          refreshChosen → tokenHeld loading, fresh · loadProfile
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon signOut
          quitChosen → unchanged · exit
          sessionReplaced → tokenHeld loading, fresh · start(due) start(expiry) loadProfile
          sessionSucceeded → tokenHeld loading, fresh, notice signed in elsewhere
              · stop(due) stop(expiry) abandon start(due) start(expiry) loadProfile
          sessionForgotten → loggedOut signed out elsewhere · stop(due) stop(expiry) abandon
          sessionNotKept → tokenHeld failed (service_error), fresh, not kept (store_quota)
          profileLoaded → userProfile Grace fresh
          profileLimited → tokenHeld waiting (rate_limited), fresh · start(profile)
          profileUnauthorized → tokenHeld awaiting a refresh, refresh 1 then profile · refreshSession
          profileUnauthorizedLate → tokenHeld failed (service_error), fresh · loadProfile
          refreshDue → tokenHeld failed (service_error), refresh 1 · refreshSession
          tokenExpiry → tokenHeld failed (service_error), refresh 1 · refreshSession
        """,
        .loadFailedWithoutRefreshToken: """
        tokenHeld failed (service_error), fresh
          refreshChosen → tokenHeld loading, fresh · loadProfile
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon signOut
          quitChosen → unchanged · exit
          sessionReplaced → tokenHeld loading, fresh · start(due) start(expiry) loadProfile
          sessionSucceeded → tokenHeld loading, fresh, notice signed in elsewhere
              · stop(due) stop(expiry) abandon start(due) start(expiry) loadProfile
          sessionForgotten → loggedOut signed out elsewhere · stop(due) stop(expiry) abandon
          sessionNotKept → tokenHeld failed (service_error), fresh, not kept (store_quota)
          profileLoaded → userProfile Grace fresh
          profileLimited → tokenHeld waiting (rate_limited), fresh · start(profile)
          profileUnauthorized → loggedOut expired (unauthorized) · stop(due) stop(expiry) abandon forget
          profileUnauthorizedLate → tokenHeld failed (service_error), fresh · loadProfile
          refreshDue → tokenHeld failed (service_error), needs sign-in
          tokenExpiry → loggedOut expired · stop(due) stop(expiry) abandon forget
        """,
        .loadWaiting: """
        tokenHeld waiting (rate_limited), fresh
          refreshChosen → tokenHeld loading, fresh · loadProfile
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon signOut
          quitChosen → unchanged · exit
          sessionReplaced → tokenHeld loading, fresh · start(due) start(expiry) loadProfile
          sessionSucceeded → tokenHeld loading, fresh, notice signed in elsewhere
              · stop(due) stop(expiry) abandon start(due) start(expiry) loadProfile
          sessionForgotten → loggedOut signed out elsewhere · stop(due) stop(expiry) abandon
          sessionNotKept → tokenHeld waiting (rate_limited), fresh, not kept (store_quota)
          profileLoaded → userProfile Grace fresh
          profileFailed → tokenHeld failed (service_error), fresh
          profileLimited → tokenHeld waiting (rate_limited), fresh · start(profile)
          profileUnauthorized → tokenHeld awaiting a refresh, refresh 1 then profile · refreshSession
          profileUnauthorizedLate → tokenHeld waiting (rate_limited), fresh · loadProfile
          refreshDue → tokenHeld waiting (rate_limited), refresh 1 · refreshSession
          tokenExpiry → tokenHeld waiting (rate_limited), refresh 1 · refreshSession
          profileRetry → tokenHeld loading, fresh · loadProfile
        """,
        .signedIn: """
        userProfile Ada fresh
          refreshChosen → userProfile Ada refresh 1 then profile · refreshSession
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon signOut
          quitChosen → unchanged · exit
          sessionReplaced → userProfile Ada fresh, notice refreshed · start(due) start(expiry) loadProfile
          sessionSucceeded → tokenHeld loading, fresh, notice signed in elsewhere
              · stop(due) stop(expiry) abandon start(due) start(expiry) loadProfile
          sessionForgotten → loggedOut signed out elsewhere · stop(due) stop(expiry) abandon
          sessionNotKept → userProfile Ada fresh, not kept (store_quota)
          profileLoaded → userProfile Grace fresh
          profileFailed → userProfile Ada fresh, notice not reloaded (service_error)
          profileLimited → userProfile Ada fresh, notice not reloaded yet (rate_limited) · start(profile)
          profileUnauthorized → userProfile Ada refresh 1 then profile · refreshSession
          profileUnauthorizedLate → userProfile Ada fresh · loadProfile
          refreshDue → userProfile Ada refresh 1 · refreshSession
          tokenExpiry → userProfile Ada refresh 1 · refreshSession
        """,
        .signedInWithoutRefreshToken: """
        userProfile Ada fresh
          refreshChosen → awaitingCallback begun, behind it Ada fresh · start(deadline) openListener
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon signOut
          quitChosen → unchanged · exit
          sessionReplaced → userProfile Ada fresh, notice refreshed · start(due) start(expiry) loadProfile
          sessionSucceeded → tokenHeld loading, fresh, notice signed in elsewhere
              · stop(due) stop(expiry) abandon start(due) start(expiry) loadProfile
          sessionForgotten → loggedOut signed out elsewhere · stop(due) stop(expiry) abandon
          sessionNotKept → userProfile Ada fresh, not kept (store_quota)
          profileLoaded → userProfile Grace fresh
          profileFailed → userProfile Ada fresh, notice not reloaded (service_error)
          profileLimited → userProfile Ada fresh, notice not reloaded yet (rate_limited) · start(profile)
          profileUnauthorized → loggedOut expired (unauthorized) · stop(due) stop(expiry) abandon forget
          profileUnauthorizedLate → userProfile Ada fresh · loadProfile
          refreshDue → userProfile Ada needs sign-in
          tokenExpiry → loggedOut expired · stop(due) stop(expiry) abandon forget
        """,
        .refreshing: """
        userProfile Ada refresh 1 then profile
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon signOut
          quitChosen → unchanged · exit
          sessionReplaced → userProfile Ada fresh, notice refreshed · start(due) start(expiry) loadProfile
          sessionSucceeded → tokenHeld loading, fresh, notice signed in elsewhere
              · stop(due) stop(expiry) abandon start(due) start(expiry) loadProfile
          sessionForgotten → loggedOut signed out elsewhere · stop(due) stop(expiry) abandon
          sessionNotKept → userProfile Ada refresh 1 then profile, not kept (store_quota)
          profileLoaded → userProfile Grace refresh 1 then profile
          profileFailed → userProfile Ada refresh 1 then profile, notice not reloaded (service_error)
          profileLimited → userProfile Ada refresh 1 then profile, notice not reloaded yet (rate_limited)
              · start(profile)
          profileUnauthorized → userProfile Ada refresh 1 then profile
          profileUnauthorizedLate → userProfile Ada refresh 1 then profile · loadProfile
          sessionRefreshed → userProfile Ada fresh, notice refreshed · start(due) start(expiry) loadProfile
          refreshedNotKept → userProfile Ada fresh, not kept (store_quota), notice refreshed
              · start(due) start(expiry) loadProfile
          refreshUnanswered → userProfile Ada retry 1 (request_timed_out) · start(due)
          refreshLimited → userProfile Ada retry 1 (rate_limited) · start(due)
          refreshRefused → userProfile Ada not refreshed (invalid_client)
          refreshTokenDead → loggedOut expired (invalid_grant) · stop(due) stop(expiry) abandon forget
        """,
        .retrying: """
        userProfile Ada retry 1 (request_timed_out)
          refreshChosen → userProfile Ada refresh 2 then profile · refreshSession
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon signOut
          quitChosen → unchanged · exit
          sessionReplaced → userProfile Ada fresh, notice refreshed · start(due) start(expiry) loadProfile
          sessionSucceeded → tokenHeld loading, fresh, notice signed in elsewhere
              · stop(due) stop(expiry) abandon start(due) start(expiry) loadProfile
          sessionForgotten → loggedOut signed out elsewhere · stop(due) stop(expiry) abandon
          sessionNotKept → userProfile Ada retry 1 (request_timed_out), not kept (store_quota)
          profileLoaded → userProfile Grace retry 1 (request_timed_out)
          profileFailed → userProfile Ada retry 1 (request_timed_out), notice not reloaded (service_error)
          profileLimited → userProfile Ada retry 1 (request_timed_out), notice not reloaded yet (rate_limited)
              · start(profile)
          profileUnauthorized → userProfile Ada refresh 2 then profile · refreshSession
          profileUnauthorizedLate → userProfile Ada retry 1 (request_timed_out) · loadProfile
          refreshDue → userProfile Ada refresh 2 · refreshSession
        """,
        .refreshRefused: """
        userProfile Ada not refreshed (invalid_client)
          refreshChosen → userProfile Ada refresh 1 then profile · refreshSession
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon signOut
          quitChosen → unchanged · exit
          sessionReplaced → userProfile Ada fresh, notice refreshed · start(due) start(expiry) loadProfile
          sessionSucceeded → tokenHeld loading, fresh, notice signed in elsewhere
              · stop(due) stop(expiry) abandon start(due) start(expiry) loadProfile
          sessionForgotten → loggedOut signed out elsewhere · stop(due) stop(expiry) abandon
          sessionNotKept → userProfile Ada not refreshed (invalid_client), not kept (store_quota)
          profileLoaded → userProfile Grace not refreshed (invalid_client)
          profileFailed → userProfile Ada not refreshed (invalid_client), notice not reloaded (service_error)
          profileLimited → userProfile Ada not refreshed (invalid_client), notice not reloaded yet (rate_limited)
              · start(profile)
          profileUnauthorized → userProfile Ada refresh 1 then profile · refreshSession
          profileUnauthorizedLate → userProfile Ada not refreshed (invalid_client) · loadProfile
          refreshDue → userProfile Ada refresh 1 · refreshSession
          tokenExpiry → loggedOut expired (invalid_client) · stop(due) stop(expiry) abandon
        """,
        .curing: """
        userProfile Ada refresh 1 then profile, notice refreshed
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon signOut
          quitChosen → unchanged · exit
          sessionReplaced → userProfile Ada fresh, notice refreshed · start(due) start(expiry) loadProfile
          sessionSucceeded → tokenHeld loading, fresh, notice signed in elsewhere
              · stop(due) stop(expiry) abandon start(due) start(expiry) loadProfile
          sessionForgotten → loggedOut signed out elsewhere · stop(due) stop(expiry) abandon
          sessionNotKept → userProfile Ada refresh 1 then profile, not kept (store_quota), notice refreshed
          profileLoaded → userProfile Grace refresh 1 then profile, notice refreshed
          profileFailed → userProfile Ada refresh 1 then profile, notice not reloaded (service_error)
          profileLimited → userProfile Ada refresh 1 then profile, notice not reloaded yet (rate_limited)
              · start(profile)
          profileUnauthorized → userProfile Ada refresh 1 then profile, notice refreshed
          profileUnauthorizedLate → userProfile Ada refresh 1 then profile, notice refreshed · loadProfile
          sessionRefreshed → userProfile Ada fresh, notice refreshed · start(due) start(expiry) loadProfile
          refreshedNotKept → userProfile Ada fresh, not kept (store_quota), notice refreshed
              · start(due) start(expiry) loadProfile
          refreshUnanswered → userProfile Ada retry 1 (request_timed_out) · start(due)
          refreshLimited → userProfile Ada retry 1 (rate_limited) · start(due)
          refreshRefused → loggedOut expired (invalid_client) · stop(due) stop(expiry) abandon
          refreshTokenDead → loggedOut expired (invalid_grant) · stop(due) stop(expiry) abandon forget
        """,
        .needsSignIn: """
        userProfile Ada needs sign-in
          refreshChosen → awaitingCallback begun, behind it Ada needs sign-in · start(deadline) openListener
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon signOut
          quitChosen → unchanged · exit
          sessionReplaced → userProfile Ada fresh, notice refreshed · start(due) start(expiry) loadProfile
          sessionSucceeded → tokenHeld loading, fresh, notice signed in elsewhere
              · stop(due) stop(expiry) abandon start(due) start(expiry) loadProfile
          sessionForgotten → loggedOut signed out elsewhere · stop(due) stop(expiry) abandon
          sessionNotKept → userProfile Ada needs sign-in, not kept (store_quota)
          profileLoaded → userProfile Grace needs sign-in
          profileFailed → userProfile Ada needs sign-in, notice not reloaded (service_error)
          profileLimited → userProfile Ada needs sign-in, notice not reloaded yet (rate_limited)
              · start(profile)
          profileUnauthorized → loggedOut expired (unauthorized) · stop(due) stop(expiry) abandon forget
          profileUnauthorizedLate → userProfile Ada needs sign-in · loadProfile
          tokenExpiry → loggedOut expired · stop(due) stop(expiry) abandon forget
        """,
        .notKept: """
        userProfile Ada fresh, not kept (store_quota)
          refreshChosen → userProfile Ada refresh 1 then profile, not kept (store_quota)
              · refreshSession(not kept, shared)
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon signOut
          quitChosen → unchanged · exit
          sameSession → userProfile Ada fresh
          profileLoaded → userProfile Grace fresh, not kept (store_quota)
          profileFailed → userProfile Ada fresh, not kept (store_quota), notice not reloaded (service_error)
          profileLimited → userProfile Ada fresh, not kept (store_quota), notice not reloaded yet (rate_limited)
              · start(profile)
          profileUnauthorized → userProfile Ada refresh 1 then profile, not kept (store_quota)
              · refreshSession(not kept, shared)
          profileUnauthorizedLate → userProfile Ada fresh, not kept (store_quota) · loadProfile
          refreshDue → userProfile Ada refresh 1, not kept (store_quota) · refreshSession(not kept, shared)
          tokenExpiry → userProfile Ada refresh 1, not kept (store_quota) · refreshSession(not kept, shared)
        """,
        .beingKept: """
        userProfile Ada fresh, being kept
          refreshChosen → userProfile Ada refresh 1 then profile, being kept · refreshSession(not kept)
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon signOut
          quitChosen → unchanged · exit
          sameSession → userProfile Ada fresh
          sessionNotKept → userProfile Ada fresh, not kept (store_quota)
          sessionKept → userProfile Ada fresh
          placeTaken → userProfile Ada fresh, notice took the place of client-1
          profileLoaded → userProfile Grace fresh, being kept
          profileFailed → userProfile Ada fresh, being kept, notice not reloaded (service_error)
          profileLimited → userProfile Ada fresh, being kept, notice not reloaded yet (rate_limited)
              · start(profile)
          profileUnauthorized → userProfile Ada refresh 1 then profile, being kept
              · refreshSession(not kept)
          profileUnauthorizedLate → userProfile Ada fresh, being kept · loadProfile
          refreshDue → userProfile Ada refresh 1, being kept · refreshSession(not kept)
          tokenExpiry → userProfile Ada refresh 1, being kept · refreshSession(not kept)
        """,
        .reloadWaiting: """
        userProfile Ada fresh, notice not reloaded yet (rate_limited)
          refreshChosen → userProfile Ada refresh 1 then profile · refreshSession
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon signOut
          quitChosen → unchanged · exit
          sessionReplaced → userProfile Ada fresh, notice refreshed · start(due) start(expiry) loadProfile
          sessionSucceeded → tokenHeld loading, fresh, notice signed in elsewhere
              · stop(due) stop(expiry) abandon start(due) start(expiry) loadProfile
          sessionForgotten → loggedOut signed out elsewhere · stop(due) stop(expiry) abandon
          sessionNotKept → userProfile Ada fresh, not kept (store_quota), notice not reloaded yet (rate_limited)
          profileLoaded → userProfile Grace fresh
          profileFailed → userProfile Ada fresh, notice not reloaded (service_error)
          profileLimited → userProfile Ada fresh, notice not reloaded yet (rate_limited) · start(profile)
          profileUnauthorized → userProfile Ada refresh 1 then profile, notice not reloaded yet (rate_limited)
              · refreshSession
          profileUnauthorizedLate → userProfile Ada fresh, notice not reloaded yet (rate_limited)
              · loadProfile
          refreshDue → userProfile Ada refresh 1, notice not reloaded yet (rate_limited) · refreshSession
          tokenExpiry → userProfile Ada refresh 1, notice not reloaded yet (rate_limited) · refreshSession
          profileRetry → unchanged · loadProfile
        """,
    ]
}
