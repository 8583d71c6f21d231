public import FoundationEssentials
public import GenesysCloud
public import OAuth

/// Where the program stands. Each case carries its own data, so that a verifier without an attempt, or a profile
/// without a token, cannot be written down.
public enum State: Sendable, Hashable {
    /// No session. Says why.
    case loggedOut(LoggedOut)
    /// An attempt is under way: the browser is elsewhere, and the listener waits for the callback.
    case awaitingCallback(Attempt)
    /// A token is in hand; whose it is, is not known yet.
    case tokenHeld(TokenHeld)
    /// A token is in hand, and the person is known.
    case userProfile(SignedIn)

    /// Where a program starts that found no session.
    public static let initial = State.loggedOut(.neverSignedIn)

    /// The session in hand; while another sign-in is under way the one that giving it up goes back to.
    public var held: HeldSession? {
        switch self {
        case .loggedOut: nil
        case .awaitingCallback(let attempt): attempt.returningTo?.held
        case .tokenHeld(let tokenHeld): tokenHeld.held
        case .userProfile(let signedIn): signedIn.held
        }
    }

    /// Whether a refresh is under way, whose answer must not be lost.
    public var isRefreshing: Bool {
        let held: HeldSession? =
            switch self {
            case .loggedOut: nil
            case .awaitingCallback(let attempt): attempt.returningTo?.held
            case .tokenHeld(let tokenHeld): tokenHeld.held
            case .userProfile(let signedIn): signedIn.held
            }
        if case .underWay = held?.refresh { return true } else { return false }
    }
}

/// Why there is no session.
public enum LoggedOut: Sendable, Hashable {
    /// Nobody has signed in yet.
    case neverSignedIn
    /// The person signed out.
    case signedOut(Revocation)
    /// The person cancelled the attempt.
    case cancelled
    /// The attempt failed; running out of time is one of the failures.
    case failed(Failure)
    /// The session ended by itself; with the reason where there is more to say than that its time was up.
    case sessionExpired(Failure?)
    /// Another program of the person signed out, or removed the session from the store.
    case signedOutElsewhere
    /// The store could not be asked, so that nobody knows whether there is a session; or it keeps one of other settings.
    case storeFailed(StoreError)

    /// What became of the token at the server.
    public enum Revocation: Sendable, Hashable {
        /// What words about a failure need is kept.
        case underWay(SessionID, Failure.Context, Stage)
        /// The server deleted it.
        case revoked
        /// The server did not know it any more: it had expired, or was deleted before.
        case alreadyInvalid
        /// Only this machine forgot it; the server could not be told, or has not said that it deleted it.
        case onlyForgotten(Failure)
        /// The store still has the session; and what is known of the token.
        case notForgotten(StoreError, Token)

        /// Whether the session is forgotten and its token of no use.
        public var isComplete: Bool {
            switch self {
            case .revoked, .alreadyInvalid: true
            case .underWay, .onlyForgotten, .notForgotten: false
            }
        }
    }

    /// How far a sign-out has got.
    public enum Stage: Sendable, Hashable {
        /// The store, which may take its time, forgets the session.
        case forgetting
        /// The store has forgotten it, and the server is told.
        case telling
        /// The server takes the token no more; a refresh of it that is under way may bring another one.
        case refreshing
    }

    /// What is known of a token that was to be deleted.
    public enum Token: Sendable, Hashable {
        /// The server has deleted it.
        case deleted
        /// The server did not know it any more. The refresh token may be good.
        case unknown
        /// The server could not be told.
        case untold
        /// The server was told, or may have been, and has not said that it deleted it.
        case unconfirmed
        /// The server takes it no more; one that came of a refresh may be left.
        case left

        /// What became of its deletion.
        public init(_ deletion: Result<Void, APIError>) {
            self =
                switch deletion {
                case .success: .deleted
                case .failure(let error): .init(error)
                }
        }

        /// What `error` says of it, which came in place of the deletion.
        public init(_ error: APIError) {
            self =
                switch error {
                case .lateToken: .left
                case .transport(let error): error.mayHaveArrived ? .unconfirmed : .untold
                case .rejected, .unreadable, .missingMember: error.isUnauthorized ? .unknown : .unconfirmed
                }
        }
    }
}

/// The steps of a sign-in, in the order they happen.
public enum Step: Int, Sendable, Hashable, CaseIterable, Comparable {
    case keyPairMade, listening, browserOpened, callbackReceived, codeExchanged, profileLoaded

    /// The order of happening.
    public static func < (one: Step, other: Step) -> Bool {
        one.rawValue < other.rawValue
    }
}

/// One attempt to sign in. The code verifier and the expected `state` live here and nowhere else, so that leaving
/// the state discards them.
public struct Attempt: Sendable, Hashable {
    /// The attempt's id.
    public let id: AttemptID
    /// The id of the session that it may lead to.
    public let session: SessionID
    /// The grant that it may lead to.
    public let grant: GrantID
    /// What the person set.
    public let settings: SignInSettings
    /// The code verifier and its challenge.
    public let proofKey: ProofKey
    /// The `state` that the callback must bring back.
    public let expectedState: StateParameter
    /// When the attempt began.
    public let startedAt: Date
    /// When it ends if nothing happens.
    public let deadline: Date
    /// When each step was done; a step that is missing is not done.
    public internal(set) var steps: [Step: Date]
    /// The redirect URI with its real port, once the listener is bound.
    public internal(set) var boundRedirectURI: RedirectURI? {
        didSet { url = boundRedirectURI.map { Secret(authorizationRequest($0).url) } }
    }
    /// Made once, for a screen asks for it with every frame.
    private var url: Secret?
    /// What became of the browser.
    public internal(set) var browser: Browser
    /// What was refused or went wrong without ending the attempt, oldest first, the last few only;
    /// what happens again is one notice with a count.
    public internal(set) var notices: [Notice]
    /// The session that was in hand when the attempt began, kept in case it comes to nothing.
    public internal(set) var returningTo: SignedIn?

    /// What became of the browser.
    public enum Browser: Sendable, Hashable {
        /// Not started yet.
        case notStarted
        /// The person opens the URL: no browser was wanted.
        case notWanted
        /// Started at this time.
        case opened
        /// It could not be started; the wait goes on.
        case failed(BrowserFailure)
    }

    /// Whether the code is on its way to the token endpoint: a code is sent once.
    public var isExchanging: Bool {
        steps[.callbackReceived] != nil
    }

    /// The URL to open, once the listener is bound.
    public var authorizationURL: String? { url?.reveal() }

    private func authorizationRequest(_ redirectURI: RedirectURI) -> AuthorizationRequest {
        AuthorizationRequest(
            endpoint: settings.environment.authorizationEndpoint,
            clientID: settings.clientID,
            redirectURI: redirectURI,
            challenge: proofKey.challenge,
            state: expectedState,
            scope: settings.scope,
            hints: settings.hints
        )
    }
}

/// Something that happened during an attempt or a session that a person may want to know, and that ended nothing.
public struct Notice: Sendable, Hashable {
    /// When it happened.
    public let at: Date
    /// What happened.
    public let kind: Kind
    /// How often it has happened; `at` is the last time.
    public let count: Int

    /// A notice of something that happened at `at`, for the `count`th time.
    public init(at: Date, _ kind: Kind, count: Int = 1) {
        self.at = at
        self.kind = kind
        self.count = count
    }

    /// What happened.
    public enum Kind: Sendable, Hashable {
        /// A callback was refused.
        case callbackRefused(AuthorizationResponse.Refusal)
        /// A pasted address was refused.
        case pasteRefused(PasteRefusal)
        /// A request that is no callback at all was refused.
        case requestRefused(RequestRefusal)
        /// The callback came again after it was accepted.
        case callbackRepeated
        /// A sign-in begun from a session was cancelled; the session is still in hand.
        case signInCancelled
        /// A sign-in begun from a session failed; the session is still in hand.
        case signInFailed(Failure)
        /// The profile could not be loaded again; the one shown is the last one known. It is tried again at `nextAt`
        /// where the server named a time.
        case profileNotReloaded(Failure, nextAt: Date? = nil)
        /// The access token is fresh.
        case refreshed
        /// Another program signed in anew under this profile; this is its session.
        case signedInElsewhere
        /// The session took the place of one of other settings, which this profile had kept.
        case tookPlace(clientID: ClientID, loginURL: String)

        static func tookPlace(of other: Session) -> Self {
            .tookPlace(clientID: other.clientID, loginURL: other.loginURL)
        }
    }
}

/// A session in hand, and how its refreshing stands.
public struct HeldSession: Sendable, Hashable {
    /// The session's id.
    public let id: SessionID
    /// The tokens and what is needed to use them.
    public internal(set) var session: Session
    /// The environment's name for people.
    public internal(set) var label: String
    /// How refreshing stands.
    public internal(set) var refresh: Refresh
    /// Why the store does not keep the session, where it does not: it then lives in this program alone.
    public internal(set) var notKept: StoreError?
    /// Whether the session is on its way into the store, and what becomes of that is not known yet.
    public internal(set) var isBeingKept = false
    /// Whether the store has had these tokens: other programs may have them too.
    public internal(set) var isShared = true
    /// Since when a 401 is being answered with a refresh: one that comes back ends the session.
    var curingSince: Date?
    /// Whether a 401 is being answered so.
    var isCuring: Bool { curingSince != nil }
    /// How often in a row the service asked to wait with the profile.
    var profileWaits = 0
    /// How many requests for the profile in a row brought a 401.
    var refusals = 0

    /// How refreshing stands.
    public enum Refresh: Sendable, Hashable {
        /// Nothing is due.
        case idle
        /// A request is under way; afterwards the profile is loaded again where `thenProfile` says so.
        case underWay(thenProfile: Bool, tries: Int)
        /// The last try failed and the next one comes at `nextAt`.
        case retrying(Failure, tries: Int, nextAt: Date)
        /// The server refused in a way that trying again does not cure; the token is good until it expires.
        case failed(Failure)
        /// Due, and there is no refresh token: only a new sign-in helps.
        case needsSignIn
    }

    /// A session in hand with nothing due.
    public init(id: SessionID, session: Session, label: String) {
        self.id = id
        self.session = session
        self.label = label
        self.refresh = .idle
    }

    /// Whether the store has the session.
    public var isKept: Bool { notKept == nil && !isBeingKept }

    /// Whether it ends with this program. One that had a place, which another client's has taken, may be in use elsewhere.
    public var endsWithProgram: Bool {
        switch notKept {
        case nil: false
        case .placeTaken: !isShared
        case .some: true
        }
    }

    /// Whether the session can be refreshed without a browser.
    public var canRefresh: Bool {
        session.tokens.refreshToken != nil
    }
}

/// A token in hand whose person is not known yet.
public struct TokenHeld: Sendable, Hashable {
    /// The session.
    public internal(set) var held: HeldSession
    /// How loading the profile stands.
    public internal(set) var profile: ProfileLoad
    /// When each step of the sign-in was done; empty for a session that was found in the store.
    public let steps: [Step: Date]
    /// What a person may want to know, also once the profile is there.
    public internal(set) var notice: Notice?

    /// Why the profile is not there, where nothing but another try can bring it: it could not be loaded, or the refresh that it
    /// waits for has failed.
    public var obstacle: Failure? {
        switch (profile, held.refresh) {
        case (.failed(let failure), _), (.awaitingRefresh, .retrying(let failure, _, _)): failure
        default: nil
        }
    }

    /// How loading the profile stands.
    public enum ProfileLoad: Sendable, Hashable {
        /// The request is under way.
        case underWay
        /// The API said 401, and a refresh is under way that may cure it.
        case awaitingRefresh
        /// It failed; the token is kept.
        case failed(Failure)
        /// The server asks to wait (429 with `Retry-After`); it is tried again at `until`.
        case waiting(Failure, until: Date)
    }
}

/// A token in hand and the person it belongs to.
public struct SignedIn: Sendable, Hashable {
    /// The session.
    public internal(set) var held: HeldSession
    /// The person.
    public internal(set) var profile: UserProfile
    /// What a person may want to know, the last one only.
    public internal(set) var notice: Notice?
}
