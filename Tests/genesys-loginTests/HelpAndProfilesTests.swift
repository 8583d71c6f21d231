import ArgumentParser
import FoundationEssentials
import SignIn
import Testing

@testable import genesys_login

@Suite("profiles and help")
struct HelpAndProfilesTests {
    @Test("profiles lists name, region or host, client id and file, and marks the active one")
    func table() throws {
        let home = try Home(
            own: """
                [default]
                client_id = "abc"
                [work]
                org = "acme"
                client_id = "w"
                [broken]
                region = "mars"
                [local]
                login_url = "http://localhost:8085"
                """,
            official: "[default]\nenvironment = \"mypurecloud.de\"\nclient_secret = \"s3cr3t\"\n[play]\n"
        )
        let list = ProfileList(try home.configuration(), active: "work")
        let expected = """
               PROFILE  REGION          CLIENT ID  FILE
               default  eu-central-1    abc        OWN, OFFICIAL
            *  work     acme.mygen.com  w          OWN
               broken   mars            -          OWN
               local    localhost:8085  -          OWN
               play     us-east-1       -          OFFICIAL
            """
        let shown = list.table.replacing(home.own, with: "OWN").replacing(home.official, with: "OFFICIAL")
        #expect(shown == expected)
    }

    @Test("thirty thousand profiles in each file are found in no time")
    func manyProfiles() throws {
        let tables = (0..<30_000).map { "[p\($0)]\n" }.joined()
        let configuration = try Home(own: tables, official: tables.uppercased()).configuration()
        #expect(configuration.names.count == 60_000)
        let start = ContinuousClock.now
        for name in configuration.names where name.hasPrefix("p") {
            #expect(configuration.ownProfile(name)?.name == name)
            #expect(configuration.officialProfile(name)?.name == name.uppercased())
        }
        // Some hundredths; one after the other they would take minutes.
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test("profiles --json is one object with stable keys")
    func json() throws {
        let home = try Home(own: "[default]\nclient_id = \"abc\"\n[bare]\n")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(ProfileList(try home.configuration(), active: "default"))
        let expected =
            #"{"active":"default","profiles":[{"active":true,"client_id":"abc","files":["OWN"],"name":"default","#
            + #""region":"us-east-1"},{"active":false,"client_id":null,"files":["OWN"],"name":"bare","#
            + #""region":"us-east-1"}]}"#
        #expect(String(decoding: data, as: UTF8.self).replacing(home.own, with: "OWN") == expected)
    }

    @Test("help errors tells code, summary, cause and remedy of every failure, the nine OAuth codes among them")
    func helpErrors() {
        let text = HelpCommand.catalogue(FailureCatalogue.reports)
        let codes = Set(FailureCatalogue.reports.map(\.code))
        let oauth: Set = [
            "invalid_grant", "invalid_client", "unauthorized_client", "access_denied", "invalid_request",
            "invalid_scope", "unsupported_response_type", "server_error", "temporarily_unavailable",
        ]
        #expect(codes.isSuperset(of: oauth))
        #expect(
            codes.isSuperset(of: [
                "missing_code", "timed_out", "port_in_use", "listener_failed", "name_resolution", "connection_refused",
                "tls_untrusted", "tls_expired", "tls_wrong_host", "tls_failed", "proxy", "oversized_response",
                "malformed_response", "unauthorized", "forbidden", "not_found", "rate_limited", "service_error",
                "browser_not_found", "browser_failed", "not_signed_in", "other_session", "session_expired",
                "no_refresh_token",
            ])
        )
        for report in FailureCatalogue.reports {
            #expect(!report.summary.isEmpty && !report.cause.isEmpty && !report.remedy.isEmpty)
            #expect(
                text.contains("\(report.code)\n  \(report.summary)\n  Why: \(report.cause)\n  Do:  \(report.remedy)")
            )
        }
        #expect(text.split(separator: "\n").contains("port_in_use"))
    }

    @Test("help of a command is the parser's own; an unknown topic is refused with those there are")
    func helpOfCommands() throws {
        func message(_ arguments: [String]) -> String? {
            do {
                var command = try GenesysLogin.parseAsRoot(arguments)
                try command.run()
                return nil
            } catch {
                return GenesysLogin.fullMessage(for: error)
            }
        }
        #expect(message(["help", "profiles"])?.contains("USAGE: genesys-login profiles") == true)
        #expect(message(["help"])?.contains("USAGE: genesys-login") == true)
        #expect(message(["profiles", "--help"])?.contains("USAGE: genesys-login profiles") == true)
        let refused = message(["help", "nonsense"])
        #expect(refused?.contains("no help on nonsense") == true)
        #expect(refused?.contains("profiles") == true && refused?.contains("errors") == true)
    }

    @Test("every command takes every option")
    func everyOption() throws {
        let options = Setting.allCases.flatMap { setting in
            setting.kind == .boolean ? [setting.option] : [setting.option, "1"]
        }
        let commands = GenesysLogin.configuration.subcommands.compactMap { $0.configuration.commandName }
        #expect(commands.count == 10)
        for command in commands {
            #expect(throws: Never.self) { try GenesysLogin.parseAsRoot([command, "--profile", "x"] + options) }
        }
        #expect(throws: Never.self) { try GenesysLogin.parseAsRoot(["--profile", "x"] + options) }
    }
}
