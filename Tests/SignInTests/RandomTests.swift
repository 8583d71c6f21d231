import GenesysCloud
import OAuth
import SignIn
import Testing

/// A generator whose numbers follow from its seed (SplitMix64), so that a failure can be repeated.
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// A person, a browser, servers and a network that do anything at any time; and what must hold all the same.
private struct Chaos {
    private var machine = Machine()
    private var random: Seeded
    private var attempts: UInt8 = 0
    private var bound: Set<AttemptID> = []
    private var exchanged: Set<AttemptID> = []
    private var concluded: Set<AttemptID> = []
    /// Attempts that have asked for a listener.
    private var listening: Set<AttemptID> = []
    private(set) var reached: Set<Shape> = []

    init(seed: UInt64) {
        random = Seeded(state: seed)
    }

    mutating func run(_ count: Int) throws {
        for time in 0..<count where attempts < 99 {
            let occurrence = try #require(Occurrence.allCases.randomElement(using: &random))
            let kind = try event(occurrence)
            let before = machine.state
            let effects = machine.send(kind, at: Double(time))
            if case .listenerOpened(let id, _) = kind { bound.insert(id) }
            check(effects, before: before, "\(occurrence) at \(time)")
            reached.insert(Shape(machine.state))
        }
    }

    /// Leaves the program from wherever it stands: no listener is left, and no port taken.
    mutating func leave() {
        let before = machine.state
        let effects = machine.send(.quitChosen, at: 100_000)
        check(effects, before: before, "the end")
        #expect(effects.contains(.exit))
        #expect(listening.subtracting(concluded).isEmpty, "a port is left taken")
    }

    /// The event for what is under way, or now and then for what was before.
    private mutating func event(_ occurrence: Occurrence) throws -> Event.Kind {
        switch occurrence {
        case .signInChosen:
            attempts += 1
            return .signInChosen(try Sample.plan(attempts))
        case .refreshChosen:
            attempts += 1
            return .refreshChosen(try Sample.plan(attempts))
        case .tokenReceived:
            return .tokenReceived(
                AttemptID(UInt64(number())),
                Sample.tokens(
                    expiresIn: [nil, 1, 60, 3600].randomElement(using: &random) ?? nil,
                    refresh: Bool.random(using: &random)
                )
            )
        // What ends everything comes often enough when it comes rarely.
        case .quitChosen, .cancelChosen, .signOutChosen, .attemptDeadline, .listenerFailed, .deniedCallback,
            .codelessCallback, .tokenRequestFailed, .refreshTokenDead, .refreshRefused, .profileUnauthorized,
            .tokenExpiry:
            return try standard(Int.random(in: 0..<4, using: &random) == 0 ? occurrence : .listenerOpened)
        default:
            return try standard(occurrence)
        }
    }

    private mutating func standard(_ occurrence: Occurrence) throws -> Event.Kind {
        let number = number()
        let session = machine.held?.id ?? machine.attempt?.returningTo?.held.id ?? SessionID(UInt64(number) * 10)
        return try occurrence.kind(AttemptID(UInt64(number)), number, session)
    }

    private mutating func number() -> UInt8 {
        let current = (1...max(attempts, 1)).last { machine.attempt?.id == AttemptID(UInt64($0)) } ?? max(attempts, 1)
        return Int.random(in: 0..<10, using: &random) == 0 ? .random(in: 1...max(attempts, 1), using: &random) : current
    }

    private mutating func check(_ effects: [Effect], before: State, _ moment: Comment) {
        var concludedNow: [AttemptID] = []
        for effect in effects {
            switch effect {
            case .openListener(let id, _):
                #expect(listening.insert(id).inserted, "a listener opened twice: \(moment)")
            case .openBrowser(let id, _): #expect(bound.contains(id), "a browser before a listener: \(moment)")
            case .exchangeCode(let id, _): #expect(exchanged.insert(id).inserted, "a code sent twice: \(moment)")
            case .concludeAttempt(let id, _):
                concludedNow.append(id)
                #expect(concluded.insert(id).inserted, "concluded twice: \(moment)")
                #expect(effects.contains(.stopTimer(.attemptDeadline(id))), "a deadline left running: \(moment)")
            default: break
            }
        }
        #expect(listening.subtracting(concluded).count <= 1, "two attempts at a time: \(moment)")
        checkLeft(before, concludedNow, moment)
        checkSessions(effects, before: before, moment)
        if machine.state != before { checkSecrets(moment) }
    }

    /// An attempt is concluded when it is left, and at no other time.
    private func checkLeft(_ before: State, _ concludedNow: [AttemptID], _ moment: Comment) {
        if case .awaitingCallback(let attempt) = before, machine.attempt?.id != attempt.id {
            #expect(concludedNow == [attempt.id], "left without its conclusion: \(moment)")
        } else {
            #expect(concludedNow.isEmpty, "concluded and not left: \(moment)")
        }
    }

    /// A session that is gone leaves nothing running.
    private func checkSessions(_ effects: [Effect], before: State, _ moment: Comment) {
        guard let old = session(in: before), session(in: machine.state) != old else { return }
        for effect in [Effect.abandonSession(old), .stopTimer(.refreshDue(old)), .stopTimer(.tokenExpiry(old))] {
            #expect(effects.contains(effect), "a session left running: \(moment)")
        }
    }

    private func session(in state: State) -> SessionID? {
        switch state {
        case .loggedOut: nil
        case .awaitingCallback(let attempt): attempt.returningTo?.held.id
        case .tokenHeld(let tokenHeld): tokenHeld.held.id
        case .userProfile(let signedIn): signedIn.held.id
        }
    }

    /// Verifier and expected state are reachable from the attempt they belong to, and from nowhere else.
    private func checkSecrets(_ moment: Comment) {
        let found = Set(secrets(in: machine.state).map { $0.reveal() })
        if let attempt = machine.attempt {
            #expect(found.contains(attempt.proofKey.verifier.reveal()), "the search finds nothing: \(moment)")
        }
        let own =
            machine.attempt.map {
                [$0.proofKey.verifier.reveal(), $0.expectedState.value.reveal(), $0.authorizationURL ?? ""]
            } ?? []
        let tokens = found.filter { $0.hasPrefix("SECRETaccess") || $0.hasPrefix("SECRETrefresh") }
        #expect(found.subtracting(tokens).subtracting(own).isEmpty, "a secret outlives its attempt: \(moment)")
        if case .loggedOut = machine.state { #expect(found.isEmpty, "a token outlives its session: \(moment)") }
    }
}

/// Every secret that can be reached from `value`.
private func secrets(in value: Any) -> [Secret] {
    if let secret = value as? Secret { return [secret] }
    return Mirror(reflecting: value).children.flatMap { secrets(in: $0.value) }
}

@Suite("whatever happens, in whatever order")
struct RandomTests {
    @Test(
        """
        a code is sent once, no browser before a listener, secrets stay in their attempt, each attempt ends once, and in the
        end no port is taken
        """
    )
    func chaos() throws {
        var reached: Set<Shape> = []
        for seed in UInt64(1)...100 {
            var chaos = Chaos(seed: seed)
            try chaos.run(1_000)
            chaos.leave()
            reached.formUnion(chaos.reached)
        }
        #expect(
            Set(Shape.allCases).subtracting(reached).isEmpty,
            "the events must lead everywhere, or they prove little"
        )
    }
}
