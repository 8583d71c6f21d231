public import OAuth
import SignIn

/// What the caller must do about an input.
public enum Intent: Sendable, Hashable {
    /// Begin a sign-in.
    case signIn
    /// Give the attempt up.
    case cancel
    /// Open the URL in the browser again.
    case openBrowser
    /// Put the URL on the clipboard (``Terminal/copyToClipboard(_:)``).
    case copyURL(String)
    /// Show the URL without a screen around it (``Terminal/showBare(_:)``).
    case showBareURL(String)
    /// Approve as the demo cloud's first person.
    case approveHere
    /// Refresh the token, sign in again where only that helps, or load the profile again: the state machine's
    /// `refreshChosen` decides which.
    case refresh
    /// Sign out.
    case signOut
    /// Open this page, which ends the browser's own session, in the browser.
    case openSignOutPage(String)
    /// Sign in with these from now on, and keep them in the configuration file where `save` says so. The caller takes the
    /// overlay away and reports what became of it (``ScreenModel/flash``, ``ScreenModel/complaint``). The region is a
    /// region's name; `nil` where it was not asked for.
    case useConfiguration(clientID: ClientID, region: String?, save: Bool)
    /// Hand in this callback address, then call ``ScreenModel/pasteSubmitted()``.
    case submitPaste(Secret)
    /// Lay this over the screen, or take away what lies there.
    case showOverlay(Overlay?)
    /// Stop the program until `fg` (``Terminal/suspend()``).
    case suspend
    /// Draw the screen, all of it (``Terminal/redraw()``).
    case redraw
    /// Leave the program: by choice, or because the terminal is gone.
    case quit
    /// Leave the program because of this signal.
    case terminate(signal: Int32)
}

/// What an input means where the screen stands; `nil` where it means nothing. `screen` is what the person sees, for
/// clicks.
public func intent(for input: Input, in model: ScreenModel, screen: Screen) -> Intent? {
    switch input {
    case .resized, .resumed: return .redraw
    case .terminated(let signal): return .terminate(signal: signal)
    case .closed: return .quit
    case .click(let row, let column):
        guard let id = screen.command(row: row, column: column),
            let command = Command.all.first(where: { $0.id == id }), command.when(model)
        else { return nil }
        return intent(of: id, in: model)
    default:
        let key = input.folded
        guard let command = Command.all.first(where: { $0.keys.contains(key) && $0.when(model) }) else {
            return intent(ofTyping: input, in: model)
        }
        return intent(of: command.id, in: model)
    }
}

/// What a command means where the screen stands.
private func intent(of command: CommandID, in model: ScreenModel) -> Intent? {
    switch command {
    case .signIn: .signIn
    case .editConfiguration, .setUp: .showOverlay(.form(Form(model.context)))
    case .openBrowser: .openBrowser
    case .copyURL: model.pendingURL.map(Intent.copyURL)
    case .showBareURL: model.pendingURL.map(Intent.showBareURL)
    case .pasteCallback: .showOverlay(.paste(PastePrompt()))
    case .approveHere: .approveHere
    case .cancel, .interruptAttempt: .cancel
    case .refresh, .signInAgain, .retryProfile: .refresh
    case .signOut: .signOut
    case .signOutPage: model.signOutPage.map(Intent.openSignOutPage)
    case .help: .showOverlay(.help)
    case .closeHelp, .closeForm, .closePrompt, .leaveOverlay: .showOverlay(nil)
    case .acceptForm: model.form.map { intent(ofAccepting: $0, model.context) }
    case .nextField: model.form.map { .showOverlay(.form($0.tabbed)) }
    case .save: model.question.map { $0.intent(save: true) }
    case .doNotSave: model.question.map { $0.intent(save: false) }
    case .backToForm: model.question.map { .showOverlay(.form($0.form)) }
    case .submitPaste: model.prompt.map { .submitPaste($0.text) }
    case .quit, .interrupt: .quit
    case .suspend: .suspend
    case .redraw: .redraw
    }
}

extension Input {
    /// Capital letters count as small ones: Caps Lock should not lock a person out.
    fileprivate var folded: Input {
        guard case .key(let character) = self, let small = character.lowercased().first else { return self }
        return .key(small)
    }
}
