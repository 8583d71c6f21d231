public import FoundationEssentials
public import OAuth

/// Something to do in the world, as plain data. What comes of it returns as an ``Event``.
public enum Effect: Sendable, Hashable {
    /// Bind the listener.
    case openListener(AttemptID, RedirectURI)
    /// Answer one held callback with 400 and a page that says why; the listener stays open.
    case refuseCallback(AttemptID, ReplyID, AuthorizationResponse.Refusal)
    /// Answer all held callbacks with what really happened, serve the last page, then free the port. Whatever the
    /// attempt still has under way is given up.
    case concludeAttempt(AttemptID, Outcome)
    /// Open the URL in the browser. It carries `state`, so that it prints as redacted wherever effects are shown.
    case openBrowser(AttemptID, url: Secret)
    /// Exchange the code.
    case exchangeCode(AttemptID, TokenRequest)
    /// Load the profile.
    case loadProfile(SessionID, apiURL: String, accessToken: Secret)
    /// Refresh the token.
    case refreshToken(SessionID, TokenRequest)
    /// Have the server delete the token.
    case revokeToken(SessionID, apiURL: String, accessToken: Secret)
    /// Keep the session in the store, in place of an older one of its profile.
    case saveSession(Session)
    /// Remove the profile's session from the store.
    case forgetSession(profileName: String)
    /// Give up whatever a session has under way.
    case abandonSession(SessionID)
    /// Wait for a time, in place of an earlier wait of the same timer.
    case startTimer(Timer, at: Date)
    /// Stop waiting.
    case stopTimer(Timer)
    /// Leave the program.
    case exit

    /// What the browser is told at the end of an attempt.
    public enum Outcome: Sendable, Hashable {
        /// The code was exchanged: the person is signed in.
        case signedIn
        /// The attempt failed.
        case failed(Failure)
        /// The person gave it up.
        case cancelled
    }
}
