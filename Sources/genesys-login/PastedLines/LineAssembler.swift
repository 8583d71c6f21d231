import OAuth

/// Puts the bytes of standard input together into lines, each of which may be the address that a browser ended on.
///
/// On a terminal whose own line editing is off, for it cuts lines at 4096 bytes, the keys for it are taken here.
struct LineAssembler {
    /// The longest line, in bytes; a longer one is dropped as a whole, for a part of it could pass for an address.
    static let longest = 65_536

    private static let pasteBegins = Array("\u{1B}[200~".utf8)
    private static let pasteEnds = Array("\u{1B}[201~".utf8)

    /// What a byte led to.
    enum Outcome: Equatable {
        /// A line is complete; it is not blank.
        case line(Secret)
        /// The person ended the input (Ctrl-D on an empty line).
        case end
    }

    private let isTerminal: Bool
    private var bytes: [UInt8] = []
    private var isTooLong = false

    /// An assembler at the start of a line.
    init(isTerminal: Bool) {
        self.isTerminal = isTerminal
    }

    /// Takes the next byte.
    mutating func take(_ byte: UInt8) -> Outcome? {
        switch byte {
        case 0x0A: return finish().map { .line($0) }
        // A terminal may send it alone; of a pipe the line break behind it is taken too.
        case 0x0D where isTerminal: return finish().map { .line($0) }
        case 0x04 where isTerminal: return bytes.isEmpty && !isTooLong ? .end : finish().map { .line($0) }
        case 0x08 where isTerminal, 0x7F where isTerminal: dropLast()
        case 0x15 where isTerminal, 0x17 where isTerminal: clear()
        default: append(byte)
        }
        return nil
    }

    /// The line that the end of the input leaves without a line break.
    mutating func finish() -> Secret? {
        defer { clear() }
        // Refused with a reason, as everything is that is no address.
        if isTooLong { return Secret("too long") }
        var line = bytes[...]
        if line.last == 0x0D { line.removeLast() }
        if line.starts(with: Self.pasteBegins) { line = line.dropFirst(Self.pasteBegins.count) }
        if line.reversed().starts(with: Self.pasteEnds.reversed()) { line = line.dropLast(Self.pasteEnds.count) }
        let isBlank = line.allSatisfy { $0 == 0x20 || $0 == 0x09 }
        return isBlank ? nil : Secret(String(decoding: line, as: UTF8.self))
    }

    private mutating func append(_ byte: UInt8) {
        isTooLong = isTooLong || bytes.count == Self.longest
        if isTooLong { bytes = [] } else { bytes.append(byte) }
    }

    /// The last character goes, which may be several bytes of UTF-8.
    private mutating func dropLast() {
        while let byte = bytes.popLast(), byte & 0xC0 == 0x80 {}
    }

    private mutating func clear() {
        bytes = []
        isTooLong = false
    }
}
