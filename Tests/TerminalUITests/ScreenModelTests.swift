import FoundationEssentials
import SignIn
import Testing

@testable import TerminalUI

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

    @Test("what is being typed into a form does not become commands when a session comes from elsewhere")
    func strayKeys() throws {
        var model = Fixtures.model(.initial, at: 5)
        var form = Form(model.context)
        form = try #require(form.edited(.key("x")))
        model.overlay = .form(form)
        model.state = Fixtures.state(try Fixtures.signedIn(Fixtures.tokens()))
        #expect(model.overlay == nil)
        let start = model.now
        func isStray(_ input: Input, after seconds: Double) -> Bool {
            model.isStray(input, at: start.addingTimeInterval(seconds))
        }
        let typed = (isStray(.key("l"), after: 0.1), isStray(.enter, after: 0.9))
        #expect(typed.0 && typed.1)
        let later = (isStray(.key("l"), after: 1.8), isStray(.control("c"), after: 1.9))
        #expect(later == (true, false), "each key puts the end off; Ctrl-C means what it means")
        let afterAPause = (isStray(.key("l"), after: 2.9), isStray(.key("l"), after: 3))
        #expect(afterAPause == (false, false))
    }

    @Test("nothing typed, no key is lost; nor when the clock was put back")
    func noStrayKeys() throws {
        var model = Fixtures.model(.initial, at: 5)
        model.overlay = .form(Form(model.context))
        model.state = Fixtures.state(try Fixtures.signedIn(Fixtures.tokens()))
        let untouched = model.isStray(.key("l"), at: model.now)
        #expect(!untouched)
        model.state = .initial
        model.overlay = .form(try #require(Form(model.context).edited(.key("x"))))
        model.state = Fixtures.state(try Fixtures.signedIn(Fixtures.tokens()))
        let early = model.isStray(.key("l"), at: model.now.addingTimeInterval(-60))
        #expect(!early)
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
