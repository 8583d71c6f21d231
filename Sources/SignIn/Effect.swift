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
    /// Exchange the code. What comes when the attempt has ended is given back to the server.
    case exchangeCode(AttemptID, TokenRequest)
    /// Load the profile.
    case loadProfile(SessionID, apiURL: String, accessToken: Secret)
    /// Refresh the session, as one of all processes that share it, and keep the result in the store; `isKept` says
    /// whether the store has the session, `isShared` whether it has had it.
    case refreshSession(SessionID, Session, isKept: Bool, isShared: Bool = true)
    /// Remove the session from the store, then have the server delete the newest token there is of it; `isKept` says
    /// whether the store has the session.
    case signOut(SessionID, Session, isKept: Bool)
    /// Keep the session in the store, in place of an older one of its profile.
    case saveSession(SessionID, Session)
    /// Remove the session from the store, unless it keeps a newer one by now.
    case forgetSession(Session)
    /// Have the server delete the token of a session that no store has taken, and that is let go: nobody has it. Where
    /// `canRefresh` says so its refresh token may serve for that.
    case discardSession(Session, canRefresh: Bool)
    /// Give up whatever a session has under way, the wait for its profile included; a refresh that is under way is
    /// finished, for its answer may be the last word on the refresh token.
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
