import Foundation
import Testing

extension EndToEndTests {
    /// `genesys-login doctor` on machines where something is amiss.
    @Suite struct DoctorTests {
        private struct Report: Decodable {
            struct Finding: Decodable {
                let check: String
                let status: String
                let detail: String
                let cure: String?
                let code: String?
            }
            struct Setting: Decodable {
                let name: String
                let value: String?
                let origin: String
            }
            let findings: [Finding]
            let settings: [Setting]

            func finding(_ check: String) throws -> Finding {
                try #require(findings.first { $0.check == check })
            }
        }

        private func doctor(
            _ stage: Stage,
            _ options: [String],
            environment: [String: String] = [:]
        ) async throws -> (status: Int32, report: Report) {
            let result = try await stage.run(["doctor", "--json"] + options, environment: environment)
            #expect(result.errors.isEmpty, "\(result)")
            return (result.status, try JSONDecoder().decode(Report.self, from: Data(result.output.utf8)))
        }

        @Test("where nothing is amiss: exit status 0, every setting with its origin, every host with its times")
        func healthy() async throws {
            try await Stage.with { stage in
                let server = try stage.stubServer { _ in .json("{}") }
                let browser = try stage.browserScript()
                let (status, report) = try await doctor(
                    stage,
                    ["--client-id", "client-1", "--api-url", server.url, "--browser", browser.command],
                    environment: [
                        "GENESYSCLOUD_LOGIN_URL": server.url,
                        "GENESYSCLOUD_REDIRECT_URI": "http://localhost:0/callback",
                    ]
                )
                #expect(status == 0)
                #expect(report.settings.first { $0.name == "client_id" }?.origin == "--client-id")
                #expect(report.settings.first { $0.name == "login_url" }?.origin == "GENESYSCLOUD_LOGIN_URL")
                #expect(report.settings.first { $0.name == "timeout" }?.origin == "default")
                #expect(try report.finding("browser").detail == browser.command)
                #expect(try report.finding("redirect port").detail.contains("127.0.0.1 and ::1"))
                #expect(try report.finding("login host").detail.contains("connection "))
                #expect(report.findings.filter { $0.status == "problem" }.isEmpty)
                #expect(browser.opened.isEmpty)
            }
        }

        @Test("a host that nobody reaches: exit status 69, the reason and the cure")
        func unreachable() async throws {
            try await Stage.with { stage in
                let server = try stage.stubServer { _ in .json("{}") }
                server.end()
                let (status, report) = try await doctor(
                    stage,
                    ["--login-url", server.url, "--api-url", server.url, "--redirect-uri", "http://localhost:0/cb"]
                )
                #expect(status == 69)
                let finding = try report.finding("login host")
                #expect(finding.status == "problem")
                #expect(finding.code == "connection_refused")
                #expect(finding.cure?.isEmpty == false)
            }
        }

        @Test("a host that answers with its trouble is a warning", arguments: [200, 302, 404, 500, 503])
        func trouble(status: Int) async throws {
            try await Stage.with { stage in
                let server = try stage.stubServer { _ in .json("{}", status: status) }
                let (_, report) = try await doctor(
                    stage,
                    ["--login-url", server.url, "--api-url", server.url, "--redirect-uri", "http://localhost:0/cb"]
                )
                for check in ["login host", "api host"] {
                    let finding = try report.finding(check)
                    #expect(finding.status == (status < 500 ? "ok" : "warning"), "\(finding)")
                    if status >= 500 { #expect(finding.detail.contains("\(status)"), "\(finding)") }
                }
            }
        }

        @Test("a port that a program has: exit status 1, and the program's name")
        func busyPort() async throws {
            try await Stage.with { stage in
                let server = try stage.stubServer { _ in .json("{}") }
                let (status, report) = try await doctor(
                    stage,
                    [
                        "--login-url", server.url, "--api-url", server.url, "--redirect-uri",
                        "http://localhost:\(server.port)/callback",
                    ]
                )
                #expect(status == 1)
                let finding = try report.finding("redirect port")
                #expect(finding.code == "port_in_use")
                #expect(finding.detail.contains("(process \(getpid()))"))
            }
        }

        @Test("on a terminal: size, characters, colours, mouse and clipboard, and what to do where it is less")
        func terminal() async throws {
            try await Stage.with { stage in
                let server = try stage.stubServer { _ in .json("{}") }
                let doctor = [
                    "doctor", "--login-url", server.url, "--api-url", server.url, "--redirect-uri",
                    "http://localhost:0/callback",
                ]
                let wide = try await stage.screen(doctor, width: 150)
                #expect(try await wide.exitStatus() == 0)
                let good = "tmux-256color, 150x24, UTF-8, 256 colours, mouse, clipboard by OSC 52 if tmux hands it on."
                #expect(try await wide.wait(for: good).contains("ok terminal"))

                let poor = try await stage.screen(
                    doctor,
                    environment: ["LANG": "C", "NO_COLOR": "1", "TERM": "vt100"],
                    width: 150,
                    height: 11
                )
                #expect(try await poor.exitStatus() == 0)
                let shown = try await poor.wait(for: "vt100, 150x11, ASCII, no colours, no mouse")
                #expect(shown.contains("40x12") && shown.contains("C.UTF-8"), "\(shown)")

                let unknown = try await stage.screen(doctor, environment: ["TERM": "no-such-terminal"], width: 150)
                try await unknown.wait(for: "no description of the terminal no-such-terminal")
            }
        }

        @Test("--json has these keys, and no others")
        func keys() async throws {
            try await Stage.with { stage in
                let server = try stage.stubServer { _ in .json("{}") }
                let options = "--json --login-url \(server.url) --api-url \(server.url)"
                // Standard output is a file: the terminal's own key is absent there.
                let result = try await stage.run(["doctor"] + options.split(separator: " ").map(String.init))
                let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
                #expect(Set(try #require(object).keys) == ["settings", "findings"])
                let settings = try #require(object?["settings"] as? [[String: Any]])
                #expect(settings.allSatisfy { Set($0.keys).subtracting(["value"]) == ["name", "origin"] })
                let findings = try #require(object?["findings"] as? [[String: Any]])
                #expect(
                    findings.allSatisfy {
                        Set($0.keys).subtracting(["cure", "code"]) == ["check", "status", "detail"]
                    }
                )
                #expect(
                    Set(findings.compactMap { $0["check"] as? String }) == [
                        "client id", "redirect port", "browser", "login host", "api host", "session store", "terminal",
                    ]
                )
                let screen = try await stage.screen(
                    ["doctor"] + options.split(separator: " ").map(String.init),
                    width: 400,
                    height: 200
                )
                let shown = try await screen.wait(for: "exit status")
                let start = try #require(shown.range(of: "{\n")).lowerBound
                let end = try #require(shown.range(of: "exit status")).lowerBound
                let whole = try JSONSerialization.jsonObject(with: Data(shown[start..<end].utf8)) as? [String: Any]
                let terminal = try #require(whole?["terminal"] as? [String: Any])
                #expect(
                    Set(terminal.keys) == ["term", "columns", "rows", "utf8", "colors", "mouse", "clipboard"]
                )
                #expect(terminal["columns"] as? Int == 400)
            }
        }

        @Test("a configuration file that everybody may change, or whose folder is such a one: a warning")
        func openFile() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                let folder = stage.home.appending(path: ".config/genesys-login")
                func warnings() async throws -> [Report.Finding] {
                    let (status, report) = try await doctor(stage, ["--no-browser"], environment: rig.environment)
                    #expect(status == 0)
                    return report.findings.filter { $0.check == "configuration" }
                }
                #expect(try await warnings().isEmpty)
                for (file, usual) in [(folder.appending(path: "config.toml"), 0o600), (folder, 0o700)] {
                    try FileManager.default.setAttributes([.posixPermissions: usual | 0o006], ofItemAtPath: file.path)
                    let found = try #require(try await warnings().first)
                    #expect(found.status == "warning")
                    #expect(found.detail.contains("config.toml"), "\(found)")
                    try FileManager.default.setAttributes([.posixPermissions: usual], ofItemAtPath: file.path)
                }
            }
        }

        @Test("under WSL, where there is no xdg-open, the Windows side's browser is found")
        func windowsBrowser() async throws {
            try await Stage.with { stage in
                let server = try stage.stubServer { _ in .json("{}") }
                let bin = try stage.newFolder("bin")
                let options = [
                    "--login-url", server.url, "--api-url", server.url, "--redirect-uri", "http://localhost:0/callback",
                ]
                let missing = try await doctor(stage, options, environment: ["PATH": bin.path])
                #expect(try missing.report.finding("browser").status == "warning")
                #expect(try missing.report.finding("browser").detail.contains("xdg-open"))
                for name in ["explorer.exe", "wslview"] {
                    let program = bin.appending(path: name)
                    try "#!/bin/sh\n".write(to: program, atomically: true, encoding: .utf8)
                    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
                    let found = try await doctor(stage, options, environment: ["PATH": bin.path])
                    #expect(try found.report.finding("browser").detail == program.path)
                }
            }
        }
    }
}
