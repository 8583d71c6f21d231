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

        @Test("a terminal whose locale is not UTF-8 gets ASCII, for other bytes may control it; a pipe gets all")
        func otherCharacters() async throws {
            try await Stage.with { stage in
                let server = try stage.stubServer { _ in .json(#"{"id": "1", "name": "Zoë Û2J"}"#) }
                let environment = [
                    "GENESYSCLOUD_LOGIN_URL": server.url, "GENESYSCLOUD_API_URL": server.url,
                    "GENESYSCLOUD_ACCESS_TOKEN": "some-token", "LC_ALL": "de_DE.ISO-8859-1",
                ]
                let line = "'\(try Tools.program())' whoami; echo end; sleep 60"
                let screen = try await stage.screen(["-c", line], program: "/bin/sh", environment: environment)
                #expect(try await screen.wait(for: "end").contains("Zo? ?2J"))
                let result = try await stage.run(["whoami"], environment: environment)
                #expect(result.output == "Zoë Û2J\n", "\(result)")
            }
        }

        @Test("help and version that cannot be written are failures too")
        func helpTakenByNobody() async throws {
            try await Stage.with { stage in
                for arguments in ["--version", "--help", "help token", "help errors", "token --help"] {
                    let result = try await ChildProcess.run(
                        "/bin/sh",
                        ["-c", "exec '\(try Tools.program())' \(arguments) >/dev/full"],
                        environment: Tools.environment(home: stage.home),
                        filesIn: stage.newFolder("run")
                    )
                    #expect(result.status == 1, "\(arguments): \(result)")
                    #expect(result.errors.contains("Standard output takes nothing"), "\(arguments): \(result)")
                }
            }
        }

        @Test("where few files may be opened the limit is raised, and where it may not that is said")
        func fewFiles() async throws {
            try await Stage.with { stage in
                for (limit, status) in [("-S -n 8", 4), ("-n 8", 1)] as [(String, Int32)] {
                    let result = try await ChildProcess.run(
                        "/bin/sh",
                        ["-c", "ulimit \(limit) && exec '\(try Tools.program())' status"],
                        environment: Tools.environment(home: stage.home),
                        filesIn: stage.newFolder("run")
                    )
                    #expect(result.status == status, "\(result)")
                    #expect(result.errors.contains("ulimit -n") == (status == 1), "\(result)")
                }
            }
        }

        @Test(
            "where stack or address space do not suffice, that is said and nothing begins",
            arguments: ["-s 128", "-v 600000"],
            ["login --client-id client-1 --no-browser", "status"]
        )
        func littleMemory(limit: String, command: String) async throws {
            try await Stage.with { stage in
                let command = "'\(try Tools.program())' \(command) </dev/null"
                let result = try await ChildProcess.run(
                    "/bin/sh",
                    ["-c", "ulimit \(limit) && exec \(command)"],
                    environment: Tools.environment(home: stage.home),
                    filesIn: stage.newFolder("run")
                )
                #expect(result.status == 1, "\(result)")
                #expect(result.errors.contains("Raise the limit (ulimit \(limit.prefix(2))"), "\(result)")
            }
        }

        @Test("where no thread is to be had, commands and the screen say so and end")
        func noThreads() async throws {
            // The superuser may always have one, and becomes a user that nobody else is.
            let limited = """
                import os, pty, resource as r, sys
                def limited():
                    if os.getuid() == 0: os.setgid(61235); os.setuid(61235)
                    r.setrlimit(r.RLIMIT_NPROC, (1, 1))
                    os.execv(sys.argv[1], sys.argv[1:])
                if len(sys.argv) > 2: limited()
                # The screen, on a terminal of its own.
                child, terminal = pty.fork()
                if child == 0: limited()
                shown = b''
                try:
                    while True:
                        some = os.read(terminal, 4096)
                        if not some: break
                        shown += some
                except OSError: pass
                sys.stderr.buffer.write(shown[shown.rfind(b'\\x1b[?1049l'):])
                sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
                """
            try await Stage.with { stage in
                let folder = try stage.newFolder("open")
                let program = folder.appending(path: "genesys-login")
                try FileManager.default.copyItem(atPath: try Tools.program(), toPath: program.path)
                for path in [stage.folder.path, folder.path, program.path] {
                    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
                }
                for command in ["status", "token", "whoami", "doctor", "login", ""] {
                    let result = try await ChildProcess.run(
                        "/usr/bin/python3",
                        ["-c", limited, program.path] + (command.isEmpty ? [] : [command]),
                        environment: Tools.environment(home: stage.home).merging(["TERM": "xterm-256color"]) { $1 },
                        filesIn: stage.newFolder("run")
                    )
                    #expect(result.status == 1 && result.output.isEmpty, "\(command): \(result)")
                    #expect(result.errors.contains("starts no more threads"), "\(command): \(result)")
                }
            }
        }

        @Test("where no thread is to be had any more when the browser is due, the screen says so, and shows the URL")
        func noThreadsLeft() async throws {
            let crowded = """
                import os, pty, resource as r, sys, time
                if os.getuid() == 0: os.setgid(61236); os.setuid(61236)
                # Room for what the program begins with.
                child, terminal = pty.fork()
                if child == 0: r.setrlimit(r.RLIMIT_NPROC, (60, 60)); os.execv(sys.argv[1], sys.argv[1:])
                shown = b''
                def read(until):
                    global shown
                    end = time.monotonic() + 20
                    while until not in shown:
                        if time.monotonic() > end: break
                        shown += os.read(terminal, 4096)
                read(b'Signed out')
                # The first frame is there before the threads are, which would find no room.
                threads, since = 0, time.monotonic()
                while time.monotonic() - since < 1:
                    now = len(os.listdir('/proc/%d/task' % child))
                    if now != threads: threads, since = now, time.monotonic()
                    time.sleep(0.05)
                # The rest of the room is taken.
                r.setrlimit(r.RLIMIT_NPROC, (60, 60))
                idle = []
                try:
                    while True:
                        one = os.fork()
                        if one == 0: time.sleep(60); os._exit(0)
                        idle.append(one)
                except BlockingIOError: pass
                os.write(terminal, b'\\r')
                read(b'No browser')
                for one in idle: os.kill(one, 9)
                os.write(terminal, b'qq')
                sys.stdout.buffer.write(shown)
                """
            try await Stage.with { stage in
                let folder = try stage.newFolder("open")
                let program = folder.appending(path: "genesys-login")
                try FileManager.default.copyItem(atPath: try Tools.program(), toPath: program.path)
                for path in [stage.folder.path, folder.path, program.path] {
                    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
                }
                let result = try await ChildProcess.run(
                    "/usr/bin/python3",
                    [
                        "-c", crowded, program.path, "--client-id", "client-1", "--redirect-uri",
                        "http://localhost:0/callback", "--browser", "/bin/true", "--session-store", "memory",
                    ],
                    environment: Tools.environment(home: folder).merging(["TERM": "xterm-256color"]) { $1 },
                    filesIn: stage.newFolder("run")
                )
                #expect(result.output.contains("No browser was opened"), "\(result)")
            }
        }

        @Test("a signal to end that comes in the screen's first moments ends it, whatever the moment")
        func earlySignals() async throws {
            let early = """
                import os, pty, select, signal, sys, time
                lost = []
                # Python's own handler would go on with its copy of this script.
                signal.signal(signal.SIGINT, signal.SIG_DFL)
                for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                    for moment in range(0, 60, 3):
                        child, terminal = pty.fork()
                        if child == 0: os.execv(sys.argv[1], sys.argv[1:])
                        time.sleep(moment / 1000)
                        os.kill(child, number)
                        end = time.monotonic() + 10
                        while time.monotonic() < end:
                            if select.select([terminal], [], [], 0.01)[0]:
                                try: os.read(terminal, 65536)
                                except OSError: pass
                            if os.waitpid(child, os.WNOHANG)[0]: break
                        else:
                            lost.append((number.name, moment))
                            os.kill(child, 9)
                            os.waitpid(child, 0)
                        os.close(terminal)
                print('lost:', lost)
                """
            try await Stage.with { stage in
                let result = try await ChildProcess.run(
                    "/usr/bin/python3",
                    ["-c", early, Tools.program(), "--session-store", "memory", "--client-id", "client-1"],
                    environment: Tools.environment(home: stage.home).merging(["TERM": "xterm-256color"]) { $1 },
                    filesIn: stage.newFolder("run"),
                    within: .seconds(120)
                )
                #expect(result.output == "lost: []\n", "\(result)")
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
