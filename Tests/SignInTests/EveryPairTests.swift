import OAuth
import SignIn
import Testing

/// What an occurrence comes to in a situation: the state, and after `·` the effects in their order; `nil` where nothing
/// changes and nothing is asked for.
func outcome(_ occurrence: Occurrence, _ situation: Situation) throws -> String? {
    var machine = try situation.machine()
    let before = machine.state
    let tokens = (machine.held ?? machine.attempt?.returningTo?.held)?.session.tokens
    let effects = machine.send(try occurrence.kind(situation.attempt, situation.number, SessionID(10), tokens), at: 5)
    if effects.isEmpty, machine.state == before { return nil }
    let became = machine.state == before ? "unchanged" : words(machine.state)
    let asked = effects.isEmpty ? "" : " · " + effects.map(words).joined(separator: " ")
    let line = "  \(occurrence.rawValue) → \(became)\(asked)"
    return line.count <= 100 || effects.isEmpty ? line : "  \(occurrence.rawValue) → \(became)\n     \(asked)"
}

@Suite("every state and every event")
struct EveryPairTests {
    @Test("every pair is decided", arguments: Situation.allCases)
    func table(situation: Situation) throws {
        let outcomes = try Occurrence.allCases.compactMap { try outcome($0, situation) }
        let happened = [words(try situation.machine().state)] + outcomes
        let decided = (Decisions.ofAttempts[situation] ?? Decisions.ofSessions[situation])?.split(separator: "\n")
        #expect(happened.joined(separator: "\n").split(separator: "\n") == decided)
    }

    @Test("no occurrence is undecided: one that a table leaves out was left out on purpose")
    func everyOccurrence() {
        #expect(Set(Decisions.occurrences) == Set(Occurrence.allCases.map(\.rawValue)))
    }

    @Test("no shape of a state is without a situation")
    func everyShape() throws {
        #expect(Set(try Situation.allCases.map { Shape(try $0.machine().state) }) == Set(Shape.allCases))
    }

    @Test("every occurrence stands for its own kind of event", arguments: Occurrence.allCases)
    func representing(occurrence: Occurrence) throws {
        let kind = try occurrence.kind(AttemptID(1), 1, SessionID(10))
        #expect(Occurrence.representing(kind).contains(occurrence))
    }

    @Test("what belongs to another attempt or session is late and is ignored", arguments: Situation.allCases)
    func late(situation: Situation) throws {
        for occurrence in Occurrence.allCases where occurrence.carriesID {
            var machine = try situation.machine()
            let before = machine.state
            let kind = try occurrence.kind(AttemptID(77), situation.number, SessionID(77))
            #expect(machine.send(kind, at: 5).isEmpty, "\(occurrence)")
            #expect(machine.state == before, "\(occurrence)")
        }
    }
}
