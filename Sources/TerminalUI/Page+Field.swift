/// A text that is edited, with what there is to say about it.
struct FieldView {
    /// What is said about the text: in words, and by a mark.
    struct Remark {
        let text: String
        let mark: String
        let role: Role
        /// Whether the words have the mark's colour.
        var isLoud = false

        var wordsRole: Role { isLoud ? role : .muted }

        func runs(_ page: Page) -> [Run] {
            [Run(mark, role), Run(" "), Run(page.charset.shown(text), wordsRole)]
        }
    }

    let label: String
    /// The text.
    let field: TextField
    /// What stands where there is no text yet.
    let placeholder: String
    /// What the text would go on with.
    var completion = ""
    let remark: Remark?
    let isFocused: Bool

    /// The label in the labels' column, the remark below the text. Where columns are few, the text has a row to itself,
    /// and the remark stands beside the label if it can.
    func rows(_ page: Page) -> [Row] {
        let role: Role = isFocused ? .strong : .muted
        let indent = page.isWide ? page.labelWidth : 0
        let (text, offset) = content(page, room: min(page.width, 76) - indent)
        let label = Run(page.isWide ? self.label.padded(to: indent) : self.label, role)
        var value = page.row(page.isWide ? [label] + text : text)
        value.cursor = isFocused ? page.margin + indent + offset : nil
        if page.isWide { return [value] + remarkRows(page, indent: indent) }
        let beside = remark?.runs(page).reduce(0) { $0 + DisplayWidth.of($1.text) } ?? 0
        guard DisplayWidth.of(label.text) + 2 + beside <= page.width else {
            return [page.row([label]), value] + remarkRows(page, indent: 0)
        }
        return [page.row([label, Run("  ")] + (remark?.runs(page) ?? [])), value]
    }

    /// The remark in its own rows; a blank one where there is nothing to say, so that nothing moves once there is.
    private func remarkRows(_ page: Page, indent: Int) -> [Row] {
        guard let remark else { return [.blank] }
        let markWidth = DisplayWidth.of(remark.mark) + 1
        let lines = page.charset.shown(remark.text).wrapped(to: min(page.width, 76) - indent - markWidth)
        return lines.enumerated().map { index, line in
            let words = Run(line, remark.wordsRole)
            return index == 0
                ? page.row([Run(remark.mark, remark.role), Run(" "), words], indent: indent)
                : page.row([words], indent: indent + markWidth)
        }
    }

    /// The text, scrolled to where the cursor is, and the cursor's column in it.
    private func content(_ page: Page, room: Int) -> (runs: [Run], cursor: Int) {
        let mark = page.glyphs.ellipsis
        var before = page.charset.shown(field.before)
        let after = page.charset.shown(field.after)
        if before.isEmpty, after.isEmpty {
            return ([Run(placeholder.elidedAtTheEnd(to: room, mark: mark), .muted)], 0)
        }
        guard isFocused else { return ([Run((before + after).elidedInTheMiddle(to: room, mark: mark))], 0) }
        // The cursor needs a column of its own, and some of what follows should be seen.
        let tail = max(1, min(DisplayWidth.of(after), room / 4))
        if DisplayWidth.of(before) > room - tail {
            before = mark + before.suffix(columns: max(0, room - tail - DisplayWidth.of(mark)))
        }
        let cursor = DisplayWidth.of(before)
        let rest = after.elidedAtTheEnd(to: room - cursor, mark: mark)
        let ghost = after.isEmpty ? String(completion.prefix(columns: max(0, room - cursor))) : ""
        return ([Run(before + rest), Run(ghost, .muted)].filter { !$0.text.isEmpty }, cursor)
    }
}
