import OAuth
import SignIn

extension Command {
    /// All commands, in the order the footer and the help show them.
    public static let all: [Command] = states + overlays + everywhere

    /// The commands that are there now.
    public static func available(in model: ScreenModel) -> [Command] {
        all.filter { $0.when(model) }
    }

    private static let states = [
        Command(.signIn, [.enter, .key("s")], "Enter", keysLabel: "Enter, s", Strings.signIn) {
            $0.isSignedOut && $0.context.clientID != nil
        },
        Command(.editConfiguration, [.key("e")], "e", Strings.editConfiguration) {
            $0.isSignedOut && $0.context.clientID != nil
        },
        Command(.setUp, [.enter, .key("e"), .key("s")], "Enter", keysLabel: "Enter, e", Strings.setUp) {
            $0.isSignedOut && $0.context.clientID == nil
        },
        Command(.openBrowser, [.key("o")], "o", Strings.openBrowser) { $0.pendingURL != nil },
        Command(.copyURL, [.key("c")], "c", Strings.copyURL) { $0.pendingURL != nil },
        Command(.showBareURL, [.key("u")], "u", Strings.showBareURL) { $0.pendingURL != nil },
        Command(.pasteCallback, [.key("p")], "p", Strings.pasteCallback) { $0.pendingURL != nil },
        Command(.approveHere, [.key("a")], "a", Strings.approveHere) {
            $0.pendingURL != nil && $0.context.isDemo && $0.context.canApproveHere
        },
        Command(.cancel, [.escape], "Esc", Strings.cancel) { $0.overlay == nil && $0.isAttempting },
        Command(.refresh, [.key("r")], "r", Strings.refresh) { $0.signedIn?.held.canRefresh == true },
        Command(.signInAgain, [.key("r")], "r", Strings.signInAgain) { $0.signedIn?.held.canRefresh == false },
        Command(.retryProfile, [.key("r")], "r", Strings.retryProfile) { $0.profileFailed },
        Command(.signOut, [.key("l")], "l", Strings.signOut) { $0.isHoldingSession },
        Command(.signOutPage, [.key("b")], "B", Strings.signOutPage) { $0.signOutPage != nil },
    ]

    private static let overlays = [
        Command(.acceptForm, [.enter], "Enter", Strings.acceptForm) { $0.form != nil },
        Command(.nextField, [.tab], "Tab", Strings.nextField) { ($0.form?.fields.count ?? 0) > 1 },
        Command(.closeForm, [.escape], "Esc", Strings.closeForm) { $0.form != nil },
        Command(.save, [.key("y"), .enter], "y", Strings.save) { $0.question != nil },
        Command(.doNotSave, [.key("n")], "n", Strings.doNotSave) { $0.question != nil },
        Command(.backToForm, [.escape], "Esc", Strings.backToForm) { $0.question != nil },
        Command(.submitPaste, [.enter], "Enter", Strings.submitPaste) { $0.prompt?.text.isEmpty == false },
        Command(.closePrompt, [.escape], "Esc", Strings.closePrompt) { $0.prompt != nil },
        Command(.closeHelp, [.escape, .enter, .key("?")], "Esc", Strings.closeHelp) { $0.overlay == .help },
    ]

    private static let everywhere = [
        Command(.help, [.key("?")], "?", Strings.help) { $0.overlay == nil },
        // Where a person types, letters are text.
        Command(.quit, [.key("q")], "q", Strings.quit) { $0.overlay == nil || $0.overlay == .help },
        Command(.interruptAttempt, [.control("c")], "Ctrl-C", Strings.cancel, isInFooter: false) { $0.isAttempting },
        Command(.leaveOverlay, [.control("c")], "Ctrl-C", Strings.closeForm, isInFooter: false) {
            $0.overlay != nil && !$0.isAttempting
        },
        Command(.interrupt, [.control("c")], "Ctrl-C", Strings.quit, isInFooter: false) {
            $0.overlay == nil && !$0.isAttempting
        },
        Command(.suspend, [.control("z")], "Ctrl-Z", Strings.suspend, isInFooter: false) { _ in true },
        Command(.redraw, [.control("l")], "Ctrl-L", Strings.redraw, isInFooter: false) { _ in true },
    ]
}

extension ScreenModel {
    /// The form, while it is open.
    var form: Form? {
        if case .form(let form) = overlay { form } else { nil }
    }

    /// The question whether to save, while it is open.
    var question: SaveQuestion? {
        if case .saveQuestion(let question) = overlay { question } else { nil }
    }

    /// The paste prompt, while it is open.
    var prompt: PastePrompt? {
        if case .paste(let prompt) = overlay { prompt } else { nil }
    }

    /// The URL that waits to be opened; none once the callback has come.
    var pendingURL: String? {
        guard overlay == nil, case .awaitingCallback(let attempt) = state, !attempt.isExchanging else { return nil }
        return attempt.authorizationURL
    }

    fileprivate var isSignedOut: Bool {
        if overlay == nil, case .loggedOut = state { true } else { false }
    }

    /// Whether an attempt is under way, whatever lies over it.
    fileprivate var isAttempting: Bool {
        if case .awaitingCallback = state { true } else { false }
    }

    fileprivate var signedIn: SignedIn? {
        if overlay == nil, case .userProfile(let signedIn) = state { signedIn } else { nil }
    }

    fileprivate var profileFailed: Bool {
        guard overlay == nil, case .tokenHeld(let held) = state else { return false }
        return switch held.profile {
        case .failed, .waiting: true
        case .underWay, .awaitingRefresh: held.obstacle != nil
        }
    }

    /// Where the browser's own session ends; after a sign-out only.
    var signOutPage: String? {
        guard overlay == nil, case .loggedOut(.signedOut(let revocation)) = state else { return nil }
        if case .underWay = revocation { return nil }
        return context.signOutPage
    }

    fileprivate var isHoldingSession: Bool {
        switch state {
        case .tokenHeld, .userProfile: overlay == nil
        case .loggedOut, .awaitingCallback: false
        }
    }
}
