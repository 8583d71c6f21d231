import OAuth
import SignIn

/// The keys that do what a failure's remedy asks for, in the column of its words. Where columns are few, the footer says
/// it.
func pressBlock(_ ids: [CommandID], _ model: ScreenModel, _ page: Page) -> Block {
    let commands = ids.compactMap { id in Command.available(in: model).first { $0.id == id } }
    guard page.isWide, !commands.isEmpty else { return Block(importance: Importance.hint, forms: [[]]) }
    var runs = [Run(Strings.press.padded(to: page.labelWidth - 2), .muted)]
    for (index, command) in commands.enumerated() {
        if index > 0 { runs.append(Run(Strings.orPress)) }
        runs += [Run(command.keyLabel, .key), Run(Strings.pressTo(command.label))]
    }
    return Block(importance: Importance.hint, forms: [[page.row(runs, indent: 2)], []], isApart: false)
}

extension FailureReport {
    /// The commands that help while signed out, the likeliest first.
    var keys: [CommandID] {
        let isAboutClient = [ErrorCode.invalidClient, .unauthorizedClient].map(\.name).contains(code)
        return isAboutClient ? [.editConfiguration, .signIn] : [.signIn]
    }
}
