import Foundation
import Glibc
import Testing

/// A person's own shell on a terminal, with job control, from which the program is started.
struct ShellScreen: Sendable {
    let screen: TmuxScreen
    private let before: String

    fileprivate init(_ screen: TmuxScreen) async throws {
        self.screen = screen
        try await Self.waitForPrompt(screen)
        // The shell's own paste mode would hide what the program does with it.
        try await screen.press(.text("bind 'set enable-bracketed-paste off'"))
        try await screen.press(.enter)
        before = try await Self.ask("stty -a | tail -n +2", of: screen)
    }

    /// Waits until the shell listens again.
    func waitForPrompt() async throws {
        try await Self.waitForPrompt(screen)
    }

    private static func waitForPrompt(_ screen: TmuxScreen) async throws {
        // tmux leaves the blank at the prompt's end away.
        let prompt = Stage.prompt.dropLast()
        try await waitUntil(
            "the shell's prompt",
            evidence: screen.evidence,
            until: { try await screen.capture().split(separator: "\n").last.map { $0 == prompt } ?? false }
        )
    }

    /// Types a command.
    func enter(_ command: String) async throws {
        try await screen.press(.text(command))
        try await screen.press(.enter)
    }

    /// Starts the program in the foreground.
    func start(_ arguments: [String]) async throws {
        try await enter(([try Tools.program()] + arguments).joined(separator: " "))
    }

    /// The program's process: the shell's only child.
    func program() async throws -> Int32 {
        let shell = try await screen.processID()
        let file = "/proc/\(shell)/task/\(shell)/children"
        return try await poll("the shell's child") {
            let children = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
            return children.split(separator: " ").first.flatMap { Int32($0) }
        }
    }

    /// Whether the terminal is the process group's of `process`.
    func isInForeground(_ process: Int32) throws -> Bool {
        let line = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        // Behind the name, which may hold anything: state, parent, group, session, terminal, its foreground group.
        let fields = line.split(separator: ")").last?.split(separator: " ").map(String.init) ?? []
        return fields.count > 5 && fields[2] == fields[5]
    }

    /// Whether the terminal shows what is typed.
    func echoes() async throws -> Bool {
        let name = try await screen.tmux("display-message", "-p", "#{pane_tty}").split(separator: "\n").joined()
        let terminal = open(name, O_RDONLY | O_NOCTTY)
        defer { close(terminal) }
        var settings = termios()
        guard tcgetattr(terminal, &settings) == 0 else { throw Failure("\(name) is no terminal") }
        return settings.c_lflag & tcflag_t(ECHO) != 0
    }

    /// The terminal is the shell's, as it was before the program.
    func expectOrder(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let now = try await Self.ask("stty -a | tail -n +2", of: screen)
        #expect(now == before, "the terminal's settings", sourceLocation: sourceLocation)
        #expect(try await !screen.isOnAlternateScreen(), sourceLocation: sourceLocation)
        #expect(try await screen.isCursorVisible(), sourceLocation: sourceLocation)
        try await screen.waitForNoModes()
    }

    /// Has the shell run a command, and returns what it said: into a file, so that no screen cuts it.
    private static func ask(_ command: String, of screen: TmuxScreen) async throws -> String {
        let file = screen.folder.appending(path: "answer-\(UUID().uuidString.prefix(8))")
        try await screen.press(.text("\(command) > \(file.path).new; mv \(file.path).new \(file.path)"))
        try await screen.press(.enter)
        return try await poll(
            "the shell's answer",
            evidence: screen.evidence,
            until: { try? String(contentsOf: file, encoding: .utf8) }
        )
    }
}

extension Stage {
    fileprivate static let prompt = "ready$ "

    /// Starts a shell; see ``ShellScreen``.
    func shell() async throws -> ShellScreen {
        let screen = try TmuxScreen(home: home, folder: newFolder("shell"))
        atTheEnd { await screen.end() }
        try await screen.start(
            program: Tools.bash(),
            arguments: ["--norc", "--noprofile", "-i"],
            environment: ["PS1": Self.prompt],
            width: 80,
            height: 24
        )
        return try await ShellScreen(screen)
    }
}
