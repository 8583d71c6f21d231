import Foundation
import TerminalUI
import Testing

/// Each screen as a text file that a person can read: the picture, then a letter per column that names its role, then
/// the clickable places. `UPDATE_GOLDENS=1 swift test` writes them anew; look at every one before committing.
@Suite("goldens", .serialized)
struct GoldenTests {
    private static let sizes = [
        Size(columns: 40, rows: 12), Size(columns: 80, rows: 24), Size(columns: 120, rows: 40),
    ]
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Goldens")
    private static let updates = ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] == "1"

    @Test("every screen looks as its golden says", arguments: try Fixtures.all().map(\.name))
    func golden(name: String) throws {
        let model = try #require(try Fixtures.all().first { $0.name == name }).model
        for size in Self.sizes {
            let file = Self.folder.appending(path: "\(name)-\(size.columns)x\(size.rows).txt")
            let drawn = render(model, size: size).annotatedText
            if Self.updates {
                try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
                try Data(drawn.utf8).write(to: file)
            }
            let golden = try String(contentsOf: file, encoding: .utf8)
            #expect(drawn == golden, "\(file.lastPathComponent)")
        }
    }

    @Test("no golden is left over from a screen that is gone")
    func noneLeftOver() throws {
        let expected = Set(
            try Fixtures.all().flatMap { screen in
                Self.sizes.map { "\(screen.name)-\($0.columns)x\($0.rows).txt" }
            }
        )
        let found = Set(try FileManager.default.contentsOfDirectory(atPath: Self.folder.path))
        #expect(found == expected)
    }
}
