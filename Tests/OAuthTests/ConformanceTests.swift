import Foundation
import Testing

/// `Tests/CONFORMANCE.md` names the test that proves each clause.
@Suite("The conformance table")
struct ConformanceTests {
    private static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    /// `folder/suite.function` and `folder/suite`, in backquotes.
    private static func references() throws -> [String] {
        let table = try String(contentsOf: tests.appending(path: "CONFORMANCE.md"), encoding: .utf8)
        let spans = table.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        return spans.filter { $0.contains("Tests/") && !$0.hasPrefix("Tests/") }
    }

    /// The text of all files of a folder of tests that declare `suite`.
    private static func sources(of suite: String, in folder: String) throws -> [String] {
        let path = tests.appending(path: folder).path
        return try FileManager.default.subpathsOfDirectory(atPath: path)
            .filter { $0.hasSuffix(".swift") }
            .map { try String(contentsOfFile: "\(path)/\($0)", encoding: .utf8) }
            .filter { $0.contains("struct \(suite) {") }
    }

    @Test("every test that it names exists")
    func named() throws {
        let references = try Self.references()
        #expect(references.count > 80)
        for reference in references {
            let parts = reference.split { "/.".contains($0) }.map(String.init)
            try #require(parts.count == 2 || parts.count == 3, "\(reference)")
            let sources = try Self.sources(of: parts[1], in: parts[0])
            #expect(!sources.isEmpty, "\(reference)")
            guard parts.count == 3 else { continue }
            #expect(sources.contains { $0.contains("func \(parts[2])(") }, "\(reference)")
        }
    }

    @Test("every clause has a test, or the reason why none")
    func complete() throws {
        let table = try String(contentsOf: Self.tests.appending(path: "CONFORMANCE.md"), encoding: .utf8)
        let rows = table.split(separator: "\n").filter { row in
            ["| §", "| A.", "| B"].contains { row.hasPrefix($0) }
        }
        #expect(rows.count > 50)
        for row in rows { #expect(row.contains("Tests/") || row.contains("does not apply"), "\(row)") }
    }
}
