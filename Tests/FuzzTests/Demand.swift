import OAuth

/// What a parser did that it never may.
struct Violation: Error, CustomStringConvertible {
    let description: String
}

/// Ends the run with these words unless the condition holds.
func demand(_ condition: Bool, _ words: @autoclosure () -> String) throws(Violation) {
    if !condition { throw Violation(description: words()) }
}

/// Demands that nothing in `text` can move a cursor, start an escape sequence or turn the direction of writing. Told by
/// Unicode's own categories, apart from the code that cleans.
func demandInert(_ text: String, _ name: String) throws(Violation) {
    for scalar in text.unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
            throw Violation(description: "\(name) has U+\(String(scalar.value, radix: 16))")
        case .format:
            try demand(
                scalar.value == 0x200C || scalar.value == 0x200D,
                "\(name) has U+\(String(scalar.value, radix: 16))"
            )
        default: break
        }
    }
}

/// The same of a text that a server may have sent.
func demandInert(_ text: ServerText?, _ name: String) throws(Violation) {
    guard let text else { return }
    try demandInert(text.display, name)
    try demand(text.display.unicodeScalars.count <= ServerText.maximumLength + 1, "\(name) is too long")
}
