import OAuth
import SignIn

func pasteBlocks(_ prompt: PastePrompt, _ model: ScreenModel, _ page: Page) -> [Block] {
    var blocks = [headlineBlock(Strings.pasteHeadline, page), leadBlock(Strings.pasteLead, page)]
    let refusal = model.refusal(since: prompt)
    blocks.append(Block(importance: Importance.failure, forms: [view(prompt, refusal, page).rows(page)]))
    if case .awaitingCallback(let attempt) = model.state {
        let list = StepList(attempt.steps, attempt: attempt, at: attempt.boundRedirectURI, startedAt: attempt.startedAt)
        let countdown = Countdown(to: attempt.deadline, at: model.now, .seconds)
        let left = Strings.timeLeft(Strings.clock(countdown.shown))
        blocks.append(Block(importance: Importance.steps, forms: [[list.summary(page, underWay: left)]]))
    }
    return blocks
}

/// The text itself is never shown: its length stands in its place, and the cursor behind it.
private func view(_ prompt: PastePrompt, _ refusal: Notice.Kind?, _ page: Page) -> FieldView {
    let look = prompt.look
    let remark: FieldView.Remark?
    if !prompt.text.isEmpty {
        let words = Strings.look(look.shape)
        switch look.shape {
        case .callback: remark = .init(text: words, mark: page.glyphs.done, role: .success)
        case .signInPage: remark = .init(text: words, mark: page.glyphs.warning, role: .warning, isLoud: true)
        case .otherAddress, .other: remark = .init(text: words, mark: page.glyphs.note, role: .muted)
        }
    } else if let refusal {
        remark = .init(text: Strings.notice(refusal), mark: page.glyphs.warning, role: .warning, isLoud: true)
    } else if prompt.submittedAt != nil {
        remark = .init(text: Strings.pasteChecking, mark: page.glyphs.note, role: .muted)
    } else {
        remark = nil
    }
    return FieldView(
        label: Strings.address,
        field: TextField(prompt.text.isEmpty ? "" : Strings.characters(look.count)),
        placeholder: Strings.pastePlaceholder,
        remark: remark,
        isFocused: true
    )
}

extension ScreenModel {
    /// Why the text that was handed in last is no callback.
    fileprivate func refusal(since prompt: PastePrompt) -> Notice.Kind? {
        guard let submittedAt = prompt.submittedAt, case .awaitingCallback(let attempt) = state else { return nil }
        return attempt.notices.last { notice in
            if case .pasteRefused = notice.kind { notice.at >= submittedAt } else { false }
        }?.kind
    }
}
