import FoundationEssentials
import Glibc
import Logging
import Testing

@testable import genesys_login

@Suite("--log-file and --log-level")
struct LogSettingsTests {
    private static let client = ["--client-id", "client-1"]

    @Test("without a file there is no log")
    func silent() throws {
        #expect(try Home().settings(Self.client).log.logLevel == .critical)
    }

    @Test("a file gets the level info unless told otherwise, and a first line without arguments")
    func file() throws {
        let home = try Home()
        let path = "\(home.path)/log"
        #expect(try home.settings(Self.client + ["--log-file", path]).log.logLevel == .info)
        #expect(try home.settings(["--log-file", path, "--log-level", "trace"]).log.logLevel == .trace)
        #expect(home.mode(path) == 0o600)
        let lines = try home.text(path).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].contains("genesys-login \(Version.current)"))
        #expect(lines[0].contains("client_id=client-1"))
        #expect(lines[0].contains("login_url=https://login.mypurecloud.com"))
    }

    @Test("a profile can name both, and an option beats it")
    func profile() throws {
        let home = try Home()
        let path = "\(home.path)/log"
        try home.write(Array("[default]\nlog_file = \"\(path)\"\nlog_level = \"debug\"\n".utf8), to: home.own)
        #expect(try home.settings().log.logLevel == .debug)
        #expect(try home.settings(["--log-level", "error"]).log.logLevel == .error)
    }

    @Test("a level on the command line without a file is wrong usage; one in a profile waits for a file")
    func levelAlone() throws {
        let error = try #require(throws: UsageError.self) { try Home().settings(["--log-level", "debug"]) }
        #expect(error.problem == "--log-level debug has no file to go to.")
        #expect(error.remedy.contains("--log-file"))
        let home = try Home(own: "[default]\nlog_level = \"debug\"\n")
        #expect(try home.settings().log.logLevel == .critical)
        #expect(try home.settings(["--log-file", "\(home.path)/log"]).log.logLevel == .debug)
    }

    @Test("a level that is none is refused, and the levels are named")
    func unknownLevel() throws {
        let error = try #require(throws: UsageError.self) {
            try Home().settings(["--log-file", "/nowhere/log", "--log-level", "verbose"])
        }
        #expect(error.problem == "--log-level verbose is no level of the log.")
        #expect(error.remedy.contains("trace, debug, info, notice, warning, error, critical"))
    }

    @Test("a file that others may read is refused, with the cure")
    func openToOthers() throws {
        let home = try Home()
        let path = "\(home.path)/log"
        try home.write([], to: path)
        chmod(path, 0o644)
        let error = try #require(throws: UsageError.self) { try home.settings(["--log-file", path]) }
        #expect(error.problem == "--log-file \(path) is open to others (mode 644).")
        #expect(error.remedy.contains("chmod 600"))
        #expect(try home.text(path).isEmpty)
    }

    @Test("a place where there can be no file is refused, with the system's words")
    func notOpened() throws {
        let error = try #require(throws: UsageError.self) { try Home().settings(["--log-file", "/nowhere/log"]) }
        #expect(error.problem.lowercased().contains("no such file or directory"))
    }
}
