import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// Browsers that do not behave.
    @Suite struct BrowserTests {
        /// A browser that notes its process and its URL, then does `body`.
        private static func script(_ stage: Stage, _ body: String) throws -> (command: String, log: URL) {
            let folder = try stage.newFolder("rude-browser")
            let script = folder.appending(path: "browser")
            let log = folder.appending(path: "log")
            try "#!/bin/sh\necho \"$$ $1\" >> '\(log.path)'\n\(body)\n"
                .write(to: script, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
            return (script.path, log)
        }

        /// The processes and URLs of the browsers so far.
        private static func opened(_ log: URL) throws -> [(process: Int32, url: AuthorizationURL)] {
            let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
            return try text.split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ")
                guard words.count == 2, let process = Int32(words[0]) else { return nil }
                return (process, try AuthorizationURL(String(words[1])))
            }
        }

        private static func start(_ stage: Stage, browser: String) async throws -> (TmuxScreen, StubServer) {
            let server = try stage.stubServer { request in
                .json(
                    request.path == "/oauth/token"
                        ? #"{"access_token": "browser-access", "token_type": "bearer", "expires_in": 60}"#
                        : #"{"id": "1", "name": "Ada Okafor"}"#
                )
            }
            let screen = try await stage.screen([
                "--client-id", "client-1", "--login-url", server.url, "--api-url", server.url, "--redirect-uri",
                "http://localhost:0/callback", "--browser", browser,
            ])
            try await screen.wait(for: "Signed out")
            try await screen.press(.enter)
            return (screen, server)
        }

        @Test("one that stays in the foreground and writes wherever it can disturbs nothing, and outlives the program")
        func foreground() async throws {
            try await Stage.with { stage in
                let (command, log) = try Self.script(
                    stage,
                    """
                    for out in /dev/stdout /dev/stderr /dev/tty; do echo NOISE > $out; done 2>/dev/null
                    exec sleep 600
                    """
                )
                let (screen, _) = try await Self.start(stage, browser: command)
                let browser = try await poll(
                    "the browser",
                    evidence: screen.evidence,
                    until: { try Self.opened(log).first }
                )
                stage.atTheEnd { kill(browser.process, SIGKILL) }
                _ = try await Callback(request: browser.url).answer("code=browser-code")
                try await screen.wait(for: "Welcome, Ada Okafor")
                try await screen.press(.letter("q"))
                #expect(try await screen.exitStatus() == 0)
                #expect(screen.bytes.range(of: Data("NOISE".utf8)) == nil)
                #expect(kill(browser.process, 0) == 0, "a browser is not the program's to end")
                try await screen.expectRestoredTerminal()
            }
        }

        @Test("one that ends at once leaves no zombie, however often it is opened")
        func noZombie() async throws {
            try await Stage.with { stage in
                let (command, log) = try Self.script(stage, "exit 0")
                let (screen, _) = try await Self.start(stage, browser: command)
                for count in 1...3 {
                    try await waitUntil(
                        "browser \(count)",
                        evidence: screen.evidence,
                        until: { try Self.opened(log).count == count }
                    )
                    if count < 3 { try await screen.press(.letter("o")) }
                }
                let id = try await screen.processID()
                try await waitUntil(
                    "no child to be left, ended or not",
                    until: { try Self.children(of: id).isEmpty }
                )
                #expect(screen.isRunning)
            }
        }

        /// The processes that `parent` started and has not waited for, from the fourth field of `/proc/PID/stat`.
        private static func children(of parent: Int32) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
                guard Int32(name) != nil, let stat = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
                    let end = stat.lastIndex(of: ")")
                else { return false }
                let fields = stat[stat.index(after: end)...].split(separator: " ")
                return fields.count > 1 && fields[1] == "\(parent)"
            }
        }

        @Test(
            "one that is missing or fails is said at once, and the wait goes on",
            arguments: [("/nowhere/no-such-browser", "no-such-browser"), ("sh -c 'exit 3'", "3")]
        )
        func broken(command: String, words: String) async throws {
            try await Stage.with { stage in
                let (screen, server) = try await Self.start(stage, browser: command)
                let shown = try await screen.wait(for: "Browser not opened")
                #expect(shown.contains("Waiting for your browser"), "\(shown)")
                #expect(shown.contains(words), "\(shown)")
                let rows = shown.split(separator: "\n", omittingEmptySubsequences: false)
                let first = try #require(rows.firstIndex { $0.hasPrefix("\(server.url)/oauth/authorize?") })
                let url = try AuthorizationURL(rows[first...].prefix { !$0.isEmpty }.joined())
                _ = try await Callback(request: url).answer("code=browser-code")
                try await screen.wait(for: "Welcome, Ada Okafor")
            }
        }
    }
}
