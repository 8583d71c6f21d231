import FoundationEssentials

/// The sequence that asks a terminal to put text on its clipboard (OSC 52).
enum ClipboardSequence {
    /// What stands between the program and the terminal on the person's desk.
    enum Passage {
        case direct, tmux, screen
    }

    /// GNU screen takes pieces of this length at most, in bytes.
    private static let piece = 240

    static func bytes(_ text: String, through passage: Passage) -> [UInt8] {
        let bare = Array("\u{1B}]52;c;\(Data(text.utf8).base64EncodedString())\u{7}".utf8)
        switch passage {
        case .direct: return bare
        case .tmux:
            // tmux takes the bare form with `set-clipboard on`, and hands on the wrapped one with `allow-passthrough`;
            // which of the two is set cannot be asked, and the form that is not allowed has no effect.
            let doubled = bare.flatMap { $0 == 0x1B ? [$0, $0] : [$0] }
            return bare + Array("\u{1B}Ptmux;".utf8) + doubled + Array("\u{1B}\\".utf8)
        case .screen:
            return stride(from: 0, to: bare.count, by: piece).flatMap { start in
                Array("\u{1B}P".utf8) + bare[start..<min(start + piece, bare.count)] + Array("\u{1B}\\".utf8)
            }
        }
    }

    /// Told from the environment: `TMUX`, `STY` and `TERM`.
    static func passage(term: String, variable: (String) -> String? = System.variable) -> Passage {
        if variable("TMUX") != nil || term.hasPrefix("tmux") { return .tmux }
        return variable("STY") != nil || term.hasPrefix("screen") ? .screen : .direct
    }
}
