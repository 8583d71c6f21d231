import SignIn

/// Names a command.
public enum CommandID: String, Sendable, Hashable, CaseIterable {
    case signIn = "sign-in"
    case openBrowser = "open-browser"
    case copyURL = "copy-url"
    case showBareURL = "bare-url"
    case approveHere = "approve-here"
    case cancel = "cancel"
    case refresh = "refresh"
    case signInAgain = "sign-in-again"
    case retryProfile = "retry-profile"
    case signOut = "sign-out"
    case help = "help"
    case closeHelp = "close-help"
    case quit = "quit"
    case interruptAttempt = "interrupt-attempt"
    case interrupt = "interrupt"
    case suspend = "suspend"
    case redraw = "redraw"
}

/// One command: its keys, its words, and when it is there. The table makes the bindings, the footer and the help.
public struct Command: Sendable {
    /// Its name.
    public let id: CommandID
    /// What triggers it.
    public let keys: [Input]
    /// The key as the footer writes it.
    public let keyLabel: String
    /// The keys as the help writes them.
    public let keysLabel: String
    /// What it does, in a word or two.
    public let label: String
    /// The same for narrow terminals.
    public let shortLabel: String
    /// What it does, for the help.
    public let help: String
    /// Whether the footer offers it.
    public let isInFooter: Bool
    /// Whether it is there now.
    public let when: @Sendable (ScreenModel) -> Bool

    init(
        _ id: CommandID,
        _ keys: [Input],
        _ keyLabel: String,
        keysLabel: String? = nil,
        _ words: Strings.CommandWords,
        isInFooter: Bool = true,
        when: @escaping @Sendable (ScreenModel) -> Bool
    ) {
        self.id = id
        self.keys = keys
        self.keyLabel = keyLabel
        self.keysLabel = keysLabel ?? keyLabel
        label = words.label
        shortLabel = words.shortLabel
        help = words.help
        self.isInFooter = isInFooter
        self.when = when
    }

    /// All commands, in the order the footer and the help show them.
    public static let all: [Command] = [
        Command(.signIn, [.enter, .key("s")], "Enter", keysLabel: "Enter, s", Strings.signIn) { $0.canSignIn },
        Command(.openBrowser, [.key("o")], "o", Strings.openBrowser) { $0.pendingURL != nil },
        Command(.copyURL, [.key("c")], "c", Strings.copyURL) { $0.pendingURL != nil },
        Command(.showBareURL, [.key("u")], "u", Strings.showBareURL) { $0.pendingURL != nil },
        Command(.approveHere, [.key("a")], "a", Strings.approveHere) {
            $0.pendingURL != nil && $0.context.isDemo && $0.context.canApproveHere
        },
        Command(.cancel, [.escape], "Esc", Strings.cancel) { $0.isAttempting },
        Command(.refresh, [.key("r")], "r", Strings.refresh) { $0.signedIn?.held.canRefresh == true },
        Command(.signInAgain, [.key("r")], "r", Strings.signInAgain) { $0.signedIn?.held.canRefresh == false },
        Command(.retryProfile, [.key("r")], "r", Strings.retryProfile) { $0.profileFailed },
        Command(.signOut, [.key("l")], "l", Strings.signOut) { $0.isHoldingSession },
        Command(.closeHelp, [.escape, .enter, .key("?"), .control("c")], "Esc", Strings.closeHelp) {
            $0.overlay == .help
        },
        Command(.help, [.key("?")], "?", Strings.help) { $0.overlay == nil },
        Command(.quit, [.key("q")], "q", Strings.quit) { _ in true },
        Command(.interruptAttempt, [.control("c")], "Ctrl-C", Strings.cancel, isInFooter: false) { $0.isAttempting },
        Command(.interrupt, [.control("c")], "Ctrl-C", Strings.quit, isInFooter: false) {
            $0.overlay == nil && !$0.isAttempting
        },
        Command(.suspend, [.control("z")], "Ctrl-Z", Strings.suspend, isInFooter: false) { _ in true },
        Command(.redraw, [.control("l")], "Ctrl-L", Strings.redraw, isInFooter: false) { _ in true },
    ]

    /// The commands that are there now.
    public static func available(in model: ScreenModel) -> [Command] {
        all.filter { $0.when(model) }
    }
}

extension ScreenModel {
    fileprivate var canSignIn: Bool {
        guard overlay == nil, case .loggedOut = state else { return false }
        return context.clientID != nil
    }

    /// The URL that waits to be opened; none once the callback has come.
    var pendingURL: String? {
        guard overlay == nil, case .awaitingCallback(let attempt) = state, !attempt.isExchanging else { return nil }
        return attempt.authorizationURL
    }

    fileprivate var isAttempting: Bool {
        if overlay == nil, case .awaitingCallback = state { true } else { false }
    }

    fileprivate var signedIn: SignedIn? {
        if overlay == nil, case .userProfile(let signedIn) = state { signedIn } else { nil }
    }

    fileprivate var profileFailed: Bool {
        if overlay == nil, case .tokenHeld(let held) = state, case .failed = held.profile { true } else { false }
    }

    fileprivate var isHoldingSession: Bool {
        switch state {
        case .tokenHeld, .userProfile: overlay == nil
        case .loggedOut, .awaitingCallback: false
        }
    }
}
