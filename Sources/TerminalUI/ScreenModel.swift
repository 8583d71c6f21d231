public import FoundationEssentials
public import SignIn

/// Everything that ``render(_:size:)`` looks at.
public struct ScreenModel: Sendable, Equatable {
    /// Where the program stands.
    public var state: State
    /// The wall clock's time; countdowns are told from it.
    public var now: Date
    /// What lies over the state's own screen.
    public var overlay: Overlay?
    /// A short message about what a key just did; the caller takes it away after a few seconds.
    public var flash: String?
    /// What does not change while the program runs.
    public var context: ScreenContext

    /// A model of these parts.
    public init(
        state: State,
        now: Date,
        overlay: Overlay? = nil,
        flash: String? = nil,
        context: ScreenContext
    ) {
        self.state = state
        self.now = now
        self.overlay = overlay
        self.flash = flash
        self.context = context
    }
}

/// What lies over a state's own screen and takes its keys.
public enum Overlay: Sendable, Hashable {
    /// The keys and what they do.
    case help
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
    /// The redirect URI as configured.
    public var redirectURI: String
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
        redirectURI: String,
        charset: Charset = .unicode,
        canApproveHere: Bool = false
    ) {
        self.isDemo = isDemo
        self.isRemote = isRemote
        self.remoteDestination = remoteDestination
        self.storeName = storeName
        self.environmentLabel = environmentLabel
        self.clientID = clientID
        self.redirectURI = redirectURI
        self.charset = charset
        self.canApproveHere = canApproveHere
    }
}
