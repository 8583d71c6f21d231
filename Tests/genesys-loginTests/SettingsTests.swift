import ArgumentParser
import GenesysCloud
import OAuth
import SignInRuntime
import Testing

@testable import genesys_login

@Suite("Settings")
struct SettingsTests {
    private func settings(_ arguments: [String] = [], _ variables: [String: String] = [:]) throws -> Settings {
        try Settings(Options.parse(arguments), environment: variables)
    }

    private func usageError(_ arguments: [String] = [], _ variables: [String: String] = [:]) throws -> UsageError {
        try #require(throws: UsageError.self) { try settings(arguments, variables) }
    }

    @Test("without an option or a variable the defaults hold")
    func defaults() throws {
        let settings = try settings()
        #expect(settings.clientID == nil)
        #expect(settings.environment.loginURL == "https://login.mypurecloud.com")
        #expect(settings.environment.apiURL == "https://api.mypurecloud.com")
        #expect(settings.redirectURI.value == "http://localhost:3000/callback")
        #expect(settings.scope == nil)
        #expect(settings.browsers.map(\.words) == [["xdg-open"]])
        #expect(settings.opensBrowser)
        #expect(settings.timeout == 300)
    }

    @Test("an option beats its variable, which beats the default")
    func precedence() throws {
        let variables = [
            "GENESYSCLOUD_OAUTHCLIENT_ID": "from-variable", "GENESYSCLOUD_REGION": "mypurecloud.de",
            "GENESYSCLOUD_BROWSER": "lynx", "BROWSER": "w3m",
        ]
        let fromVariables = try settings([], variables)
        #expect(fromVariables.clientID?.value == "from-variable")
        #expect(fromVariables.environment.loginURL == "https://login.mypurecloud.de")
        #expect(fromVariables.browsers.map(\.words) == [["lynx"]])
        let fromOptions = try settings(
            ["--client-id", "from-option", "--region", "us-west-2", "--browser", "firefox -P x"],
            variables
        )
        #expect(fromOptions.clientID?.value == "from-option")
        #expect(fromOptions.environment.apiURL == "https://api.usw2.pure.cloud")
        #expect(fromOptions.browsers.map(\.words) == [["firefox", "-P", "x"]])
        #expect(try settings([], ["BROWSER": "w3m"]).browsers.map(\.words) == [["w3m"]])
        let several = try settings([], ["BROWSER": "firefox -P x %s:/usr/bin/lynx:"]).browsers
        #expect(several.map(\.words) == [["firefox", "-P", "x", "%s"], ["/usr/bin/lynx"]])
        #expect(try settings([], ["GENESYSCLOUD_BROWSER": "a:b"]).browsers.map(\.words) == [["a:b"]])
    }

    @Test("an empty variable counts as not set")
    func emptyVariable() throws {
        #expect(try settings([], ["GENESYSCLOUD_REGION": ""]).environment.label == "us-east-1")
    }

    @Test("--org signs in at the organization's own host")
    func organization() throws {
        let environment = try settings(["--org", "acme", "--region", "eu-west-1"]).environment
        #expect(environment.loginURL == "https://acme.mygen.com")
        #expect(environment.apiURL == "https://api.mypurecloud.ie")
    }

    @Test("the optional parameters reach the authorization request")
    func hints() throws {
        let hints = try settings([
            "--login-hint", "ada@example.com:acme", "--prompt-login", "--provider", "okta", "--provider-org", "acme",
            "--target", "org-1",
        ]).hints
        #expect(
            hints
                == .init(
                    loginHint: "ada@example.com:acme",
                    promptLogin: true,
                    provider: .init(name: "okta", organization: "acme"),
                    target: "org-1"
                )
        )
    }

    @Test(
        "a wrong value is refused with the option's name, the value and a remedy",
        arguments: [
            (["--region", "mars-1"], "--region mars-1"),
            (["--org", "a.b"], "--org a.b"),
            (["--login-url", "http://example.com"], "--login-url http://example.com"),
            (["--api-url", "ftp://localhost"], "--api-url ftp://localhost"),
            (["--redirect-uri", "http://example.com/callback"], "--redirect-uri http://example.com/callback"),
            (["--redirect-uri", "https://localhost/callback"], "--redirect-uri https://localhost/callback"),
            (["--redirect-uri", "http://localhost:70000/"], "--redirect-uri http://localhost:70000/"),
            (["--redirect-uri", "http://localhost/failed"], "--redirect-uri http://localhost/failed"),
            (["--scope", "a\"b"], "--scope a\"b"),
            (["--browser", "'open"], "--browser 'open"),
            (["--timeout", "0"], "--timeout 0"),
            (["--timeout", "soon"], "--timeout soon"),
            (["--client-id", "a b"], "--client-id a b"),
            (["--session-store", "disk"], "--session-store disk"),
            (["--provider", "okta"], "--provider-org"),
            (["--provider-org", "acme"], "--provider"),
        ] as [([String], String)]
    )
    func refusals(arguments: [String], named: String) throws {
        let error = try usageError(arguments)
        #expect(error.problem.contains(named))
        #expect(!error.remedy.isEmpty)
    }

    @Test("a wrong variable is refused by its own name")
    func wrongVariable() throws {
        #expect(try usageError([], ["GENESYSCLOUD_REGION": "mars-1"]).problem.hasPrefix("GENESYSCLOUD_REGION mars-1 "))
    }

    @Test("control characters of a wrong value do not reach the terminal")
    func hostileValue() throws {
        let error = try usageError(["--region", "a\u{1B}[31mb"])
        #expect(!error.problem.unicodeScalars.contains { $0.value < 0x20 })
    }
}
