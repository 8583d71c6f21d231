/// A terminal's size in character cells.
public struct Size: Sendable, Hashable {
    /// Columns, at least 1.
    public let columns: Int
    /// Rows, at least 1.
    public let rows: Int

    /// A size; nothing is smaller than 1×1.
    public init(columns: Int, rows: Int) {
        self.columns = max(1, columns)
        self.rows = max(1, rows)
    }
}

/// What a piece of text means; ``Terminal`` turns it into colours and attributes.
public enum Role: Character, Sendable, Hashable, CaseIterable {
    /// Ordinary text.
    case plain = "."
    /// The headline, and what else must be seen first.
    case strong = "S"
    /// Labels, hints, what is not yet: there for who looks for it.
    case muted = "m"
    /// What is going on, and where the eye should go next.
    case accent = "a"
    /// Done, good.
    case success = "g"
    /// Wants attention, nothing is lost.
    case warning = "w"
    /// Failed.
    case error = "e"
    /// The key of a command.
    case key = "k"
    /// Selected, drawn in reverse.
    case selected = "r"
}

/// A piece of text in one role.
public struct Run: Sendable, Hashable {
    /// The text, already fit to be drawn.
    public var text: String
    /// What it means.
    public var role: Role

    /// `text` in `role`.
    public init(_ text: String, _ role: Role = .plain) {
        self.text = text
        self.role = role
    }
}

/// One row of a screen, from column 0 on; what is right of the last run is blank.
public struct Row: Sendable, Hashable {
    /// The runs, from left to right.
    public var runs: [Run]
    /// Whether the row goes on with the row above: one long text that only the terminal's edge breaks. A terminal that
    /// knows it copies such rows as one line.
    public var continuesPrevious: Bool
    /// The column of the cursor, where it stands in this row.
    public var cursor: Int?

    /// A row of these runs.
    public init(_ runs: [Run] = [], continuesPrevious: Bool = false, cursor: Int? = nil) {
        self.runs = runs
        self.continuesPrevious = continuesPrevious
        self.cursor = cursor
    }

    /// A row of one run.
    public init(_ text: String, _ role: Role = .plain) {
        self.init(text.isEmpty ? [] : [Run(text, role)])
    }

    /// The text without roles.
    public var text: String {
        runs.map(\.text).joined()
    }

    /// The columns it takes.
    public var width: Int {
        runs.reduce(into: 0) { $0 += DisplayWidth.of($1.text) }
    }

    /// A blank row.
    static let blank = Row()
}

/// A place on the screen that does something when clicked.
public struct Region: Sendable, Hashable {
    /// The row, from 0.
    public let row: Int
    /// The columns, from 0.
    public let columns: Range<Int>
    /// The command that a click means.
    public let command: CommandID
}

/// A place on the screen.
public struct Position: Sendable, Hashable {
    /// The row, from 0.
    public let row: Int
    /// The column, from 0.
    public let column: Int
}

/// Everything a terminal shows at one time, as a value.
public struct Screen: Sendable, Hashable {
    /// The size it was made for.
    public let size: Size
    /// The rows, as many as the size has.
    public let rows: [Row]
    /// The footer's labels.
    public let regions: [Region]
    /// Where the cursor stands; hidden where `nil`.
    public let cursor: Position?

    /// A screen of these rows, cut or filled with blank ones to the size.
    init(size: Size, rows: [Row], regions: [Region] = []) {
        self.size = size
        self.rows = (0..<size.rows).map { index in
            index < rows.count ? rows[index].cut(to: size.columns) : .blank
        }
        cursor =
            self.rows.enumerated().lazy.compactMap { index, row in
                row.cursor.map { Position(row: index, column: min($0, size.columns - 1)) }
            }.first
        self.regions = regions.filter { $0.row < size.rows && $0.columns.upperBound <= size.columns }
    }

    /// The command at a place, where there is one.
    public func command(row: Int, column: Int) -> CommandID? {
        regions.first { $0.row == row && $0.columns.contains(column) }?.command
    }

    /// The text alone, a line per row.
    public var text: String {
        rows.map { $0.text.trimmedEnd() }.joined(separator: "\n")
    }

    /// The text, then a map of the roles with a letter per column (``Role``'s raw values), then the clickable places and
    /// the cursor.
    public var annotatedText: String {
        let map = rows.map { row in
            row.runs.map { run in
                run.text.map { cluster in
                    let role = cluster == " " && run.role != .selected ? " " : run.role.rawValue
                    return String(repeating: role, count: DisplayWidth.of(cluster))
                }.joined()
            }.joined().trimmedEnd() + (row.continuesPrevious ? " ↩" : "")
        }.joined(separator: "\n")
        let places = regions.map {
            "\($0.command.rawValue): row \($0.row), columns \($0.columns.lowerBound) to \($0.columns.upperBound - 1)"
        }.joined(separator: "\n")
        let cursor = cursor.map { "--- cursor\nrow \($0.row), column \($0.column)\n" } ?? ""
        return "\(text)\n--- roles\n\(map)\n--- clickable\n\(places)\n\(cursor)"
    }
}

extension Row {
    /// The row cut at `columns`; a wide character that would stand across the edge is left out.
    func cut(to columns: Int) -> Row {
        guard width > columns else { return self }
        var left = columns
        var kept: [Run] = []
        for run in runs {
            let text = run.text.prefix(columns: left)
            left -= DisplayWidth.of(text)
            kept.append(Run(String(text), run.role))
            if text.endIndex < run.text.endIndex { break }
        }
        return Row(kept, continuesPrevious: continuesPrevious, cursor: cursor)
    }
}

extension String {
    fileprivate func trimmedEnd() -> String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
