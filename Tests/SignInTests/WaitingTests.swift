import Foundation
import GenesysCloud
import OAuth
import SignIn
import Testing

@Suite("a service that asks to wait")
struct WaitingTests {
    private let session = SessionID(10)

    private func limited(_ seconds: Int?) -> APIError {
        .rejected(.init(status: 429, retryAfter: seconds))
    }

    private func failed(_ error: APIError) -> Event.Kind {
        .profileFailed(session, error, using: Secret("SECRETaccess1"))
    }

    @Test(
        "the profile is asked for again when the server's wait is over: a second at least, five minutes at most",
        arguments: [(0, 1.0), (1, 1), (20, 20), (300, 300)]
    )
    func waits(seconds: Int, wait: Double) throws {
        var machine = try Machine.loading()
        #expect(
            machine.send(failed(limited(seconds)), at: 100)
                == [.startTimer(.profileRetry(session), at: second(100 + wait))]
        )
        #expect(machine.send(.timerFired(.profileRetry(session)), at: 100 + wait).map(words) == ["loadProfile"])
        #expect(machine.send(.timerFired(.profileRetry(session)), at: 100 + wait).isEmpty, "once")
        machine.send(.profileLoaded(session, Sample.ada))
        #expect(machine.signedIn?.profile == Sample.ada)
    }

    @Test(
        "a service that always asks to wait is asked five times more, then it is left to the person; a profile begins anew"
    )
    func always() throws {
        var machine = try Machine.loading()
        for _ in 1...2 {
            for turn in 1...5 {
                #expect(machine.send(failed(limited(1)), at: Double(turn)).count == 1)
                machine.send(.timerFired(.profileRetry(session)), at: Double(turn + 1))
            }
            #expect(machine.send(failed(limited(1)), at: 7).isEmpty)
            guard case .failed = machine.tokenHeld?.profile else {
                Issue.record("\(words(machine.state))")
                return
            }
            #expect(machine.send(.refreshChosen(try Sample.plan(2)), at: 8).map(words) == ["loadProfile"])
        }
        machine.send(failed(limited(1)), at: 9)
        machine.send(.profileLoaded(session, Sample.ada), at: 10)
        for turn in 11...15 {
            machine.send(failed(limited(1)), at: Double(turn))
            guard case .profileNotReloaded(_, .some) = machine.signedIn?.notice?.kind else {
                Issue.record("\(words(machine.state))")
                return
            }
        }
    }

    @Test("a longer wait, or none that is named, is left to the person", arguments: [301, 86_400, nil])
    func tooLong(seconds: Int?) throws {
        var machine = try Machine.loading()
        #expect(machine.send(failed(limited(seconds))).isEmpty)
        guard case .failed = machine.tokenHeld?.profile else {
            Issue.record("\(words(machine.state))")
            return
        }
    }

    @Test("with the person known the wait is a notice, which goes when the profile comes")
    func notice() throws {
        var machine = try Machine.signedIn()
        machine.send(failed(limited(20)), at: 5)
        let failure = Failure(.api(limited(20)), try Sample.sessionContext())
        #expect(machine.signedIn?.notice?.kind == .profileNotReloaded(failure, nextAt: second(25)))
        #expect(machine.send(.timerFired(.profileRetry(session)), at: 25).map(words) == ["loadProfile"])
        machine.send(.profileLoaded(session, Sample.ada), at: 26)
        #expect(machine.signedIn?.notice == nil)
    }

    @Test(
        "a refresh waits as long as the server asks, an hour at most, and no shorter than its own patience",
        arguments: [(1, 5.0), (30, 30), (86_400, 3_600)]
    )
    func refresh(seconds: Int, wait: Double) throws {
        var machine = try Machine.signedIn()
        machine.send(.timerFired(.refreshDue(session)))
        let error = TokenRequestError.answer(.rateLimited(nil, retryAfter: seconds, correlationID: nil))
        let effects = machine.send(.refreshFailed(session, error), at: 1_000)
        #expect(effects == [.startTimer(.refreshDue(session), at: second(1_000 + wait))])
    }

    @Test(
        "the wait varies by the event's jitter, within bounds",
        arguments: [(1.2, 6.0), (0.8, 4), (9, 7.5), (0, 2.5)]
    )
    func jitter(factor: Double, wait: Double) throws {
        var machine = try Machine.signedIn()
        machine.send(.timerFired(.refreshDue(session)))
        let effects = machine.send(.refreshFailed(session, Sample.noAnswer, jitter: factor), at: 1_000)
        #expect(effects == [.startTimer(.refreshDue(session), at: second(1_000 + wait))])
    }
}

@Suite("a 401 for a token that has been replaced")
struct LateRefusalTests {
    private let session = SessionID(10)

    @Test("ends nothing: the token in hand is tried", arguments: [false, true])
    func late(signedIn: Bool) throws {
        var machine =
            try signedIn ? Machine.signedIn(Sample.tokens(refresh: false)) : .loading(Sample.tokens(refresh: false))
        let newer = try Sample.session(Sample.tokens("2"))
        machine.send(.sessionReplaced(session, newer, label: "x", successor: SessionID(20)))
        let effects = machine.send(.profileFailed(session, Sample.api(401), using: Secret("SECRETaccess1")))
        #expect(effects == [.loadProfile(session, apiURL: Sample.apiURL, accessToken: Secret("SECRETaccess2"))])
        #expect(machine.held != nil)
    }
}
