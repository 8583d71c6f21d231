import FoundationEssentials
import Glibc

/// What the program writes: lines for people to standard error, data to standard output.
enum Console {
    /// Writes a complaint, after the program's name.
    static func complain(_ text: String) {
        line("genesys-login: \(text)")
    }

    /// Writes one line for people.
    static func line(_ text: String) {
        write("\(text)\n", to: STDERR_FILENO)
    }

    /// Writes one line of data, at once.
    static func output(_ text: String) {
        write("\(text)\n", to: STDOUT_FILENO)
    }

    /// Writes one JSON object as data.
    static func data(_ value: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(value) else { return }
        output(String(decoding: json, as: UTF8.self))
    }

    private static func write(_ text: String, to file: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }
}
