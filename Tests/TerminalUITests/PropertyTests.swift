import GenesysCloud
import OAuth
import SignIn
import TerminalUI
import Testing

@Suite("every screen at every size")
struct PropertyTests {
    /// All of the small sizes, where the layout changes, and a sample of the large ones.
    private static let sizes: [Size] =
        (1...14).flatMap { rows in [1, 2, 3, 7, 20, 38, 39, 40, 41, 59, 60, 61].map { Size(columns: $0, rows: rows) } }
        + [15, 16, 17, 23, 24, 25, 40, 60].flatMap { rows in
            [1, 40, 41, 47, 59, 60, 80, 119, 200].map { Size(columns: $0, rows: rows) }
        }

    @Test("no screen is wider or higher than the terminal, and none traps", arguments: try Fixtures.all().map(\.name))
    func fits(name: String) throws {
        var model = try #require(try Fixtures.all().first { $0.name == name }).model
        for charset in [Charset.unicode, .console, .ascii] {
            model.context.charset = charset
            for size in Self.sizes {
                let screen = render(model, size: size)
                #expect(screen.rows.count == size.rows)
                #expect(screen.rows.allSatisfy { $0.width <= size.columns }, "\(name) at \(size)")
                #expect(screen.regions.allSatisfy { $0.row < size.rows && $0.columns.upperBound <= size.columns })
            }
        }
    }

    @Test("nothing on a screen can move the cursor", arguments: try Fixtures.all().map(\.name))
    func inert(name: String) throws {
        let model = try #require(try Fixtures.all().first { $0.name == name }).model
        for size in [Size(columns: 40, rows: 12), Size(columns: 80, rows: 24), Size(columns: 120, rows: 40)] {
            for scalar in render(model, size: size).rows.flatMap({ $0.text.unicodeScalars }) {
                switch scalar.properties.generalCategory {
                case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
                    Issue.record("U+\(String(scalar.value, radix: 16)) in \(name)")
                case .format: #expect(scalar.value == 0x200C || scalar.value == 0x200D)
                default: break
                }
            }
        }
    }

    @Test("an ASCII terminal gets ASCII", arguments: try Fixtures.all().map(\.name))
    func ascii(name: String) throws {
        var model = try #require(try Fixtures.all().first { $0.name == name }).model
        model.context.charset = .ascii
        model.flash = "Flash… “ä”"
        for size in [Size(columns: 40, rows: 12), Size(columns: 80, rows: 24)] {
            #expect(render(model, size: size).text.unicodeScalars.allSatisfy { $0.isASCII })
        }
    }

    @Test("a short message shows on every screen, whatever else there is", arguments: try Fixtures.all().map(\.name))
    func flash(name: String) throws {
        var model = try #require(try Fixtures.all().first { $0.name == name }).model
        model.flash = "Finishing the refresh"
        for columns in [40, 80, 120] {
            for rows in [12, 13, 16, 24, 40] {
                let screen = render(model, size: Size(columns: columns, rows: rows))
                #expect(screen.rows.count { $0.text.contains("Finishing the refresh") } == 1, "\(columns)x\(rows)")
                #expect(screen.rows.count <= rows)
            }
        }
    }

    @Test("no secret is on any screen; state stands in the URL alone")
    func secrets() throws {
        let (hidden, state) = try Fixtures.secrets()
        for (name, model) in try Fixtures.all() {
            for size in [Size(columns: 40, rows: 12), Size(columns: 80, rows: 24), Size(columns: 400, rows: 60)] {
                let screen = render(model, size: size)
                let joined = screen.rows.map { $0.continuesPrevious ? $0.text : "\n\($0.text)" }.joined()
                for secret in hidden { #expect(!joined.contains(secret), "\(name)") }
                let lines = joined.split(separator: "\n").filter { $0.contains(state) }
                #expect(lines.allSatisfy { $0.hasPrefix("https://login.mypurecloud.de/oauth/authorize?") })
                if !name.contains("waiting") || name.contains("help") { #expect(lines.isEmpty, "\(name)") }
            }
        }
    }

    @Test("the URL is whole, from column 0, and alone on its rows", arguments: [40, 41, 60, 80, 120, 500])
    func url(columns: Int) throws {
        for name in ["waiting", "waiting-no-browser", "waiting-notices", "waiting-ssh", "waiting-browser-failed"] {
            let model = try #require(try Fixtures.all().first { $0.name == name }).model
            guard case .awaitingCallback(let attempt) = model.state, let url = attempt.authorizationURL else {
                Issue.record("no URL in \(name)")
                continue
            }
            let screen = render(model, size: Size(columns: columns, rows: 40))
            let first = try #require(screen.rows.firstIndex { $0.text.hasPrefix("https://") })
            let rest = screen.rows[(first + 1)...].prefix { $0.continuesPrevious }
            #expect(([screen.rows[first]] + rest).map(\.text).joined() == url)
            #expect(([screen.rows[first]] + rest).dropLast().allSatisfy { $0.width == columns })
        }
    }

    @Test("where the URL is cut, c and u are offered")
    func elidedURL() throws {
        for (name, model) in try Fixtures.all() {
            for rows in 12...30 {
                let screen = render(model, size: Size(columns: 40, rows: rows))
                guard screen.text.contains("https://login.mypurecloud.de/oauth/aut…") else { continue }
                let offered = Set(screen.regions.map(\.command))
                #expect(offered.isSuperset(of: [.copyURL, .showBareURL]), "\(name)")
            }
        }
    }

    @Test("the headline is there from 40 by 12 on, and says the state")
    func headline() throws {
        for (name, model) in try Fixtures.all() where model.overlay == nil {
            let headline =
                switch model.state {
                case .loggedOut: model.isLooking ? "Looking for your session" : "Signed out"
                case .awaitingCallback: "Waiting for your browser"
                case .tokenHeld: "Token held"
                case .userProfile: "Welcome, "
                }
            for rows in [12, 13, 16, 24, 40] {
                let screen = render(model, size: Size(columns: 40, rows: rows))
                let row = screen.rows.first { $0.runs.contains { $0.role == .strong } }
                #expect(row?.text.dropFirst().hasPrefix(headline) == true, "\(name) at \(rows)")
            }
        }
    }

    @Test("too small says what is needed")
    func tooSmall() {
        let model = Fixtures.model(.initial, at: 0)
        #expect(render(model, size: Size(columns: 39, rows: 12)).text.contains("Too small: need 40x12"))
        #expect(render(model, size: Size(columns: 40, rows: 11)).text.contains("Too small: need 40x12"))
        #expect(!render(model, size: Size(columns: 40, rows: 12)).text.contains("Too small"))
        #expect(render(model, size: Size(columns: 1, rows: 1)).text == "T")
    }

    @Test("too small names the key that leads out: where letters are text, q is one")
    func tooSmallWayOut() {
        var model = Fixtures.model(.initial, at: 0)
        let size = Size(columns: 30, rows: 8)
        #expect(render(model, size: size).text.contains("q quit"))
        model.overlay = .form(Form(model.context))
        #expect(!render(model, size: size).text.contains("q quit"))
        #expect(render(model, size: size).text.contains("Esc cancel"))
        model.overlay = .paste(PastePrompt())
        #expect(render(model, size: size).text.contains("Esc "))
    }
}
