import ArgumentParser
import GenesysCloud
import OAuth
import SignIn
import SignInRuntime
import Testing

@testable import genesys_login

@Suite("Which source decides")
struct PrecedenceTests {
    /// A source of a setting, the strongest first.
    enum Source: CaseIterable {
        case option, variable, own, official
    }

    /// A setting that all four sources can give, what each says, and how it is read back.
    struct Case: Sendable, CustomTestStringConvertible {
        let setting: Setting
        let officialKey: String
        let values: [String]
        let defaultValue: String?
        let read: @Sendable (Settings) -> String?

        var testDescription: String { setting.key }

        static let all = [
            Case(
                setting: .clientID,
                officialKey: "client_credentials",
                values: ["of-option", "of-variable", "of-file", "of-official"],
                defaultValue: nil,
                read: { $0.clientID?.value }
            ),
            Case(
                setting: .region,
                officialKey: "environment",
                values: ["eu-west-1", "mypurecloud.de", "us-west-2", "mypurecloud.jp"],
                defaultValue: "us-east-1",
                read: { $0.text(of: .region) ?? $0.environment.label }
            ),
            Case(
                setting: .redirectURI,
                officialKey: "redirect_uri",
                values: (1...4).map { "http://localhost:\($0)000/cb" },
                defaultValue: Settings.defaultRedirectURI,
                read: { $0.redirectURI.value }
            ),
        ]
    }

    @Test("of any two sources the stronger one decides, and says where it stands", arguments: Case.all)
    func pairs(testCase: Case) throws {
        for stronger in Source.allCases.indices {
            for weaker in Source.allCases.indices where weaker >= stronger {
                let present: Set<Int> = [stronger, weaker]
                let key = testCase.setting.key
                let home = try Home(
                    own: present.contains(2) ? "[default]\n\(key) = \"\(testCase.values[2])\"\n" : nil,
                    official: present.contains(3)
                        ? "[default]\ngrant_type = \"3\"\n\(testCase.officialKey) = \"\(testCase.values[3])\"\n" : nil
                )
                let variable = try #require(testCase.setting.variables.first)
                let settings = try home.settings(
                    present.contains(0) ? [testCase.setting.option, testCase.values[0]] : [],
                    present.contains(1) ? [variable: testCase.values[1]] : [:]
                )
                #expect(testCase.read(settings) == testCase.values[stronger])
                let origins: [Origin] = [
                    .option(testCase.setting.option), .variable(variable), .file(path: home.own, line: 2, key: key),
                    .file(path: home.official, line: 3, key: testCase.officialKey),
                ]
                #expect(settings.origin(of: testCase.setting) == origins[stronger])
            }
        }
        let bare = try Home().settings()
        #expect(testCase.read(bare) == testCase.defaultValue)
        #expect(bare.origin(of: testCase.setting) == .preset)
    }

    @Test("every setting can stand in the file")
    func allOfTheFile() throws {
        let home = try Home()
        try home.write([], to: "\(home.path)/ca.pem")
        let text = """
            [work]
            client_id = "abc"
            region = "eu-west-1"
            org = "acme"
            api_url = "https://api.example.com"
            redirect_uri = "http://127.0.0.1:0/cb"
            scope = "a b"
            login_hint = "ada@example.com"
            prompt_login = true
            provider = "okta"
            provider_org = "acme"
            target = "org-1"
            browser = "firefox -P x"
            no_browser = true
            timeout = 60
            ca_file = "\(home.path)/ca.pem"
            session_store = "memory"
            """
        try home.write(Array(text.utf8), to: home.own)
        let settings = try home.settings(["--profile", "work"])
        #expect(settings.profileName == "work")
        #expect(settings.clientID?.value == "abc")
        #expect(settings.environment.loginURL == "https://acme.mygen.com")
        #expect(settings.environment.apiURL == "https://api.example.com")
        #expect(settings.redirectURI.value == "http://127.0.0.1:0/cb")
        #expect(settings.scope?.tokens == ["a", "b"])
        #expect(
            settings.hints
                == .init(
                    loginHint: "ada@example.com",
                    promptLogin: true,
                    provider: .init(name: "okta", organization: "acme"),
                    target: "org-1"
                )
        )
        #expect(settings.browsers.map(\.words) == [["firefox", "-P", "x"]])
        #expect(!settings.opensBrowser)
        #expect(settings.timeout == 60)
        #expect(settings.caFile == "\(home.path)/ca.pem")
        #expect(settings.origin(of: .timeout) == .file(path: home.own, line: 15, key: "timeout"))
        #expect(settings.signIn(clientID: try settings.requireClientID()).profileName == "work")
    }

    @Test(
        "where to sign in is one decision: a region or an organization switches off what weaker sources say beside it",
        arguments: [
            (["--region", "eu-west-1"], [:], "https://login.mypurecloud.ie", "https://api.mypurecloud.ie"),
            ([], ["GENESYSCLOUD_REGION": "eu-west-1"], "https://login.mypurecloud.ie", "https://api.mypurecloud.ie"),
            (["--org", "other"], [:], "https://other.mygen.com", "https://api.usw2.pure.cloud"),
            ([], ["GENESYSCLOUD_ORG": "other"], "https://other.mygen.com", "https://api.usw2.pure.cloud"),
            (["--login-url", "https://l.example.com"], [:], "https://l.example.com", "https://a.example.org"),
            (
                ["--region", "eu-west-1"], ["GENESYSCLOUD_LOGIN_URL": "https://l.example.com"],
                "https://login.mypurecloud.ie", "https://api.mypurecloud.ie"
            ),
            (
                ["--region", "eu-west-1", "--login-url", "https://l.example.com"], [:], "https://l.example.com",
                "https://api.mypurecloud.ie"
            ),
            ([], [:], "https://l.example.org", "https://a.example.org"),
        ] as [([String], [String: String], String, String)]
    )
    func oneDecision(arguments: [String], variables: [String: String], login: String, api: String) throws {
        let home = try Home(
            own: """
                [default]
                region = "us-west-2"
                org = "acme"
                login_url = "https://l.example.org"
                api_url = "https://a.example.org"
                """
        )
        let environment = try home.settings(arguments, variables).environment
        #expect(environment.loginURL == login)
        #expect(environment.apiURL == api)
    }

    @Test("an overruled value is not told as one in force")
    func overruled() throws {
        let home = try Home(own: "[default]\nlogin_url = \"https://l.example.org\"\n")
        let settings = try home.settings(["--region", "eu-west-1"])
        #expect(settings.origin(of: .loginURL) == .preset)
        #expect(settings.text(of: .loginURL) == nil)
    }

    @Test(
        "no_browser in the file gives way to a browser that the person names now",
        arguments: [
            (["--browser", "lynx"], [:], true), ([], ["GENESYSCLOUD_BROWSER": "lynx"], true),
            ([], ["BROWSER": "lynx"], false), ([], [:], false), (["--no-browser", "--browser", "lynx"], [:], false),
        ] as [([String], [String: String], Bool)]
    )
    func noBrowser(arguments: [String], variables: [String: String], opens: Bool) throws {
        let home = try Home(own: "[default]\nno_browser = true\nbrowser = \"firefox\"\n")
        #expect(try home.settings(arguments, variables).opensBrowser == opens)
    }

    @Test("XDG_CONFIG_HOME moves the file; a relative or empty one counts as not set")
    func configurationFolder() throws {
        let home = try Home(own: "[default]\nclient_id = \"at-home\"\n")
        try home.write(
            Array("[default]\nclient_id = \"elsewhere\"\n".utf8),
            to: "\(home.path)/xdg/genesys-login/config.toml"
        )
        #expect(try home.settings([], ["XDG_CONFIG_HOME": "\(home.path)/xdg"]).clientID?.value == "elsewhere")
        #expect(try home.settings([], ["XDG_CONFIG_HOME": "xdg"]).clientID?.value == "at-home")
        #expect(try home.settings([], ["XDG_CONFIG_HOME": ""]).clientID?.value == "at-home")
    }

    @Test("without a home there are no files, and nothing is missed", arguments: [[:], ["HOME": ""]])
    func noHome(variables: [String: String]) throws {
        let settings = try Settings(Options.parse([]), environment: variables)
        #expect(settings.file == nil)
        #expect(settings.profileName == "default")
        let error = #expect(throws: UsageError.self) {
            try Settings(Options.parse(["--profile", "work"]), environment: variables)
        }
        #expect(error?.problem.hasPrefix("--profile work ") == true)
        #expect(error?.remedy.contains("HOME") == true)
    }

    @Test("GENESYSCLOUD_PROFILE chooses a profile, and --profile beats it")
    func profileChoice() throws {
        let home = try Home(
            own: "[default]\nclient_id = \"d\"\n[work]\nclient_id = \"w\"\n[\"x y\"]\nclient_id = \"x\"\n"
        )
        let variables = ["GENESYSCLOUD_PROFILE": "work"]
        #expect(try home.settings().clientID?.value == "d")
        #expect(try home.settings([], variables).clientID?.value == "w")
        #expect(try home.settings([], variables).profileOrigin == .variable("GENESYSCLOUD_PROFILE"))
        #expect(try home.settings(["--profile", "x y"], variables).clientID?.value == "x")
        #expect(try home.settings(["--profile", "default"], variables).profileName == "default")
    }
}
