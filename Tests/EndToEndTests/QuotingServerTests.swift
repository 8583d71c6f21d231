import Foundation
import Testing

extension EndToEndTests {
    /// A server whose errors quote what it was sent: code and verifier, tokens.
    @Suite struct QuotingServerTests {
        @Test("nothing of it comes out: by lines, by JSON, on the screen, in the log, whichever request it was")
        func quoted() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                let log = ["--log-file", stage.folder.appending(path: "log").path, "--log-level", "trace"]
                var search = SecretSearch()
                func expectStruckOut(_ result: ChildProcess.Finished, _ what: String) {
                    #expect(result.status != 0, "\(what): \(result)")
                    #expect(result.errors.contains("you sent ‹redacted›"), "\(what): \(result)")
                    #expect(result.output.contains("you sent ‹redacted›"), "\(what): \(result)")
                    search.add(what, Data((result.output + result.errors).utf8))
                }
                func run(_ command: String) async throws -> ChildProcess.Finished {
                    try await stage.run([command, "--json"] + log, environment: rig.environment)
                }
                rig.server.setQuoting(true)
                expectStruckOut(try await rig.signIn(["--json"] + log), "login")
                rig.server.setQuoting(false)
                #expect(try await rig.signIn(log).status == 0)
                rig.server.setQuoting(true)
                expectStruckOut(try await run("whoami"), "whoami")
                expectStruckOut(try await run("refresh"), "refresh")

                let screen = try await stage.screen(["--no-browser"] + log, environment: rig.environment)
                try await screen.wait(for: "you sent ‹redacted›")
                try await screen.press(.letter("l"))
                try await screen.wait(for: "Signed out")
                try await screen.wait(for: "you sent ‹redacted›")
                try await screen.press(.letter("q"))
                #expect(try await screen.exitStatus() == 0)

                search.add("the screen", screen.bytes)
                search.add(filesBelow: stage.home)
                search.add("the log", try Data(contentsOf: stage.folder.appending(path: "log")))
                #expect(search.places(of: rig.profile).contains("the log"), "the search must find things")
                let secrets = Set(rig.stub.requests.flatMap(\.secrets))
                // A verifier for each of the two sign-ins.
                #expect(secrets.isSuperset(of: ["the-code", "refresh-token-0", "access-token-0"]))
                #expect(secrets.count == 5)
                for secret in secrets { #expect(search.places(of: secret) == [], "\(secret) came out") }
            }
        }
    }
}
