import Foundation
import GenesysCloud
import OAuth
import SignIn
import Testing

@Suite("the life of an attempt")
struct AttemptTests {
    private let attempt = AttemptID(1)
    private let session = SessionID(10)

    @Test("from Enter to Welcome, effect by effect")
    func happyPath() throws {
        var machine = Machine()
        #expect(
            try machine.send(.signInChosen(Sample.plan()), at: 0) == [
                .startTimer(.attemptDeadline(attempt), at: second(300)),
                .openListener(attempt, try RedirectURI("http://localhost:0/callback")),
            ]
        )
        #expect(machine.attempt?.steps == [.keyPairMade: second(0)])
        #expect(machine.attempt?.authorizationURL == nil)

        let opened = try machine.send(.listenerOpened(attempt, Sample.boundURI()), at: 1)
        let url = try #require(machine.attempt?.authorizationURL)
        #expect(opened == [.openBrowser(attempt, url: Secret(url))])
        #expect(url.hasPrefix("https://login.mypurecloud.de/oauth/authorize?client_id=client-1&response_type=code"))
        #expect(url.contains("&redirect_uri=http%3A%2F%2Flocalhost%3A49152%2Fcallback&"))
        #expect(url.contains("&state=\(try Sample.stateText())"))

        #expect(machine.send(.browserOpened(attempt), at: 2).isEmpty)
        let query = try Sample.query("code=abc")
        #expect(
            try machine.send(.callbackReceived(attempt, ReplyID(1), query: query), at: 3)
                == [.exchangeCode(attempt, Sample.exchange("abc"))]
        )
        #expect(machine.attempt?.isExchanging == true)

        let tokens = Sample.tokens()
        let kept = try session(tokens, receivedAt: 4)
        #expect(
            machine.send(.tokenReceived(attempt, tokens), at: 4) == [
                .stopTimer(.attemptDeadline(attempt)),
                .concludeAttempt(attempt, .signedIn),
                .saveSession(session, kept),
                .startTimer(.refreshDue(session), at: second(4 + 3540)),
                .startTimer(.tokenExpiry(session), at: second(4 + 3600)),
                .loadProfile(session, apiURL: Sample.apiURL, accessToken: tokens.accessToken),
            ]
        )
        let steps: [Step: Date] = [
            .keyPairMade: second(0), .listening: second(1), .browserOpened: second(2), .callbackReceived: second(3),
            .codeExchanged: second(4),
        ]
        #expect(machine.tokenHeld?.steps == steps)

        #expect(machine.send(.profileLoaded(session, Sample.ada), at: 5).isEmpty)
        #expect(machine.signedIn?.profile == Sample.ada)
        #expect(machine.signedIn?.held.session == kept)
        #expect(machine.signedIn?.held.label == "eu-central-1")
    }

    private func session(_ tokens: TokenResponse, receivedAt: Double) throws -> Session {
        try Sample.session(tokens, at: receivedAt, grantedAt: receivedAt)
    }

    @Test("two attempts share neither verifier nor state")
    func freshSecrets() throws {
        let one = try #require(Machine.begun(Sample.plan(1)).attempt)
        let other = try #require(Machine.begun(Sample.plan(2)).attempt)
        #expect(one.proofKey != other.proofKey)
        #expect(one.expectedState != other.expectedState)
    }

    @Test("a port that cannot be bound ends the attempt before any browser is opened")
    func portInUse() throws {
        var machine = try Machine.begun()
        let effects = machine.send(.listenerFailed(attempt, .portInUse(port: 3000, holder: "node (4711)")))
        let failure = Failure(.listener(.portInUse(port: 3000, holder: "node (4711)")), .init(try Sample.settings()))
        #expect(machine.state == .loggedOut(.failed(failure)))
        #expect(effects == [.stopTimer(.attemptDeadline(attempt)), .concludeAttempt(attempt, .failed(failure))])
    }

    @Test("a callback with a foreign state is refused and the wait goes on")
    func foreignState() throws {
        var machine = try Machine.listening()
        let query = try Sample.query("code=abc", 2)
        #expect(
            machine.send(.callbackReceived(attempt, ReplyID(5), query: query), at: 9)
                == [.refuseCallback(attempt, ReplyID(5), .foreignState)]
        )
        #expect(machine.attempt?.notices == [Notice(at: second(9), .callbackRefused(.foreignState))])
        #expect(machine.attempt?.isExchanging == false)
        let right = try Sample.query("code=abc")
        #expect(
            try machine.send(.callbackReceived(attempt, ReplyID(6), query: right))
                == [.exchangeCode(attempt, Sample.exchange("abc"))]
        )
    }

    @Test("of many notices the last three are kept, and what happens again is one notice with a count")
    func notices() throws {
        var machine = try Machine.listening()
        let refusals: [RequestRefusal] = [.path, .method, .host, .notHTTP, .method, .path]
        for (time, refusal) in refusals.enumerated() {
            machine.send(.requestRefused(attempt, refusal), at: Double(time))
        }
        #expect(
            machine.attempt?.notices == [
                Notice(at: second(3), .requestRefused(.notHTTP)),
                Notice(at: second(4), .requestRefused(.method), count: 2),
                Notice(at: second(5), .requestRefused(.path)),
            ]
        )
    }

    @Test(
        "the callback again, another code, or an error after it: the code is sent once, and the browser waits for the truth",
        arguments: ["code=abc", "code=other", "error=access_denied", "x=y"]
    )
    func again(parameters: String) throws {
        var machine = try Machine.exchanging()
        let query = try Sample.query(parameters)
        #expect(machine.send(.callbackReceived(attempt, ReplyID(9), query: query), at: 8).isEmpty)
        #expect(machine.send(.callbackPasted(query), at: 9).isEmpty)
        #expect(machine.attempt?.notices == [Notice(at: second(9), .callbackRepeated, count: 2)])
        #expect(machine.attempt?.isExchanging == true)
    }

    @Test("the server's refusal ends the attempt with its words")
    func denied() throws {
        var machine = try Machine.listening()
        let query = try Sample.query("error=access_denied&error_description=No+way")
        let effects = machine.send(.callbackReceived(attempt, ReplyID(1), query: query))
        let response = ErrorResponse(code: .accessDenied, words: ServerText("No way"))
        let failure = Failure(.authorization(response), try Sample.attemptContext())
        #expect(machine.state == .loggedOut(.failed(failure)))
        #expect(effects == [.stopTimer(.attemptDeadline(attempt)), .concludeAttempt(attempt, .failed(failure))])
    }

    @Test("an answer of this attempt with neither code nor error ends it")
    func missingCode() throws {
        var machine = try Machine.listening()
        machine.send(.callbackReceived(attempt, ReplyID(1), query: try Sample.query("x=y")))
        #expect(machine.state == .loggedOut(.failed(Failure(.missingCode, try Sample.attemptContext()))))
    }

    @Test("a code that is not accepted ends the attempt, and a new one has new secrets")
    func invalidGrant() throws {
        var machine = try Machine.exchanging()
        machine.send(.tokenRequestFailed(attempt, Sample.refused(.invalidGrant)))
        let failure = Failure(.tokenRequest(Sample.refused(.invalidGrant)), try Sample.attemptContext())
        #expect(machine.state == .loggedOut(.failed(failure)))
        machine.send(.signInChosen(try Sample.plan(2)))
        #expect(machine.attempt?.proofKey.verifier.reveal() == (try Sample.verifier(2)))
    }

    @Test("time runs out, whether the browser is silent or the token endpoint", arguments: [false, true])
    func timeout(exchanging: Bool) throws {
        var machine = try exchanging ? Machine.exchanging() : Machine.listening()
        let effects = machine.send(.timerFired(.attemptDeadline(attempt)), at: 300)
        let failure = Failure(.timedOut(seconds: 300, isExchanging: exchanging), try Sample.attemptContext())
        #expect(machine.state == .loggedOut(.failed(failure)))
        #expect(effects == [.stopTimer(.attemptDeadline(attempt)), .concludeAttempt(attempt, .failed(failure))])
    }

    @Test("a token that comes after the person cancelled is not taken")
    func lateToken() throws {
        var machine = try Machine.exchanging()
        #expect(
            machine.send(.cancelChosen) == [
                .stopTimer(.attemptDeadline(attempt)), .concludeAttempt(attempt, .cancelled),
            ]
        )
        #expect(machine.send(.tokenReceived(attempt, Sample.tokens())).isEmpty)
        #expect(machine.state == .loggedOut(.cancelled))
        machine.send(.signInChosen(try Sample.plan(2)))
        let before = machine.state
        #expect(machine.send(.tokenReceived(attempt, Sample.tokens())).isEmpty)
        #expect(machine.state == before)
    }

    @Test("a token that nobody asked for is not taken")
    func unaskedToken() throws {
        var machine = try Machine.listening()
        let before = machine.state
        #expect(machine.send(.tokenReceived(attempt, Sample.tokens())).isEmpty)
        #expect(machine.send(.tokenRequestFailed(attempt, Sample.noAnswer)).isEmpty)
        #expect(machine.state == before)
    }

    @Test("leaving the program gives the attempt up, then leaves")
    func quit() throws {
        var machine = try Machine.exchanging()
        #expect(
            machine.send(.quitChosen) == [
                .stopTimer(.attemptDeadline(attempt)), .concludeAttempt(attempt, .cancelled), .exit,
            ]
        )
        #expect(machine.state == .loggedOut(.cancelled))
    }

    @Test("a browser that cannot be opened ends nothing; opening it again opens the same URL")
    func browser() throws {
        var machine = try Machine.listening()
        let url = try #require(machine.attempt?.authorizationURL)
        machine.send(.browserFailed(attempt, .notFound(command: "xdg-open")))
        #expect(machine.attempt?.browser == .failed(.notFound(command: "xdg-open")))
        #expect(machine.send(.openBrowserChosen) == [.openBrowser(attempt, url: Secret(url))])
        machine.send(.browserOpened(attempt), at: 7)
        #expect(machine.attempt?.browser == .opened)
        #expect(machine.attempt?.steps[.browserOpened] == second(7))
        machine.send(.browserFailed(attempt, .failed(command: "xdg-open", status: 3)))
        #expect(machine.attempt?.steps[.browserOpened] == nil)
    }

    @Test("where no browser is wanted none is opened, until the person asks")
    func noBrowser() throws {
        var machine = try Machine.begun(Sample.plan(settings: Sample.settings(opensBrowser: false)))
        #expect(try machine.send(.listenerOpened(attempt, Sample.boundURI())).isEmpty)
        #expect(machine.send(.openBrowserChosen).count == 1)
    }

    @Test("a listener that says twice that it is bound opens one browser, and the redirect URI stays")
    func boundTwice() throws {
        var machine = try Machine.listening()
        #expect(try machine.send(.listenerOpened(attempt, RedirectURI("http://localhost:1/callback"))).isEmpty)
        #expect(machine.attempt?.boundRedirectURI == (try Sample.boundURI()))
    }
}

@Suite("the callback brought by hand")
struct PasteTests {
    private let attempt = AttemptID(1)

    @Test(
        "the whole address, its query, a part of it, and what terminals and browsers make of it",
        arguments: [
            "http://localhost:49152/callback?code=abc&state=STATE",
            "  http://localhost:49152/callback?state=STATE&code=abc\n",
            "http://127.0.0.1:49152/callback?code=abc&state=STATE",
            "https://localhost:49152/callback?code=abc&state=STATE",
            "HTTP://LOCALHOST:49152/callback?code=abc&state=STATE#", "localhost:49152/callback?code=abc&state=STATE",
            "?code=abc&state=STATE", "code=abc&state=STATE", "/callback?code=abc&state=STATE",
            "http://localhost:49152/call\n  back?code=a\r\nbc&sta\n\tte=STATE", "code=abc&state=STATE#_=_",
            "code=abc&state=STATE&iss=https://login.mypurecloud.de",
            "?iss=https://login.mypurecloud.de&code=abc&state=STATE",
            "code=abc&state=STATE&error_uri=https://x/?a", "[::1]:49152/callback?code=abc&state=STATE",
        ]
    )
    func accepted(text: String) throws {
        var machine = try Machine.listening()
        let pasted = text.replacing("STATE", with: try Sample.stateText())
        #expect(try machine.send(.callbackPasted(Secret(pasted))) == [.exchangeCode(attempt, Sample.exchange("abc"))])
        #expect(machine.attempt?.isExchanging == true)
    }

    @Test(
        "anything else is refused with the reason, and the wait goes on",
        arguments: [
            ("", PasteRefusal.notAnAddress), ("hello", .notAnAddress), (" \n", .notAnAddress),
            ("http://localhost:49152/callback", .notAnAddress), ("http://localhost:49152/callback?", .notAnAddress),
            ("http://localhost:49152/callback#code=abc", .notAnAddress),
            ("http://localhost:3000/callback?code=abc&state=STATE", .otherAddress),
            ("http://localhost:49152/other?code=abc&state=STATE", .otherAddress),
            ("http://localhost:3000/callback?\u{64C}code=abc&state=STATE", .otherAddress),
            ("http://localhost:49152/signed-in?code=abc&state=STATE", .otherAddress),
            ("https://evil.example/callback?code=abc&state=STATE", .otherAddress),
            ("http://localhost:49152@evil.example/callback?code=abc&state=STATE", .otherAddress),
            ("ftp://localhost:49152/callback?code=abc&state=STATE", .otherAddress),
            ("https://login.mypurecloud.de/oauth/authorize?client_id=x&state=STATE", .otherAddress),
            ("evil.example/other?code=abc&state=STATE", .otherAddress),
            ("evil.example/callback?code=abc&state=STATE", .otherAddress),
            ("localhost:9/callback?code=abc&state=STATE", .otherAddress),
            ("localhost/callback?code=abc&state=STATE", .otherAddress),
            ("localhost:49152/other?code=abc&state=STATE", .otherAddress),
            ("localhost:49152?code=abc&state=STATE", .otherAddress),
            ("localhost:49152@evil.example/callback?code=abc&state=STATE", .otherAddress),
            ("/other?code=abc&state=STATE", .otherAddress), ("callback?code=abc&state=STATE", .otherAddress),
            ("//localhost:49152/callback?code=abc&state=STATE", .otherAddress),
            ("http:localhost:49152/callback?code=abc&state=STATE", .otherAddress),
            ("http://evil.example/a=b?code=abc&state=STATE", .otherAddress),
            ("evil.example/a=b?code=abc&state=STATE", .otherAddress),
            ("http://evil.example/&code=abc&state=STATE", .notAnAddress),
            ("code=abc", .callback(.missingState)), ("code=abc&state=x", .callback(.foreignState)),
            ("code=abc&code=abc&state=STATE", .callback(.repeated(.code))),
            ("code=%&state=STATE", .callback(.malformed)),
            ("code=abc&state=STATE&iss=https://evil.example", .callback(.foreignIssuer)),
            // The rest of an address that was pasted in two lines.
            ("bc&state=STATE", .incomplete), ("x=y&state=STATE", .incomplete),
        ]
    )
    func refused(text: String, refusal: PasteRefusal) throws {
        var machine = try Machine.listening()
        let pasted = text.replacing("STATE", with: try Sample.stateText())
        #expect(machine.send(.callbackPasted(Secret(pasted)), at: 6).isEmpty)
        #expect(machine.attempt?.notices == [Notice(at: second(6), .pasteRefused(refusal))])
        #expect(machine.attempt?.isExchanging == false)
    }

    @Test("a pasted refusal of the server ends the attempt")
    func ends() throws {
        var machine = try Machine.listening()
        machine.send(.callbackPasted(try Sample.query("error=access_denied")))
        let problem = Failure.Problem.authorization(ErrorResponse(code: .accessDenied))
        #expect(machine.state == .loggedOut(.failed(Failure(problem, try Sample.attemptContext()))))
    }
}
