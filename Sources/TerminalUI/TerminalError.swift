/// Why there is no screen.
public enum TerminalError: Error, Sendable, Hashable {
    /// Standard input or output is no terminal.
    case notATerminal
    /// The system's terminal database does not know `TERM`.
    case unknownTerminal(String)
}
