import CNcurses
import Glibc

extension Terminal {
    /// What the terminal can do; `nil` where this machine has no description of it, and the screen cannot be shown.
    public static func abilities() -> TerminalAbilities? {
        var status: Int32 = 0
        guard setupterm(nil, STDOUT_FILENO, &status) == OK else { return nil }
        System.chooseLocale()
        let term = System.variable("TERM") ?? ""
        let wantsColor = (System.variable("NO_COLOR") ?? "").isEmpty
        let clipboard: TerminalAbilities.Clipboard =
            switch ClipboardSequence.passage(term: term) {
            case .tmux: .tmux
            case .screen: .screen
            case .direct: capability("Ms") == nil ? .unknown : .likely
            }
        return TerminalAbilities(
            term: term,
            size: System.size(of: STDOUT_FILENO),
            isUTF8: terminal_is_utf8() != 0,
            colors: wantsColor ? max(0, Int(tigetnum("colors"))) : 0,
            hasMouse: capability("kmous") != nil,
            clipboard: clipboard
        )
    }

    static func hasDescription(_ name: String) -> Bool {
        var status: Int32 = 0
        return setupterm(name, STDOUT_FILENO, &status) == OK
    }

    static func position(row: Int) -> String? {
        capability("cup").flatMap { cup in tgoto(cup, 0, Int32(row)).map { String(cString: $0) } }
    }

    static func capability(_ name: String) -> String? {
        terminal_capability(name).map { System.withoutPadding(String(cString: $0)) }
    }
}
