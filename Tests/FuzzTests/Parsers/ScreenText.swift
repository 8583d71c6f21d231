import OAuth

@testable import TerminalUI

/// The sanitizer: what it keeps can be shown, is short, and comes out of it again as it is.
func checkServerText(_ bytes: [UInt8]) throws(Violation) {
    let text = ServerText(String(decoding: bytes, as: UTF8.self))
    let display = text.display
    try demandInert(text, "the text")
    try demand(ServerText(display).display == display, "cleaned again it is another text")
    try demand(!display.hasPrefix(" ") && !display.hasSuffix(" ") && !display.contains("  "), "blanks are left")
    try demand(text.isEmpty == display.isEmpty, "empty and not empty")
    try demand(display.isEmpty || DisplayWidth.of(display) > 0, "a text that shows nothing")
}

/// Cutting, eliding and wrapping: the first byte chooses the columns, the rest is the text. How many bytes there are
/// chooses the terminal's characters, for all of them each time would be slow.
func checkLayout(_ bytes: [UInt8]) throws(Violation) {
    let columns = Int(bytes.first ?? 0) % 130
    let raw = String(decoding: bytes.dropFirst(), as: UTF8.self)
    let charsets: [Charset?] = [.unicode, .console, .ascii, nil]
    // What was not cleaned cannot be drawn, and is not wider than it says either.
    guard let charset = charsets[bytes.count % charsets.count] else { return try checkFits(raw, columns) }
    let text = charset.shown(raw)
    try demandInert(text, "the shown text")
    if charset == .ascii { try demand(text.utf8.allSatisfy { $0 < 0x80 }, "an ASCII terminal gets another script") }
    try checkFits(text, columns)
}

private func checkFits(_ text: String, _ columns: Int) throws(Violation) {
    func demandWidth(_ part: some StringProtocol, _ what: String) throws(Violation) {
        let width = DisplayWidth.of(part)
        try demand(width <= max(columns, 0), "\(what) takes \(width) columns of \(columns)")
    }
    try demandWidth(text.prefix(columns: columns), "the beginning")
    try demandWidth(text.suffix(columns: columns), "the end")
    try demandWidth(text.elidedInTheMiddle(to: columns, mark: "…"), "elided in the middle it")
    try demandWidth(text.elidedAtTheEnd(to: columns, mark: "..."), "elided at the end it")
    for piece in text.brokenAnywhere(at: columns) { try demandWidth(piece, "a piece") }
    guard columns > 0 else { return }
    let lines = text.wrapped(to: columns)
    for line in lines { try demandWidth(line, "a line") }
    guard columns > 8 else { return }  // A wide cluster that does not fit into a line is left out.
    try demand(
        lines.joined().filter { $0 != " " } == text.filter { $0 != " " },
        "wrapping to \(columns) loses or adds something"
    )
}
