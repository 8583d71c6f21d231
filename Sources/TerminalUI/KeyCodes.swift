import CNcurses

/// The key codes of ncurses, and two of our own for bracketed paste.
enum KeyCodes {
    /// Above all that ncurses gives out.
    static let pasteBegan: Int32 = 2_000
    static let pasteEnded: Int32 = 2_001

    /// What a key code other than the mouse's means.
    static func raw(_ code: Int32) -> InputDecoder.Raw {
        switch code {
        case pasteBegan: .pasteBegan
        case pasteEnded: .pasteEnded
        case KEY_ENTER: .input(.enter)
        case KEY_BACKSPACE: .input(.backspace)
        case KEY_DC: .input(.delete)
        case KEY_UP: .input(.up)
        case KEY_DOWN: .input(.down)
        case KEY_LEFT: .input(.left)
        case KEY_RIGHT: .input(.right)
        case KEY_HOME: .input(.home)
        case KEY_END: .input(.end)
        default: .ignored
        }
    }
}
