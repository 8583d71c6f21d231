import Foundation
import FoundationXML
import TerminalUI
import Testing

/// The pictures of the README. `make pictures` writes them anew; look at them before committing.
@Suite("pictures", .serialized)
struct PictureTests {
    /// A picture: its file's name, the screen of the fixtures that it shows, its size, and what to say of it.
    private static let pictures = [
        (name: "signed-out", fixture: "signed-out", rows: 16, title: "Signed out: press Enter to sign in"),
        (name: "waiting", fixture: "waiting", rows: 22, title: "Waiting for your browser, with the steps and the URL"),
        (name: "welcome", fixture: "profile", rows: 20, title: "Welcome, Ada Lovelace, with the token's time"),
        (name: "error", fixture: "signed-out-invalid-grant", rows: 20, title: "What happened, why, what to do"),
    ]
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Resources")
    private static let updates = ProcessInfo.processInfo.environment["UPDATE_PICTURES"] == "1"

    @Test("every picture of the README is the screen as it is drawn today", arguments: pictures.map(\.name))
    func picture(name: String) throws {
        let wanted = try #require(Self.pictures.first { $0.name == name })
        let model = try #require(try Fixtures.all().first { $0.name == wanted.fixture }).model
        let screen = render(model, size: Size(columns: 80, rows: wanted.rows))
        let drawn = Picture(screen: screen, title: wanted.title).svg
        let file = Self.folder.appending(path: "screen-\(name).svg")
        if Self.updates { try Data(drawn.utf8).write(to: file) }
        let kept = try String(contentsOf: file, encoding: .utf8)
        #expect(kept == drawn, "run `make pictures`, and look at \(file.lastPathComponent)")
    }

    @Test("the README shows each of them, and no other")
    func shown() throws {
        let root = Self.folder.deletingLastPathComponent()
        let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        let shown = Set(readme.matches(of: /Resources\/screen-([a-z-]+)\.svg/).map { String($0.1) })
        #expect(shown == Set(Self.pictures.map(\.name)))
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(Set(files.filter { $0.hasSuffix(".svg") }) == Set(Self.pictures.map { "screen-\($0.name).svg" }))
    }

    @Test("a picture is well-formed, loads nothing, and carries all of the screen's text")
    func wellFormed() throws {
        for (name, model) in try Fixtures.all() {
            let screen = render(model, size: Size(columns: 80, rows: 24))
            let svg = Picture(screen: screen, title: "<&>").svg
            #expect(XMLParser(data: Data(svg.utf8)).parse(), "\(name)")
            #expect(!svg.contains("href") && !svg.contains("url(") && !svg.contains("<script"), "\(name)")
            let words = svg.matches(of: /<text[^>]*>([^<]*)<\/text>/).map { $0.1.filter { $0 != " " } }.joined()
            let text = screen.text.filter { !" \n━─".contains($0) }
                .replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            #expect(words == text, "\(name)")
        }
    }
}
