import OAuth

/// Changes keys of one profile in a configuration file's bytes, and no other byte.
struct ProfileEdit {
    private(set) var bytes: [UInt8]
    private let path: String
    private let profile: String

    /// Edits the profile called `profile`, which need not be there yet, in `document`.
    init(_ document: TOMLDocument, profile: String) {
        bytes = document.bytes
        path = document.path
        self.profile = profile
    }

    /// Where the file is written in a way that cannot be changed by adding a line.
    var refusal: UsageError {
        UsageError(
            "\(ServerText(path)), line \(TOMLLayout(bytes).line(of: [profile])): the profile \(ServerText(profile)) "
                + "is written in a way that this program cannot change.",
            "Write it as a table of its own: \(ServerText(Self.header(profile)))."
        )
    }

    /// Puts the value in place of the one that is there; or in a line of its own after the profile's last one; or,
    /// where there is no such profile, in a new one at the end of the file.
    mutating func set(_ setting: Setting, to text: String) throws(UsageError) {
        let layout = TOMLLayout(bytes)
        let value = TOMLKey.quoted(text)
        let entries = layout.entries.filter { $0.path.count == 2 && $0.path.first == profile }
        if let entry = entries.first(where: { $0.path.last == setting.key }) {
            bytes.replaceSubrange(entry.value, with: value.utf8)
        } else if let last = entries.last {
            // As the line above is written: below a header or, with dots, without one; and as far in.
            let key = last.table.isEmpty ? "\(TOMLKey.written(profile)).\(setting.key)" : setting.key
            let indentation = bytes[last.start...].prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            insert("\(String(decoding: indentation, as: UTF8.self))\(key) = \(value)", at: last.end)
        } else if let header = layout.headers.first(where: { $0.path == [profile] }) {
            insert("\(setting.key) = \(value)", at: header.end)
        } else if layout.entries.contains(where: { $0.path == [profile] }) {
            throw refusal
        } else {
            if !bytes.isEmpty, bytes != Self.byteOrderMark { insert("", at: bytes.count) }
            insert(Self.header(profile), at: bytes.count)
            insert("\(setting.key) = \(value)", at: bytes.count)
        }
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// A line of its own at `index`, which is the start of a line or the end of the file.
    private mutating func insert(_ line: String, at index: Int) {
        let firstBreak = bytes.firstIndex(of: UInt8(ascii: "\n"))
        let isWindows = firstBreak.map { $0 > 0 && bytes[$0 - 1] == UInt8(ascii: "\r") } ?? false
        let lineBreak = isWindows ? "\r\n" : "\n"
        let endsOpen =
            index == bytes.count && index > 0 && bytes != Self.byteOrderMark
            && bytes.last != UInt8(ascii: "\n")
        bytes.insert(contentsOf: "\(endsOpen ? lineBreak : "")\(line)\(lineBreak)".utf8, at: index)
    }

    private static func header(_ profile: String) -> String {
        "[\(TOMLKey.written(profile))]"
    }
}
