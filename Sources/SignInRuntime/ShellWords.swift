/// A command line, split into words as a POSIX shell splits it; no shell runs, and nothing is expanded.
public struct ShellWords: Sendable, Hashable {
    /// The words, at least one.
    public let words: [String]

    /// Splits `line` at spaces and tabs. Single quotes, double quotes and the backslash work as in a shell.
    /// Refused with `nil`: no word at all, or a quote or a backslash that is left open.
    public init?(_ line: String) {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var characters = line.makeIterator()
        while let character = characters.next() {
            switch (quote, character) {
            case ("'", "'"), ("\"", "\""):
                quote = nil
            case ("\"", "\\"):
                guard let next = characters.next() else { return nil }
                word = (word ?? "") + (["\"", "\\", "$", "`"].contains(next) ? "" : "\\") + String(next)
            case (.some, _):
                word = (word ?? "") + String(character)
            case (nil, "'"), (nil, "\""):
                quote = character
                word = word ?? ""
            case (nil, "\\"):
                guard let next = characters.next() else { return nil }
                word = (word ?? "") + String(next)
            case (nil, " "), (nil, "\t"), (nil, "\n"):
                if let finished = word { words.append(finished) }
                word = nil
            default:
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { return nil }
        if let word { words.append(word) }
        guard let first = words.first, !first.isEmpty else { return nil }
        self.words = words
    }

    /// The command that opens `url`: in place of every `%s`, or as the last word where there is none.
    public func command(opening url: String) -> (program: String, arguments: [String]) {
        var arguments = Array(words.dropFirst())
        if arguments.contains(where: { $0.contains("%s") }) {
            arguments = arguments.map { word in
                word.split(separator: "%s", omittingEmptySubsequences: false).joined(separator: url)
            }
        } else {
            arguments.append(url)
        }
        return (words[0], arguments)
    }
}
