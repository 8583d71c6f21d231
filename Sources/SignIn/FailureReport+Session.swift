public import OAuth

/// Words about there being no session to work with, for the commands that need one.
extension FailureReport {
    /// Nobody is signed in under the profile.
    ///
    /// - Parameter keepsNothing: whether the session store is `memory`, which ends with each program.
    public static func notSignedIn(profileName: String, keepsNothing: Bool) -> FailureReport {
        FailureReport(
            "not_signed_in",
            "Nobody is signed in under the profile \(ServerText(profileName)).",
            cause: keepsNothing
                ? "The session store is memory, which each program has for itself."
                : "No sign-in has been made, it was signed out of, or its time is over.",
            remedy: keepsNothing
                ? "Choose a store that outlives a program with --session-store kernel or secret-service, then sign in."
                : "Sign in with: genesys-login login"
        )
    }

    /// There is a session, and it belongs to other settings than those in force.
    public static func otherSettings(_ session: Session) -> FailureReport {
        otherSettings(
            session.profileName,
            client: session.clientID.value,
            loginURL: session.loginURL,
            apiURL: session.apiURL
        )
    }

    private static func otherSettings(
        _ profileName: String,
        client: String,
        loginURL: String,
        apiURL: String
    ) -> FailureReport {
        FailureReport(
            "other_session",
            "The session of the profile \(ServerText(profileName)) belongs to other settings.",
            cause: "It is the client \(client)'s at \(loginURL), with the API at \(apiURL).",
            remedy: "Leave out the options that say otherwise, choose another --profile, or sign in again."
        )
    }

    /// The service refuses the access token that stands in an environment variable.
    public static func variableRefused(_ report: FailureReport, name: String) -> FailureReport {
        FailureReport(
            report.code,
            report.summary,
            cause: "It stands in \(name), and has expired, was revoked, or belongs to another region.",
            remedy: "Set \(name) anew, or unset it to use the session of this program.",
            serverWords: report.serverWords,
            correlationID: report.correlationID
        )
    }

    /// The access token has expired, and there is no refresh token.
    public static let sessionOver = FailureReport(
        "session_expired",
        "The session has expired.",
        cause: "The access token's time is over, and the server gave no refresh token.",
        remedy: "Sign in again with: genesys-login login"
    )

    /// The session cannot be refreshed, though it is not over.
    public static let cannotRefresh = FailureReport(
        "no_refresh_token",
        "The session cannot be refreshed.",
        cause: "The server gave no refresh token.",
        remedy: "Sign in again with: genesys-login login"
    )

    /// Another process signed out, or in anew, while this one was signing in.
    public static let endedElsewhere = FailureReport(
        "ended_elsewhere",
        "You were signed in, and the session has been ended in another terminal.",
        cause: "While the profile was loaded somebody signed out there, or signed in anew.",
        remedy: "See who is signed in with: genesys-login status"
    )

    /// One of each, for the catalogue.
    static var sessionReports: [FailureReport] {
        [
            .notSignedIn(profileName: "default", keepsNothing: false),
            .notSignedIn(profileName: "default", keepsNothing: true), .sessionOver, .cannotRefresh,
            .endedElsewhere,
            .otherSettings(
                "default",
                client: "YOUR-CLIENT-ID",
                loginURL: "https://login.mypurecloud.com",
                apiURL: "https://api.mypurecloud.com"
            ),
        ]
    }
}
