import FoundationEssentials
import GenesysCloud
import OAuth
import SignIn
import Testing

@testable import TerminalUI

@Suite("typing")
struct TypingTests {
    private func edited(_ text: String, _ inputs: [Input]) -> TextField {
        inputs.reduce(into: TextField(text)) { field, input in _ = field.edit(input) }
    }

    @Test(
        "a text field edits as a shell does",
        arguments: [
            ("", [.key("a"), .key("b")], "ab", ""),
            ("abc", [.left, .key("x")], "abx", "c"),
            ("abc", [.home, .key("x")], "x", "abc"),
            ("abc", [.control("a"), .right, .delete], "a", "c"),
            ("abc", [.left, .left, .end], "abc", ""),
            ("abc", [.home, .control("e"), .backspace], "ab", ""),
            ("abc", [.left, .control("u")], "", "c"),
            ("eu-central-1", [.control("w")], "eu-central-", ""),
            ("eu-central-1", [.control("w"), .control("w")], "eu-", ""),
            ("abc", [.home, .left, .backspace], "", "abc"),
            ("abc", [.right, .delete], "abc", ""),
            ("", [.control("w"), .backspace, .delete, .left, .right], "", ""),
            ("ab", [.left, .paste(" x\r\ny\t\n")], "axy", "b"),
            ("e", [.key("\u{301}"), .backspace], "", ""),
            ("山田", [.left, .key("x")], "山x", "田"),
        ] as [(String, [Input], String, String)]
    )
    func field(text: String, inputs: [Input], before: String, after: String) {
        let field = edited(text, inputs)
        #expect(field.before == before)
        #expect(field.after == after)
    }

    @Test("a text field takes no more than it can hold")
    func longest() {
        let field = edited("", [.paste(String(repeating: "x", count: 10_000)), .key("y")])
        #expect(field.text == String(repeating: "x", count: TextField.longest))
    }

    @Test(
        "the cursor stands on the screen, whatever the text and the width",
        arguments: ["", "x", String(repeating: "6f1c-", count: 30), String(repeating: "山", count: 60)]
    )
    func cursor(text: String) {
        for columns in [40, 41, 59, 60, 80, 200] {
            var inputs: [Input] = [.control("u")] + Fixtures.keys(text)
            for _ in 0..<4 {
                let screen = render(Fixtures.form(inputs), size: Size(columns: columns, rows: 24))
                #expect(screen.cursor.map { $0.column < columns && $0.row < 24 } == true)
                inputs += Array(repeating: .left, count: text.count / 3)
            }
        }
    }

    @Test(
        "no cursor is shown where nothing is typed",
        arguments: ["signed-out", "waiting", "profile", "save-question"]
    )
    func noCursor(name: String) throws {
        let model = try #require(try Fixtures.all().first { $0.name == name }).model
        #expect(render(model, size: Size(columns: 80, rows: 24)).cursor == nil)
    }
}

@Suite("the form")
struct FormTests {
    private static let screen = render(Fixtures.form(), size: Size(columns: 80, rows: 24))

    private func form(_ inputs: [Input]) throws -> Form { try #require(Fixtures.form(inputs).form) }

    private func clientID(_ text: String) throws -> Form { try form([.control("u")] + Fixtures.keys(text)) }

    private func region(_ text: String) throws -> Form { try form([.tab, .control("u")] + Fixtures.keys(text)) }

    private func intent(_ input: Input, _ model: ScreenModel) -> Intent? {
        TerminalUI.intent(for: input, in: model, screen: Self.screen)
    }

    @Test("what is wrong with a client id is told as it is typed")
    func clientIDs() throws {
        #expect(try clientID("").clientIDCheck == .missing)
        #expect(try clientID("a b").clientIDCheck == .hasBlank)
        #expect(try clientID("ä").clientIDCheck == .hasForeignCharacter)
        #expect(try clientID(String(repeating: "x", count: 201)).clientIDCheck == .tooLong)
        #expect(try clientID("demo-client").clientIDCheck == .unusual)
        #expect(try clientID(Fixtures.clientID).clientIDCheck == .good)
    }

    @Test(
        "a region is known by its name, its domain, or by what no other begins with",
        arguments: [
            ("eu-central-1", "eu-central-1"), ("EU-Central-1", "eu-central-1"), ("mypurecloud.de", "eu-central-1"),
            ("https://login.mypurecloud.com.au/", "ap-southeast-2"), ("mypurecloud.com", "us-east-1"),
            ("sa", "sa-east-1"),
            ("eusc-pure", "eusc-de-east-1"), ("eu-", nil), ("pure", nil), ("mars", nil), ("", nil),
        ] as [(String, String?)]
    )
    func regions(text: String, name: String?) throws {
        #expect(try region(text).values?.region?.name == name)
    }

    @Test("Tab and Right go on with what all fitting regions have in common; then Tab goes to the next field")
    func completion() throws {
        #expect(try region("eu-c").completion == "entral-")
        #expect(try region("eu-central-1").completion.isEmpty)
        #expect(try region("pure").completion.isEmpty)
        for key in [Input.tab, .right, .end] {
            let completed = try form([.tab, .control("u")] + Fixtures.keys("EU-C") + [key])
            #expect(completed.region.text == "eu-central-")
            #expect(completed.focus == .region)
        }
        #expect(try form([.tab, .control("u")] + Fixtures.keys("sa") + [.tab, .tab]).focus == .clientID)
    }

    @Test("Enter asks whether to save; the answer carries both values")
    func accepting() throws {
        let id = try #require(ClientID(Fixtures.clientID))
        let asking = Fixtures.form([.tab, .control("u")] + Fixtures.keys("sa") + [.enter])
        #expect(asking.question?.target == Fixtures.saveTarget)
        let saved = Intent.useConfiguration(clientID: id, region: "sa-east-1", save: true)
        #expect(intent(.key("y"), asking) == saved)
        #expect(intent(.enter, asking) == saved)
        #expect(
            intent(.key("n"), asking) == .useConfiguration(clientID: id, region: "sa-east-1", save: false)
        )
        #expect(Fixtures.after([.escape], asking).form?.region.text == "sa")
        #expect(intent(.control("c"), asking) == .showOverlay(nil))
    }

    @Test("where nothing can be saved, nothing is asked; where URLs say where to sign in, no region is")
    func withoutQuestion() throws {
        let context = Fixtures.context(isDemo: true, region: nil)
        let model = Fixtures.after([.key("e")], Fixtures.model(.initial, at: 0, context: context))
        let id = try #require(ClientID(Fixtures.clientID))
        #expect(intent(.enter, model) == .useConfiguration(clientID: id, region: nil, save: false))
        #expect(intent(.tab, model) == nil)
        #expect(intent(.down, model) == nil)
    }

    @Test("Enter with a value missing goes to its field and says so; a key takes the reproach back")
    func insisting() throws {
        let wrong = try form([.tab, .control("u"), .up, .enter])
        #expect(wrong.focus == .region)
        #expect(wrong.isInsisting)
        #expect(try !form([.tab, .control("u"), .up, .enter, .key("e")]).isInsisting)
        #expect(try #require(Fixtures.firstForm([.tab, .enter]).form).focus == .clientID)
    }

    @Test("letters are text, Esc and Ctrl-C leave, and what was typed is gone")
    func keys() throws {
        #expect(try clientID("q?sEl").clientID.text == "q?sEl")
        let model = Fixtures.form(Fixtures.keys("x"))
        #expect(intent(.escape, model) == .showOverlay(nil))
        #expect(intent(.control("c"), model) == .showOverlay(nil))
        #expect(Fixtures.after([.escape, .key("e")], model).form?.clientID.text == Fixtures.clientID)
    }

    @Test("without a client id the form is there at once, and Enter, s and e open it again")
    func first() throws {
        let model = Fixtures.firstForm()
        #expect(model.form?.isNeeded == true)
        #expect(Overlay.first(in: Fixtures.context()) == nil)
        let signedOut = Fixtures.after([.escape], model)
        for key in [Input.enter, .key("s"), .key("e")] {
            #expect(intent(key, signedOut) == .showOverlay(.form(Form(signedOut.context))))
        }
    }

    @Test("the first form says where a client id comes from, at every size")
    func whereFrom() {
        for size in [Size(columns: 40, rows: 12), Size(columns: 80, rows: 24), Size(columns: 120, rows: 40)] {
            let words = render(Fixtures.firstForm(), size: size).text.split { $0.isWhitespace }.joined(separator: " ")
            for part in [
                "Admin > Integrations > OAuth", "Code Authorization with PKCE", "http://localhost:3000/callback",
            ] {
                #expect(words.contains(part), "\(size)")
            }
        }
    }

    @Test("a redirect URI with port 0 is registered without a port")
    func anyPort() {
        var context = Fixtures.context(clientID: nil)
        context.redirectURI = "http://localhost:0/callback"
        let model = Fixtures.model(.initial, at: 0, overlay: .first(in: context), context: context)
        #expect(render(model, size: Size(columns: 80, rows: 24)).text.contains("http://localhost/callback"))
    }

    @Test("the form goes when a session was found meanwhile")
    func stateComes() throws {
        var model = Fixtures.firstForm()
        model.state = Fixtures.state(try Fixtures.signedIn(Fixtures.tokens()))
        #expect(model.overlay == nil)
    }
}

@Suite("text that came faster than anybody types")
struct BurstTests {
    private func keys(_ text: String) -> [Input] { text.map(Input.key) }

    @Test("is a paste; a few keys and a key that is held down are keys")
    func bursts() {
        let address = "http://localhost:3000/callback?code=c&state=s"
        #expect(keys(address).withPastes == [.paste(address)])
        #expect((keys(address) + [.enter]).withPastes == [.paste(address), .enter])
        // The first line would be keys if it were alone.
        #expect((keys("ls") + [.enter] + keys("cd /etc") + [.enter]).withPastes == [.paste("ls\ncd /etc"), .enter])
        #expect((keys("abcd") + [.escape] + keys("efgh")).withPastes == keys("abcd") + [.escape] + keys("efgh"))
        #expect(keys("abcdefg").withPastes == keys("abcdefg"))
        #expect(keys("rrrrrrrrrrrrrrrrrr").withPastes == keys("rrrrrrrrrrrrrrrrrr"))
        #expect([Input]().withPastes.isEmpty)
    }

    @Test("what comes right after it is no command")
    func rest() throws {
        var model = Fixtures.model(Fixtures.state(try Fixtures.signedIn(Fixtures.tokens())), at: 5)
        model.textArrived(at: model.now)
        let rest = model.isStray(.key("l"), at: model.now.addingTimeInterval(0.5))
        #expect(rest)
        let later = model.isStray(.key("l"), at: model.now.addingTimeInterval(1.6))
        #expect(!later)
    }
}
