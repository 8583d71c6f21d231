import ArgumentParser
import GenesysCloud
import Logging
import OAuth
import SignInRuntime

/// `--log-file` and `--log-level`.
extension Settings {
    /// The levels as they are written, the one that tells most first.
    static let logLevels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")

    /// The log that was asked for, its file open; a silent one without a file.
    static func log(_ sources: Sources) throws(UsageError) -> Logger {
        let level = try logLevel(sources.given(.logLevel))
        guard let given = sources.given(.logFile) else {
            // A file may well say how much is to be logged where something is.
            if let level = sources.given(.logLevel), case .option = level.origin {
                throw level.error("has no file to go to", "Name one with --log-file, or leave it out.")
            }
            return .silent
        }
        let file: LogFile
        do throws(LogFile.Refusal) {
            file = try LogFile(given.text)
        } catch {
            let another = "Name another file."
            switch error {
            case .system(let number):
                throw given.error("cannot be opened: \(FileBytes.systemWords(number))", another)
            case .notAFile: throw given.error("is no file", another)
            case .symbolicLink: throw given.error("is a symbolic link", "Name the file itself.")
            case .foreign: throw given.error("belongs to somebody else", another)
            case .openToOthers(let mode):
                throw given.error(
                    "is open to others (mode \(String(mode, radix: 8)))",
                    "Make it yours alone with chmod 600, or name another file."
                )
            }
        }
        return Logger(label: "genesys-login", factory: { _ in LogLines(to: file, level: level) })
    }

    private static func logLevel(_ given: Given?) throws(UsageError) -> Logger.Level {
        guard let given else { return .info }
        guard let level = Logger.Level(rawValue: given.text) else {
            throw given.error("is no level of the log", "The levels are \(logLevels).")
        }
        return level
    }

    /// The log's first line: which program, and what it was told to do. No argument is repeated.
    func logStart() {
        guard log.logLevel <= .info else { return }
        let command = (try? GenesysLogin.parseAsRoot()).map { type(of: $0) }
        let name = command == GenesysLogin.self ? "screen" : command?.configuration.commandName
        log.info(
            "genesys-login \(Version.current) \(name ?? "")",
            metadata: [
                "profile": "\(profileName)", "client_id": "\(clientID?.value ?? "")",
                "login_url": "\(environment.loginURL)", "api_url": "\(environment.apiURL)",
                "redirect_uri": "\(redirectURI.value)",
                "browser": "\(opensBrowser ? browserText : "none")",
            ]
        )
    }
}
