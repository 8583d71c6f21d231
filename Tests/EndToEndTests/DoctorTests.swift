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
    }
}
