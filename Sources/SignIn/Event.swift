public import FoundationEssentials
public import GenesysCloud
public import OAuth

/// Something that happened, and when.
public struct Event: Sendable, Hashable {
    /// When it happened, by the wall clock.
    public let at: Date
    /// What happened.
    public let kind: Kind

    /// Something that happened at `at`.
    public init(at: Date, _ kind: Kind) {
        self.at = at
        self.kind = kind
    }

    /// What happened: first what the person chose, then what the effects brought back.
    public enum Kind: Sendable, Hashable {
        /// The person wants to sign in.
        case signInChosen(SignInPlan)
        /// The person gives the attempt up.
        case cancelChosen
        /// The person wants the browser opened (again).
        case openBrowserChosen
        /// The person pasted the address that the browser ended on.
        case callbackPasted(Secret)
        /// The person wants a fresh token, or the profile tried again; the plan is for where only a new sign-in helps.
        case refreshChosen(SignInPlan)
        /// The person wants to sign out.
        case signOutChosen
        /// The person wants to leave the program.
        case quitChosen

        /// The store had a session.
        case sessionFound(SessionID, Session, label: String)
        /// The store could not be asked for a session, or keeps one of other settings.
        case storeFailed(StoreError)
        /// The store has no session.
        case storeEmpty
        /// Another process of the person has refreshed the session, or signed in anew: this is the one that counts. Signed
        /// in anew it is another session, perhaps another person's, with the id `successor`.
        case sessionReplaced(SessionID, Session, label: String, successor: SessionID)
        /// The store has the session no more: another process of the person signed out.
        case sessionForgotten(SessionID)
        /// The store has taken the session, in the place of another client's or another server's where there was one.
        case sessionKept(SessionID, inPlaceOf: Session? = nil)
        /// The store did not take the session.
        case sessionNotKept(SessionID, StoreError)

        /// The listener is bound; the redirect URI has its real port.
        case listenerOpened(AttemptID, RedirectURI)
        /// The listener could not be bound.
        case listenerFailed(AttemptID, ListenerFailure)
        /// A `GET` of the exact path arrived; `query` is still encoded. Its answer is held until told.
        case callbackReceived(AttemptID, ReplyID, query: Secret)
        /// Another request arrived, and was refused.
        case requestRefused(AttemptID, RequestRefusal)
        /// The browser's command was started.
        case browserOpened(AttemptID)
        /// The browser's command could not be started, or failed.
        case browserFailed(AttemptID, BrowserFailure)

        /// The code was exchanged.
        case tokenReceived(AttemptID, TokenResponse)
        /// The code could not be exchanged.
        case tokenRequestFailed(AttemptID, TokenRequestError)
        /// The profile was loaded.
        case profileLoaded(SessionID, UserProfile)
        /// The profile could not be loaded with this access token.
        case profileFailed(SessionID, APIError, using: Secret)
        /// The session was refreshed; `notKept` says why the store did not take it, where it did not.
        case sessionRefreshed(SessionID, Session, notKept: StoreError? = nil)
        /// The token could not be refreshed. `jitter` varies the wait before the next try, so that programs which
        /// failed together do not come back together: a factor from 0.5 to 1.5.
        case refreshFailed(SessionID, TokenRequestError, jitter: Double = 1)
        /// The store has the session no more that is being signed out of.
        case sessionRemoved(SessionID)
        /// The server takes the token no more that is being signed out of; whether a refresh brings another one is waited for.
        case tokenDeleted(SessionID)
        /// The server deleted the token; `notForgotten` says why the store still has the session, where it has.
        case tokenRevoked(SessionID, notForgotten: StoreError? = nil)
        /// The server could not be told to delete the token.
        case revocationFailed(SessionID, APIError, notForgotten: StoreError? = nil)

        /// A time that was waited for has come.
        case timerFired(Timer)
    }
}

/// A time that is waited for.
public enum Timer: Sendable, Hashable {
    /// The attempt has taken as long as it may.
    case attemptDeadline(AttemptID)
    /// The token should be refreshed (or the refresh tried again).
    case refreshDue(SessionID)
    /// The access token has expired.
    case tokenExpiry(SessionID)
    /// The server's wish to be left alone is over: the profile is asked for again.
    case profileRetry(SessionID)
}

/// Why the loopback listener could not be bound.
public enum ListenerFailure: Error, Sendable, Hashable {
    /// Another program has the port; named where the system tells.
    case portInUse(port: Int, holder: String?)
    /// Ports below 1024 need a privilege.
    case notPermitted(port: Int)
    /// Anything else, in the system's words.
    case system(port: Int, ServerText)
}

/// Why the browser's command did not do its work.
public enum BrowserFailure: Error, Sendable, Hashable {
    /// There is no such command.
    case notFound(command: String)
    /// It ended at once with this exit status.
    case failed(command: String, status: Int)
    /// It could not be started, in the system's words.
    case notStarted(command: String, ServerText)
}

/// Why a request to the listener is no callback.
public enum RequestRefusal: Sendable, Hashable {
    /// Not `GET`.
    case method
    /// Not the redirect URI's path.
    case path
    /// `Host` does not name this machine (a rebound DNS name), or is missing.
    case host
    /// A callback, and a program of another user of this machine sent it (by number; `nil` where the sender was gone before
    /// anybody could tell).
    case sender(user: UInt32?)
    /// A callback, and a page in the browser asked for it, as an image, a frame, a script: nobody went there.
    case partOfPage
    /// A head of more than 16 KB, mostly by cookies of other programs of this machine.
    case tooLong
    /// Not an HTTP request.
    case notHTTP
}

/// Why pasted text is no callback.
public enum PasteRefusal: Error, Sendable, Hashable {
    /// Neither an address with a query nor a query.
    case notAnAddress
    /// An address, and not the redirect URI.
    case otherAddress
    /// It has this attempt's `state`, and neither `code` nor `error`: a part of the callback.
    case incomplete
    /// The callback was refused.
    case callback(AuthorizationResponse.Refusal)
}
