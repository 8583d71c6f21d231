/// A part of a screen, in one or more forms from the fullest to the least; an empty last form means that the part may
/// be left out.
struct Block {
    /// How much it matters, 0 most.
    let importance: Int
    /// The forms, the fullest first.
    let forms: [[Row]]
    /// Whether it wants a blank row above.
    var isApart = true
    /// Whether it wants a second one, where there is room to spare: what stands between two such spaces looks larger.
    var isFarApart = false
    /// Whether a flash may stand in its place for a moment.
    var yieldsToFlash = false
}

/// How important parts are to each other: when there is no room for all, the last of this list shrink first.
enum Importance {
    static let headline = 0
    static let failure = 1
    static let nextAction = 2
    static let url = 3
    static let steps = 4
    static let notice = 5
    static let token = 6
    static let hint = 7
    static let facts = 8
    static let lead = 9
    static let header = 10
}

/// Puts blocks below each other: each gets the fullest form for which there is room, the important ones first; what
/// room remains goes into the blank rows between them.
struct Stack {
    private let blocks: [Block]
    private var form: [Int]

    init(_ blocks: [Block], rows: Int) {
        self.blocks = blocks
        form = blocks.map { $0.forms.count - 1 }
        var used = blocks.indices.reduce(0) { $0 + height($1) }
        for index in blocks.indices.sorted(by: { blocks[$0].importance < blocks[$1].importance }) {
            let least = height(index)
            if let better = blocks[index].forms.firstIndex(where: { used - least + $0.count <= rows }) {
                form[index] = better
                used += height(index) - least
            }
        }
    }

    private func height(_ index: Int) -> Int {
        rows(index).count
    }

    private func rows(_ index: Int) -> [Row] {
        form[index] < 0 ? [] : blocks[index].forms[form[index]]
    }

    /// The rows, at most `limit` of them, with `flash` in place of the first part that gives way to it; where there is none, of
    /// the first blank row below the headline, and where none is blank, of the last row.
    func rows(limit: Int, flash: Row?) -> [Row] {
        let present = blocks.indices.filter { !rows($0).isEmpty }
        // One row is kept blank above the keys.
        var spare = limit - present.reduce(0) { $0 + height($1) } - 1
        var gaps: [Int: Int] = [:]
        for wish in [\Block.isApart, \.isFarApart] {
            for index in present.dropFirst() where blocks[index][keyPath: wish] && spare > 0 {
                gaps[index, default: 0] += 1
                spare -= 1
            }
        }
        let giving = flash == nil ? nil : present.first { blocks[$0].yieldsToFlash }
        var result: [Row] = []
        var below = 0
        for index in present {
            result += Array(repeating: .blank, count: gaps[index] ?? 0)
            if index == giving, let flash {
                result.append(flash)
                result += Array(repeating: .blank, count: height(index) - 1)
            } else {
                result += rows(index)
            }
            if blocks[index].importance == Importance.headline { below = result.count }
        }
        result = Array(result.prefix(limit))
        guard let flash, giving == nil, !result.isEmpty else { return result }
        if result.count < limit { result.append(.blank) }
        let place = result.indices.first { $0 >= below && result[$0] == .blank }
        result[place ?? result.count - 1] = flash
        return result
    }
}
