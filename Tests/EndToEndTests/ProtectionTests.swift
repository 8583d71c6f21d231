import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// What a crash leaves behind, and what other programs of the same user can read.
    @Suite struct ProtectionTests {
        private static let login = [
            "login", "--client-id", "client-1", "--no-browser", "--redirect-uri", "http://localhost:0/callback",
        ]

        /// Starts `command` in `folder`, allowed to dump cores of any size.
        private func start(
            _ command: [String],
            in folder: URL,
            environment: [String: String] = [:],
            _ stage: Stage
        ) throws -> ChildProcess {
            let child = try ChildProcess(
                "/bin/sh",
                ["-c", "cd \"$0\" && ulimit -c unlimited && exec \"$@\"", folder.path] + command,
                environment: Tools.environment(home: stage.home).merging(environment) { $1 },
                filesIn: stage.newFolder("run")
            )
            stage.atTheEnd { await child.end() }
            return child
        }

        /// The words before a command that is not to run as root, to whom nothing is closed.
        private static func somebodyElse() throws -> [String] {
            guard geteuid() == 0 else { return [] }
            return [try Tools.setpriv(), "--reuid=65534", "--regid=65534", "--clear-groups"]
        }

        /// The program where everybody can start it.
        private func copy(_ stage: Stage) throws -> (program: String, folder: URL) {
            let folder = try stage.newFolder("of-everybody")
            let program = folder.appending(path: "genesys-login")
            try FileManager.default.copyItem(atPath: try Tools.program(), toPath: program.path)
            for path in [stage.folder, folder, program] { chmod(path.path, 0o755) }
            return (program.path, folder)
        }

        private func waitForURL(_ child: ChildProcess) async throws {
            try await waitUntil("the URL", evidence: { child.errors }, until: { child.errors.contains("&state=") })
        }

        @Test("a crash leaves no core and calls no backtracer", arguments: [SIGSEGV, SIGABRT, SIGQUIT])
        func crash(signal: Int32) async throws {
            try await Stage.with { stage in
                let folder = try stage.newFolder("cores")
                let backtracer = try stage.newFolder("backtracer").appending(path: "backtrace")
                try "#!/bin/sh\necho called > '\(folder.path)/backtrace'\n".write(
                    to: backtracer,
                    atomically: true,
                    encoding: .utf8
                )
                chmod(backtracer.path, 0o755)
                let program = try start(
                    [try Tools.program()] + Self.login,
                    in: folder,
                    environment: ["SWIFT_BACKTRACE": "enable=yes,swift-backtrace=\(backtracer.path)"],
                    stage
                )
                try await waitForURL(program)
                let limits = try String(contentsOfFile: "/proc/\(program.id)/limits", encoding: .utf8)
                #expect(limits.contains(/Max core file size +0\s/), "\(limits)")
                kill(program.id, signal)
                let end = try await program.finished("the program that crashes")
                #expect(end.status == 128 + signal, "\(end)")
                #expect(!program.hasDumpedCore)
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
            }
        }

        @Test("neither memory nor environment nor open files can be read by other programs of the same user")
        func sameUser() async throws {
            try await Stage.with { stage in
                let asPerson = try Self.somebodyElse()
                let (program, folder) = try copy(stage)
                let child = try start(asPerson + [program] + Self.login, in: folder, stage)
                try await waitForURL(child)
                let ordinary = try start(asPerson + ["/bin/sleep", "60"], in: folder, stage)
                try await waitUntil("sleep to start") {
                    try String(contentsOfFile: "/proc/\(ordinary.id)/comm", encoding: .utf8) == "sleep\n"
                }

                func read(_ file: String, of process: ChildProcess) async throws -> Int32 {
                    let command = asPerson + ["/bin/ls", "-l", "/proc/\(process.id)/\(file)/"]
                    let files = asPerson + ["/bin/cat", "/proc/\(process.id)/\(file)"]
                    let words = file == "fd" ? command : files
                    return try await ChildProcess.run(
                        words[0],
                        Array(words.dropFirst()),
                        environment: Tools.environment(home: stage.home),
                        filesIn: folder
                    ).status
                }
                for file in ["environ", "maps", "fd"] {
                    #expect(try await read(file, of: ordinary) == 0, "\(file) of an ordinary program is open")
                    #expect(try await read(file, of: child) != 0, "\(file) must be closed")
                }
                #expect(try await read("mem", of: child) != 0)
                #expect(try await read("cmdline", of: child) == 0, "arguments are open to everybody, always")
                var status = stat()
                #expect(stat("/proc/\(child.id)/mem", &status) == 0 && status.st_uid == 0)
            }
        }

        @Test("a port that another genesys-login has is said to be that one's, although its open files are closed")
        func portOfItsKind() async throws {
            try await Stage.with { stage in
                let asPerson = try Self.somebodyElse()
                let (program, folder) = try copy(stage)
                let port = try Ports.free()
                let command =
                    asPerson + [
                        program, "login", "--client-id", "client-1", "--no-browser", "--redirect-uri",
                        "http://localhost:\(port)/callback",
                    ]
                let first = try start(command, in: folder, stage)
                try await waitForURL(first)
                let second = try await start(command, in: folder, stage).finished("the second one")
                #expect(second.status == 1)
                #expect(
                    second.errors.contains("Port \(port) is in use by genesys-login (process \(first.id))"),
                    "\(second)"
                )
            }
        }

        @Test(
            "a browser gets the limit on core dumps that the program was started with, and no token of the environment"
        )
        func browser() async throws {
            try await Stage.with { stage in
                let folder = try stage.newFolder("browser")
                let script = folder.appending(path: "browser")
                let result = folder.appending(path: "result")
                // The limit comes back a moment after the start.
                try """
                #!/bin/sh
                until [ "$(ulimit -S -c)" = unlimited ]; do sleep 0.05; done
                env > '\(result.path).new'
                mv '\(result.path).new' '\(result.path)'
                """.write(to: script, atomically: true, encoding: .utf8)
                chmod(script.path, 0o755)
                let program = try start(
                    [
                        try Tools.program(), "login", "--client-id", "client-1", "--redirect-uri",
                        "http://localhost:0/callback", "--browser", script.path,
                    ],
                    in: folder,
                    environment: ["GENESYSCLOUD_ACCESS_TOKEN": "token-of-the-environment", "KEPT": "kept"],
                    stage
                )
                try await waitUntil(
                    "the browser to have its limit back",
                    evidence: { program.errors },
                    until: { FileManager.default.fileExists(atPath: result.path) }
                )
                let variables = try String(contentsOf: result, encoding: .utf8)
                #expect(variables.contains("KEPT=kept"))
                #expect(!variables.contains("token-of-the-environment"))
            }
        }
    }
}
