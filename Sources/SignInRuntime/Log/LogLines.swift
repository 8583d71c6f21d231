import FoundationEssentials
import Glibc
public import Logging
import OAuth

/// Writes a log as lines: time (UTC), level, process, message, then `key=value` in the order of the keys.
///
/// `2026-11-24T11:10:54.123Z info    4711 POST https://login.mypurecloud.com/oauth/token 200 bytes=312 ms=35`
public struct LogLines: LogHandler {
    private let file: LogFile
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?

    /// Lines of `level` and above go to `file`.
    public init(to file: LogFile, level: Logger.Level) {
        self.file = file
        logLevel = level
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let values = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
        file.write(Self.line(at: Date(), event.level, "\(event.message)", values))
    }

    /// One line; `message` and the values lose what a terminal would obey.
    static func line(at date: Date, _ level: Logger.Level, _ message: String, _ values: Logger.Metadata) -> String {
        let time = date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let padding = String(repeating: " ", count: max(0, 7 - level.rawValue.count))
        let pairs = values.sorted { $0.key < $1.key }.map { " \($0.key)=\(quoted("\($0.value)"))" }
        return "\(time) \(level.rawValue)\(padding) \(getpid()) \(ServerText(message))\(pairs.joined())"
    }

    /// In quotes where it would not be one word.
    private static func quoted(_ value: String) -> String {
        let text = ServerText(value).display
        guard text.isEmpty || text.contains(where: { " \"=\\".contains($0) }) else { return text }
        let escaped = text.reduce(into: "") { escaped, character in
            if "\"\\".contains(character) { escaped.append("\\") }
            escaped.append(character)
        }
        return "\"\(escaped)\""
    }
}

extension Logger {
    /// A log that goes nowhere; its messages are not even made.
    public static var silent: Logger {
        Logger(label: "silent", factory: { _ in SwiftLogNoOpLogHandler() })
    }
}
