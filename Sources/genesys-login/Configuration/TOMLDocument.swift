import Glibc
import OAuth
import TOMLKit

/// A configuration file, read and judged: its tables of values, each with its line.
struct TOMLDocument: Sendable {
    /// What stands at the top of the file.
    struct Table: Sendable {
        let name: String
        let line: Int
        /// In the order of the file; `nil` where something else than a table stands there.
        let entries: [Entry]?
    }

    /// A key of a table.
    struct Entry: Sendable {
        let key: String
        let line: Int
        let value: Value
    }

    /// A value, as far as a configuration may need it.
    enum Value: Sendable, Hashable {
        case text(String)
        case number(Int)
        case boolean(Bool)
        /// Something that no setting is, in words.
        case other(String)

        /// What it is, in words.
        var kind: String {
            switch self {
            case .text: "text"
            case .number: "a number"
            case .boolean: "true or false"
            case .other(let words): words
            }
        }

        /// The value as it may be shown; nothing where it is of no kind that a setting has.
        var text: String {
            switch self {
            case .text(let text): text
            case .number(let number): String(number)
            case .boolean(let boolean): String(boolean)
            case .other: ""
            }
        }
    }

    /// The largest file that is read, in bytes.
    static let largest = 1_048_576
    /// The longest line, in bytes.
    static let longestLine = 16_384

    let path: String
    let bytes: [UInt8]
    let layout: TOMLLayout
    /// In the order of the file.
    let tables: [Table]

    /// Reads `path`; `nil` where there is no such file.
    ///
    /// - Throws: ``UsageError`` with the file, the line where there is one, and what to do. It never shows a line as
    ///   it stands: the official CLI's file holds secrets.
    init?(reading path: String) throws(UsageError) {
        guard let bytes = try FileBytes.read(path, atMost: Self.largest) else { return nil }
        try self.init(path: path, bytes: bytes)
    }

    /// Judges `bytes`, which stand in `path`.
    init(path: String, bytes: [UInt8]) throws(UsageError) {
        let place = "\(ServerText(path))"
        self.path = path
        self.bytes = bytes
        layout = TOMLLayout(bytes)
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            if line.contains(0) {
                throw UsageError("\(place), line \(number): there is a NUL character.", "Remove it.")
            }
            if line.count > Self.longestLine {
                throw UsageError("\(place), line \(number): it is longer than 16 KiB.", "Shorten it.")
            }
            if String(validating: line, as: UTF8.self) == nil {
                throw UsageError("\(place), line \(number): this is not UTF-8.", "Save the file as UTF-8.")
            }
        }
        // Up to a fault the library is asked all the same: the mistake may be further up.
        let judged = layout.fault == nil ? bytes[...] : bytes[..<layout.lastStart]
        let root: TOMLTable
        do {
            root = try TOMLTable(string: String(decoding: judged, as: UTF8.self))
        } catch {
            let position = (error as? TOMLParseError)?.source.begin
            let fault = TOMLScanner.Fault(line: position?.line ?? 1, column: position?.column ?? 1)
            throw Self.syntaxError(fault, path: path, bytes: bytes, layout: layout)
        }
        if let fault = layout.fault { throw Self.syntaxError(fault, path: path, bytes: bytes, layout: layout) }
        tables = Self.read(root, layout)
    }

    private static func read(_ root: TOMLTable, _ layout: TOMLLayout) -> [Table] {
        // By key, not by the library's iterator, which stops the program at a key with a NUL in it.
        root.keys.map { name in
            let entries = root[name]?.table.map { table in
                table.keys.map { key in
                    Entry(key: key, line: layout.line(of: [name, key]), value: value(table[key]))
                }
                .sorted { $0.line < $1.line }
            }
            return Table(name: name, line: layout.line(of: [name]), entries: entries)
        }
        .sorted { $0.line < $1.line }
    }

    private static func value(_ value: (any TOMLValueConvertible)?) -> Value {
        switch value?.type {
        case .string?: value?.string.map(Value.text) ?? .other("text")
        case .int?: value?.int.map(Value.number) ?? .other("a number")
        case .bool?: value?.bool.map(Value.boolean) ?? .other("true or false")
        case .table?: .other("a table")
        case .array?: .other("a list")
        case .double?: .other("a number with a fraction")
        case .date?, .time?, .dateTime?: .other("a date or time")
        case nil: .other("a key with a NUL in it")
        }
    }

    /// What the library says is not shown: it may quote a piece of a secret.
    private static func syntaxError(
        _ fault: TOMLScanner.Fault,
        path: String,
        bytes: [UInt8],
        layout: TOMLLayout
    ) -> UsageError {
        if let entry = layout.entries.last(where: { $0.line == fault.line }),
            let setting = entry.key.last.flatMap(Setting.init(rawValue:))
        {
            let text = String(decoding: bytes[entry.value], as: UTF8.self)
            return Given(text: text, origin: .file(path: path, line: entry.line, key: setting.key))
                .error("is not TOML", "Write it as \(setting.example), and each setting once.")
        }
        return UsageError(
            "\(ServerText(path)), line \(fault.line), column \(fault.column): this is not TOML.",
            "A profile starts with its name, as [default], and its lines read as \(Setting.clientID.example)."
        )
    }
}
