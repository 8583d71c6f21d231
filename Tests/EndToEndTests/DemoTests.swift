import Foundation
import Testing

extension EndToEndTests {
    /// `genesys-login demo`: what somebody sees who tries the program.
    @Suite struct DemoTests {
        @Test("Enter, approve in the browser, and the screen greets the person; then refresh, sign out, quit")
        func wholeSession() async throws {
            try await Stage.with { stage in
                let chromium = try await stage.chromium()
                let browser = try stage.browserScript()
                let screen = try await stage.screen([
                    "demo", "--redirect-uri", "http://localhost:0/callback", "--browser", browser.command,
                ])
                try await screen.wait(for: "Signed out")
                try await screen.press(.enter)
                try await screen.wait(for: "Waiting for your browser")
                let request = try await browser.authorizationURL(screen: screen)
                try await chromium.approveDemo(at: request.text)
                let ended = try await chromium.wait(forURL: "/signed-in") { $0.hasSuffix("/signed-in") }
                #expect(!ended.contains("code=") && !ended.contains("state="), "left in the address bar: \(ended)")
                #expect(try await !chromium.source().contains("<script"))
                try await chromium.savePicture("signed-in")
                let greeting = try await screen.wait(for: "Welcome, ")
                #expect(greeting.contains("@"), "the e-mail address belongs on the screen:\n\(greeting)")

                try await screen.press(.letter("r"))
                try await screen.wait(for: "Welcome, ")
                try await screen.press(.letter("l"))
                try await screen.wait(for: "Signed out")
                try await screen.press(.letter("q"))
                #expect(try await screen.exitStatus() == 0)
                try await screen.expectRestoredTerminal()

                var search = SecretSearch()
                search.add("the terminal", screen.bytes)
                search.add(filesBelow: stage.home)
                #expect(search.places(of: "code=") == [], "an authorization code's parameter")
                #expect(search.places(of: "code_verifier") == [])
            }
        }

        @Test("a configuration that cannot be used is passed over, for the demo needs none; an option is not")
        func brokenConfiguration() async throws {
            try await Stage.with { stage in
                let official = "[default]\nenvironment = \"nowhere.example\"\n"
                for (folder, text) in [(".gc", official), (".config/genesys-login", "[")] {
                    let folder = stage.home.appending(path: folder)
                    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                    let file = folder.appending(path: "config.toml")
                    try text.write(to: file, atomically: true, encoding: .utf8)
                    let screen = try await stage.screen(["demo", "--no-browser"])
                    try await screen.wait(for: "Enter sign in")
                    try await screen.press(.letter("q"))
                    try await screen.wait(for: "goes on without your configuration")
                    #expect(try await screen.exitStatus() == 0)
                    try FileManager.default.removeItem(at: file)
                }
                let wrong = try await stage.run(["demo", "--server-only", "--region", "mars-1"])
                #expect(wrong.status == 64 && wrong.errors.contains("--region mars-1"), "\(wrong)")
            }
        }

        @Test("without a browser, `a` approves and the screen greets the person")
        func approveHere() async throws {
            try await Stage.with { stage in
                let screen = try await stage.screen([
                    "demo", "--no-browser", "--redirect-uri", "http://localhost:0/callback",
                ])
                try await screen.wait(for: "Signed out")
                try await screen.press(.enter)
                let waiting = try await screen.wait(for: "Waiting for your browser")
                #expect(waiting.contains("/oauth/authorize?"), "the URL belongs on the screen:\n\(waiting)")
                try await screen.press(.letter("a"))
                try await screen.wait(for: "Welcome, ")
                try await screen.press(.letter("q"))
                #expect(try await screen.exitStatus() == 0)
                try await screen.expectRestoredTerminal()
            }
        }

        @Test(
            "a sign-in that fails says why on the screen and in the browser, and Enter tries again",
            arguments: [
                ("denied", "access_denied"), ("invalid-grant", "invalid_grant"),
            ]
        )
        func failures(scenario: String, words: String) async throws {
            try await Stage.with { stage in
                let chromium = try await stage.chromium()
                let browser = try stage.browserScript()
                let screen = try await stage.screen([
                    "demo", "--scenario", scenario, "--redirect-uri", "http://localhost:0/callback", "--browser",
                    browser.command,
                ])
                try await screen.wait(for: "Signed out")
                try await screen.press(.enter)
                let first = try await browser.authorizationURL(screen: screen)
                try await chromium.approveDemo(at: first.text)
                let ended = try await chromium.wait(forURL: "/failed") { $0.hasSuffix("/failed") }
                #expect(!ended.contains("code=") && !ended.contains("state="), "left in the address bar: \(ended)")
                let page = try await chromium.text()
                #expect(page.lowercased().contains("not signed in"), "the page must tell the truth:\n\(page)")
                #expect(page.contains(words), "the page must say what happened:\n\(page)")
                #expect(page.contains("What to do"), "the page must name a remedy:\n\(page)")
                try await chromium.savePicture("failed-\(scenario)")

                let failed = try await screen.wait(for: words)
                #expect(failed.contains("What to do"), "the screen must name a remedy:\n\(failed)")
                #expect(failed.contains("Signed out"), "the headline after a failure:\n\(failed)")
                try await screen.press(.enter)
                try await screen.wait(for: "Waiting for your browser")
                let second = try await browser.authorizationURL(2, screen: screen)
                for name in ["state", "code_challenge"] {
                    #expect(try first[name] != second[name], "\(name) must be new for each attempt")
                }
                try await screen.press(.escape)
                try await screen.wait(for: "Signed out")
            }
        }
    }
}
