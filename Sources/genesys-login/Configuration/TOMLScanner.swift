/// Steps through the bytes of a TOML text. Never past the end, and always on: whatever the bytes, it comes to an end.
///
/// It checks how the text is put together (keys, strings, lists, inline tables) and leaves the values to the library.
struct TOMLScanner {
    /// Where the text stops being TOML.
    struct Fault: Sendable {
        /// From 1.
        let line: Int
        /// In bytes, from 1.
        let column: Int
    }

    /// The first fault.
    private(set) var fault: Fault?

    private let bytes: [UInt8]
    private(set) var position = 0
    /// The line that ``position`` is on, from 1.
    private(set) var line = 1
    /// Where that line starts.
    private(set) var lineStart = 0

    /// How deep lists and inline tables may nest, and of how many parts a key may be: the library goes down by recursion.
    private static let deepest = 32
    private static let newline = UInt8(ascii: "\n")
    private static let backslash = UInt8(ascii: "\\")

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    private mutating func fail() {
        if fault == nil { fault = Fault(line: line, column: position - lineStart + 1) }
    }

    private var current: UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    private mutating func advance() {
        guard position < bytes.count else { return }
        position += 1
        if bytes[position - 1] == Self.newline {
            line += 1
            lineStart = position
        }
    }

    /// Goes over `byte` if it is next, after blanks.
    mutating func take(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard current == byte else { return false }
        advance()
        return true
    }

    /// Goes over `byte` if it is next, with nothing before it.
    mutating func takeAtOnce(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        advance()
        return true
    }

    private mutating func skipBlanks() {
        while current == UInt8(ascii: " ") || current == UInt8(ascii: "\t") { advance() }
    }

    /// Goes on after the line's break.
    mutating func skipLine() {
        while let byte = current {
            advance()
            if byte == Self.newline { return }
        }
    }

    /// Goes to the next header or key; `false` at the end of the text.
    mutating func skipToStatement() -> Bool {
        while let byte = current {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), Self.newline: advance()
            case UInt8(ascii: "#"): skipLine()
            default: return true
            }
        }
        return false
    }

    /// Goes over `byte`, which must be next.
    mutating func expect(_ byte: UInt8, atOnce: Bool = false) {
        if !(atOnce ? takeAtOnce(byte) : take(byte)) { fail() }
    }

    /// Goes on after the line's break; nothing but a comment may stand before it.
    mutating func endLine() {
        skipBlanks()
        if current == UInt8(ascii: "\r"), position + 1 < bytes.count, bytes[position + 1] == Self.newline { advance() }
        if let byte = current, byte != Self.newline, byte != UInt8(ascii: "#") { fail() }
        skipLine()
    }

    /// A key: bare or quoted parts with dots between.
    mutating func keyPath() -> [String] {
        var path: [String] = []
        repeat {
            skipBlanks()
            if current == UInt8(ascii: "\"") || current == UInt8(ascii: "'") {
                let quoted = string()
                if quoted.isLong { fail() }
                path.append(unescaped(quoted))
            } else {
                let start = position
                while let byte = current, TOMLKey.isBare(byte) { advance() }
                if position == start { fail() }
                path.append(String(decoding: bytes[start..<position], as: UTF8.self))
            }
            if path.count > Self.deepest { fail() }
        } while fault == nil && take(UInt8(ascii: "."))
        return path
    }

    /// A value, arrays and strings of many lines included.
    mutating func value(depth: Int = 0) -> Range<Int> {
        skipBlanks()
        let start = position
        switch current {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): _ = string()
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            guard depth < Self.deepest else {
                fail()
                break
            }
            if current == UInt8(ascii: "[") { list(depth: depth + 1) } else { inlineTable(depth: depth + 1) }
        default: plain()
        }
        return start..<position
    }

    /// A number, a date or a truth value: which, the library finds out.
    private mutating func plain() {
        let start = position
        while let byte = current {
            let isPlain = TOMLKey.isBare(byte) || "+.:".utf8.contains(byte)
            // Between a date and a time there may be a blank. A single digit behind it would end the program in the library.
            let isBlankInDate =
                byte == UInt8(ascii: " ") && position - start == 10 && bytes[start + 4] == UInt8(ascii: "-")
                && startsTime(position + 1)
            guard isPlain || isBlankInDate else { break }
            advance()
        }
        if position == start { fail() }
    }

    /// Whether an hour and a colon stand at `index`.
    private func startsTime(_ index: Int) -> Bool {
        guard index + 2 < bytes.count else { return false }
        let isHour = bytes[index...(index + 1)].allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return isHour && bytes[index + 2] == UInt8(ascii: ":")
    }

    private mutating func list(depth: Int) {
        advance()
        while fault == nil {
            _ = skipToStatement()
            if take(UInt8(ascii: "]")) { return }
            _ = value(depth: depth)
            _ = skipToStatement()
            guard !take(UInt8(ascii: "]")) else { return }
            expect(UInt8(ascii: ","))
        }
    }

    private mutating func inlineTable(depth: Int) {
        advance()
        if take(UInt8(ascii: "}")) { return }
        while fault == nil {
            _ = keyPath()
            expect(UInt8(ascii: "="))
            _ = value(depth: depth)
            guard !take(UInt8(ascii: "}")) else { return }
            expect(UInt8(ascii: ","))
        }
    }

    /// A string of any of the four kinds: what stands between its quotes.
    private struct Quoted {
        let content: Range<Int>
        let escapes: Bool
        let isLong: Bool
    }

    private mutating func string() -> Quoted {
        let quote = current ?? 0
        let escapes = quote == UInt8(ascii: "\"")
        let isLong = bytes[position...].starts(with: [quote, quote, quote])
        for _ in 0..<(isLong ? 3 : 1) { advance() }
        let start = position
        while let byte = current, isLong || byte != Self.newline {
            if escapes, byte == Self.backslash {
                advance()
            } else if byte == quote, !isLong || closesLong(quote) {
                let content = start..<position
                for _ in 0..<(isLong ? 3 : 1) { advance() }
                return Quoted(content: content, escapes: escapes, isLong: isLong)
            }
            advance()
        }
        fail()
        return Quoted(content: start..<position, escapes: escapes, isLong: isLong)
    }

    /// Whether the last three quotes of a run stand here: a long string may end in quotes of its own.
    private func closesLong(_ quote: UInt8) -> Bool {
        bytes[position...].starts(with: [quote, quote, quote])
            && !bytes[position...].starts(with: [quote, quote, quote, quote])
    }

    private func unescaped(_ string: Quoted) -> String {
        let raw = String(decoding: bytes[string.content], as: UTF8.self)
        guard string.escapes, raw.contains("\\") else { return raw }
        var result = String.UnicodeScalarView()
        var scalars = raw.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            guard scalar == "\\", let kind = scalars.popFirst() else {
                result.append(scalar)
                continue
            }
            switch kind {
            case "n": result.append("\n")
            case "t": result.append("\t")
            case "r": result.append("\r")
            case "b": result.append("\u{8}")
            case "f": result.append("\u{C}")
            case "u", "U":
                let digits = String(String.UnicodeScalarView(scalars.prefix(kind == "u" ? 4 : 8)))
                scalars = scalars.dropFirst(kind == "u" ? 4 : 8)
                result.append(UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}")
            default: result.append(kind)
            }
        }
        return String(result)
    }
}
