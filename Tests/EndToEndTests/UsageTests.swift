import Foundation
import Testing

extension EndToEndTests {
    /// What the program says when it is started in a way that cannot work.
    @Suite struct UsageTests {
        @Test("without a terminal the screen is not started, and the way out is named", arguments: [[], ["demo"]])
        func noTerminal(arguments: [String]) async throws {
            try await Stage.with { stage in
                let result = try await stage.run(arguments + ["--client-id", "x"])
                #expect(result.status == 64, "\(result)")
                #expect(result.errors.contains("genesys-login login"), "\(result)")
                #expect(result.output.isEmpty, "\(result)")
            }
        }

        @Test("TERM=dumb is no terminal for a screen")
        func dumbTerminal() async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen(["--client-id", "x"], environment: ["TERM": "dumb"])
                #expect(try await screen.exitStatus() == 64)
                let shown = try await screen.wait(for: "exit status")
                #expect(shown.contains("genesys-login login"), "\(shown)")
                try await screen.expectRestoredTerminal()
            }
        }

        @Test(
            "settings that cannot be used are refused with the reason",
            arguments: [
                (["--redirect-uri", "http://example.com/callback"], "example.com"),
                (["--redirect-uri", "https://localhost/cb"], "https"),
                (["--redirect-uri", "http://localhost:3000/callback?x=1"], "?"),
                (["--redirect-uri", "http://0.0.0.0:3000/callback"], "0.0.0.0"),
                (["--login-url", "http://example.com"], "example.com"),
                (["--api-url", "http://example.com"], "example.com"),
                (["--region", "mars-central-1"], "mars-central-1"),
                (["--timeout", "soon"], "soon"),
                (["--region", ""], "--region \"\" is no region"),
                (["--no-such-option"], "--no-such-option"),
            ]
        )
        func badSettings(arguments: [String], reason: String) async throws {
            try await Stage.with { stage in
                let result = try await stage.run(["--client-id", "x"] + arguments)
                #expect(result.status == 64, "\(result)")
                #expect(result.errors.contains(reason), "the reason must name «\(reason)»: \(result)")
                #expect(result.output.isEmpty, "\(result)")
            }
        }

        @Test("a region from the environment is checked like one from an option")
        func badEnvironment() async throws {
            try await Stage.with { stage in
                let result = try await stage.run(
                    ["--client-id", "x"],
                    environment: ["GENESYSCLOUD_REGION": "mars-central-1"]
                )
                #expect(result.status == 64, "\(result)")
                #expect(result.errors.contains("mars-central-1"), "\(result)")
            }
        }

        @Test("--help and --version answer on standard output, without a terminal")
        func helpAndVersion() async throws {
            try await Stage.with { stage in
                let help = try await stage.run(["--help"])
                #expect(help.status == 0, "\(help)")
                for word in ["demo", "--client-id"] {
                    #expect(help.output.contains(word), "--help must tell of \(word): \(help)")
                }
                let options = try await stage.run(["demo", "--help"])
                #expect(options.status == 0, "\(options)")
                for word in ["--scenario", "--client-id", "--region", "--redirect-uri", "--browser", "--timeout"] {
                    #expect(options.output.contains(word), "demo --help must tell of \(word): \(options)")
                }
                let version = try await stage.run(["--version"])
                #expect(version.status == 0, "\(version)")
                #expect(version.output.contains(/\d+\.\d+/), "\(version)")
                #expect(help.errors.isEmpty && version.errors.isEmpty)
            }
        }

        @Test("with --json wrong usage is an object too", arguments: ["status", "token", "login", "doctor"])
        func json(command: String) async throws {
            try await Stage.with { stage in
                let result = try await stage.run([command, "--json", "--region", "atlantis"])
                #expect(result.status == 64, "\(result)")
                let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
                let error = object?["error"] as? [String: Any]
                #expect(error?["code"] as? String == "usage")
                #expect((error?["summary"] as? String)?.contains("atlantis") == true, "\(result)")
            }
        }
    }
}
