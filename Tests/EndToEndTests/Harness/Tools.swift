import Foundation

/// The programs that the tests use. One that is missing is a failure which names the remedy, never a skipped test.
enum Tools {
    /// The folder that holds `Package.swift`.
    static let packageRoot = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Files that the tests need and that are no Swift.
    static let support = packageRoot.appending(path: "Tests/EndToEndTests/Support")

    /// The release program under test.
    static func program() throws -> String {
        let named = ProcessInfo.processInfo.environment["GENESYS_LOGIN_PROGRAM"]
        let path = named ?? packageRoot.appending(path: ".build/release/genesys-login").path
        return try executable(path, remedy: "Run `make build`, or set GENESYS_LOGIN_PROGRAM to the program to test.")
    }

    static func tmux() throws -> String { try command("tmux", package: "tmux") }
    static func ssh() throws -> String { try command("ssh", package: "openssh-client") }
    static func sshKeygen() throws -> String { try command("ssh-keygen", package: "openssh-client") }
    /// Wants to be started by its whole path.
    static func sshd() throws -> String { try command("sshd", package: "openssh-server") }
    static func bash() throws -> String { try command("bash", package: "bash") }
    static func compiler() throws -> String { try command("cc", package: "gcc") }
    static func chromium() throws -> String { try command("chromium", package: "chromium") }
    static func setpriv() throws -> String { try command("setpriv", package: "util-linux") }
    static func chromedriver() throws -> String { try command("chromedriver", package: "chromium-driver") }

    /// The interpreter of the virtual environment that has the authorization server's packages.
    static func python() throws -> String {
        try executable(
            packageRoot.appending(path: ".build-venv/bin/python").path,
            remedy: "Run `make venv`, which makes the virtual environment from Support/requirements.txt."
        )
    }

    private static let searchPath = ["/usr/local/bin", "/usr/bin", "/bin"]

    private static func command(_ name: String, package: String) throws -> String {
        let inherited = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let folders = searchPath + ["/usr/sbin"] + inherited
        for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") {
            return "\(folder)/\(name)"
        }
        throw Failure("\(name) is not installed. Run `make test`, or `sudo apt-get install -y \(package)`.")
    }

    private static func executable(_ path: String, remedy: String) throws -> String {
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Failure("There is no program at \(path). \(remedy)")
        }
        return path
    }

    /// The whole environment of a process that the tests start: nothing of the person's own settings, no proxy. Sessions
    /// stay in memory unless a test says otherwise, for other stores belong to the whole user.
    static func environment(home: URL) -> [String: String] {
        [
            "HOME": home.path, "PATH": searchPath.joined(separator: ":"), "LANG": "C.UTF-8",
            "GENESYSCLOUD_SESSION_STORE": "memory",
        ]
    }
}
