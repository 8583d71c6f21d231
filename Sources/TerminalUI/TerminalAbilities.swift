/// What the terminal on standard input and output can do, as far as it can be told without drawing on it.
public struct TerminalAbilities: Sendable, Hashable {
    /// What `TERM` says.
    public let term: String
    /// Its size; `nil` where it does not say.
    public let size: Size?
    /// Whether the locale's characters are UTF-8; otherwise the screen is drawn in ASCII.
    public let isUTF8: Bool
    /// How many colours are used: 0 with `NO_COLOR`.
    public let colors: Int
    /// Whether clicks arrive.
    public let hasMouse: Bool
    /// Whether `c` can be expected to copy.
    public let clipboard: Clipboard

    /// What becomes of OSC 52. No terminal answers whether it took the text, so this is a guess.
    public enum Clipboard: String, Sendable {
        /// The terminal's description has the sequence.
        case likely
        /// tmux decides: `set-clipboard` or `allow-passthrough` must be on.
        case tmux
        /// GNU screen hands it on; the terminal behind it decides.
        case screen
        /// The description has no such sequence, which need not mean anything.
        case unknown
    }
}
