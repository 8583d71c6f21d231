public import FoundationEssentials
import OAuth
public import SignIn

/// Everything that ``render(_:size:)`` looks at.
public struct ScreenModel: Sendable, Equatable {
    /// Where the program stands.
    public var state: State {
        didSet {
            if let gone = overlay, !gone.belongs(to: state) {
                overlay = nil
                if gone.isTypedInto(context) { strayKeysEnd = now.addingTimeInterval(Self.pause) }
            }
            // What was said about a key belongs to the screen that the key was pressed on.
            if !state.isSameScreen(as: oldValue) { flash = nil }
        }
    }
    /// The wall clock's time; countdowns are told from it.
    public var now: Date
    /// What lies over the state's own screen.
    public var overlay: Overlay?
    /// A short message about what a key just did; the caller takes it away after a few seconds.
    public var flash: String?
    /// Something that went wrong here and not in the sign-in (saving the settings); shown while signed out.
    public var complaint: String?
    /// Whether the store has not said yet whether there is a session, and takes its time.
    public var isLooking = false
    /// What does not change while the program runs.
    public var context: ScreenContext

    /// How long nobody types who has noticed that the text went away, in seconds.
    private static let pause = 1.0
    /// Until when keys belong to a text that went away; each one puts it off.
    private var strayKeysEnd: Date?

    /// Whether what lies over the screen takes text.
    public var takesText: Bool { overlay?.takesText ?? false }

    /// Text was pasted where none is typed: what comes right after it belongs to it.
    public mutating func textArrived(at now: Date) {
        strayKeysEnd = now.addingTimeInterval(Self.pause)
    }

    /// Whether `input` was typed into a text that the state has taken away meanwhile, and so means nothing: a sign-in in
    /// another terminal must not turn the rest of a client id into commands; see also ``textArrived(at:)``. The caller says
    /// so. Ends when nothing has been typed for a second.
    ///
    /// - Parameter now: The wall clock's time.
    public mutating func isStray(_ input: Input, at now: Date) -> Bool {
        guard let end = strayKeysEnd else { return false }
        switch input {
        case .key, .enter, .tab, .escape, .backspace, .delete, .up, .down, .left, .right, .home, .end, .paste,
            .control("u"), .control("w"), .control("a"), .control("e"):
            // A clock that was put back does not hold keys up for longer.
            guard now < end, end.timeIntervalSince(now) <= Self.pause else {
                strayKeysEnd = nil
                return false
            }
            strayKeysEnd = now.addingTimeInterval(Self.pause)
            return true
        case .control, .click, .resized, .resumed, .terminated, .closed: return false
        }
    }

    /// A model of these parts.
    public init(
        state: State,
        now: Date,
        overlay: Overlay? = nil,
        flash: String? = nil,
        complaint: String? = nil,
        context: ScreenContext
    ) {
        self.state = state
        self.now = now
        self.overlay = overlay
        self.flash = flash
        self.complaint = complaint
        self.context = context
    }
}

extension State {
    fileprivate func isSameScreen(as other: State) -> Bool {
        switch (self, other) {
        case (.loggedOut, .loggedOut), (.awaitingCallback, .awaitingCallback), (.tokenHeld, .tokenHeld),
            (.userProfile, .userProfile):
            true
        default: false
        }
    }
}

/// What lies over a state's own screen and takes its keys.
public enum Overlay: Sendable, Hashable {
    /// The keys and what they do.
    case help
    /// The form for the client identifier and the region.
    case form(Form)
    /// Whether to save what the form came to.
    case saveQuestion(SaveQuestion)
    /// The prompt for the callback's address.
    case paste(PastePrompt)

    /// What lies over the first screen: the form, where nobody can sign in without it.
    public static func first(in context: ScreenContext) -> Overlay? {
        context.clientID == nil ? .form(Form(context)) : nil
    }

    /// Whether it takes text.
    public var takesText: Bool {
        switch self {
        case .form, .paste: true
        case .help, .saveQuestion: false
        }
    }

    /// Whether somebody is typing into it, or about to.
    fileprivate func isTypedInto(_ context: ScreenContext) -> Bool {
        switch self {
        case .form(let form): form != Form(context)
        case .paste(let prompt): prompt.submittedAt == nil || !prompt.text.isEmpty
        case .help, .saveQuestion: false
        }
    }

    /// Whether it has a meaning in `state`; where not, it goes when the state comes.
    fileprivate func belongs(to state: State) -> Bool {
        switch (self, state) {
        case (.help, _): true
        case (.form, .loggedOut), (.saveQuestion, .loggedOut): true
        case (.paste, .awaitingCallback(let attempt)): !attempt.isExchanging
        default: false
        }
    }
}

/// What the screen says about its surroundings.
public struct ScreenContext: Sendable, Equatable {
    /// Whether the embedded demo cloud answers.
    public var isDemo: Bool
    /// Whether the person sits at another machine (SSH).
    public var isRemote: Bool
    /// How that machine reaches this one, for the tunnel's command line: `ada@build.example`; `nil` where unknown.
    public var remoteDestination: String?
    /// Where sessions are kept, in words: "in memory, gone when this program ends".
    public var storeName: String
    /// Where people sign in, for people: the region's name or the host.
    public var environmentLabel: String
    /// The client identifier; without one nobody can sign in.
    public var clientID: String?
    /// The region's name, for the form; `nil` where explicit URLs say where to sign in.
    public var region: String?
    /// Where the form's values can be saved; `nil` where they cannot.
    public var saveTarget: SaveTarget?
    /// The redirect URI as configured.
    public var redirectURI: String
    /// The page that ends the browser's own session, where there is one.
    public var signOutPage: String?
    /// What the terminal can show.
    public var charset: Charset
    /// Whether `a` can approve a sign-in without a browser (demo cloud).
    public var canApproveHere: Bool

    /// Surroundings of these parts.
    public init(
        isDemo: Bool = false,
        isRemote: Bool = false,
        remoteDestination: String? = nil,
        storeName: String,
        environmentLabel: String,
        clientID: String?,
        region: String? = nil,
        saveTarget: SaveTarget? = nil,
        redirectURI: String,
        signOutPage: String? = nil,
        charset: Charset = .unicode,
        canApproveHere: Bool = false
    ) {
        self.isDemo = isDemo
        self.isRemote = isRemote
        self.remoteDestination = remoteDestination
        self.storeName = storeName
        self.environmentLabel = environmentLabel
        self.clientID = clientID
        self.region = region
        self.saveTarget = saveTarget
        self.redirectURI = redirectURI
        self.signOutPage = signOutPage
        self.charset = charset
        self.canApproveHere = canApproveHere
    }
}
