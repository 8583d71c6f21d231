import ArgumentParser
import Foundation
import Testing

@testable import genesys_login

/// The manual page that is installed, and the help that it is made from. `make manual` writes the page anew.
@Suite("manual and help")
struct ManualTests {
    private static let file = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Resources/genesys-login.1")

    @Test("the manual page says what the commands' definitions say today")
    func drift() throws {
        let page = try ManualPage().text
        if ProcessInfo.processInfo.environment["UPDATE_MANUAL"] == "1" { try Data(page.utf8).write(to: Self.file) }
        let kept = try String(contentsOf: Self.file, encoding: .utf8)
        #expect(kept == page, "run `make manual`, and look at it with: man -l Resources/genesys-login.1")
    }

    @Test("every line of the page is text or a macro of man(7), and ASCII")
    func macros() throws {
        let known: Set = [
            "TH", "SH", "SS", "PP", "TP", "B", "RI", "RS", "RE", "EX", "EE", #"\""#,
        ]
        for line in try ManualPage().text.split(separator: "\n") {
            #expect(line.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "\(line)")
            #expect(!line.hasPrefix("'"), "\(line)")
            guard line.hasPrefix(".") else { continue }
            #expect(known.contains(String(line.dropFirst().prefix { $0 != " " })), "\(line)")
        }
    }

    @Test("the page tells of every command and every option")
    func complete() throws {
        let page = try ManualPage().text.replacing(#"\-"#, with: "-")
        for command in GenesysLogin.configuration.subcommands {
            let name = try #require(command.configuration.commandName)
            #expect(page.contains(".SS genesys-login \(name)\n"))
            for match in command.helpMessage().matches(of: /(?m)^  (--[a-z-]+)/) {
                #expect(page.contains(match.1), "\(name) \(match.1)")
            }
        }
    }

    @Test("every command's help has examples, and what is laid out in columns fits 80 of them")
    func examples() {
        let commands: [any ParsableCommand.Type] = [GenesysLogin.self] + GenesysLogin.configuration.subcommands
        for command in commands {
            let name = command.configuration.commandName ?? ""
            #expect(command.configuration.discussion.contains("Examples:\n  genesys-login"), "\(name)")
            for line in command.configuration.discussion.split(separator: "\n") where line.hasPrefix("  ") {
                #expect(line.count <= 80, "\(name): \(line)")
            }
        }
    }
}
