import SignIn
import TerminalUI
import Testing

@Suite("what is shown for a moment")
struct ScreenModelTests {
    @Test("what was said about a key stays while its screen does, and leaves with it")
    func flash() throws {
        var model = Fixtures.model(Fixtures.state(try Fixtures.waiting()), at: 5, flash: "Approving.")
        model.state = Fixtures.state(try Fixtures.exchanging())
        #expect(model.flash == "Approving.")
        model.state = Fixtures.state(try Fixtures.signedIn(Fixtures.tokens()))
        #expect(model.flash == nil)
        #expect(render(model, size: Size(columns: 80, rows: 24)).text.contains("ada.lovelace@analytical.example"))
    }

    @Test("nothing moves when refreshing begins and when it has ended", arguments: [40, 80, 120])
    func refreshing(columns: Int) throws {
        let size = Size(columns: columns, rows: columns == 40 ? 12 : 24)
        let rows = try ["profile", "profile-refreshing", "profile-refreshed"].map { name in
            let model = try #require(try Fixtures.all().first { $0.name == name }).model
            return render(model, size: size).text.split(separator: "\n", omittingEmptySubsequences: false)
        }
        for other in rows.dropFirst() {
            let changed = zip(rows[0], other).filter { $0 != $1 }.map(\.1)
            #expect(changed.count <= 2, "the time, and the line below it: \(changed)")
        }
    }
}
