extension [Input] {
    /// The fewest characters, and the fewest different ones, that nobody types within one read from the terminal.
    private static let (burst, different) = (8, 4)

    /// The inputs of one read, with text that came faster than anybody types as what it is: pasted, in a terminal that does
    /// not say so. Its line breaks are its own, but for those at its end. A key that is held down is no text.
    public var withPastes: [Input] {
        var result: [Input] = []
        var run: [Input] = []
        for input in self {
            if input.text != nil {
                run.append(input)
            } else {
                result += run.asText ?? run
                run = []
                result.append(input)
            }
        }
        return result + (run.asText ?? run)
    }

    /// One paste, and what follows it; `nil` where this is no text.
    private var asText: [Input]? {
        let end = lastIndex { $0 != .enter && $0 != .tab }.map { $0 + 1 } ?? 0
        let characters = self[..<end].compactMap(\.text)
        let letters = characters.filter { $0 != "\n" && $0 != "\t" }
        guard letters.count >= Self.burst, Set(letters).count >= Self.different else { return nil }
        return [.paste(String(characters))] + self[end...]
    }
}

extension Input {
    /// What the input stands for in a text.
    fileprivate var text: Character? {
        switch self {
        case .key(let character): character
        case .enter: "\n"
        case .tab: "\t"
        default: nil
        }
    }
}
