/// Where the tables and keys of a TOML text stand: for complaints that name a line, and for changes that leave every
/// other byte as it is.
///
/// The TOML library judges the values and gives them; it keeps no positions, and some texts that are not TOML end the
/// program in it (toml++ 3.4 asserts that `[$` and `x = [}` do not happen). So this checks how the text is put together
/// before the library sees it, and takes any bytes without harm.
struct TOMLLayout: Sendable {
    /// `[path]`, or `[[path]]`.
    struct Header: Sendable {
        let path: [String]
        /// From 1.
        let line: Int
        /// Just after the line's break.
        let end: Int
    }

    /// `key = value`.
    struct Entry: Sendable {
        /// The header's path above it; empty before the first header.
        let table: [String]
        let key: [String]
        /// From 1.
        let line: Int
        /// The start of its line.
        let start: Int
        /// The value, without white space around it.
        let value: Range<Int>
        /// Just after the line's break.
        let end: Int

        var path: [String] { table + key }
    }

    private(set) var headers: [Header] = []
    /// The first place where the text is not put together as TOML is; what comes after it is not looked at.
    private(set) var fault: TOMLScanner.Fault?
    /// Where the last header or key starts: that of the fault, where there is one.
    private(set) var lastStart = 0
    private(set) var entries: [Entry] = []
    /// Where a path itself is set, and where the first thing below it is.
    private var exactLines: [[String]: Int] = [:]
    private var firstLines: [[String]: Int] = [:]

    init(_ bytes: [UInt8]) {
        var scanner = TOMLScanner(bytes)
        var table: [String] = []
        while fault == nil, scanner.skipToStatement() {
            let start = scanner.lineStart
            let line = scanner.line
            lastStart = start
            if scanner.take(UInt8(ascii: "[")) {
                let isList = scanner.takeAtOnce(UInt8(ascii: "["))
                table = scanner.keyPath()
                scanner.expect(UInt8(ascii: "]"))
                if isList { scanner.expect(UInt8(ascii: "]"), atOnce: true) }
                scanner.endLine()
                note(table, line: line)
                headers.append(Header(path: table, line: line, end: scanner.position))
            } else {
                let key = scanner.keyPath()
                scanner.expect(UInt8(ascii: "="))
                let value = scanner.value()
                scanner.endLine()
                note(table + key, line: line)
                entries.append(
                    Entry(table: table, key: key, line: line, start: start, value: value, end: scanner.position)
                )
            }
            fault = scanner.fault
        }
    }

    /// The line on which `path`, of one part or two, is set, or the nearest thing around it; the first line where
    /// there is none.
    func line(of path: [String]) -> Int {
        exactLines[path] ?? firstLines[path] ?? path.first.flatMap { exactLines[[$0]] ?? firstLines[[$0]] } ?? 1
    }

    private mutating func note(_ path: [String], line: Int) {
        if path.count <= 2, exactLines[path] == nil { exactLines[path] = line }
        for length in 1...2 where length < path.count {
            let beginning = Array(path.prefix(length))
            if firstLines[beginning] == nil { firstLines[beginning] = line }
        }
    }
}
