import Foundation
import GenesysCloud
import OAuth
import SignIn
import TerminalUI

extension Fixtures {
    /// Every screen that has a golden, by name.
    static func all() throws -> [(name: String, model: ScreenModel)] { try made.get() }

    private static let made = Result { try make() }

    private static func make() throws -> [(name: String, model: ScreenModel)] {
        let state = try secrets().state
        let noBrowser = BrowserFailure.notFound(command: "xdg-open")
        let full = tokens()
        let noRefresh = tokens(expiresIn: 3_600, refreshToken: nil, scope: nil)
        let down = TokenRequestError.transport(.unreachable(host: "login.mypurecloud.de"))
        return try typing() + [
            ("signed-out", model(.initial, at: 0)),
            ("signed-out-demo", model(.initial, at: 0, context: context(isDemo: true))),
            (
                "waiting-demo-no-browser",
                model(Self.state(try beginning(settings(opensBrowser: false))), at: 5, context: context(isDemo: true))
            ),
            (
                "token-loading-no-browser",
                model(
                    Self.state(
                        try beginning(settings(opensBrowser: false)) + [
                            (23.4, callback("code=\(code)&state=\(state)")),
                            (23.9, .tokenReceived(attempt, full)),
                        ]
                    ),
                    at: 24
                )
            ),
            ("signed-out-no-client-id", model(.initial, at: 0, context: context(clientID: nil))),
            ("signed-out-cancelled", model(Self.state(try waiting() + [(9, .cancelChosen)]), at: 10)),
            ("signed-out-forgetting", model(Self.state(try signedIn(full) + [(60, .signOutChosen)]), at: 60)),
            (
                "signed-out-telling",
                model(
                    Self.state(try signedIn(full) + [(60, .signOutChosen), (60, .sessionRemoved(session))]),
                    at: 60
                )
            ),
            (
                "signed-out-awaiting-refresh",
                model(
                    Self.state(
                        try signedIn(full) + [
                            (60, .signOutChosen), (60, .sessionRemoved(session)), (60, .tokenDeleted(session)),
                        ]
                    ),
                    at: 60
                )
            ),
            (
                "signed-out-unconfirmed",
                model(
                    Self.state(
                        try signedIn(full) + [
                            (60, .signOutChosen),
                            (61, .revocationFailed(session, .transport(.closed(host: "api.mypurecloud.de")))),
                        ]
                    ),
                    at: 61
                )
            ),
            (
                "signed-out-token-left",
                model(
                    Self.state(
                        try signedIn(full) + [(60, .signOutChosen), (61, .revocationFailed(session, .lateToken))]
                    ),
                    at: 61
                )
            ),
            (
                "signed-out-revoked",
                model(Self.state(try signedIn(full) + [(60, .signOutChosen), (61, .tokenRevoked(session))]), at: 61)
            ),
            (
                "signed-out-only-forgotten",
                model(
                    Self.state(
                        try signedIn(full) + [
                            (60, .signOutChosen),
                            (61, .revocationFailed(session, .transport(.nameResolution(host: "api.mypurecloud.de")))),
                        ]
                    ),
                    at: 61
                )
            ),
            (
                "signed-out-not-forgotten",
                model(
                    Self.state(
                        try signedIn(full) + [
                            (60, .signOutChosen), (61, .tokenRevoked(session, notForgotten: .locked(store: "kernel"))),
                        ]
                    ),
                    at: 61
                )
            ),
            (
                "signed-out-timed-out",
                model(Self.state(try waiting() + [(300, .timerFired(.attemptDeadline(attempt)))]), at: 300)
            ),
            (
                "signed-out-denied",
                model(
                    Self.state(
                        try waiting() + [
                            (9, callback("error=access_denied&error_description=The+user+said+no.&state=\(state)"))
                        ]
                    ),
                    at: 9
                )
            ),
            (
                "signed-out-invalid-grant",
                model(
                    Self.state(
                        try exchanging() + [
                            (24, .tokenRequestFailed(attempt, tokenError("invalid_grant", "code not found or expired")))
                        ]
                    ),
                    at: 24
                )
            ),
            (
                "signed-out-port-in-use",
                model(
                    Self.state([
                        (0, .signInChosen(try plan(settings()))),
                        (0.1, .listenerFailed(attempt, .portInUse(port: 3_000, holder: "node (pid 4242)"))),
                    ]),
                    at: 1
                )
            ),
            (
                "signed-out-expired",
                model(
                    Self.state(try signedIn(noRefresh) + [(3_623.9, .timerFired(.tokenExpiry(session)))]),
                    at: 3_624
                )
            ),
            (
                "signed-out-session-ended",
                model(
                    Self.state(
                        try signedIn(full) + [
                            (99, .refreshChosen(try plan(settings()))),
                            (100, .refreshFailed(session, tokenError("invalid_grant", nil))),
                        ]
                    ),
                    at: 100
                )
            ),
            ("waiting-listener", model(Self.state([(0, .signInChosen(try plan(settings())))]), at: 0)),
            ("waiting", model(Self.state(try waiting()), at: 12.3)),
            (
                "waiting-demo-copied",
                model(Self.state(try waiting()), at: 12.3, flash: Strings.copied, context: context(isDemo: true))
            ),
            (
                "waiting-no-browser",
                model(Self.state(try beginning(settings(opensBrowser: false))), at: 5)
            ),
            (
                "waiting-browser-failed",
                model(Self.state(try beginning(settings()) + [(0.4, .browserFailed(attempt, noBrowser))]), at: 5)
            ),
            (
                "waiting-notices",
                model(
                    Self.state(
                        try waiting() + [
                            (5, .requestRefused(attempt, .path)),
                            (6, callback("code=x&state=another")),
                            (7, callback("code=x&code=y&state=\(state)")),
                        ]
                    ),
                    at: 9
                )
            ),
            ("waiting-ssh", model(Self.state(try waiting()), at: 5, context: context(isRemote: true))),
            (
                "waiting-exchanging",
                model(
                    Self.state(try exchanging() + [(24, callback("code=\(code)&state=\(state)"))]),
                    at: 24.5
                )
            ),
            (
                "waiting-again",
                model(
                    Self.state(
                        try signedIn(noRefresh) + [
                            (600, .refreshChosen(try plan(settings(), id: AttemptID(2)))),
                            (600.1, .listenerOpened(AttemptID(2), try RedirectURI("http://localhost:3000/callback"))),
                            (600.3, .browserOpened(AttemptID(2))),
                        ]
                    ),
                    at: 620
                )
            ),
            ("token-loading", model(Self.state(try exchanging() + [(23.9, .tokenReceived(attempt, full))]), at: 24)),
            (
                "token-failed",
                model(
                    Self.state(
                        try exchanging() + [
                            (23.9, .tokenReceived(attempt, full)),
                            (24.3, profileFailed(rejection(403, "Missing the permission directory:user:view."))),
                        ]
                    ),
                    at: 26
                )
            ),
            (
                "token-waiting",
                model(
                    Self.state(
                        try exchanging() + [
                            (23.9, .tokenReceived(attempt, full)), (24.3, profileFailed(limited)),
                        ]
                    ),
                    at: 26
                )
            ),
            (
                "token-not-cured",
                model(
                    Self.state(
                        try exchanging() + [
                            (23.9, .tokenReceived(attempt, full)), (24.3, profileFailed(rejection(401, "Invalid"))),
                            (25, .refreshFailed(session, down)),
                        ]
                    ),
                    at: 26
                )
            ),
            ("profile-waiting", model(Self.state(try signedIn(full) + [(900, profileFailed(limited))]), at: 905)),
            (
                "profile-not-kept",
                model(
                    Self.state(
                        try signedIn(full) + [(25, .sessionNotKept(session, .quotaExceeded(store: "kernel")))]
                    ),
                    at: 26
                )
            ),
            (
                "signed-out-already-invalid",
                model(
                    Self.state(
                        try signedIn(full) + [
                            (900, .signOutChosen), (901, .revocationFailed(session, rejection(401, "Invalid"))),
                        ]
                    ),
                    at: 902
                )
            ),
            (
                "signed-out-elsewhere",
                model(Self.state(try signedIn(full) + [(900, .sessionForgotten(session))]), at: 902)
            ),
            ("signed-out-looking", looking()),
            (
                "signed-out-store-failed",
                model(Self.state([(0, .storeFailed(.locked(store: "secret-service")))]), at: 1)
            ),
            ("profile", model(Self.state(try signedIn(full)), at: 25)),
            (
                "profile-refreshed",
                model(
                    Self.state(
                        try signedIn(full) + [
                            (4_000, .refreshChosen(try plan(settings()))),
                            (4_001, .sessionRefreshed(session, try renewed(full, at: 4_001))),
                        ]
                    ),
                    at: 4_002
                )
            ),
            ("token-signed-in-elsewhere", model(Self.state(try succeeded()), at: 4_002)),
            (
                "profile-signed-in-elsewhere",
                model(Self.state(try succeeded() + [(4_003, .profileLoaded(SessionID(2), long))]), at: 4_004)
            ),
            (
                "profile-place-taken",
                model(Self.state(try signedIn(full) + [(60, .sessionNotKept(session, placeTaken))]), at: 60)
            ),
            (
                "profile-place-taken-expired",
                model(
                    Self.state(
                        try signedIn(full) + [
                            (60, .sessionNotKept(session, placeTaken)), (86_364, .timerFired(.refreshDue(session))),
                            (86_365, .refreshFailed(session, .store(placeTaken))),
                        ]
                    ),
                    at: 86_500
                )
            ),
            (
                "profile-being-kept",
                model(
                    Self.state(
                        try exchanging() + [
                            (23.9, .tokenReceived(attempt, full)), (24.2, .profileLoaded(session, ada)),
                        ]
                    ),
                    at: 25
                )
            ),
            (
                "profile-took-place",
                model(
                    Self.state(
                        try exchanging() + [
                            (23.9, .tokenReceived(attempt, full)), (24.2, .profileLoaded(session, ada)),
                            (24.3, .sessionKept(session, inPlaceOf: theirs())),
                        ]
                    ),
                    at: 60
                )
            ),
            (
                "profile-refreshing",
                model(Self.state(try signedIn(full) + [(4_000, .refreshChosen(try plan(settings())))]), at: 4_000)
            ),
            (
                "profile-minimal",
                model(
                    Self.state(
                        try signedIn(tokens(expiresIn: nil, refreshToken: nil, scope: nil), UserProfile(id: "0b1c2d3e"))
                    ),
                    at: 25
                )
            ),
            ("profile-no-refresh-token", model(Self.state(try signedIn(noRefresh)), at: 3_000)),
            (
                "profile-needs-sign-in",
                model(
                    Self.state(try signedIn(noRefresh) + [(3_563.9, .timerFired(.refreshDue(session)))]),
                    at: 3_580
                )
            ),
            ("profile-long", model(Self.state(try signedIn(full, long)), at: 25)),
            ("profile-hostile", model(Self.state(try signedIn(full, hostile)), at: 25)),
            (
                "profile-retrying",
                model(
                    Self.state(
                        try signedIn(full) + [
                            (86_364, .timerFired(.refreshDue(session))), (86_365, .refreshFailed(session, down)),
                        ]
                    ),
                    at: 86_367
                )
            ),
            (
                "profile-keyring-locked",
                model(
                    Self.state(
                        try signedIn(full) + [
                            (86_364, .timerFired(.refreshDue(session))),
                            (86_500, .refreshFailed(session, .store(.locked(store: "secret-service")))),
                        ]
                    ),
                    at: 86_502
                )
            ),
            (
                "profile-refresh-failed",
                model(
                    Self.state(
                        try signedIn(full) + [
                            (900, .refreshChosen(try plan(settings()))),
                            (901, .refreshFailed(session, tokenError("invalid_client", "client not found"))),
                        ]
                    ),
                    at: 902
                )
            ),
            (
                "profile-not-reloaded",
                model(
                    Self.state(
                        try signedIn(full) + [
                            (900, .refreshChosen(try plan(settings()))),
                            (901, .sessionRefreshed(session, try renewed(full, at: 901))),
                            (902, profileFailed(rejection(503, "upstream connect error"))),
                        ]
                    ),
                    at: 903
                )
            ),
            ("help-waiting", model(Self.state(try waiting()), at: 9, overlay: .help, context: context(isDemo: true))),
            ("help-profile", model(Self.state(try signedIn(full)), at: 25, overlay: .help)),
            ("ascii-waiting", model(Self.state(try waiting()), at: 12.3, context: context(charset: .ascii))),
            (
                "ascii-profile-long",
                model(Self.state(try signedIn(full, long)), at: 25, context: context(charset: .ascii))
            ),
        ]
    }
}
