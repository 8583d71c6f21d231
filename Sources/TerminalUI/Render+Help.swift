/// The commands that are there without the help over them, each with its key and what it does.
func helpBlocks(_ model: ScreenModel, _ page: Page) -> [Block] {
    var below = model
    below.overlay = nil
    let here = Command.available(in: below)
    let keyWidth = page.isWide ? 12 : 10
    func rows(_ commands: [Command]) -> [Row] {
        commands.map { command in
            let text = page.charset.shown(command.help)
                .elidedAtTheEnd(to: page.width - keyWidth, mark: page.glyphs.ellipsis)
            return page.row([Run(command.keysLabel.padded(to: keyWidth), .key), Run(text)])
        }
    }
    let footed = rows(here.filter(\.isInFooter))
    return [
        headlineBlock(Strings.helpHeadline, page),
        Block(importance: Importance.failure, forms: [footed]),
        Block(importance: Importance.facts, forms: [rows(here.filter { !$0.isInFooter }), []], isApart: false),
        Block(importance: Importance.lead, forms: [page.paragraph(Strings.mouseHelp, .muted), []]),
    ]
}
