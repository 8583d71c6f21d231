import Foundation
import GenesysCloud
import OAuth
import SignIn
import Testing

@Suite("a 401 from the API")
struct UnauthorizedTests {
    private let session = SessionID(10)

    @Test("a refresh cures it, once, and the profile is loaded with the fresh token", arguments: [false, true])
    func cured(signedIn: Bool) throws {
        var machine = try signedIn ? Machine.signedIn() : Machine.loading()
        #expect(
            try machine.send(.profileFailed(session, Sample.api(401), using: Secret("SECRETaccess1"))) == [
                .refreshSession(session, Sample.session(Sample.tokens()), isKept: true)
            ]
        )
        let effects = machine.send(.sessionRefreshed(session, try Sample.session(Sample.tokens("2"))))
        #expect(effects.last == .loadProfile(session, apiURL: Sample.apiURL, accessToken: Secret("SECRETaccess2")))
        machine.send(.profileLoaded(session, Sample.ada))
        #expect(machine.signedIn?.profile == Sample.ada)
        let later = machine.send(.profileFailed(session, Sample.api(401), using: Secret("SECRETaccess2")))
        #expect(later.map(words) == ["refreshSession"], "a later one is cured again")
    }

    @Test("one that comes back with the fresh token ends the session", arguments: [false, true])
    func again(signedIn: Bool) throws {
        var machine = try signedIn ? Machine.signedIn() : Machine.loading()
        machine.send(.profileFailed(session, Sample.api(401), using: Secret("SECRETaccess1")))
        machine.send(.sessionRefreshed(session, try Sample.session(Sample.tokens("2"))))
        let effects = machine.send(.profileFailed(session, Sample.api(401), using: Secret("SECRETaccess2")))
        #expect(effects.contains(.forgetSession(try Sample.session(Sample.tokens("2")))))
        #expect(
            machine.state == .loggedOut(.sessionExpired(Failure(.api(Sample.api(401)), try Sample.sessionContext())))
        )
    }

    @Test(
        "seen in the store before it is told, the cure is the cure; what the store had before is none",
        arguments: [true, false],
        [true, false]
    )
    func curedByTheStore(isCure: Bool, signedIn: Bool) throws {
        var machine = try signedIn ? Machine.signedIn() : Machine.loading()
        let fresh = try Sample.session(Sample.tokens("2"), at: isCure ? 101 : 99)
        machine.send(.profileFailed(session, Sample.api(401), using: Secret("SECRETaccess1")), at: 100)
        let effects = machine.send(.sessionReplaced(session, fresh, label: "x", successor: SessionID(20)), at: 102)
        #expect(effects.last == .loadProfile(session, apiURL: Sample.apiURL, accessToken: Secret("SECRETaccess2")))
        #expect(machine.send(.sessionRefreshed(session, fresh), at: 103).isEmpty)
        let again = machine.send(.profileFailed(session, Sample.api(401), using: Secret("SECRETaccess2")), at: 104)
        if isCure {
            #expect(again.contains(.forgetSession(fresh)))
            guard case .loggedOut(.sessionExpired) = machine.state else {
                Issue.record("\(machine.state)")
                return
            }
        } else {
            #expect(again.map(words) == ["refreshSession"])
        }
    }

    @Test(
        "a second answer to the old token, while the cure is under way or waits, ends nothing",
        arguments: [false, true]
    )
    func late(retrying: Bool) throws {
        var machine = try Machine.signedIn()
        machine.send(.profileFailed(session, Sample.api(401), using: Secret("SECRETaccess1")))
        if retrying { machine.send(.refreshFailed(session, Sample.noAnswer)) }
        let before = machine.held?.refresh
        #expect(machine.send(.profileFailed(session, Sample.api(401), using: Secret("SECRETaccess1"))).isEmpty)
        #expect(machine.held?.refresh == before)
        #expect(machine.signedIn != nil)
    }

    @Test(
        "tokens that are replaced faster than the service answers: it is not asked without end",
        arguments: [false, true]
    )
    func neverInTime(signedIn: Bool) throws {
        var machine = try signedIn ? Machine.signedIn() : Machine.loading()
        var asked = 0
        for turn in 1...20 {
            machine.send(.timerFired(.refreshDue(session)))
            machine.send(.sessionRefreshed(session, try Sample.session(Sample.tokens("\(turn + 1)"))))
            let old = Secret("SECRETaccess\(turn)")
            let effects = machine.send(.profileFailed(session, Sample.api(401), using: old))
            guard effects.contains(where: { if case .loadProfile = $0 { true } else { false } }) else { break }
            asked += 1
        }
        #expect(asked == 5)
        let failure = Failure(.api(Sample.api(401)), try Sample.sessionContext())
        switch machine.state {
        case .tokenHeld(let tokenHeld): #expect(!signedIn && tokenHeld.profile == .failed(failure))
        case .userProfile(let shown):
            #expect(signedIn && shown.notice?.kind == .profileNotReloaded(failure, nextAt: nil))
        default: Issue.record("the session is good, and has ended")
        }
        // And a person may have it asked again.
        let again = try machine.send(.refreshChosen(Sample.plan(6)))
        #expect(!again.isEmpty)
    }

    @Test("a refresh that is under way already serves as the cure: none is sent twice")
    func underWay() throws {
        var machine = try Machine.loading()
        machine.send(.timerFired(.refreshDue(session)))
        #expect(machine.send(.profileFailed(session, Sample.api(401), using: Secret("SECRETaccess1"))).isEmpty)
        let effects = machine.send(.sessionRefreshed(session, try Sample.session(Sample.tokens("2"))))
        #expect(effects.last == .loadProfile(session, apiURL: Sample.apiURL, accessToken: Secret("SECRETaccess2")))
    }

    @Test("the cure survives a network that is away")
    func offline() throws {
        var machine = try Machine.loading()
        machine.send(.profileFailed(session, Sample.api(401), using: Secret("SECRETaccess1")))
        machine.send(.refreshFailed(session, Sample.noAnswer))
        machine.send(.timerFired(.refreshDue(session)))
        let effects = machine.send(.sessionRefreshed(session, try Sample.session(Sample.tokens("2"))))
        #expect(effects.last == .loadProfile(session, apiURL: Sample.apiURL, accessToken: Secret("SECRETaccess2")))
    }

    @Test("without a refresh token it ends the session")
    func incurable() throws {
        var machine = try Machine.loading(Sample.tokens(refresh: false))
        machine.send(.profileFailed(session, Sample.api(401), using: Secret("SECRETaccess1")))
        #expect(
            machine.state == .loggedOut(.sessionExpired(Failure(.api(Sample.api(401)), try Sample.sessionContext())))
        )
    }

    @Test("any other failure keeps the token; r tries the profile again")
    func otherFailure() throws {
        var machine = try Machine.loading()
        #expect(machine.send(.profileFailed(session, Sample.api(403), using: Secret("SECRETaccess1"))).isEmpty)
        #expect(machine.tokenHeld?.profile == .failed(Failure(.api(Sample.api(403)), try Sample.sessionContext())))
        #expect(
            try machine.send(.refreshChosen(Sample.plan(6)))
                == [.loadProfile(session, apiURL: Sample.apiURL, accessToken: Secret("SECRETaccess1"))]
        )
    }
}

@Suite("signing out")
struct SignOutTests {
    private let session = SessionID(10)

    @Test("the token is forgotten here at once, then the server is told", arguments: [false, true])
    func effects(signedIn: Bool) throws {
        var machine = try signedIn ? Machine.signedIn() : Machine.loading()
        #expect(
            try machine.send(.signOutChosen) == [
                .stopTimer(.refreshDue(session)), .stopTimer(.tokenExpiry(session)), .abandonSession(session),
                .signOut(session, Sample.session(), isKept: true),
            ]
        )
        let context = try Sample.sessionContext()
        #expect(machine.state == .loggedOut(.signedOut(.underWay(session, context, .forgetting))))
        #expect(machine.send(.sessionRemoved(session)).isEmpty)
        #expect(machine.state == .loggedOut(.signedOut(.underWay(session, context, .telling))))
    }

    @Test(
        "the server deleted it; a 401 says that it was dead already, and is told from that",
        arguments: [true, false]
    )
    func revoked(answered: Bool) throws {
        var machine = try Machine.signedIn()
        machine.send(.signOutChosen)
        machine.send(answered ? .tokenRevoked(session) : .revocationFailed(session, Sample.api(401)))
        #expect(machine.state == .loggedOut(.signedOut(answered ? .revoked : .alreadyInvalid)))
    }

    @Test("the server could not be told: only this machine forgot it, and that is said")
    func onlyForgotten() throws {
        for error in [Sample.api(500), Sample.api(503), Sample.api(403), APIError.transport(.unreachable(host: "h"))] {
            var machine = try Machine.signedIn()
            machine.send(.signOutChosen)
            machine.send(.revocationFailed(session, error))
            let failure = Failure(.deletion(error), try Sample.sessionContext())
            #expect(machine.state == .loggedOut(.signedOut(.onlyForgotten(failure))))
            #expect(!failure.report.summary.contains("profile"), "nobody asked for it")
            #expect(
                failure.report.remedy.contains("An administrator can delete it"),
                "there is nothing to try again with"
            )
        }
    }

    @Test(
        "the store still has it: that is said, whatever the server said",
        arguments: [(nil, .deleted), (401, .unknown), (500, .unconfirmed)] as [(Int?, LoggedOut.Token)]
    )
    func notForgotten(status: Int?, token: LoggedOut.Token) throws {
        var machine = try Machine.signedIn()
        machine.send(.signOutChosen)
        let error = Sample.storeError
        let answer = status.map { Event.Kind.revocationFailed(session, Sample.api($0), notForgotten: error) }
        machine.send(answer ?? .tokenRevoked(session, notForgotten: error))
        #expect(machine.state == .loggedOut(.signedOut(.notForgotten(error, token))))
    }

    @Test("of a session that was never kept the store has nothing to forget")
    func neverKept() throws {
        var machine = try Machine.signedIn()
        machine.send(.sessionNotKept(session, Sample.storeError))
        #expect(try machine.send(.signOutChosen).last == .signOut(session, Sample.session(), isKept: false))
    }

    @Test("a refresh that was under way brings nothing back to life")
    func lateRefresh() throws {
        var machine = try Machine.signedIn()
        machine.send(.timerFired(.refreshDue(session)))
        machine.send(.signOutChosen)
        let before = machine.state
        #expect(machine.send(.sessionRefreshed(session, try Sample.session(Sample.tokens("2")))).isEmpty)
        #expect(machine.state == before)
    }

    @Test("a new sign-in need not wait for the server; what it says then changes nothing")
    func signInMeanwhile() throws {
        var machine = try Machine.signedIn()
        machine.send(.signOutChosen)
        machine.send(.signInChosen(try Sample.plan(2)))
        let before = machine.state
        #expect(machine.send(.tokenRevoked(session)).isEmpty)
        #expect(machine.send(.revocationFailed(session, Sample.api(500))).isEmpty)
        #expect(machine.state == before)
    }
}

@Suite("a new sign-in from a session without a refresh token")
struct SignInAgainTests {
    private let attempt = AttemptID(2)
    private let old = SessionID(10)

    @Test("when it is due it says so and waits for r")
    func due() throws {
        var machine = try Machine.signedIn(Sample.tokens(refresh: false))
        #expect(machine.send(.timerFired(.refreshDue(old)), at: 3540).isEmpty)
        #expect(machine.held?.refresh == .needsSignIn)
        #expect(try machine.send(.refreshChosen(Sample.plan(2))).map(words) == ["start(deadline)", "openListener"])
        #expect(machine.attempt?.returningTo?.profile == Sample.ada)
    }

    @Test("cancelled, the session is still in hand and says so")
    func cancelled() throws {
        var machine = try Machine.listeningFromSession()
        #expect(
            machine.send(.cancelChosen, at: 9) == [
                .stopTimer(.attemptDeadline(attempt)), .concludeAttempt(attempt, .cancelled),
            ]
        )
        #expect(machine.signedIn?.notice == Notice(at: second(9), .signInCancelled))
        #expect(machine.held?.session.tokens.accessToken == Secret("SECRETaccess1"))
    }

    @Test("failed, the session is still in hand and says why")
    func failed() throws {
        var machine = try Machine.exchangingFromSession()
        machine.send(.tokenRequestFailed(attempt, Sample.noAnswer), at: 9)
        let failure = Failure(.tokenRequest(Sample.noAnswer), try Sample.attemptContext())
        #expect(machine.signedIn?.notice == Notice(at: second(9), .signInFailed(failure)))
        machine.send(.timerFired(.tokenExpiry(old)), at: 3600)
        #expect(machine.state == .loggedOut(.sessionExpired(nil)), "its timer still runs")
    }

    @Test("done, the new session takes the old one's place, and the old one's timers stop")
    func done() throws {
        var machine = try Machine.exchangingFromSession()
        let effects = machine.send(.tokenReceived(attempt, Sample.tokens("2")))
        #expect(
            effects.prefix(5) == [
                .stopTimer(.attemptDeadline(attempt)), .concludeAttempt(attempt, .signedIn),
                .stopTimer(.refreshDue(old)), .stopTimer(.tokenExpiry(old)), .abandonSession(old),
            ]
        )
        #expect(machine.held?.id == SessionID(20))
        #expect(machine.send(.timerFired(.tokenExpiry(old)), at: 3600).isEmpty)
        #expect(machine.send(.profileLoaded(old, Sample.ada)).isEmpty)
        #expect(machine.tokenHeld != nil)
    }

    @Test("the session that expires meanwhile is forgotten, and the attempt goes on without it")
    func expiry() throws {
        var machine = try Machine.listeningFromSession()
        #expect(
            machine.send(.timerFired(.tokenExpiry(old)), at: 3600).map(words)
                == ["stop(due)", "stop(expiry)", "abandon", "forget"]
        )
        #expect(machine.attempt?.returningTo == nil)
        machine.send(.cancelChosen)
        #expect(machine.state == .loggedOut(.cancelled))
    }

    @Test("leaving the program leaves the session as it is")
    func quit() throws {
        var machine = try Machine.listeningFromSession()
        #expect(machine.send(.quitChosen).map(words) == ["stop(deadline)", "conclude(cancelled)", "exit"])
        #expect(machine.held?.session.tokens.accessToken == Secret("SECRETaccess1"))
    }
}

@Suite("a session that no store has taken, and that is let go")
struct LetGoTests {
    private let session = SessionID(10)

    private func unkept(_ error: StoreError = Sample.storeError) throws -> Machine {
        var machine = try Machine.exchanging()
        machine.send(.tokenReceived(AttemptID(1), Sample.tokens()))
        machine.send(.sessionNotKept(session, error))
        machine.send(.profileLoaded(session, Sample.ada))
        return machine
    }

    private func discarded(_ effects: [Effect]) -> [Secret] {
        effects.compactMap { if case .discardSession(let session, _) = $0 { session.tokens.accessToken } else { nil } }
    }

    @Test("its token is deleted where another program signs in anew; what the store has had is left to whoever has it")
    func displaced() throws {
        let newer = try Sample.session(Sample.tokens("7"), at: 50, grant: 2, grantedAt: 50)
        let event = Event.Kind.sessionReplaced(session, newer, label: "x", successor: SessionID(20))
        var (machine, kept, shared) = (try unkept(), try Machine.signedIn(), try Machine.signedIn())
        #expect(discarded(machine.send(event, at: 60)) == [Secret("SECRETaccess1")])
        #expect(machine.held?.session == newer)
        #expect(discarded(kept.send(event, at: 60)).isEmpty && kept.held?.session == newer)
        let taken = StoreError.placeTaken(
            profileName: "default",
            clientID: try Sample.clientID(),
            loginURL: "https://login.mypurecloud.de"
        )
        shared.send(.sessionNotKept(session, taken))
        #expect(discarded(shared.send(event, at: 60)).isEmpty && shared.held?.session == newer)
    }

    @Test("also while an attempt is under way, and where that brings another session")
    func behindAttempt() throws {
        let newer = try Sample.session(Sample.tokens("7"), at: 50, grant: 2, grantedAt: 50)
        let event = Event.Kind.sessionReplaced(session, newer, label: "x", successor: SessionID(30))
        var machine = try Machine.listeningFromSession()
        machine.send(.sessionNotKept(session, Sample.storeError))
        #expect(discarded(machine.send(event, at: 60)) == [Secret("SECRETaccess1")])
        #expect(machine.attempt != nil && machine.attempt?.returningTo == nil)
        var exchanging = try Machine.exchangingFromSession()
        exchanging.send(.sessionNotKept(session, Sample.storeError))
        let effects = exchanging.send(.tokenReceived(AttemptID(2), Sample.tokens("2")))
        #expect(discarded(effects) == [Secret("SECRETaccess1")])
    }

    @Test("its token is deleted where the session ends: by a refused refresh token, a refused client, a second 401")
    func ended() throws {
        for error in [Sample.refused(.invalidGrant), Sample.refused(.invalidClient)] {
            var machine = try unkept()
            machine.send(.profileFailed(session, Sample.api(401), using: Secret("SECRETaccess1")))
            let effects = machine.send(.refreshFailed(session, error))
            let canRefresh = error == Sample.refused(.invalidClient)
            #expect(
                effects.contains(.discardSession(try Sample.session(), canRefresh: canRefresh)),
                "\(error): a refused refresh token is not sent again"
            )
        }
        var machine = try unkept()
        machine.send(.profileFailed(session, Sample.api(401), using: Secret("SECRETaccess1")))
        machine.send(.sessionRefreshed(session, try Sample.session(Sample.tokens("2")), notKept: Sample.storeError))
        let effects = machine.send(.profileFailed(session, Sample.api(401), using: Secret("SECRETaccess2")))
        #expect(discarded(effects) == [Secret("SECRETaccess2")])
    }
}
