/// Why there is no screen.
public enum TerminalError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Standard input or output is no terminal.
    case notATerminal
    /// The program is in the background, and an orphan; or in another session than a shell that has the terminal.
    case inBackground
    /// The system's terminal database does not know `TERM`.
    case unknownTerminal(String)
    /// The terminal is known, and a screen of its size cannot be made.
    case unusableSize

    public var description: String {
        switch self {
        case .notATerminal: Strings.notATerminal
        case .inBackground: Strings.inBackground
        case .unknownTerminal(let term): Strings.unknownTerminal(Charset.ascii.shown(term))
        case .unusableSize: Strings.unusableSize
        }
    }
}

/// The names to look a terminal up under.
enum TerminalNames {
    /// What newer terminals call themselves that do what xterm does. A machine reached over ssh often lacks their
    /// descriptions; those of xterm and GNU screen are everywhere.
    private static let likeXterm = [
        "xterm-", "alacritty", "contour", "foot", "ghostty", "iterm2", "kitty", "konsole", "mintty", "rio", "st-",
        "vte",
        "wezterm",
    ]

    /// `term` itself, then what it is like.
    static func names(for term: String) -> [String] {
        if term.hasPrefix("tmux") || term.hasPrefix("screen") { return [term, "screen-256color", "screen"] }
        return likeXterm.contains(where: term.hasPrefix) ? [term, "xterm-256color", "xterm"] : [term]
    }
}
