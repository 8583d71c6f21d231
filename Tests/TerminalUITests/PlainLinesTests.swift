import Foundation
import OAuth
import SignIn
import TerminalUI
import Testing

@Suite("the plain lines")
struct PlainLinesTests {
    private func lines(
        _ events: [(Double, Event.Kind)],
        after before: [(Double, Event.Kind)] = [],
        isRemote: Bool = false,
        takesPaste: Bool = true
    ) -> [String] {
        let old = Fixtures.state(before)
        return plainLines(
            from: old,
            to: Fixtures.state(events, from: old),
            isRemote: isRemote,
            destination: "ada@build.example",
            takesPaste: takesPaste
        )
    }

    @Test("where the browser is here, they tell of the listener and the URL, and of no paste")
    func here() throws {
        let lines = lines(try Fixtures.beginning(Fixtures.settings()))
        #expect(lines.count == 3)
        #expect(lines[0] == "Listening on localhost:3000.")
        #expect(lines[2].hasPrefix("https://login.mypurecloud.de/oauth/authorize?"))
    }

    @Test("where the browser may be elsewhere, they say that its address can be pasted, below the URL")
    func elsewhere() throws {
        let paste = "Or paste here the address that the browser ended on, and press Enter. What you paste is not shown."
        let remote = lines(try Fixtures.beginning(Fixtures.settings()), isRemote: true)
        #expect(
            remote.suffix(3) == [
                "Your browser is on another machine? There, first run:",
                "ssh -L 3000:localhost:3000 ada@build.example", paste,
            ]
        )
        let noBrowser = lines(try Fixtures.beginning(Fixtures.settings(opensBrowser: false)))
        #expect(noBrowser.last == paste)
        let noInput = lines(
            try Fixtures.beginning(Fixtures.settings(opensBrowser: false)),
            isRemote: true,
            takesPaste: false
        )
        #expect(!noInput.contains(paste))
        #expect(noInput.last == "ssh -L 3000:localhost:3000 ada@build.example")
    }

    @Test("a refresh that is to cure a token, and fails, is told once, and that one is signed in all the same")
    func notCured() throws {
        let refused = Fixtures.profileFailed(Fixtures.rejection(401, "Invalid"))
        let before =
            try Fixtures.exchanging() + [(24, .tokenReceived(Fixtures.attempt, Fixtures.tokens())), (25, refused)]
        let failed = (26.0, Event.Kind.refreshFailed(Fixtures.session, .transport(.unreachable(host: "login.example"))))
        let words = lines([failed], after: before)
        #expect(words.first == "You are signed in, but your profile could not be loaded.")
        #expect(words.contains { $0.hasPrefix("What to do: ") })
        let again = [(31.0, Event.Kind.timerFired(.refreshDue(Fixtures.session))), (32, failed.1)]
        #expect(lines(again, after: before + [failed]).isEmpty)
    }

    @Test("a paste is refused with the reason each time; what others send is told once, however often it comes")
    func refusals() throws {
        let waiting = try Fixtures.waiting()
        let wrong = Event.Kind.callbackPasted(Secret("https://example.com/?x=1"))
        let foreign = Fixtures.callback("code=c&state=another")
        let reason = ["The pasted URL is not this sign-in's callback."]
        #expect(lines([(5, wrong)], after: waiting) == reason)
        #expect(lines([(6, wrong)], after: waiting + [(5, wrong)]) == reason)
        #expect(lines([(5, foreign)], after: waiting) == ["Callback refused: it is not from this attempt."])
        #expect(lines([(6, foreign)], after: waiting + [(5, foreign)]) == [])
    }
}
