import OAuth

/// Which characters a terminal can show.
public enum Charset: Sendable, Hashable {
    /// All of them.
    case unicode
    /// Letters of every script, but marks and rules in ASCII: the Linux console, whose fonts have 512 glyphs.
    case console
    /// ASCII alone; anything else shows as `?`.
    case ascii

    /// What a terminal shows of plain lines: ASCII alone where the person's locale has other characters than UTF-8.
    public static var ofLines: Charset { System.hasOtherCharacters ? .ascii : .unicode }

    /// `text` as it may be drawn: without control, format and bidirectional characters, emoji sequences reduced, and
    /// in ASCII its typographic characters spelt out and everything else replaced by `?`.
    ///
    /// What a server sent is a ``ServerText`` and has been cleaned before. Here everything passes once more, the
    /// settings and file names of this machine included, so that no text can move the cursor.
    public func shown(_ text: String) -> String {
        if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return text }
        return ServerText(text).display.reduce(into: "") { result, cluster in
            if cluster.isASCII {
                result.append(cluster)
            } else if self != .ascii {
                result += DisplayWidth.shown(cluster)
            } else {
                result += Self.spelling[cluster] ?? String(repeating: "?", count: max(1, DisplayWidth.of(cluster)))
            }
        }
    }

    private static let spelling: [Character: String] = [
        "…": "...", "–": "-", "—": "-", "‘": "'", "’": "'", "“": "\"", "”": "\"", "‹": "<", "›": ">", "→": "->",
        "·": "-", "×": "x", "\u{A0}": " ",
    ]
}
