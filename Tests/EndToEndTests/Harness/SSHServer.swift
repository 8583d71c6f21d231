import Foundation
import Glibc

/// Debian's sshd on 127.0.0.1, in the foreground and for one test: its keys and settings are in the test's folder, and
/// none of the machine's are read.
struct SSHServer {
    let port: Int
    /// Who logs in: whoever runs the test.
    let user: String

    private let folder: URL
    private let process: ChildProcess

    init(folder: URL) async throws {
        self.folder = folder
        port = try Ports.free()
        guard let entry = getpwuid(getuid()) else { throw Failure("this user has no name") }
        user = String(cString: entry.pointee.pw_name)
        let sshd = try Tools.sshd()
        try await Self.makeKey("host_key", in: folder)
        try await Self.makeKey("user_key", in: folder)
        func text(_ name: String) throws -> String {
            try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        }
        try Self.write(try text("user_key.pub"), folder, "authorized_keys")
        try Self.write("[127.0.0.1]:\(port) \(try text("host_key.pub"))", folder, "known_hosts")
        let settings = """
            Port \(port)
            ListenAddress 127.0.0.1
            HostKey \(folder.path)/host_key
            AuthorizedKeysFile \(folder.path)/authorized_keys
            PidFile none
            StrictModes no
            UsePAM no
            PermitRootLogin prohibit-password
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PermitUserRC no
            PrintMotd no
            PrintLastLog no
            """
        try Self.write(settings, folder, "sshd_config")
        if getuid() == 0 {
            // What the package's own service makes when it starts; root's sshd does not start without it.
            mkdir("/run/sshd", 0o755)
        }
        process = try ChildProcess(
            sshd,
            ["-D", "-e", "-f", folder.appending(path: "sshd_config").path],
            environment: Tools.environment(home: folder),
            filesIn: folder
        )
        try await waitUntil(
            "sshd to listen",
            evidence: { [process] in process.errors },
            until: { [process, port] in
                guard process.isRunning else { throw Failure("sshd ended: \(process.errors)") }
                return try !Ports.listeningAddresses(port).isEmpty
            }
        )
    }

    func end() async {
        await process.end()
    }

    /// For a message.
    var evidence: String { "sshd said: \(process.errors)" }

    /// What every `ssh` of the test needs, so that it reads nobody's settings, keys and known hosts.
    var keyOptions: [String] {
        [
            "-F", "none", "-i", folder.appending(path: "user_key").path, "-o", "IdentitiesOnly=yes", "-o",
            "UserKnownHostsFile=\(folder.path)/known_hosts", "-o", "GlobalKnownHostsFile=none", "-o", "BatchMode=yes",
            "-o", "StrictHostKeyChecking=yes", "-o", "ControlPath=none",
        ]
    }

    /// The arguments of an `ssh` that runs `command` on a terminal of the other side.
    func terminal(_ command: [String], environment: [String: String]) -> [String] {
        let words = ["env"] + environment.map { "\($0)=\($1)" } + command
        let line = words.map { "'\($0.replacing("'", with: "'\\''"))'" }.joined(separator: " ")
        return ["-tt"] + keyOptions + ["-p", String(port), "\(user)@127.0.0.1", "exec \(line)"]
    }

    /// Runs the `ssh` command line that the program shows, with the test's key and without a remote command.
    func tunnel(_ shown: [String]) throws -> ChildProcess {
        guard shown.first == "ssh" else { throw Failure("no ssh command: \(shown)") }
        return try ChildProcess(
            Tools.ssh(),
            ["-N"] + keyOptions + shown.dropFirst(),
            environment: Tools.environment(home: folder),
            filesIn: folder
        )
    }

    private static func makeKey(_ name: String, in folder: URL) async throws {
        let result = try await ChildProcess.run(
            Tools.sshKeygen(),
            ["-q", "-t", "ed25519", "-N", "", "-f", folder.appending(path: name).path],
            environment: Tools.environment(home: folder),
            filesIn: folder
        )
        guard result.status == 0 else { throw Failure("ssh-keygen: \(result)") }
    }

    private static func write(_ text: String, _ folder: URL, _ name: String) throws {
        let file = folder.appending(path: name)
        try (text + "\n").write(to: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }
}

extension Stage {
    /// An SSH server; see ``SSHServer``.
    func sshServer() async throws -> SSHServer {
        let server = try await SSHServer(folder: newFolder("sshd"))
        atTheEnd { await server.end() }
        return server
    }

    /// Starts the program on a screen, at the other end of an SSH connection.
    func screen(over server: SSHServer, _ arguments: [String], width: Int = 80, height: Int = 24) async throws
        -> TmuxScreen
    {
        try await screen(
            server.terminal([Tools.program()] + arguments, environment: Tools.environment(home: home)),
            program: Tools.ssh(),
            width: width,
            height: height
        )
    }
}
