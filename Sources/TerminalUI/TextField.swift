/// One line of text that a person edits, and the cursor within it.
public struct TextField: Sendable, Hashable {
    /// The longest text, in characters: what is beyond it is not taken.
    static let longest = 400

    /// What stands before the cursor.
    public private(set) var before: String
    /// What stands after it.
    public private(set) var after = ""

    /// A field with this text, the cursor at its end.
    public init(_ text: String = "") {
        before = text
    }

    /// All of the text.
    public var text: String { before + after }

    /// Edits the text or moves the cursor.
    ///
    /// - Returns: whether `input` is one that a text field knows.
    mutating func edit(_ input: Input) -> Bool {
        switch input {
        case .key(let character): insert(String(character))
        case .paste(let text): insert(Self.oneLine(text))
        case .left: moveLeft()
        case .right: moveRight()
        case .home, .control("a"):
            after = before + after
            before = ""
        case .end, .control("e"):
            before += after
            after = ""
        case .backspace: before = String(before.dropLast())
        case .delete: after = String(after.dropFirst())
        case .control("u"): before = ""
        case .control("w"): before = Self.withoutLastWord(before)
        default: return false
        }
        return true
    }

    private mutating func insert(_ text: String) {
        let room = max(0, Self.longest - before.count - after.count)
        before += text.prefix(room)
    }

    private mutating func moveLeft() {
        guard let last = before.popLast() else { return }
        after = String(last) + after
    }

    private mutating func moveRight() {
        guard let first = after.first else { return }
        before.append(first)
        after.removeFirst()
    }

    /// A word ends where its letters and digits end: in `eu-central-1` there are three.
    private static func withoutLastWord(_ text: String) -> String {
        func isPart(_ character: Character) -> Bool { character.isLetter || character.isNumber }
        var rest = text[...]
        while let last = rest.last, !isPart(last) { rest.removeLast() }
        while let last = rest.last, isPart(last) { rest.removeLast() }
        return String(rest)
    }

    /// A paste without what a text field cannot hold: line breaks and other control characters, and the blanks around.
    private static func oneLine(_ text: String) -> String {
        var scalars = text.unicodeScalars.filter {
            switch $0.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .format: false
            default: true
            }
        }[...]
        while scalars.first?.properties.isWhitespace == true { scalars.removeFirst() }
        while scalars.last?.properties.isWhitespace == true { scalars.removeLast() }
        return String(String.UnicodeScalarView(scalars))
    }
}
