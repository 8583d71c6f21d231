import Foundation
import Testing

extension EndToEndTests {
    /// Where what the program writes cannot go.
    @Suite struct OutputTests {
        @Test(
            "standard output that takes nothing is a failure: a script does not take an empty file for a token",
            arguments: [">/dev/full", ">&-"]
        )
        func outputTakesNothing(redirection: String) async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                for command in ["token", "token --json", "whoami", "status"] {
                    let result = try await ChildProcess.run(
                        "/bin/sh",
                        ["-c", "exec '\(try Tools.program())' \(command) \(redirection)"],
                        environment: Tools.environment(home: stage.home).merging(rig.environment) { $1 },
                        filesIn: stage.newFolder("run")
                    )
                    #expect(result.status == 1 && result.output.isEmpty, "\(command): \(result)")
                    #expect(result.errors.contains("Standard output takes nothing"), "\(command): \(result)")
                }
            }
        }

        @Test("nothing that the program opens gets the number of a standard file that it was started without")
        func startedWithoutFiles() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                let log = stage.home.appending(path: "log")
                let login = try await ChildProcess.run(
                    "/bin/sh",
                    [
                        "-c",
                        "'\(try Tools.program())' login --no-browser --timeout 1 --log-file '\(log.path)' 0<&- 1>&- 2>&-; "
                            + "echo $?",
                    ],
                    environment: Tools.environment(home: stage.home).merging(rig.environment) { $1 },
                    filesIn: stage.newFolder("run")
                )
                #expect(login.output == "75\n", "\(login)")
                let logged = try String(contentsOf: log, encoding: .utf8)
                #expect(logged.contains("timed_out") || logged.contains("timedOut"), "\(logged)")
                #expect(!logged.contains("Listening on"), "what belongs on standard error:\n\(logged)")
            }
        }
    }
}
