/// Makes rows that go on with the row above one line to the terminal too.
///
/// ncurses draws every row by itself, so that a terminal takes a long URL for several lines and copies it with line
/// breaks in it. Here such rows are written once more in one piece: the terminal itself wraps them, and knows it.
@MainActor
final class SoftWrap {
    private let save: String
    private let restore: String
    private let plain: String
    private var joined: [Int: String] = [:]

    /// `nil` where the terminal lacks what this needs.
    init?(capability: (String) -> String?) {
        guard let save = capability("sc"), let restore = capability("rc"), let plain = capability("sgr0") else {
            return nil
        }
        self.save = save
        self.restore = restore
        self.plain = plain
    }

    /// Writes the joined rows of `screen` that are not on the terminal yet.
    func join(_ screen: Screen, position: (Int) -> String?, write: (String) -> Void) {
        var groups: [Int: String] = [:]
        var first = 0
        for (index, row) in screen.rows.enumerated() {
            if !row.continuesPrevious {
                first = index
            } else {
                groups[first] = (groups[first] ?? screen.rows[first].text) + row.text
            }
        }
        for (row, text) in groups where joined[row] != text {
            guard let position = position(row) else { continue }
            write(save + plain + position + text + restore)
        }
        joined = groups
    }

    /// The terminal has been cleared.
    func forget() {
        joined = [:]
    }
}
