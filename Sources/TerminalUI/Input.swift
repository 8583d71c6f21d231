/// Something that came from the terminal: a key, a click, or the terminal's own fate.
public enum Input: Sendable, Hashable {
    /// A character that was typed.
    case key(Character)
    /// Ctrl with a letter, the letter in lower case.
    case control(Character)
    case enter, escape, tab, backspace, delete
    case up, down, left, right, home, end
    /// Text that was pasted (bracketed paste).
    case paste(String)
    /// The left mouse button was pressed here.
    case click(row: Int, column: Int)
    /// The terminal has another size.
    case resized(Size)
    /// The terminal is ours again: after Ctrl-Z and `fg`, or after the bare URL was shown.
    case resumed
    /// A signal asks the program to end: SIGTERM or SIGHUP.
    case terminated(signal: Int32)
    /// The terminal is gone.
    case closed
}
