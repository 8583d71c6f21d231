import FoundationEssentials
import GenesysCloud
import Glibc
import OAuth
import SignIn
import SignInRuntime
import Testing

@testable import genesys_login

@Suite("A configuration file that cannot be used")
struct ConfigurationErrorTests {
    private func error(_ own: String, _ arguments: [String] = []) throws -> (UsageError, Home) {
        let home = try Home(own: own)
        return (try #require(throws: UsageError.self) { try home.settings(arguments) }, home)
    }

    @Test(
        "is refused by file, line and value, with what to do",
        arguments: [
            ("[default]\nregion = \"mars-1\"\n", "line 2: region mars-1 ", "us-east-1"),
            (
                "\n# x\n[default]\nlogin_url = \"http://example.com\"\n", "line 4: login_url http://example.com ",
                "https"
            ),
            ("[default]\norg = \"a.b\"\n", "line 2: org a.b ", "acme"),
            ("[default]\nredirect_uri = \"https://localhost/\"\n", "line 2: redirect_uri https://localhost/ ", "http:"),
            ("[default]\nscope = \"a\\\"b\"\n", "line 2: scope a\"b ", "users:readonly"),
            ("[default]\ntimeout = 0\n", "line 2: timeout 0 ", "300"),
            ("[default]\ntimeout = \"60\"\n", "line 2: timeout 60 is text", "timeout = 300"),
            ("[default]\ntimeout = 1.5\n", "line 2: timeout is a number with a fraction", "timeout = 300"),
            ("[default]\nregion = 3\n", "line 2: region 3 is a number", "region = \"…\""),
            ("[default]\nno_browser = \"yes\"\n", "line 2: no_browser yes is text", "no_browser = true"),
            ("[default]\nscope = [\n \"a\",\n]\n", "line 2: scope is a list and must be text in quotes.", "scope = "),
            ("[default.region]\nx = 1\n", "line 1: region is a table", "region = "),
            ("[default]\nregion.x = 1\n", "line 2: region is a table", "region = "),
            ("[default]\nbrowser = \"'open\"\n", "line 2: browser 'open ", "firefox"),
            ("[default]\nclient_id = \"a b\"\n", "line 2: client_id a b ", "Admin"),
            ("[default]\nprovider = \"okta\"\n", "line 2: provider okta ", "together"),
            ("[default]\nsession_store = \"disk\"\n", "line 2: session_store disk ", "memory"),
            ("[default]\nca_file = \"/nowhere/ca.pem\"\n", "line 2: ca_file /nowhere/ca.pem ", "PEM"),
            ("[default]\n\nclient-id = \"x\"\n", "line 3: there is no setting client-id", "client_id"),
            ("[work]\nregoin = \"x\"\n", "line 2: there is no setting regoin", "Did you mean region?"),
            ("[default]\nclient_secret = \"x\"\n", "line 2: there is no setting client_secret", "no secret"),
            ("[default]\nkeepalive = \"x\"\n", "line 2: there is no setting keepalive", "client_id, region"),
            ("client_id = \"x\"\n", "line 1: client_id stands outside a profile", "[default]"),
            ("[[default]]\nregion = \"x\"\n", "line 1: default stands outside a profile", "[default]"),
            ("[default]\nregion = mars\n", "line 2: region mars is not TOML", "region = \"…\""),
            ("[default]\nregion = \"a\"\nregion = \"b\"\n", "line 3: region \"b\" is not TOML", "once"),
            ("[default]\n\nwhat is this\n", "line 3", "[default]"),
            ("[default\n", "line 1", "[default]"),
            ("[a]\n[a]\n", "line 2", "[default]"),
            ("[default]\nregion = \"\"\"\nx", "line 3", "[default]"),
            ("[$x]\n", "line 1, column 2", "[default]"), ("[default]\nregion = [}\n", "line 2: region [", "region = "),
            ("[default]\nregion = \"a\" b\n", "line 2: region \"a\" is not TOML", "region = "),
            ("[default]\ntimeout = 1x\n[$\n", "line 2: timeout 1x is not TOML", "timeout = 300"),
            ("default = { region = \"mars-1\" }\n", "line 1: region mars-1 ", "us-east-1"),
            ("default.region = \"mars-1\"\n", "line 1: region mars-1 ", "us-east-1"),
        ] as [(String, String, String)]
    )
    func refused(text: String, named: String, remedy: String) throws {
        let (error, home) = try error(text)
        #expect(error.problem.hasPrefix("\(home.own), \(named)"), "\(error)")
        #expect(error.remedy.contains(remedy), "\(error)")
    }

    @Test("a profile that exists nowhere is refused by its name, the file and the profiles there are")
    func noSuchProfile() throws {
        let home = try Home(own: "[default]\n[work]\n", official: "[play]\n")
        let error = #expect(throws: UsageError.self) { try home.settings(["--profile", "wrok"]) }
        #expect(error?.problem == "--profile wrok is no profile of \(home.own).")
        #expect(
            error?.remedy == "The profiles are default, work, play. "
                + "For a new one write a table of its name, or give --client-id."
        )
        let fromVariable = #expect(throws: UsageError.self) {
            try home.settings([], ["GENESYSCLOUD_PROFILE": "wrok"])
        }
        #expect(fromVariable?.problem.hasPrefix("GENESYSCLOUD_PROFILE wrok ") == true)
        // The variable may be there for another profile.
        #expect(throws: UsageError.self) {
            try home.settings(["--profile", "wrok"], ["GENESYSCLOUD_OAUTHCLIENT_ID": "client-1"])
        }
    }

    @Test("a profile that the options describe need not be in the file")
    func describedByOptions() throws {
        for home in [try Home(own: "[default]\nregion = \"eu-west-1\"\n"), try Home()] {
            let settings = try home.settings(["--profile", "new", "--client-id", "client-2"])
            #expect(settings.profileName == "new")
            #expect(settings.clientID?.value == "client-2")
            #expect(settings.environment.label == "us-east-1", "another profile's region")
        }
    }

    @Test("an empty value counts as not set")
    func emptyValue() throws {
        let settings = try Home(own: "[default]\nregion = \"\"\nclient_id = ''\n").settings()
        #expect(settings.clientID == nil)
        #expect(settings.environment.label == "us-east-1")
    }

    @Test("a directory, a pipe or a loop in its place is refused by name", arguments: ["directory", "pipe", "loop"])
    func notAFile(kind: String) throws {
        for official in [false, true] {
            let home = try Home(own: "", official: "")
            let file = official ? home.official : home.own
            unlink(file)
            switch kind {
            case "directory": mkdir(file, 0o700)
            case "pipe": mkfifo(file, 0o600)
            default: symlink(file, file)
            }
            let error = #expect(throws: UsageError.self) { try home.settings() }
            #expect(error?.problem.hasPrefix("\(file) cannot be read: ") == true)
        }
    }

    @Test("a file that cannot be read, not even by root, is refused by name")
    func forbidden() throws {
        let home = try Home(own: "[default]\n")
        // A process's memory opens like a file, and its beginning cannot be read.
        unlink(home.own)
        symlink("/proc/self/mem", home.own)
        let error = #expect(throws: UsageError.self) { try home.settings() }
        #expect(error?.problem == "\(home.own) cannot be read: Input/output error.")
    }

    @Test("a file in the place of a folder is no file at all")
    func fileForFolder() throws {
        let home = try Home()
        try home.write([], to: "\(home.path)/.config")
        #expect(try home.settings().clientID == nil)
    }

    @Test("bytes that are no text are refused by line")
    func hostileBytes() throws {
        let start = Array("[default]\n".utf8)
        for (bytes, problem) in [
            ([0x22, 0xFF, 0x22], "line 2: this is not UTF-8."), ([0x61, 0x00], "line 2: there is a NUL character."),
            ([0xC0, 0x80], "line 2: this is not UTF-8."), ([0xED, 0xA0, 0x80], "line 2: this is not UTF-8."),
        ] as [([UInt8], String)] {
            let home = try Home()
            try home.write(start + bytes, to: home.own)
            let error = #expect(throws: UsageError.self) { try home.settings() }
            #expect(error?.problem == "\(home.own), \(problem)")
        }
    }

    @Test("a byte order mark and Windows line breaks do no harm")
    func windows() throws {
        let home = try Home(own: "\u{FEFF}# x\r\n[default]\r\nclient_id = \"abc\"\r\nregion = \"mars\"\r\n")
        let error = #expect(throws: UsageError.self) { try home.settings() }
        #expect(error?.problem.hasPrefix("\(home.own), line 4: region mars ") == true)
        #expect(try home.settings(["--region", "eu-west-1"]).clientID?.value == "abc")
    }

    @Test("hostile sizes and depths come to an end with an answer")
    func hostileSizes() throws {
        let comments = String(repeating: "# \(String(repeating: "x", count: 98))\n", count: 10_000)
        let home = try Home(own: comments + "[default]\nclient_id = \"abc\"\n")
        #expect(try home.settings().clientID?.value == "abc")
        #expect(try home.settings().origin(of: .clientID) == .file(path: home.own, line: 10_002, key: "client_id"))
        let hostile = [
            comments + comments,
            "[default]\nx = " + String(repeating: "[", count: 10_000),
            "[default]\nx = " + String(repeating: "{a=", count: 5_000),
            "[default]\n" + String(repeating: "a.", count: 8_000) + "a = 1\nregion =\n",
            "[" + String(repeating: "a.", count: 8_000) + "a]\n" + String(repeating: "b.", count: 8_000) + "b = 1\n=",
            "[default]\nregion = \"" + String(repeating: "x", count: 20_000) + "\"\n",
            "[default]\n\"a\\u0000b\" = 1\n",
            "[default]\n" + (0..<20_000).map { "key\($0) = 1\n" }.joined(),
            String(repeating: "[", count: 15_000), String(repeating: "\"", count: 15_001),
            "[default]\nregion = \"\"\"" + String(repeating: "\n\"\"", count: 100_000),
        ]
        for text in hostile {
            let (error, home) = try error(text)
            #expect(error.problem.hasPrefix(home.own))
            #expect(error.problem.utf8.count < 2_000)
        }
    }

    @Test("control characters of a wrong value or name do not reach the terminal")
    func controlCharacters() throws {
        for text in [
            "[default]\nregion = \"a\\u001B[31mb\"\n", "[default]\n\"\\u001B[31m\" = 1\n", "[\"\\u001B\"]\nx = 1\n",
        ] {
            let (error, _) = try error(text, [])
            #expect(!(error.problem + error.remedy).unicodeScalars.contains { $0.value < 0x20 })
        }
    }
}
