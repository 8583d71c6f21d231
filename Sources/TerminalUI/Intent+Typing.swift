import GenesysCloud
import OAuth
import SignIn

/// What an input means that is no command: text for what is open. A pasted callback counts without the prompt too.
func intent(ofTyping input: Input, in model: ScreenModel) -> Intent? {
    switch model.overlay {
    case .form(let form): form.edited(input).map { .showOverlay(.form($0)) }
    case .paste(let prompt): prompt.edited(input).map { .showOverlay(.paste($0)) }
    case .help, .saveQuestion: nil
    case nil: if case .paste(let text) = input { intent(ofPasting: Secret(text), in: model) } else { nil }
    }
}

private func intent(ofPasting text: Secret, in model: ScreenModel) -> Intent? {
    model.pendingURL != nil && PastePrompt.Look(text).shape == .callback ? .submitPaste(text) : nil
}

/// What Enter means in the form: its values, asking first whether to save them where that can be done.
func intent(ofAccepting form: Form, _ context: ScreenContext) -> Intent {
    guard let (clientID, region) = form.values else { return .showOverlay(.form(form.insisting)) }
    guard let target = context.saveTarget else {
        return .useConfiguration(clientID: clientID, region: region?.name, save: false)
    }
    return .showOverlay(
        .saveQuestion(SaveQuestion(form: form, clientID: clientID, region: region, target: target))
    )
}

extension SaveQuestion {
    /// What the answer means.
    func intent(save: Bool) -> Intent {
        .useConfiguration(clientID: clientID, region: region?.name, save: save)
    }
}

extension ScreenModel {
    /// The prompt's text was handed in: the prompt stays open until the state machine's verdict is there.
    public mutating func pasteSubmitted() {
        if let prompt { overlay = .paste(prompt.submitted(at: now)) }
    }
}
