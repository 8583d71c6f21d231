import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// Where the program listens, and for how long.
    @Suite struct ListenerTests {
        @Test("`localhost` means 127.0.0.1 and ::1, and nobody else can connect; Esc frees the port")
        func addresses() async throws {
            try await Stage.with { stage in
                let port = try Ports.free()
                let (screen, _) = try await waitingDemo(stage, "http://localhost:\(port)/callback")
                #expect(try Ports.listeningAddresses(port) == [Ports.kernelIPv4, Ports.kernelIPv6])
                for address in Loopback.allCases {
                    try Socket.connect(to: address, port: port).close()
                }
                try await screen.press(.escape)
                try await screen.wait(for: "Signed out")
                try await Ports.waitUntilFree(port)
            }
        }

        @Test("a literal address means only itself", arguments: Loopback.allCases)
        func literalAddress(_ address: Loopback) async throws {
            try await Stage.with { stage in
                let port = try Ports.free()
                let host = address == .ipv4 ? "127.0.0.1" : "[::1]"
                let (_, request) = try await waitingDemo(stage, "http://\(host):\(port)/callback")
                #expect(try request.callbackPort == port)
                let expected = address == .ipv4 ? Ports.kernelIPv4 : Ports.kernelIPv6
                #expect(try Ports.listeningAddresses(port) == [expected])
            }
        }

        @Test("nobody listens before Enter, and after a sign-in the port is free again")
        func onlyWhileWaiting() async throws {
            try await Stage.with { stage in
                let port = try Ports.free()
                let browser = try stage.browserScript()
                let screen = try await stage.screen([
                    "demo", "--redirect-uri", "http://localhost:\(port)/callback", "--browser", browser.command,
                ])
                try await screen.wait(for: "Signed out")
                #expect(try Ports.listeningAddresses(port).isEmpty)
                try await screen.press(.enter)
                try await screen.wait(for: "Waiting for your browser")
                // By now the listener must be there: it comes before the browser.
                let request = try await browser.authorizationURL(screen: screen)
                #expect(try !Ports.listeningAddresses(port).isEmpty)
                let chromium = try await stage.chromium()
                try await chromium.approveDemo(at: request.text)
                try await screen.wait(for: "Welcome, ")
                try await Ports.waitUntilFree(port)
                #expect(screen.isRunning)
            }
        }

        @Test("to an ordinary person too the holder is named: a screen of this program, which has a guardian beside it")
        func holderOfOnesOwn() async throws {
            try await Stage.with { stage in
                let port = try Ports.free()
                // Root may look into everything.
                let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                defer { try? FileManager.default.removeItem(at: folder) }
                let program = folder.appending(path: "genesys-login").path
                try FileManager.default.copyItem(atPath: try Tools.program(), toPath: program)
                let words =
                    getuid() == 0
                    ? ["/usr/bin/setpriv", "--reuid", "61235", "--regid", "61235", "--clear-groups", program]
                    : [program]
                let options = [
                    "--client-id", "c", "--redirect-uri", "http://localhost:\(port)/callback", "--no-browser",
                ]
                let screen = try await stage.screen(
                    Array(words.dropFirst()) + options,
                    program: words[0],
                    environment: ["HOME": folder.path, "GENESYSCLOUD_SESSION_STORE": "memory"]
                )
                try await screen.wait(for: "Signed out")
                try await screen.press(.enter)
                try await screen.wait(for: "Waiting for your browser")
                let result = try await ChildProcess.run(
                    words[0],
                    Array(words.dropFirst()) + ["login"] + options,
                    environment: Tools.environment(home: folder),
                    filesIn: stage.newFolder("run")
                )
                #expect(result.status == 1, "\(result)")
                #expect(result.errors.contains("in use by genesys-login (process "), "\(result)")
            }
        }

        @Test("a port that is taken is told before the browser opens, and Enter works once it is free")
        func portInUse() async throws {
            try await Stage.with { stage in
                let port = try Ports.free()
                let taken = try Socket.listen(on: .ipv6, port: port)
                defer { taken.close() }
                let browser = try stage.browserScript()
                let screen = try await stage.screen([
                    "demo", "--redirect-uri", "http://localhost:\(port)/callback", "--browser", browser.command,
                ])
                try await screen.wait(for: "Signed out")
                try await screen.press(.enter)
                let failed = try await screen.wait(for: String(port))
                #expect(failed.contains("Signed out"), "\(failed)")
                #expect(browser.opened == [], "a sign-in that cannot come back must not be started")
                taken.shutDown()
                try await Ports.waitUntilFree(port)
                try await screen.press(.enter)
                try await screen.wait(for: "Waiting for your browser")
            }
        }

        private func waitingDemo(
            _ stage: Stage,
            _ redirectURI: String
        ) async throws -> (TmuxScreen, AuthorizationURL) {
            let browser = try stage.browserScript()
            let screen = try await stage.screen([
                "demo", "--redirect-uri", redirectURI, "--browser", browser.command,
            ])
            try await screen.wait(for: "Signed out")
            try await screen.press(.enter)
            try await screen.wait(for: "Waiting for your browser")
            return (screen, try await browser.authorizationURL(screen: screen))
        }
    }
}
