import CNcurses

/// The key codes of ncurses, and two of our own for bracketed paste.
enum KeyCodes {
    /// Above all that ncurses gives out.
    static let pasteBegan: Int32 = 2_000
    static let pasteEnded: Int32 = 2_001

    /// What terminals send for the keys of text fields, whatever `TERM` says: it is often not quite the terminal that is
    /// there (tmux, PuTTY, a console over ssh).
    static let usualSequences: [(sequence: String, code: Int32)] = [
        ("[A", KEY_UP), ("OA", KEY_UP), ("[B", KEY_DOWN), ("OB", KEY_DOWN), ("[C", KEY_RIGHT), ("OC", KEY_RIGHT),
        ("[D", KEY_LEFT), ("OD", KEY_LEFT), ("[H", KEY_HOME), ("OH", KEY_HOME), ("[1~", KEY_HOME), ("[7~", KEY_HOME),
        ("[F", KEY_END), ("OF", KEY_END), ("[4~", KEY_END), ("[8~", KEY_END), ("[3~", KEY_DC), ("[Z", KEY_BTAB),
    ].map { ("\u{1B}" + $0, $1) }

    /// What a key code other than the mouse's means.
    static func raw(_ code: Int32) -> InputDecoder.Raw {
        switch code {
        case pasteBegan: .pasteBegan
        case pasteEnded: .pasteEnded
        case KEY_ENTER: .input(.enter)
        case KEY_BACKSPACE: .input(.backspace)
        case KEY_DC: .input(.delete)
        // Shift-Tab: the field before.
        case KEY_UP, KEY_BTAB: .input(.up)
        case KEY_DOWN: .input(.down)
        case KEY_LEFT: .input(.left)
        case KEY_RIGHT: .input(.right)
        case KEY_HOME, KEY_FIND: .input(.home)
        case KEY_END, KEY_SELECT: .input(.end)
        default: .ignored
        }
    }
}
