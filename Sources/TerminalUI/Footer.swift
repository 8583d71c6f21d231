/// The last rows: the keys that do something now.
struct Footer {
    let rows: [Row]
    private let places: [(row: Int, columns: Range<Int>, command: CommandID)]

    /// On as few rows as it takes: where it must be, with less space between, or with shorter labels.
    init(_ commands: [Command], _ page: Page) {
        let tight = Footer(commands, page, gap: 2, isShort: true)
        let roomy: [(gap: Int, isShort: Bool)] = page.isWide ? [(3, false), (2, false), (3, true)] : [(2, false)]
        let footers = roomy.lazy.map { Footer(commands, page, gap: $0.gap, isShort: $0.isShort) }
        self = footers.first { $0.rows.count <= tight.rows.count } ?? tight
    }

    private init(_ commands: [Command], _ page: Page, gap: Int, isShort: Bool) {
        var rows: [Row] = []
        var runs: [Run] = []
        var places: [(row: Int, columns: Range<Int>, command: CommandID)] = []
        var column = page.margin
        for command in commands {
            let label = isShort ? command.shortLabel : command.label
            let width = DisplayWidth.of(command.keyLabel) + 1 + DisplayWidth.of(label)
            if !runs.isEmpty {
                if column + gap + width > page.size.columns {
                    rows.append(page.row(runs))
                    runs = []
                    column = page.margin
                } else {
                    runs.append(Run(String(repeating: " ", count: gap)))
                    column += gap
                }
            }
            runs += [Run(command.keyLabel, .key), Run(" \(label)")]
            places.append((rows.count, column..<(column + width), command.id))
            column += width
        }
        if !runs.isEmpty { rows.append(page.row(runs)) }
        self.rows = rows
        self.places = places
    }

    func regions(below first: Int) -> [Region] {
        places.map { Region(row: first + $0.row, columns: $0.columns, command: $0.command) }
    }
}
