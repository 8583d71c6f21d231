import FoundationEssentials
import Glibc
import OAuth

/// What is known of tokens that a profile has had, the newest first: a line for each, in the file that the profile's lock is on.
/// A line names the tokens by the sign-in and the time at which they came. No secret.
struct LockNotes {
    /// How many are kept: a store has one at a time, and each kind of store another one.
    private static let most = 9
    /// As much as that many lines may be and more, in bytes.
    private static let length = 512

    private var lines: [Substring] = []

    /// None.
    init() {}

    /// Those that are in the file; none where there is anything else in it.
    init(in file: Int32) {
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.length) { buffer, count in
            count = max(pread(file, buffer.baseAddress, buffer.count, 0), 0)
        }
        lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }

    func contain(_ fact: SessionFact, of session: Session) -> Bool {
        lines.contains(Self.line(fact, session)[...])
    }

    func adding(_ fact: SessionFact, of session: Session) -> Self {
        let line = Self.line(fact, session)[...]
        var notes = self
        notes.lines = [line] + lines.filter { $0 != line }.prefix(Self.most - 1)
        return notes
    }

    func removing(_ fact: SessionFact, of session: Session) -> Self {
        let line = Self.line(fact, session)[...]
        var notes = self
        notes.lines.removeAll { $0 == line }
        return notes
    }

    func write(to file: Int32) {
        Self.write(Array(lines.joined(separator: "\n").utf8), to: file)
    }

    /// Makes room for all the notes there can be, while there is some: a disk may be full when one is to be made.
    static func reserve(in file: Int32) {
        var status = stat()
        if fstat(file, &status) == 0, status.st_size < length { LockNotes(in: file).write(to: file) }
    }

    /// Always as much, so that what is written later takes no more room.
    private static func write(_ text: [UInt8], to file: Int32) {
        let blanks = [UInt8](repeating: UInt8(ascii: "\n"), count: max(length - text.count, 0))
        (text + blanks).withUnsafeBytes { _ = pwrite(file, $0.baseAddress, $0.count, 0) }
    }

    private static func line(_ fact: SessionFact, _ session: Session) -> String {
        "\(fact.rawValue) \(session.grant?.value ?? "-") \(session.receivedAt.timeIntervalSince1970.bitPattern)"
    }
}
