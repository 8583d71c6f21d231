import OAuth
import SignIn
import Testing

@Suite("nothing that prints shows a secret")
struct SecrecyTests {
    private func printed(_ value: some Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        return "\(value)\n\(String(reflecting: value))\n\(dumped)"
    }

    private func expectNoSecret(_ value: some Any, _ what: Comment) throws {
        let text = printed(value)
        #expect(!text.contains("SECRET"), what)
        for number in [1, 2, 5, 6] as [UInt8] {
            #expect(try !text.contains(Sample.verifier(number)), what)
            #expect(try !text.contains(Sample.stateText(number)), what)
            #expect(!text.contains("[\(number), \(number)"), what)
        }
    }

    @Test("the search finds what is not hidden")
    func searchWorks() throws {
        #expect(printed(["SECRET"]).contains("SECRET"))
        #expect(try printed([Sample.plan().verifierEntropy.bytes]).contains("[1, 1"))
    }

    @Test("no state", arguments: Situation.allCases)
    func states(situation: Situation) throws {
        try expectNoSecret(situation.machine().state, "\(situation)")
    }

    @Test("no event", arguments: Occurrence.allCases)
    func events(occurrence: Occurrence) throws {
        let event = Event(at: second(0), try occurrence.kind(AttemptID(1), 1, SessionID(10)))
        try expectNoSecret(event, "\(occurrence)")
    }

    @Test("no effect; the URL for the browser carries the state, which the browser must have, and no verifier")
    func effects() throws {
        var opened = false
        for situation in Situation.allCases {
            for occurrence in Occurrence.allCases {
                var machine = try situation.machine()
                let kind = try occurrence.kind(situation.attempt, situation.number, SessionID(10))
                for effect in machine.send(kind, at: 5) {
                    if case .openBrowser(_, let url) = effect {
                        opened = true
                        #expect(try !url.reveal().contains(Sample.verifier(situation.number)))
                    }
                    try expectNoSecret(effect, "\(occurrence) in \(situation)")
                }
            }
        }
        #expect(opened)
    }
}
