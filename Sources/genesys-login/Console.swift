import ArgumentParser
import FoundationEssentials
import Glibc
import TerminalUI

/// What the program writes: lines for people to standard error, data to standard output.
enum Console {
    /// Writes a complaint, after the program's name.
    static func complain(_ text: String) {
        line("genesys-login: \(text)")
    }

    /// Writes one line for people.
    static func line(_ text: String) {
        _ = write("\(text)\n", to: STDERR_FILENO)
    }

    /// Writes one line of data, at once. Where that fails the program ends with status 1: a script must not take an
    /// empty file for a token. A reader that went away has had what it wanted.
    static func output(_ text: String) {
        let error = write("\(text)\n", to: STDOUT_FILENO)
        guard error != 0, error != EPIPE else { return }
        complain("Standard output takes nothing: \(String(cString: strerror(error))).")
        exit(ExitStatus.failed.rawValue)
    }

    /// Writes one JSON object as data.
    static func data(_ value: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(value) else { return }
        output(String(decoding: json, as: UTF8.self))
    }

    /// `text` as a terminal takes it that is not UTF-8; as it is for anything else.
    private static func shown(_ text: String, on file: Int32) -> String {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }), isatty(file) == 1, Charset.ofLines == .ascii else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { Charset.ascii.shown(String($0)) }
            .joined(separator: "\n")
    }

    /// Writes all of `text`; returns the system's number of what prevented it, or 0.
    private static func write(_ text: String, to file: Int32) -> Int32 {
        var bytes = Array(shown(text, on: file).utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if written >= 0 {
                bytes = bytes.dropFirst(written)
            } else if errno == EAGAIN {
                // Whoever started the program made the pipe one that does not wait.
                var ready = pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, -1)
            } else if errno != EINTR {
                return errno
            }
        }
        return 0
    }
}
