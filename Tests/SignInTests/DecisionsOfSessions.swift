extension Decisions {
    /// With a session in hand.
    static let ofSessions: [Situation: String] = [
        .loading: """
        tokenHeld loading, fresh
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon forget revokeToken
          quitChosen → unchanged · exit
          profileLoaded → userProfile Grace fresh
          profileFailed → tokenHeld failed (service_error), fresh
          profileUnauthorized → tokenHeld awaiting a refresh, refresh 1 then profile · refreshToken
          refreshDue → tokenHeld loading, refresh 1 · refreshToken
          tokenExpiry → tokenHeld loading, refresh 1 · refreshToken
        """,
        .loadingWithoutRefreshToken: """
        tokenHeld loading, fresh
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon forget revokeToken
          quitChosen → unchanged · exit
          profileLoaded → userProfile Grace fresh
          profileFailed → tokenHeld failed (service_error), fresh
          profileUnauthorized → loggedOut expired (unauthorized) · stop(due) stop(expiry) abandon forget
          refreshDue → tokenHeld loading, needs sign-in
          tokenExpiry → loggedOut expired · stop(due) stop(expiry) abandon forget
        """,
        .loadingNeedsSignIn: """
        tokenHeld loading, needs sign-in
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon forget revokeToken
          quitChosen → unchanged · exit
          profileLoaded → userProfile Grace needs sign-in
          profileFailed → tokenHeld failed (service_error), needs sign-in
          profileUnauthorized → loggedOut expired (unauthorized) · stop(due) stop(expiry) abandon forget
          tokenExpiry → loggedOut expired · stop(due) stop(expiry) abandon forget
        """,
        .loadingWhileRefreshing: """
        tokenHeld loading, refresh 1
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon forget revokeToken
          quitChosen → unchanged · exit
          profileLoaded → userProfile Grace refresh 1
          profileFailed → tokenHeld failed (service_error), refresh 1
          profileUnauthorized → tokenHeld awaiting a refresh, refresh 1 then profile
          tokenRefreshed → tokenHeld loading, fresh · save start(due) start(expiry)
          refreshUnanswered → tokenHeld loading, retry 1 (request_timed_out) · start(due)
          refreshRefused → tokenHeld loading, not refreshed (invalid_client)
          refreshTokenDead → loggedOut expired (invalid_grant) · stop(due) stop(expiry) abandon forget
        """,
        .awaitingRefresh: """
        tokenHeld awaiting a refresh, refresh 1 then profile
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon forget revokeToken
          quitChosen → unchanged · exit
          profileLoaded → userProfile Grace refresh 1 then profile
          profileFailed → tokenHeld failed (service_error), refresh 1 then profile
          tokenRefreshed → tokenHeld loading, fresh · save start(due) start(expiry) loadProfile
          refreshUnanswered → tokenHeld awaiting a refresh, retry 1 (request_timed_out) · start(due)
          refreshRefused → loggedOut expired (invalid_client) · stop(due) stop(expiry) abandon forget
          refreshTokenDead → loggedOut expired (invalid_grant) · stop(due) stop(expiry) abandon forget
        """,
        .awaitingRetry: """
        tokenHeld awaiting a refresh, retry 1 (request_timed_out)
          refreshChosen → tokenHeld awaiting a refresh, refresh 2 then profile · refreshToken
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon forget revokeToken
          quitChosen → unchanged · exit
          profileLoaded → userProfile Grace retry 1 (request_timed_out)
          profileFailed → tokenHeld failed (service_error), retry 1 (request_timed_out)
          refreshDue → tokenHeld awaiting a refresh, refresh 2 then profile · refreshToken
        """,
        .loadFailed: """
        tokenHeld failed (service_error), fresh
          refreshChosen → tokenHeld loading, fresh · loadProfile
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon forget revokeToken
          quitChosen → unchanged · exit
          profileLoaded → userProfile Grace fresh
          profileUnauthorized → tokenHeld awaiting a refresh, refresh 1 then profile · refreshToken
          refreshDue → tokenHeld failed (service_error), refresh 1 · refreshToken
          tokenExpiry → tokenHeld failed (service_error), refresh 1 · refreshToken
        """,
        .loadFailedWithoutRefreshToken: """
        tokenHeld failed (service_error), fresh
          refreshChosen → tokenHeld loading, fresh · loadProfile
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon forget revokeToken
          quitChosen → unchanged · exit
          profileLoaded → userProfile Grace fresh
          profileUnauthorized → loggedOut expired (unauthorized) · stop(due) stop(expiry) abandon forget
          refreshDue → tokenHeld failed (service_error), needs sign-in
          tokenExpiry → loggedOut expired · stop(due) stop(expiry) abandon forget
        """,
        .signedIn: """
        userProfile Ada fresh
          refreshChosen → userProfile Ada refresh 1 then profile · refreshToken
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon forget revokeToken
          quitChosen → unchanged · exit
          profileLoaded → userProfile Grace fresh
          profileFailed → userProfile Ada fresh, notice not reloaded (service_error)
          profileUnauthorized → userProfile Ada refresh 1 then profile · refreshToken
          refreshDue → userProfile Ada refresh 1 · refreshToken
          tokenExpiry → userProfile Ada refresh 1 · refreshToken
        """,
        .signedInWithoutRefreshToken: """
        userProfile Ada fresh
          refreshChosen → awaitingCallback begun, behind it Ada fresh · start(deadline) openListener
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon forget revokeToken
          quitChosen → unchanged · exit
          profileLoaded → userProfile Grace fresh
          profileFailed → userProfile Ada fresh, notice not reloaded (service_error)
          profileUnauthorized → loggedOut expired (unauthorized) · stop(due) stop(expiry) abandon forget
          refreshDue → userProfile Ada needs sign-in
          tokenExpiry → loggedOut expired · stop(due) stop(expiry) abandon forget
        """,
        .refreshing: """
        userProfile Ada refresh 1 then profile
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon forget revokeToken
          quitChosen → unchanged · exit
          profileLoaded → userProfile Grace refresh 1 then profile
          profileFailed → userProfile Ada refresh 1 then profile, notice not reloaded (service_error)
          profileUnauthorized → userProfile Ada refresh 1 then profile
          tokenRefreshed → userProfile Ada fresh, notice refreshed
              · save start(due) start(expiry) loadProfile
          refreshUnanswered → userProfile Ada retry 1 (request_timed_out) · start(due)
          refreshRefused → userProfile Ada not refreshed (invalid_client)
          refreshTokenDead → loggedOut expired (invalid_grant) · stop(due) stop(expiry) abandon forget
        """,
        .retrying: """
        userProfile Ada retry 1 (request_timed_out)
          refreshChosen → userProfile Ada refresh 2 then profile · refreshToken
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon forget revokeToken
          quitChosen → unchanged · exit
          profileLoaded → userProfile Grace retry 1 (request_timed_out)
          profileFailed → userProfile Ada retry 1 (request_timed_out), notice not reloaded (service_error)
          profileUnauthorized → userProfile Ada refresh 2 then profile · refreshToken
          refreshDue → userProfile Ada refresh 2 · refreshToken
        """,
        .refreshRefused: """
        userProfile Ada not refreshed (invalid_client)
          refreshChosen → userProfile Ada refresh 1 then profile · refreshToken
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon forget revokeToken
          quitChosen → unchanged · exit
          profileLoaded → userProfile Grace not refreshed (invalid_client)
          profileFailed → userProfile Ada not refreshed (invalid_client), notice not reloaded (service_error)
          profileUnauthorized → userProfile Ada refresh 1 then profile · refreshToken
          refreshDue → userProfile Ada refresh 1 · refreshToken
          tokenExpiry → loggedOut expired (invalid_client) · stop(due) stop(expiry) abandon forget
        """,
        .curing: """
        userProfile Ada refresh 1 then profile, notice refreshed
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon forget revokeToken
          quitChosen → unchanged · exit
          profileLoaded → userProfile Grace refresh 1 then profile, notice refreshed
          profileFailed → userProfile Ada refresh 1 then profile, notice not reloaded (service_error)
          tokenRefreshed → userProfile Ada fresh, notice refreshed
              · save start(due) start(expiry) loadProfile
          refreshUnanswered → userProfile Ada retry 1 (request_timed_out), notice refreshed · start(due)
          refreshRefused → loggedOut expired (invalid_client) · stop(due) stop(expiry) abandon forget
          refreshTokenDead → loggedOut expired (invalid_grant) · stop(due) stop(expiry) abandon forget
        """,
        .needsSignIn: """
        userProfile Ada needs sign-in
          refreshChosen → awaitingCallback begun, behind it Ada needs sign-in · start(deadline) openListener
          signOutChosen → loggedOut signing out · stop(due) stop(expiry) abandon forget revokeToken
          quitChosen → unchanged · exit
          profileLoaded → userProfile Grace needs sign-in
          profileFailed → userProfile Ada needs sign-in, notice not reloaded (service_error)
          profileUnauthorized → loggedOut expired (unauthorized) · stop(due) stop(expiry) abandon forget
          tokenExpiry → loggedOut expired · stop(due) stop(expiry) abandon forget
        """,
    ]
}
