/// The measures of one screen and the pieces that all screens are made of.
struct Page {
    let size: Size
    let charset: Charset
    let glyphs: Glyphs
    /// Whether there is room for labels in a column of their own, and for generous spacing.
    let isWide: Bool
    /// Blank columns at the left. Only the URL ignores it.
    let margin: Int

    init(size: Size, charset: Charset) {
        self.size = size
        self.charset = charset
        glyphs = charset == .unicode ? .unicode : .ascii(ellipsis: charset == .ascii ? "..." : "…")
        isWide = size.columns >= 60
        margin = isWide ? 2 : 1
    }

    /// From this many rows on the program's name and the place of the sign-in stand in the first row.
    static let rowsForAHeader = 16

    /// The columns between the margins.
    var width: Int { size.columns - 2 * margin }

    /// The columns of running text: longer lines are hard to read.
    var textWidth: Int { min(width, 76) }

    /// The column where values begin, counted from the margin.
    var labelWidth: Int { isWide ? 14 : 11 }

    // MARK: Rows

    /// A row at the margin, indented further where asked.
    func row(_ runs: [Run], indent: Int = 0) -> Row {
        Row([Run(String(repeating: " ", count: margin + indent))] + runs)
    }

    /// One line, elided at its end where it is too long.
    func line(_ text: String, _ role: Role = .plain) -> Row {
        row([Run(charset.shown(text).elidedAtTheEnd(to: width, mark: glyphs.ellipsis), role)])
    }

    /// A paragraph.
    func paragraph(_ text: String, _ role: Role = .plain) -> [Row] {
        charset.shown(text).wrapped(to: textWidth).map { row([Run($0, role)]) }
    }

    /// A paragraph with a mark before it.
    func marked(_ mark: String, _ text: String, _ role: Role, markRole: Role? = nil) -> [Row] {
        let indent = DisplayWidth.of(mark) + 1
        return charset.shown(text).wrapped(to: textWidth - indent).enumerated().map { index, line in
            index == 0
                ? row([Run(mark, markRole ?? role), Run(" "), Run(line, role)]) : row([Run(line, role)], indent: indent)
        }
    }

    /// How a value is made to fit.
    enum Fit {
        /// In its own column, on as many rows as it takes.
        case wraps
        /// On one row, its beginning kept: words.
        case keepsBeginning
        /// On one row, both ends kept: addresses and identifiers.
        case keepsEnds
    }

    /// A label and its value.
    func fact(_ label: String, _ value: String, _ fit: Fit) -> [Row] {
        let room = min(width, 100) - labelWidth
        let value = charset.shown(value)
        let lines =
            switch fit {
            case .wraps: value.wrapped(to: room)
            case .keepsBeginning: [value.elidedAtTheEnd(to: room, mark: glyphs.ellipsis)]
            case .keepsEnds: [value.elidedInTheMiddle(to: room, mark: glyphs.ellipsis)]
            }
        return lines.enumerated().map { index, line in
            row([Run((index == 0 ? label : "").padded(to: labelWidth), .muted), Run(line)])
        }
    }

    /// A bar of `columns`, filled by `fraction`.
    func bar(_ fraction: Double, columns: Int, _ role: Role) -> [Run] {
        let columns = max(0, columns)
        let share = fraction.isFinite ? max(0, min(1, fraction)) : 0
        var filled = Int((share * Double(columns)).rounded())
        if share > 0, filled == 0, columns > 0 { filled = 1 }
        return [
            Run(String(repeating: glyphs.full, count: filled), role),
            Run(String(repeating: glyphs.empty, count: columns - filled), .muted),
        ].filter { !$0.text.isEmpty }
    }
}

/// Marks and rules, in Unicode or in ASCII.
struct Glyphs: Sendable {
    let done: String
    let underWay: String
    let toCome: String
    let failed: String
    let warning: String
    let note: String
    let full: String
    let empty: String
    let ellipsis: String
    let openQuote: String
    let closeQuote: String

    static let unicode = Glyphs(
        done: "✓",
        underWay: "●",
        toCome: "○",
        failed: "✗",
        warning: "!",
        note: "·",
        full: "━",
        empty: "─",
        ellipsis: "…",
        openQuote: "“",
        closeQuote: "”"
    )

    static func ascii(ellipsis: String) -> Glyphs {
        Glyphs(
            done: "+",
            underWay: ">",
            toCome: "-",
            failed: "x",
            warning: "!",
            note: "*",
            full: "#",
            empty: "-",
            ellipsis: ellipsis,
            openQuote: "\"",
            closeQuote: "\""
        )
    }
}

extension String {
    /// The text with blanks up to `columns`, and one at least.
    func padded(to columns: Int) -> String {
        self + String(repeating: " ", count: max(isEmpty ? columns : 1, columns - DisplayWidth.of(self)))
    }
}
