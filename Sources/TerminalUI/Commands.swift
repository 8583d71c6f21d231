import SignIn

/// Names a command.
public enum CommandID: String, Sendable, Hashable, CaseIterable {
    case signIn = "sign-in"
    case editConfiguration = "edit"
    case setUp = "set-up"
    case openBrowser = "open-browser"
    case copyURL = "copy-url"
    case showBareURL = "bare-url"
    case pasteCallback = "paste-callback"
    case approveHere = "approve-here"
    case cancel = "cancel"
    case refresh = "refresh"
    case signInAgain = "sign-in-again"
    case retryProfile = "retry-profile"
    case signOut = "sign-out"
    case signOutPage = "sign-out-page"
    case acceptForm = "accept-form"
    case nextField = "next-field"
    case closeForm = "close-form"
    case save = "save"
    case doNotSave = "do-not-save"
    case backToForm = "back-to-form"
    case submitPaste = "submit-paste"
    case closePrompt = "close-prompt"
    case help = "help"
    case closeHelp = "close-help"
    case leaveOverlay = "leave-overlay"
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
}
