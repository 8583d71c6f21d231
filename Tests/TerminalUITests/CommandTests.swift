import SignIn
import TerminalUI
import Testing

@Suite("commands")
struct CommandTests {
    @Test("no key means two things in one state", arguments: try Fixtures.all().map(\.name))
    func unambiguous(name: String) throws {
        let model = try #require(try Fixtures.all().first { $0.name == name }).model
        let keys = Command.available(in: model).flatMap(\.keys)
        #expect(Set(keys).count == keys.count)
    }

    @Test("a click on a footer label does what its key does", arguments: try Fixtures.all().map(\.name))
    func clicks(name: String) throws {
        let model = try #require(try Fixtures.all().first { $0.name == name }).model
        for size in [Size(columns: 40, rows: 12), Size(columns: 80, rows: 24)] {
            let screen = render(model, size: size)
            let offered = Command.available(in: model).filter(\.isInFooter)
            #expect(Set(screen.regions.map(\.command)) == Set(offered.map(\.id)))
            for region in screen.regions {
                let command = try #require(offered.first { $0.id == region.command })
                let byKey = intent(for: command.keys[0], in: model, screen: screen)
                #expect(byKey != nil)
                for column in region.columns {
                    #expect(intent(for: .click(row: region.row, column: column), in: model, screen: screen) == byKey)
                }
                let label = screen.rows[region.row].text.dropFirst(region.columns.lowerBound)
                #expect(label.hasPrefix("\(command.keyLabel) "))
            }
        }
    }

    @Test("a click beside the labels means nothing")
    func clickElsewhere() {
        let model = Fixtures.model(.initial, at: 0)
        let screen = render(model, size: Size(columns: 80, rows: 24))
        #expect(intent(for: .click(row: 0, column: 0), in: model, screen: screen) == nil)
        #expect(intent(for: .click(row: 23, column: 79), in: model, screen: screen) == nil)
        #expect(intent(for: .click(row: 99, column: 999), in: model, screen: screen) == nil)
    }

    @Test(
        "keys mean what the state offers",
        arguments: [
            ("signed-out", Input.enter, Intent?.some(.signIn)), ("signed-out", .key("s"), .signIn),
            ("signed-out", .key("S"), .signIn), ("signed-out", .key("o"), nil), ("signed-out", .escape, nil),
            ("signed-out", .control("c"), .quit), ("help-profile", .control("c"), .showOverlay(nil)),
            ("waiting", .escape, .cancel), ("waiting", .control("c"), .cancel), ("waiting", .key("o"), .openBrowser),
            ("waiting", .key("a"), nil), ("waiting-demo-copied", .key("a"), .approveHere),
            ("waiting", .key("q"), .quit), ("waiting", .enter, nil), ("waiting-listener", .key("u"), nil),
            ("waiting-exchanging", .key("o"), nil), ("waiting-exchanging", .escape, .cancel),
            ("token-loading", .key("r"), nil), ("token-failed", .key("r"), .refresh),
            ("token-failed", .key("l"), .signOut), ("profile", .key("r"), .refresh), ("profile", .key("l"), .signOut),
            ("profile-no-refresh-token", .key("r"), .refresh), ("profile", .enter, nil),
            ("profile", .key("?"), .showOverlay(.help)), ("help-profile", .key("?"), .showOverlay(nil)),
            ("help-profile", .escape, .showOverlay(nil)), ("help-profile", .key("l"), nil),
            ("help-waiting", .control("c"), .cancel), ("help-waiting", .key("q"), .quit),
            ("profile", .control("z"), .suspend), ("profile", .control("l"), .redraw), ("profile", .paste("q"), nil),
            ("profile", .resized(Size(columns: 1, rows: 1)), .redraw), ("profile", .closed, .quit),
            ("profile", .terminated(signal: 15), .terminate(signal: 15)), ("profile", .key("x"), nil),
        ]
    )
    func keys(name: String, input: Input, expected: Intent?) throws {
        let model = try #require(try Fixtures.all().first { $0.name == name }).model
        let screen = render(model, size: Size(columns: 80, rows: 24))
        #expect(intent(for: input, in: model, screen: screen) == expected)
    }

    @Test("c and u carry the URL of the attempt")
    func url() throws {
        let model = try #require(try Fixtures.all().first { $0.name == "waiting" }).model
        guard case .awaitingCallback(let attempt) = model.state, let url = attempt.authorizationURL else {
            Issue.record("no URL")
            return
        }
        let screen = render(model, size: Size(columns: 80, rows: 24))
        #expect(intent(for: .key("c"), in: model, screen: screen) == .copyURL(url))
        #expect(intent(for: .key("u"), in: model, screen: screen) == .showBareURL(url))
    }

    @Test("the help names every key that does something")
    func help() throws {
        for (name, model) in try Fixtures.all() where model.overlay == nil {
            var helped = model
            helped.overlay = .help
            let text = render(helped, size: Size(columns: 80, rows: 24)).text
            for command in Command.available(in: model) where command.id != .help {
                #expect(text.contains(command.help), "\(command.id) in \(name)")
            }
        }
    }
}
