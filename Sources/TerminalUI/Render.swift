import GenesysCloud
import SignIn

// How the screen is designed: ARCHITECTURE.md, "The screen".

/// The smallest size that shows everything needed.
public let smallestSize = Size(columns: 40, rows: 12)

/// The screen that shows `model` at `size`. Pure: the same model gives the same screen.
public func render(_ model: ScreenModel, size: Size) -> Screen {
    let page = Page(size: size, charset: model.context.charset)
    guard size.columns >= smallestSize.columns, size.rows >= smallestSize.rows else {
        return tooSmall(model, page)
    }
    let footer = Footer(Command.available(in: model).filter(\.isInFooter), page)
    let available = size.rows - footer.rows.count
    let blocks: [Block] =
        switch (model.overlay, model.state) {
        case (.help, _): helpBlocks(model, page)
        case (.form(let form), _): formBlocks(form, model, page)
        case (.saveQuestion(let question), _): saveBlocks(question, page)
        case (.paste(let prompt), _): pasteBlocks(prompt, model, page)
        case (nil, .loggedOut(let loggedOut)): loggedOutBlocks(loggedOut, model, page)
        case (nil, .awaitingCallback(let attempt)): attemptBlocks(attempt, model, page)
        case (nil, .tokenHeld(let tokenHeld)): tokenHeldBlocks(tokenHeld, model, page)
        case (nil, .userProfile(let signedIn)): signedInBlocks(signedIn, model, page)
        }
    let flash = model.flash.map { page.line($0, .accent) }
    let all = (size.rows < Page.rowsForAHeader ? [] : [headerBlock(model, page)]) + blocks
    let body = Stack(all, rows: available).rows(limit: available, flash: flash)
    let gap = Array(repeating: Row.blank, count: available - body.count)
    return Screen(size: size, rows: body + gap + footer.rows, regions: footer.regions(below: available))
}

/// The program's name and where it signs in.
private func headerBlock(_ model: ScreenModel, _ page: Page) -> Block {
    let left = Strings.program
    let label = model.state.held?.label ?? model.context.environmentLabel
    let place = model.context.isDemo ? Strings.demo : page.charset.shown(label)
    let room = page.width - DisplayWidth.of(left) - 2
    let right = place.elidedInTheMiddle(to: room, mark: page.glyphs.ellipsis)
    let space = String(repeating: " ", count: max(2, page.width - DisplayWidth.of(left) - DisplayWidth.of(right)))
    return Block(importance: Importance.header, forms: [[page.row([Run(left + space + right, .muted)]), .blank], []])
}

/// The headline: on two rows where one is too short for it.
func headlineBlock(_ text: String, _ page: Page) -> Block {
    let shown = page.charset.shown(text)
    var forms: [[Row]] = []
    let lines = shown.wrapped(to: page.width)
    if lines.count <= 2 { forms.append(lines.map { page.row([Run($0, .strong)]) }) }
    forms.append([page.row([Run(shown.elidedInTheMiddle(to: page.width, mark: page.glyphs.ellipsis), .strong)])])
    return Block(importance: Importance.headline, forms: forms, isApart: false)
}

/// The line below the headline.
func leadBlock(_ text: String, _ page: Page, _ role: Role = .plain, mayGo: Bool = true) -> Block {
    let rows = page.paragraph(text, role)
    return Block(
        importance: mayGo ? Importance.lead : Importance.nextAction,
        forms: mayGo ? [rows, []] : [rows],
        isApart: false,
        yieldsToFlash: true
    )
}

private func tooSmall(_ model: ScreenModel, _ page: Page) -> Screen {
    let text = Strings.tooSmall(smallestSize.columns, smallestSize.rows)
    var lines = text.wrapped(to: page.size.columns)
    if page.size.rows > lines.count + 1 {
        lines.insert(
            headline(of: model).elidedInTheMiddle(to: page.size.columns, mark: page.glyphs.ellipsis),
            at: 0
        )
        let available = Command.available(in: model)
        let ways: [CommandID] = [.quit, .closeForm, .closePrompt, .backToForm]
        if let way = ways.lazy.compactMap({ id in available.first { $0.id == id } }).first {
            lines.append("\(way.keyLabel) \(way.label)")
        }
    }
    return Screen(
        size: page.size,
        rows: lines.enumerated().map { Row($1, $0 == 0 && lines.count > 2 ? .strong : .plain) }
    )
}

/// The headline of a state.
private func headline(of model: ScreenModel) -> String {
    switch model.state {
    case .loggedOut: Strings.signedOut
    case .awaitingCallback: Strings.waiting
    case .tokenHeld: Strings.tokenHeld
    case .userProfile(let signedIn): model.context.charset.shown(Strings.welcome(signedIn.profile.displayName))
    }
}
