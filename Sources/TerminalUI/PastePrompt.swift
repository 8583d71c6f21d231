public import FoundationEssentials
public import OAuth

/// The prompt for the address that the browser ended on. The text holds the code, so the screen never shows it.
public struct PastePrompt: Sendable, Hashable {
    /// The longest text, in characters: no callback address is longer.
    private static let longest = InputDecoder.longestPaste

    /// What has been pasted or typed.
    public private(set) var text = Secret("")
    /// About how many characters that is: each key counts as one.
    private var count = 0
    /// When the last text was handed in; what was refused since then is shown.
    public private(set) var submittedAt: Date?

    /// An empty prompt.
    public init() {}

    /// The prompt after its text was handed in: empty, and waiting for the verdict.
    public func submitted(at now: Date) -> PastePrompt {
        var prompt = PastePrompt()
        prompt.submittedAt = now
        return prompt
    }

    /// The prompt after `input`; `nil` where it means nothing here. A paste takes the place of what was there: nobody
    /// can see what it would be joined to.
    func edited(_ input: Input) -> PastePrompt? {
        var prompt = self
        switch input {
        case .key(let character):
            guard count < Self.longest else { return nil }
            prompt.text = Secret(text.reveal() + String(character))
            prompt.count += 1
        case .paste(let pasted):
            prompt.text = Secret(pasted)
            prompt.count = pasted.count
        case .backspace:
            prompt.text = Secret(String(text.reveal().dropLast()))
            prompt.count = max(0, count - 1)
        case .control("u"), .control("w"):
            prompt.text = Secret("")
            prompt.count = 0
        default: return nil
        }
        return prompt
    }

    // MARK: What it looks like

    /// What may be said about a text without showing it.
    struct Look: Equatable {
        enum Shape: Equatable {
            /// It has `state`, and `code` or `error`.
            case callback
            /// The URL that the browser was to open, not the one it ended on.
            case signInPage
            /// Another address or query.
            case otherAddress
            /// No address.
            case other
        }

        /// Its characters, white space not counted.
        let count: Int
        let shape: Shape

        init(_ text: Secret) {
            let bare = text.reveal().filter { !$0.isWhitespace }
            count = bare.count
            let names = Set(bare.split { "?&#".contains($0) }.compactMap { $0.split(separator: "=").first })
            shape =
                if names.contains("client_id") {
                    .signInPage
                } else if names.contains("state"), names.contains("code") || names.contains("error") {
                    .callback
                } else {
                    bare.contains("://") || bare.hasPrefix("?") ? .otherAddress : .other
                }
        }
    }

    var look: Look { Look(text) }
}
