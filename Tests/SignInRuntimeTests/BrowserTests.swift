import Foundation
import SignIn
import SignInRuntime
import Testing

@Suite("The browser's command", .serialized)
struct BrowserTests {
    private static let url = "https://login.example/oauth/authorize?a=1&b=%20two"

    /// A script that writes its words, one a line, and its process session, into a file.
    private static func script(_ body: String = "", in folder: URL) throws -> (command: String, output: URL) {
        let output = folder.appending(path: "words")
        let script = folder.appending(path: "browser")
        try """
        #!/bin/sh
        { ps -o sid= -p $$; printf '%s\\n' "$@"; } > '\(output.path)'
        echo noise; echo noise >&2
        \(body)
        """.write(to: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script.path)
        return (script.path, output)
    }

    private static func open(_ command: String) async throws -> Bool {
        let browser = Browser([try #require(ShellWords(command))])
        let started = Started()
        try await browser.open(url) { await started.mark() }
        return await started.isMarked
    }

    @Test("it gets the URL as its last word and runs in a process session of its own")
    func lastWord() async throws {
        try await withFolder { folder in
            let (command, output) = try Self.script(in: folder)
            #expect(try await Self.open("'\(command)' --new-window"))
            let lines = try String(contentsOf: output, encoding: .utf8).split(separator: "\n")
            #expect(lines.dropFirst() == ["--new-window", Substring(Self.url)])
            #expect(Int32(lines[0].trimmingCharacters(in: .whitespaces)) != getsid(0))
        }
    }

    @Test("with %s in it, the URL goes there instead, and no shell reads it")
    func placeholder() async throws {
        try await withFolder { folder in
            let (command, output) = try Self.script(in: folder)
            #expect(try await Self.open("\(command) --url=%s '$(id)' last"))
            let lines = try String(contentsOf: output, encoding: .utf8).split(separator: "\n")
            #expect(lines.dropFirst() == ["--url=\(Self.url)", "$(id)", "last"])
        }
    }

    @Test("a command that does not exist is named")
    func missing() async throws {
        await #expect(throws: BrowserFailure.notFound(command: "no-such-browser-here")) {
            _ = try await Self.open("no-such-browser-here")
        }
        await #expect(throws: BrowserFailure.notFound(command: "/nowhere/browser")) {
            _ = try await Self.open("/nowhere/browser")
        }
    }

    @Test("a command that fails is named with its status")
    func failing() async throws {
        try await withFolder { folder in
            let (command, _) = try Self.script("exit 3", in: folder)
            await #expect(throws: BrowserFailure.failed(command: command, status: 3)) {
                _ = try await Self.open(command)
            }
        }
    }

    @Test(
        "where xdg-open is missing or finds no browser, WSL's commands are tried",
        arguments: ["wslview", "explorer.exe"]
    )
    func windows(name: String) async throws {
        try await withFolder { folder in
            let (command, output) = try Self.script(name == "explorer.exe" ? "exit 1" : "", in: folder)
            try FileManager.default.moveItem(atPath: command, toPath: folder.appending(path: name).path)
            let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
            setenv("PATH", "\(folder.path):\(path)", 1)
            defer { setenv("PATH", path, 1) }
            #expect(try await Self.open(Browser.defaultCommand))
            let lines = try String(contentsOf: output, encoding: .utf8).split(separator: "\n")
            #expect(lines.dropFirst() == [Substring(Self.url)])
        }
    }

    private func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }
}

private actor Started {
    private(set) var isMarked = false
    func mark() { isMarked = true }
}

@Suite("A command line")
struct ShellWordsTests {
    @Test(
        "is split as a shell splits it",
        arguments: [
            ("firefox", ["firefox"]),
            ("  firefox\t--new-window  ", ["firefox", "--new-window"]),
            ("'my browser' \"a b\" c\\ d", ["my browser", "a b", "c d"]),
            ("a'b c'd", ["ab cd"]),
            ("x '' \"\"", ["x", "", ""]),
            ("x \"a\\\"b\\\\c\\d\"", ["x", "a\"b\\c\\d"]),
            ("x $HOME *", ["x", "$HOME", "*"]),
        ] as [(String, [String])]
    )
    func split(line: String, words: [String]) {
        #expect(ShellWords(line)?.words == words)
    }

    @Test("without a word, or with a quote left open, is refused", arguments: ["", "  ", "'a", "\"a", "a\\", "''"])
    func refused(line: String) {
        #expect(ShellWords(line) == nil)
    }
}
