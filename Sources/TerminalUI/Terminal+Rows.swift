import CNcurses

extension Terminal {
    /// Draws a row into the window; nothing is sent yet.
    func draw(_ row: Row, at line: Int32) {
        var column: Int32 = 0
        for run in row.runs {
            let style = palette.style(run.role)
            let attributes = terminal_attributes(style.isBold, style.isDim, style.isReverse)
            let pair = style.color == nil ? 0 : Int16((Role.allCases.firstIndex(of: run.role) ?? -1) + 1)
            wattr_set(window, attributes, pair, nil)
            for piece in run.pieces(columns: { Int(terminal_columns($0)) }) {
                mvwaddnwstr(window, line, column, piece.scalars, Int32(piece.scalars.count))
                column += Int32(piece.width)
            }
        }
        wattr_set(window, terminal_attributes(false, false, false), 0, nil)
    }
}
