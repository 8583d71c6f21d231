import OAuth
import TerminalUI

extension Doctor {
    /// What the terminal can do; `nil` where there is none, or none that can be drawn on.
    static func terminal() async -> TerminalAbilities? {
        guard (try? ScreenSession.requireTerminal()) != nil else { return nil }
        return await Terminal.abilities()
    }

    /// How the terminal stands, and what to do where the screen would be less than it could be.
    func finding(_ terminal: TerminalAbilities?) -> DoctorReport.Finding {
        do throws(UsageError) {
            try ScreenSession.requireTerminal()
        } catch {
            return .warning("terminal", error.problem, cure: error.remedy)
        }
        guard let terminal else {
            return .warning(
                "terminal",
                "This machine has no description of the terminal \(ServerText(variables["TERM"] ?? "")).",
                cure: "Set TERM to one it knows, for example xterm-256color, or use: genesys-login login"
            )
        }
        var cures: [String] = []
        if let size = terminal.size, size.columns < smallestSize.columns || size.rows < smallestSize.rows {
            cures.append("Make the window larger: the screen needs \(smallestSize.words).")
        }
        if !terminal.isUTF8 {
            cures.append("Set LANG to a UTF-8 locale, for example C.UTF-8; without it the screen is in ASCII.")
        }
        return cures.isEmpty
            ? .ok("terminal", terminal.words)
            : .warning("terminal", terminal.words, cure: cures.joined(separator: " "))
    }
}

extension Size {
    fileprivate var words: String { "\(columns)x\(rows)" }
}

extension TerminalAbilities {
    fileprivate var words: String {
        let clipboardWords =
            switch clipboard {
            case .likely: "clipboard by OSC 52 likely"
            case .tmux: "clipboard by OSC 52 if tmux hands it on"
            case .screen: "clipboard by OSC 52 through screen"
            case .unknown: "clipboard by OSC 52 not known"
            }
        let parts = [
            ServerText(term).display, size?.words ?? "size not known", isUTF8 ? "UTF-8" : "ASCII",
            colors > 0 ? "\(colors) colours" : "no colours", hasMouse ? "mouse" : "no mouse", clipboardWords,
        ]
        return parts.joined(separator: ", ") + "."
    }
}

/// The terminal in `--json`. The keys are stable.
struct TerminalJSON: Encodable {
    let term: String
    let columns: Int?
    let rows: Int?
    let utf8: Bool
    let colors: Int
    let mouse: Bool
    /// What becomes of OSC 52, as a guess: `likely`, `tmux`, `screen` or `unknown`.
    let clipboard: String

    init(_ abilities: TerminalAbilities) {
        term = ServerText(abilities.term).display
        columns = abilities.size?.columns
        rows = abilities.size?.rows
        utf8 = abilities.isUTF8
        colors = abilities.colors
        mouse = abilities.hasMouse
        clipboard = abilities.clipboard.rawValue
    }
}
