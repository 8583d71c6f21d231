/// Cutting, eliding and wrapping by display width.
extension StringProtocol {
    /// The longest beginning that takes at most `columns`.
    func prefix(columns: Int) -> SubSequence {
        var taken = 0
        var end = startIndex
        while end < endIndex {
            taken += DisplayWidth.of(self[end])
            if taken > columns { break }
            end = index(after: end)
        }
        return self[..<end]
    }

    /// The longest end that takes at most `columns`.
    func suffix(columns: Int) -> SubSequence {
        var taken = 0
        var start = endIndex
        while start > startIndex {
            let before = index(before: start)
            taken += DisplayWidth.of(self[before])
            if taken > columns { break }
            start = before
        }
        return self[start...]
    }
}

extension String {
    /// The text in at most `columns`, with `mark` in place of its middle where it is longer.
    func elidedInTheMiddle(to columns: Int, mark: String) -> String {
        guard DisplayWidth.of(self) > columns else { return self }
        let room = columns - DisplayWidth.of(mark)
        guard room > 0 else { return String(prefix(columns: Swift.max(0, columns))) }
        let tail = room / 2
        return prefix(columns: room - tail) + mark + suffix(columns: tail)
    }

    /// The text in at most `columns`, with `mark` in place of its end where it is longer.
    func elidedAtTheEnd(to columns: Int, mark: String) -> String {
        guard DisplayWidth.of(self) > columns else { return self }
        let room = columns - DisplayWidth.of(mark)
        guard room > 0 else { return String(prefix(columns: Swift.max(0, columns))) }
        var kept = prefix(columns: room)
        while kept.last == " " { kept.removeLast() }
        return kept + mark
    }

    /// The text in lines of at most `columns`, broken at spaces; a word longer than a line is broken anywhere.
    func wrapped(to columns: Int) -> [String] {
        let columns = Swift.max(1, columns)
        var lines: [String] = []
        var line = ""
        var width = 0
        for word in split(separator: " ") {
            let wordWidth = DisplayWidth.of(word)
            if !line.isEmpty, width + 1 + wordWidth <= columns {
                line += " " + word
                width += 1 + wordWidth
                continue
            }
            if !line.isEmpty { lines.append(line) }
            var pieces = String(word).brokenAnywhere(at: columns)
            line = pieces.popLast() ?? ""
            width = DisplayWidth.of(line)
            lines += pieces
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }

    /// The text in pieces of at most `columns`, broken wherever the edge falls. Nothing is lost, unless a wide
    /// character meets a line of one column.
    func brokenAnywhere(at columns: Int) -> [String] {
        var pieces: [String] = []
        var rest = self[...]
        while !rest.isEmpty {
            let piece = rest.prefix(columns: columns)
            if piece.isEmpty {
                rest = rest.dropFirst()
            } else {
                pieces.append(String(piece))
                rest = rest[piece.endIndex...]
            }
        }
        return pieces
    }
}
