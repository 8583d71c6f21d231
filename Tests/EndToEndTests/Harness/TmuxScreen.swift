import Foundation
import Glibc

/// A terminal with the program in it: a tmux server of its own, which reads nobody's settings.
///
/// The program's parent is a shell script that writes a line before it starts, notes the terminal's settings before
/// and after, and stays when the program has ended, so that the terminal it leaves behind can be looked at.
struct TmuxScreen: Sendable {
    /// A key to press.
    enum Key: Sendable {
        case enter, escape, tab, controlC, controlU, controlW, controlZ, controlL
        /// Text typed in one go.
        case text(String)
        case letter(Character)

        fileprivate var arguments: [String] {
            switch self {
            case .enter: ["Enter"]
            case .escape: ["Escape"]
            case .tab: ["Tab"]
            case .controlC: ["C-c"]
            case .controlU: ["C-u"]
            case .controlW: ["C-w"]
            case .controlZ: ["C-z"]
            case .controlL: ["C-l"]
            case .text(let text): ["-l", text]
            case .letter(let character): ["-l", String(character)]
            }
        }
    }

    /// What stands on the terminal before the program starts, and must stand there again when it has ended.
    static let lineBefore = "the line before the program"

    let home: URL
    let folder: URL
    private let server: ChildProcess

    /// Starts a tmux server, not as a daemon, so that it cannot outlive the test.
    init(home: URL, folder: URL) throws {
        self.home = home
        self.folder = folder
        try """
        set -g default-terminal tmux-256color
        set -g status off
        set -g remain-on-exit on
        set -s escape-time 0
        """.write(to: folder.appending(path: "tmux.conf"), atomically: true, encoding: .utf8)
        server = try ChildProcess(
            Tools.tmux(),
            Self.options(folder) + ["-D"],
            environment: Self.environment(folder),
            filesIn: folder
        )
    }

    /// Starts the program. What it writes is recorded from the first byte on.
    func start(
        program: String,
        arguments: [String],
        environment: [String: String],
        width: Int,
        height: Int
    ) async throws {
        let variables = Tools.environment(home: home).merging(environment) { $1 }
            .map { Self.quoted("\($0)=\($1)") }.joined(separator: " ")
        let command = ([program] + arguments).map(Self.quoted).joined(separator: " ")
        // The traps keep the script alive when a key means a signal; a trapped signal is not inherited, an ignored
        // one would be.
        try """
        trap : INT QUIT
        cd \(Self.quoted(home.path))
        stty -a > \(quotedFile("settings-before"))
        echo '\(Self.lineBefore)'
        tmux wait-for recording
        sh -c 'echo $$ > "$0"; exec "$@"' \(quotedFile("pid")) env -i TERM="$TERM" \(variables) \(command)
        status=$?
        stty -a > \(quotedFile("settings-after"))
        echo "exit status $status"
        echo "$status" > \(quotedFile("status.new"))
        mv \(quotedFile("status.new")) \(quotedFile("status"))
        while :; do sleep 60; done
        """.write(to: file("script"), atomically: true, encoding: .utf8)
        let socket = file("tmux").path
        try await waitUntil(
            "tmux to listen",
            evidence: { server.errors },
            until: { FileManager.default.fileExists(atPath: socket) }
        )
        try await tmux(
            "new-session",
            "-d",
            "-x",
            String(width),
            "-y",
            String(height),
            "sh \(quotedFile("script"))"
        )
        try await tmux("pipe-pane", "-O", "cat > \(quotedFile("bytes"))")
        try await tmux("wait-for", "-S", "recording")
        let _: Int32 = try await processID()
    }

    /// Ends the terminal and everything in it.
    func end() async {
        if let pid = pidFromFile, status == nil { kill(pid, SIGKILL) }
        _ = try? await tmux("kill-server")
        await server.end()
    }

    // MARK: The screen

    /// What the screen shows.
    func capture() async throws -> String {
        try await tmux("capture-pane", "-p")
    }

    /// What the screen shows, with the escape sequences for colours and attributes.
    func captureWithAttributes() async throws -> String {
        try await tmux("capture-pane", "-p", "-e")
    }

    /// The screen in a frame, for a message.
    func evidence() async -> String {
        let screen = (try? await capture()) ?? "(the screen cannot be read)"
        let lines = screen.split(separator: "\n", omittingEmptySubsequences: false).map { "│ \($0)" }
        return "the screen:\n\(lines.joined(separator: "\n"))"
    }

    /// Waits until the screen shows `text`, and returns the whole screen.
    @discardableResult
    func wait(for text: String, within limit: Duration = Patience.usual) async throws -> String {
        var ended: Int?
        return try await poll(
            "«\(text)» on the screen",
            within: limit,
            evidence: evidence,
            until: {
                let screen = try await capture()
                if screen.contains(text) { return screen }
                // What it wrote before its end is on the screen by the next look.
                defer { ended = status }
                if let ended { throw Failure("the program ended with \(ended), not showing «\(text)»\n\(screen)") }
                return nil
            }
        )
    }

    /// Waits until the screen shows one of `texts`, and returns the whole screen.
    @discardableResult
    func wait(forOneOf texts: [String]) async throws -> String {
        try await poll(
            "one of \(texts) on the screen",
            evidence: evidence,
            until: {
                let screen = try await capture()
                return texts.contains(where: screen.contains) ? screen : nil
            }
        )
    }

    /// Presses `key`.
    func press(_ key: Key) async throws {
        try await tmux(["send-keys"] + key.arguments)
    }

    /// Pastes `text` as a terminal does where the program asked for it: in brackets.
    func paste(_ text: String) async throws {
        try await tmux("set-buffer", text)
        try await tmux("paste-buffer", "-p")
    }

    /// Gives the terminal another size.
    func resize(width: Int, height: Int) async throws {
        try await tmux("resize-window", "-x", String(width), "-y", String(height))
    }

    /// Whether the terminal shows its second screen, which full-screen programs use.
    func isOnAlternateScreen() async throws -> Bool {
        try await tmux("display-message", "-p", "#{alternate_on}").hasPrefix("1")
    }

    /// Whether the cursor can be seen.
    func isCursorVisible() async throws -> Bool {
        try await tmux("display-message", "-p", "#{cursor_flag}").hasPrefix("1")
    }

    // MARK: The program

    /// The program's process.
    func processID() async throws -> Int32 {
        try await poll("the program to start", evidence: evidence, until: { pidFromFile })
    }

    /// Whether the program is still there.
    var isRunning: Bool {
        guard let pidFromFile else { return false }
        return status == nil && kill(pidFromFile, 0) == 0
    }

    /// The program's exit status once it has ended.
    var status: Int? {
        (try? String(contentsOf: file("status"), encoding: .utf8)).flatMap { Int($0.dropLast()) }
    }

    /// Waits for the program to end by itself.
    func exitStatus() async throws -> Int {
        try await poll("the program to end", evidence: evidence, until: { status })
    }

    /// Every byte that the program wrote to the terminal.
    var bytes: Data {
        (try? Data(contentsOf: file("bytes"))) ?? Data()
    }

    /// What `stty -a` said before the program and after it, without the line that tells the terminal's size.
    func settings() throws -> (before: String, after: String) {
        func read(_ name: String) throws -> String {
            try String(contentsOf: file(name), encoding: .utf8).split(separator: "\n").dropFirst()
                .joined(separator: "\n")
        }
        return (try read("settings-before"), try read("settings-after"))
    }

    private var pidFromFile: Int32? {
        (try? String(contentsOf: file("pid"), encoding: .utf8)).flatMap { Int32($0.dropLast()) }
    }

    // MARK: tmux

    // Also for what only some tests look at; see TmuxScreen+Terminal.swift.

    @discardableResult
    func tmux(_ arguments: String...) async throws -> String {
        try await tmux(arguments)
    }

    @discardableResult
    func tmux(_ arguments: [String]) async throws -> String {
        let result = try await ChildProcess.run(
            Tools.tmux(),
            Self.options(folder) + arguments,
            environment: Self.environment(folder),
            filesIn: folder
        )
        guard result.status == 0 else { throw Failure("tmux \(arguments.joined(separator: " ")): \(result)") }
        return result.output
    }

    private static func options(_ folder: URL) -> [String] {
        ["-S", folder.appending(path: "tmux").path, "-f", folder.appending(path: "tmux.conf").path]
    }

    private static func environment(_ folder: URL) -> [String: String] {
        Tools.environment(home: folder).merging(["TERM": "xterm-256color"]) { $1 }
    }

    private func file(_ name: String) -> URL { folder.appending(path: name) }

    private func quotedFile(_ name: String) -> String { Self.quoted(file(name).path) }

    private static func quoted(_ word: String) -> String {
        "'\(word.replacing("'", with: "'\\''"))'"
    }
}
