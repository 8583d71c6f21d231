import Foundation
import TerminalUI
import Testing

/// The README's table of keys, from the table of commands. `make pictures` writes it anew.
@Suite("the README's keys")
struct KeyTableTests {
    private static let file = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "README.md")

    /// Where the keys are, and the screen of the fixtures that has all of them.
    private static let places = [
        ("Signed out", "signed-out-revoked"), ("Waiting for your browser", "waiting-demo-copied"),
        ("Token held", "token-failed"), ("Welcome", "profile"), ("the form", "form-first"),
        ("the question whether to save", "save-question"), ("the paste prompt", "paste-filled"),
    ]

    @Test("the README's table is the table of commands")
    func table() throws {
        var rows = try Self.places.map { place, fixture in
            let model = try #require(try Fixtures.all().first { $0.name == fixture }).model
            return Self.row(
                place,
                Command.available(in: model).filter { $0.isInFooter && !Self.everywhere.contains($0.id) }
            )
        }
        let idle = try #require(try Fixtures.all().first { $0.name == "signed-out" }).model
        let everywhere = Command.available(in: idle).filter { Self.everywhere.contains($0.id) || !$0.isInFooter }
        rows.append(Self.row("everywhere", everywhere))
        let table = "| where | keys |\n|---|---|\n" + rows.joined(separator: "\n") + "\n"

        var readme = try String(contentsOf: Self.file, encoding: .utf8)
        let begin = try #require(readme.range(of: "| where | keys |\n"))
        let end = try #require(readme.range(of: "\n\n", range: begin.lowerBound..<readme.endIndex))
        let kept = begin.lowerBound..<readme.index(after: end.lowerBound)
        if ProcessInfo.processInfo.environment["UPDATE_PICTURES"] == "1", readme[kept] != table {
            readme.replaceSubrange(kept, with: table)
            try Data(readme.utf8).write(to: Self.file)
        } else {
            #expect(readme[kept] == table, "run `make pictures`")
        }
    }

    private static let everywhere: Set<CommandID> = [.help, .quit]

    private static func row(_ place: String, _ commands: [Command]) -> String {
        let keys = commands.map { command in
            let names = command.keysLabel.split(separator: ", ").map { "`\($0)`" }.joined(separator: " or ")
            return "\(names) \(command.help.prefix(1).lowercased())\(command.help.dropFirst())"
        }
        return "| \(place) | \(keys.joined(separator: "; ")) |"
    }
}
