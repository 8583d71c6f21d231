import FoundationEssentials
import OAuth
public import SignIn

/// The words of the screen. Those about failures stand with the failures (`FailureReport`), so that the screen, the
/// plain lines and the pages in the browser say the same.
public enum Strings {
    static let program = "genesys-login"
    static let demo = "demo cloud"

    // MARK: Headlines

    static let signedOut = "Signed out"
    static let waiting = "Waiting for your browser"
    static let looking = "Looking for your session"
    static let tokenHeld = "Token held"
    static func welcome(_ name: String) -> String { "Welcome, \(name)" }
    static let helpHeadline = "Keys"

    // MARK: Signed out

    static let lookingForSession = "The session store has not answered yet; it may be asking you to unlock it."
    static let neverSignedIn = "Press Enter to sign in with your browser."
    static let neverSignedInDemo = "Press Enter to sign in with your browser; this cloud needs no account."
    static func signingOut(_ stage: LoggedOut.Stage) -> String {
        switch stage {
        case .forgetting: "Signing out: the session store forgets the session…"
        case .telling: "Forgotten on this machine; telling the server to delete the token…"
        case .refreshing:
            "Forgotten on this machine, and the server takes the token no more; waiting for a refresh that was under way…"
        }
    }
    static let revoked = "The token was deleted at the server and forgotten on this machine."
    public static func onlyForgotten(_ token: LoggedOut.Token) -> String {
        switch token {
        case .deleted: revoked
        case .unknown: alreadyInvalid
        case .untold: "Forgotten on this machine, but the server could not be told. The token lives until it expires."
        case .unconfirmed:
            "Forgotten on this machine, but the server has not confirmed that the token is deleted. It may live until it "
                + "expires."
        case .left:
            "Forgotten on this machine, and the server takes the token no more; but one that comes of a refresh may live until "
                + "it expires."
        }
    }
    /// The program is left before a sign-out is over.
    public static func signOutUnfinished(_ stage: LoggedOut.Stage) -> String {
        switch stage {
        case .forgetting:
            "The sign-out was not finished: the session may still be kept, and its token may live. genesys-login status "
                + "tells, logout signs out."
        case .telling: "Forgotten on this machine. The server has not answered: the token may live until it expires."
        case .refreshing: onlyForgotten(.left)
        }
    }
    /// Before how a sign-out ended that is not the last thing that happened.
    public static let earlierSignOut = "Of the session that you signed out of before:"
    static let alreadyInvalid = "Forgotten on this machine. The server did not know the token any more."
    static func stillKept(_ token: LoggedOut.Token) -> String {
        switch token {
        case .deleted: "The token was deleted at the server, but the session is still in the session store."
        case .unknown:
            "The session is still in the session store. The server did not know its token any more; it may refresh the session."
        case .untold: "The session is still in the session store, and the server could not be told either."
        case .unconfirmed:
            "The session is still in the session store, and the server has not confirmed that its token is deleted."
        case .left: "The session is still in the session store, and a token that comes of a refresh may live."
        }
    }
    public static let signedOutElsewhere = "Your session was signed out, or ended, in another terminal."
    static let otherSignIn = "Not signed in here: this profile keeps another sign-in. A new one takes its place."
    static let storeFailed = "Nobody knows whether you are signed in: the session store did not answer."
    static let browserStaysSignedIn = "Your browser may still be signed in: B opens Genesys's sign-out page."
    static let cancelled = "The sign-in was cancelled. Nothing was kept."
    static let failed = "The sign-in did not succeed."
    static let expired = "Your session has expired. Sign in again to go on."
    static let ended = "Your session has ended."
    static let noClientID = "No client id is set, so nobody can sign in yet."
    static let noClientIDRemedy = "Press Enter to give one, or start with --client-id."

    // MARK: Waiting

    static let finishInBrowser = "Sign in there and approve; this screen goes on by itself."
    static let openYourself = "Open the URL below in your browser; this screen goes on by itself."
    static let openYourselfOrApprove = "Open the URL below in your browser, or press a to approve here."
    static let preparing = "Getting ready for the callback…"
    static let openingBrowser = "Opening your browser…"
    static let exchanging = "The callback is here. Exchanging its code for a token…"
    static func stillSignedIn(_ name: String) -> String { "Until then you stay signed in as \(name)." }
    static func timeLeft(_ left: String) -> String { "\(left) left" }
    static let urlHint = "No window? Open this URL:"
    static let elidedURLHint = "c copies the whole URL, u shows it:"
    static let tunnel = "Your browser is on another machine? There, first run:"
    static let shortTunnel = "Browser elsewhere? There, first run:"
    static let orPaste = "Or without it: press p and paste the address the browser ended on."
    static let shortOrPaste = "Or press p: paste where it ended."
    static let httpsOnly = "An error page? HTTPS-only mode refuses http://localhost: allow it there."
    static let shortHTTPSOnly = "Error page? Allow http://localhost."
    static func sshCommand(_ host: String, _ port: Int, _ destination: String?) -> String {
        "ssh -L \(port):\(host):\(port) \(destination ?? "…")"
    }

    // MARK: Steps

    static func step(_ step: Step, _ attempt: Attempt?, at uri: RedirectURI?) -> String {
        switch step {
        case .keyPairMade: "Key pair made"
        case .listening: uri.map { "Listening on \(host($0))" } ?? "Listening for the callback"
        case .browserOpened:
            switch attempt?.browser {
            case .notWanted: browserNotWanted
            case .failed: "Browser not opened"
            default: "Browser opened"
            }
        case .callbackReceived: "Callback received"
        case .codeExchanged: "Code exchanged"
        case .profileLoaded: "Profile loaded"
        }
    }

    static let browserNotWanted = "Browser: yours to open"
    static let profileNotLoaded = "Profile not loaded"
    static let stepUnderWay = "waiting"

    private static func host(_ uri: RedirectURI) -> String {
        "\(uri.host.label):\(uri.port)"
    }

    // MARK: Session

    static let loadingProfile = "Signed in. Loading your profile…"
    static let curing = "The token is not good any more; refreshing it…"
    static let profileFailed = "You are signed in, but your profile could not be loaded."
    static func profileWaits(_ time: String) -> String { "The service asks to wait; next try in \(time), or press r." }
    /// The store did not take the session.
    static let notKept = "This session is not kept: it lives in this program alone."
    static let displaced = "This session is not kept any more, nor refreshed."
    /// The same of a program that ends with it.
    public static func notKept(_ token: LoggedOut.Token) -> String {
        switch token {
        case .deleted: "The session could not be kept, so its token was deleted at the server."
        case .unknown: "The session could not be kept, and the server did not know its token any more."
        case .untold:
            "The session could not be kept, and the server could not be told: its token lives until it expires."
        case .unconfirmed, .left:
            "The session could not be kept, and the server has not confirmed that its token is deleted: it may live until it "
                + "expires."
        }
    }
    /// The store has taken what a refresh brought.
    public static let keptAfterAll = "The session is kept after all."
    /// The same of one that was let go before.
    public static func letGo(_ token: LoggedOut.Token) -> String {
        switch token {
        case .deleted: "A session that was not kept has ended, and its token was deleted at the server."
        case .unknown: "A session that was not kept has ended, and the server did not know its token any more."
        case .untold:
            "A session that was not kept has ended, and the server could not be told: its token lives until it expires."
        case .unconfirmed, .left:
            "A session that was not kept has ended, and the server has not confirmed that its token is deleted: it may live until "
                + "it expires."
        }
    }
    static func expiresIn(_ time: String) -> String { "expires in \(time)" }
    static let expiredToken = "expired"
    static let noExpiry = "The server did not say when the token expires."
    static let refreshesItself = "Refreshes by itself."
    static let untilThen = "Good until then."
    static let onceRefreshed = "Goes on once it is refreshed."
    /// The same of one whose place another sign-in has.
    static let oncePlaceIsFree = "Goes on once the other one is signed out."
    static let noRefreshToken = "No refresh token: r signs in again."
    static let needsSignIn = "The token is about to expire: press r to sign in again."
    /// `logout` takes its time.
    public static let signingOut = "Signing out…"
    /// `logout` is interrupted while the server is asked to delete the token.
    public static func finishingSignOut(_ departure: Departure) -> String {
        "Finishing the sign-out first; once more \(departure) the program at once."
    }
    static let refreshing = "Refreshing the token…"
    /// What the person wants to do while something is under way.
    public enum Departure: String {
        /// To leave the program.
        case ends
        /// To stop it until `fg`.
        case stops
    }

    /// The person wants to leave while a refresh is under way.
    public static func finishingRefresh(_ departure: Departure = .ends) -> String {
        "Finishing the refresh first; once more \(departure) the program at once."
    }
    /// The person does not wait for that.
    public static let refreshGivenUp =
        "Ended at once. What a refresh was about to bring is lost: sign in again where the session has ended by it."
    /// The person did not wait for what became of a sign-out that the store did not take.
    public static let signOutGivenUp =
        "Ended at once. A session that you signed out of may still be kept, and its token may live until it expires."
    /// The person wants to leave while a code is on its way that nobody waits for any more.
    public static func finishingExchange(_ departure: Departure) -> String {
        "Waiting for the server's answer first; once more \(departure) the program at once."
    }
    /// The person wants to leave while the session is on its way out of the store.
    public static func finishingRemoval(_ departure: Departure = .ends) -> String {
        "Forgetting the session first; once more \(departure) the program at once."
    }
    /// The person wants to leave while the session is on its way into the store.
    public static func finishingSave(_ departure: Departure = .ends) -> String {
        "Keeping the session first; once more \(departure) the program at once."
    }
    /// The person does not wait for that.
    public static let saveGivenUp =
        "The session may be kept, or not: genesys-login status tells. Where it is not, its token lives until it expires."
    /// A new sign-in will take the place of the session of other settings that the profile keeps.
    public static func takesPlace(_ profileName: String, clientID: String, loginURL: String) -> String {
        "The profile \(ServerText(profileName)) keeps a sign-in of the client \(clientID) at \(ServerText(loginURL)). This one "
            + "takes its place; --profile with another name keeps both."
    }
    static let inBackground = "The program is in the background of its terminal, and nobody can bring it to the front."
    /// The program ends while a code is exchanged that nobody waits for any more.
    public static let exchangeUnanswered =
        "The server has not answered yet: it may issue a token that nobody has, which lives until it expires."
    /// The same where no answer came, or none that could be used.
    public static let tokenMayBeLeft =
        "A code had no answer that could be used: the server may have issued a token that nobody has, which lives until it "
        + "expires."
    public static let tokenLeft =
        "The server issued a token after all, and did not delete it: nobody has it, and it lives until it expires."
    /// The program ends with a session that no store has taken.
    public static let deletingUnkept = "The session ends with the program: telling the server to delete its token…"
    static let beingKept = "on its way into the session store"
    /// The store takes its time.
    public static let waitingForStore = "Waiting for the session store…"
    static func refreshRetrying(_ time: String) -> String { "The refresh failed; next try in \(time), or press r." }
    /// The same of a program that does not go on.
    static let notRefreshed = "Your session could not be refreshed."
    static let refreshFailed = "The token could not be refreshed; r tries again."
    /// Keys came that belong to a text which went away, or was pasted.
    public static let strayKeys = "That was taken for text; keys count again when you pause."
    static let unnamedScopes = "not named by the server"

    /// Where a session is kept, for people.
    public static func store(_ name: String) -> String {
        switch name {
        case "memory": "in memory, gone when this program ends"
        case "kernel": "in the kernel's keyring, for all your terminals"
        case "secret-service": "in the desktop's keyring"
        default: name
        }
    }

    // MARK: Labels

    static let email = "E-mail"
    static let title = "Title"
    static let department = "Department"
    static let division = "Division"
    static let status = "Status"
    static let region = "Region"
    static let session = "Session"
    static let scopes = "Scopes"
    static let clientID = "Client id"
    static let callback = "Callback"
    static let token = "Token"
    static let why = "Why"
    static let remedy = "What to do"
    static let shortRemedy = "Do"
    static let press = "Press"
    static let orPress = ", or "
    static func pressTo(_ label: String) -> String { " to \(label)" }
    static let serverSays = "Server says"
    static let shortServerSays = "Server"
    static let correlation = "Support id"
    static let shortCorrelation = "Support id"

    // MARK: No screen

    static let notATerminal = "The screen needs a terminal on standard input and output."
    static func unknownTerminal(_ term: String) -> String {
        "This machine has no description of the terminal \(term). Set TERM to one that it has, such as xterm-256color, "
            + "or install ncurses-term."
    }

    static let unusableSize =
        "The terminal has a size that no screen can have. Change the window's size, or unset LINES and COLUMNS."

    // MARK: Small terminals

    static func tooSmall(_ columns: Int, _ rows: Int) -> String { "Too small: need \(columns)x\(rows)" }

    // MARK: Messages

    /// After `c`: a terminal does not say whether it took the text.
    public static let copied = "URL sent to the clipboard. Not there? Press u."
    /// After `o`.
    public static let openingAgain = "Opening the browser again."
    /// After `B`.
    public static let openingSignOutPage = "Opening Genesys Cloud's sign-out page."
    /// After `B`, where no browser could be opened.
    public static let pageNotOpened = "No browser could be opened."
    /// After `a`.
    public static let approving = "Approving as the first person."
    /// Below the bare URL.
    static let pressEnter = "Press Enter to go back."
}
