import Foundation
import Testing

/// The seeds, and every case that the fuzzer has found, once more.
@Suite("parsers of bytes from outside")
struct ReplayTests {
    private static let cases = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases")

    @Test("no seed and no case that was ever found breaks a parser", arguments: FuzzedParser.allCases)
    func replay(parser: FuzzedParser) throws {
        let folder = Self.cases.appending(path: parser.rawValue)
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(!files.isEmpty)
        for file in files {
            let bytes = [UInt8](try Data(contentsOf: file))
            // Some parsers take the number of bytes for a choice.
            for blanks in 0..<4 {
                let padded = bytes + Array(repeating: UInt8(ascii: " "), count: blanks)
                #expect(throws: Never.self, "\(file.lastPathComponent)") { try parser.check(padded) }
            }
            // A connection may break anywhere, and a disk may be full.
            for length in 0..<min(bytes.count, 1_000) {
                #expect(throws: Never.self, "\(length) bytes of \(file.lastPathComponent)") {
                    try parser.check(Array(bytes.prefix(length)))
                }
            }
        }
    }

    @Test("no folder of cases is left over from a parser that is gone")
    func noneLeftOver() throws {
        let found = Set(try FileManager.default.contentsOfDirectory(atPath: Self.cases.path))
        #expect(found == Set(FuzzedParser.allCases.map(\.rawValue)))
    }

    @Test("the demands notice what they are for")
    func demands() {
        for text in ["\u{1B}[31m", "a\u{202E}b", "\u{9B}", "\u{7F}", "a\u{2028}b", "\u{E000}", "\u{FEFF}"] {
            #expect(throws: Violation.self) { try demandInert(text, "text") }
        }
        #expect(throws: Never.self) { try demandInert("Zoë 山田 👩‍👩‍👧 “x”…", "text") }
        #expect(throws: Violation.self) { try demand(false, "words") }
    }
}
