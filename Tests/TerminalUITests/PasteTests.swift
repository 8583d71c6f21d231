import OAuth
import SignIn
import Testing

@testable import TerminalUI

@Suite("the callback pasted by hand")
struct PasteTests {
    private let size = Size(columns: 80, rows: 24)

    private func intent(_ input: Input, _ model: ScreenModel) -> Intent? {
        TerminalUI.intent(for: input, in: model, screen: render(model, size: size))
    }

    @Test("a paste and typed text are handed in with Enter, whole")
    func handsIn() throws {
        let url = try Fixtures.callbackURL()
        #expect(intent(.enter, try Fixtures.prompt([.paste(url)])) == .submitPaste(Secret(url)))
        #expect(intent(.enter, try Fixtures.prompt(Fixtures.keys(url))) == .submitPaste(Secret(url)))
        #expect(intent(.enter, try Fixtures.prompt()) == nil)
    }

    @Test("the right address goes on with the sign-in and closes the prompt")
    func accepted() throws {
        let model = try Fixtures.prompt([.paste(try Fixtures.callbackURL()), .enter])
        guard case .awaitingCallback(let attempt) = model.state else {
            Issue.record("the attempt is over")
            return
        }
        #expect(attempt.isExchanging)
        #expect(model.overlay == nil)
    }

    @Test("a wrong address is told why, the prompt stays open, and the next one is not told of it")
    func refused() throws {
        let model = try Fixtures.prompt([.paste("http://localhost:8080/callback?code=x&state=y"), .enter])
        #expect(model.prompt != nil)
        #expect(render(model, size: size).text.contains("not this sign-in's callback"))
        let again = Fixtures.after([.paste(try Fixtures.callbackURL())], model)
        #expect(!render(again, size: size).text.contains("not this sign-in's callback"))
        #expect(Fixtures.after([.escape, .key("p")], model).prompt?.submittedAt == nil)
    }

    @Test("a second paste takes the place of the first; Backspace and Ctrl-U take away")
    func editing() throws {
        #expect(try Fixtures.prompt([.paste("one"), .paste("two")]).prompt?.text == Secret("two"))
        #expect(try Fixtures.prompt([.paste("one"), .backspace]).prompt?.text == Secret("on"))
        #expect(try Fixtures.prompt([.paste("one"), .control("u")]).prompt?.text.isEmpty == true)
        #expect(try Fixtures.prompt(Fixtures.keys("q?p")).prompt?.text == Secret("q?p"))
    }

    @Test("nothing of the text is on the screen or in a dump of the model")
    func hidden() throws {
        let model = try Fixtures.prompt([.paste(try Fixtures.callbackURL())])
        for columns in [40, 80, 400] {
            let text = render(model, size: Size(columns: columns, rows: 24)).text
            #expect(!text.contains(Fixtures.code))
            #expect(!text.contains("code="))
        }
        var dumped = ""
        dump(model.overlay, to: &dumped)
        #expect(!dumped.contains(Fixtures.code))
    }

    @Test(
        "what a text looks like is told without showing it",
        arguments: [
            ("http://localhost:3000/callback?code=x&state=y", PastePrompt.Look.Shape.callback),
            ("?state=y&error=access_denied", .callback), ("code=x&state=y", .callback),
            ("https://login.mypurecloud.de/oauth/authorize?client_id=x&state=y&code_challenge=z", .signInPage),
            ("https://example.org/", .otherAddress), ("?a=b", .otherAddress), ("hello", .other), ("", .other),
        ]
    )
    func looks(text: String, shape: PastePrompt.Look.Shape) {
        #expect(PastePrompt.Look(Secret(text)).shape == shape)
    }

    @Test("a pasted callback counts without the prompt, anything else does not")
    func withoutPrompt() throws {
        let url = try Fixtures.callbackURL()
        let waiting = Fixtures.model(Fixtures.state(try Fixtures.waiting()), at: 9)
        #expect(intent(.paste(url), waiting) == .submitPaste(Secret(url)))
        #expect(intent(.paste("q"), waiting) == nil)
        #expect(intent(.paste(url), Fixtures.model(.initial, at: 0)) == nil)
        let exchanging = Fixtures.model(Fixtures.state(try Fixtures.exchanging()), at: 24)
        #expect(intent(.paste(url), exchanging) == nil)
    }

    @Test("Esc closes the prompt and the wait goes on; Ctrl-C gives the attempt up")
    func leaving() throws {
        #expect(intent(.escape, try Fixtures.prompt()) == .showOverlay(nil))
        #expect(intent(.control("c"), try Fixtures.prompt()) == .cancel)
    }

    @Test("the prompt goes when the callback comes by itself, or the time runs out")
    func stateComes() throws {
        var model = try Fixtures.prompt()
        model.state = Fixtures.state(try Fixtures.exchanging())
        #expect(model.overlay == nil)
        model = try Fixtures.prompt()
        model.state = Fixtures.state([(300, .timerFired(.attemptDeadline(Fixtures.attempt)))], from: model.state)
        #expect(model.overlay == nil)
    }
}

@Suite("what comes and goes during the wait")
struct HintTests {
    private func text(_ events: [(Double, Event.Kind)], at second: Double) throws -> String {
        let model = Fixtures.model(Fixtures.state(try Fixtures.waiting() + events), at: second)
        return render(model, size: Size(columns: 80, rows: 24)).text
    }

    @Test("a browser that says nothing for 20 s may refuse plain http; once anything arrived, it does not")
    func httpsOnly() throws {
        #expect(try !text([], at: 20.3).contains("HTTPS-only"))
        #expect(try text([], at: 20.5).contains("HTTPS-only"))
        #expect(try !text([(3, .requestRefused(Fixtures.attempt, .path))], at: 60).contains("HTTPS-only"))
        #expect(try text([(3, .callbackPasted(Secret("x")))], at: 60).contains("HTTPS-only"))
        let unopened = Fixtures.state(try Fixtures.beginning(try Fixtures.settings(opensBrowser: false)))
        let screen = render(Fixtures.model(unopened, at: 60), size: Size(columns: 80, rows: 24))
        #expect(!screen.text.contains("HTTPS-only"))
    }

    @Test("a notice stays for 15 s; what comes again is one notice with a count")
    func notices() throws {
        let refused = Event.Kind.requestRefused(Fixtures.attempt, .path)
        #expect(try text([(3, refused)], at: 17.9).contains("! Request refused"))
        #expect(try !text([(3, refused)], at: 18.1).contains("Request refused"))
        let many = try text([(3, refused), (4, .requestRefused(Fixtures.attempt, .method)), (5, refused)], at: 6)
        #expect(many.contains("! 2× Request refused: it went to another path."))
        #expect(many.contains("! Request refused: only GET is taken."))
        #expect(many.split(separator: "\n").filter { $0.contains("Request refused") }.count == 2)
    }

    @Test("over SSH the paste is offered beside the tunnel", arguments: [40, 80, 120])
    func remote(columns: Int) throws {
        let state = Fixtures.state(try Fixtures.waiting())
        let model = Fixtures.model(state, at: 5, context: Fixtures.context(isRemote: true))
        let text = render(model, size: Size(columns: columns, rows: columns == 40 ? 12 : 24)).text
        #expect(text.contains("ssh -L 3000:localhost:3000"))
        #expect(text.contains("press p"))
    }
}
