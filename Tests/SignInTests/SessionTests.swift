import Foundation
import GenesysCloud
import OAuth
import SignIn
import Testing

@Suite("the life of a session")
struct SessionTests {
    private let session = SessionID(10)

    private func abandoned(_ kept: Session? = nil) throws -> [Effect] {
        leftInTheStore + [.forgetSession(try kept ?? Sample.session())]
    }

    private var leftInTheStore: [Effect] {
        [.stopTimer(.refreshDue(session)), .stopTimer(.tokenExpiry(session)), .abandonSession(session)]
    }

    // MARK: Found in the store

    @Test("a session that is live is taken up, its times as they were, and the profile loaded")
    func found() throws {
        var machine = Machine()
        let kept = try Sample.session()
        #expect(
            machine.send(.sessionFound(session, kept, label: "eu-central-1"), at: 60) == [
                .startTimer(.refreshDue(session), at: second(3540)),
                .startTimer(.tokenExpiry(session), at: second(3600)),
                .loadProfile(session, apiURL: Sample.apiURL, accessToken: kept.tokens.accessToken),
            ]
        )
        #expect(machine.tokenHeld?.profile == .underWay)
        #expect(machine.tokenHeld?.steps == [:])
    }

    @Test("one whose token has expired is refreshed first")
    func foundExpired() throws {
        var machine = Machine()
        #expect(
            try machine.send(.sessionFound(session, Sample.session(), label: "x"), at: 3600)
                == [.refreshSession(session, Sample.session(Sample.tokens()), isKept: true)]
        )
        #expect(machine.tokenHeld?.profile == .awaitingRefresh)
        let effects = machine.send(.sessionRefreshed(session, try Sample.session(Sample.tokens("2"))), at: 3601)
        #expect(effects.last == .loadProfile(session, apiURL: Sample.apiURL, accessToken: Secret("SECRETaccess2")))
        #expect(machine.tokenHeld?.profile == .underWay)
    }

    @Test("one that is over and cannot be refreshed is forgotten")
    func foundDead() throws {
        var machine = Machine()
        let dead = try Sample.session(Sample.tokens(refresh: false))
        #expect(
            machine.send(.sessionFound(session, dead, label: "x"), at: 3600) == [.forgetSession(dead)]
        )
        #expect(machine.state == .loggedOut(.sessionExpired(nil)))
    }

    @Test("an expired session that the server refuses to refresh ends here, and stays in the store: it may be good yet")
    func foundRefused() throws {
        var machine = Machine()
        machine.send(.sessionFound(session, try Sample.session(), label: "x"), at: 3600)
        #expect(machine.send(.refreshFailed(session, Sample.refused(.invalidClient)), at: 3601) == leftInTheStore)
        let failure = Failure(.refresh(Sample.refused(.invalidClient)), try Sample.sessionContext())
        #expect(machine.state == .loggedOut(.sessionExpired(failure)))
    }

    @Test("a lifetime of nothing does not make a storm of refreshes: one second lies between two")
    func lifetimeOfNothing() throws {
        var machine = Machine()
        machine.send(.sessionFound(session, try Sample.session(), label: "x"), at: 3600)
        let fresh = try Sample.session(Sample.tokens("2", expiresIn: 0))
        #expect(
            machine.send(.sessionRefreshed(session, fresh)).prefix(2) == [
                .startTimer(.refreshDue(session), at: fresh.receivedAt.addingTimeInterval(1)),
                .startTimer(.tokenExpiry(session), at: fresh.receivedAt.addingTimeInterval(1)),
            ]
        )
    }

    @Test("where the network is away it waits, and r tries at once")
    func foundOffline() throws {
        var machine = Machine()
        machine.send(.sessionFound(session, try Sample.session(), label: "x"), at: 3600)
        #expect(
            machine.send(.refreshFailed(session, Sample.noAnswer), at: 3600)
                == [.startTimer(.refreshDue(session), at: second(3605))]
        )
        #expect(
            try machine.send(.refreshChosen(Sample.plan(6)), at: 3602) == [
                .refreshSession(session, Sample.session(Sample.tokens()), isKept: true)
            ]
        )
        #expect(machine.held?.refresh == .underWay(thenProfile: true, tries: 2))
        #expect(machine.send(.timerFired(.refreshDue(session)), at: 3605).isEmpty)
    }

    // MARK: Refresh

    @Test("timers follow the token's lifetime", arguments: [(3600, 3540.0), (120, 60), (90, 45)])
    func due(lifetime: Int, due: Double) throws {
        var machine = try Machine.exchanging()
        let effects = machine.send(.tokenReceived(AttemptID(1), Sample.tokens(expiresIn: lifetime)))
        #expect(effects.contains(.startTimer(.refreshDue(session), at: second(due))))
        #expect(effects.contains(.startTimer(.tokenExpiry(session), at: second(Double(lifetime)))))
    }

    @Test("a due refresh is silent: the profile stays, and the times are those of the new token")
    func silent() throws {
        var machine = try Machine.signedIn()
        #expect(
            try machine.send(.timerFired(.refreshDue(session)), at: 3540)
                == [.refreshSession(session, Sample.session(Sample.tokens()), isKept: true)]
        )
        let renewed = try Sample.session(Sample.tokens("2", expiresIn: 90), at: 3541)
        let effects = machine.send(.sessionRefreshed(session, renewed), at: 3541)
        #expect(machine.held?.session == renewed)
        #expect(
            effects == [
                .startTimer(.refreshDue(session), at: second(3541 + 45)),
                .startTimer(.tokenExpiry(session), at: second(3541 + 90)),
            ]
        )
        #expect(machine.signedIn?.profile == Sample.ada)
        #expect(machine.signedIn?.notice == Notice(at: second(3541), .refreshed))
        #expect(machine.held?.refresh == .idle)
    }

    @Test("a rotated refresh token takes the place of the old one")
    func rotated() throws {
        var machine = try Machine.signedIn()
        machine.send(.timerFired(.refreshDue(session)))
        machine.send(.sessionRefreshed(session, try Sample.session(Sample.tokens("2"))))
        #expect(
            try machine.send(.timerFired(.refreshDue(session))) == [
                .refreshSession(session, Sample.session(Sample.tokens("2")), isKept: true)
            ]
        )
    }

    @Test("a fresh token that does not say how long it lives stops the timers of the old one")
    func noLifetime() throws {
        var machine = try Machine.signedIn()
        machine.send(.timerFired(.refreshDue(session)))
        let effects = machine.send(.sessionRefreshed(session, try Sample.session(Sample.tokens("2", expiresIn: nil))))
        #expect(effects.contains(.stopTimer(.refreshDue(session))))
        #expect(effects.contains(.stopTimer(.tokenExpiry(session))))
    }

    @Test("r refreshes and loads the profile again; while that is under way it does nothing")
    func chosen() throws {
        var machine = try Machine.signedIn()
        let effects = try machine.send(.refreshChosen(Sample.plan(6)))
        #expect(effects == [.refreshSession(session, try Sample.session(Sample.tokens()), isKept: true)])
        #expect(try machine.send(.refreshChosen(Sample.plan(6))).isEmpty)
        let after = machine.send(.sessionRefreshed(session, try Sample.session(Sample.tokens("2"))))
        #expect(after.last == .loadProfile(session, apiURL: Sample.apiURL, accessToken: Secret("SECRETaccess2")))
        machine.send(.profileLoaded(session, UserProfile(id: "u1", name: ServerText("Ada L."))))
        #expect(machine.signedIn?.profile.displayName == "Ada L.")
    }

    @Test("without an answer it is tried again, each wait twice as long, five minutes at most")
    func backoff() throws {
        var machine = try Machine.signedIn()
        var waits: [Double] = []
        for _ in 1...10 {
            machine.send(.timerFired(.refreshDue(session)))
            let effects = machine.send(.refreshFailed(session, Sample.noAnswer), at: 1000)
            guard case .startTimer(.refreshDue(session), let next) = effects.first, effects.count == 1 else { break }
            waits.append(next.timeIntervalSince(second(1000)))
        }
        #expect(waits == [5, 10, 20, 40, 80, 160, 300, 300, 300, 300])
        machine.send(.timerFired(.refreshDue(session)))
        machine.send(.sessionRefreshed(session, try Sample.session(Sample.tokens("2"))))
        machine.send(.timerFired(.refreshDue(session)))
        #expect(machine.held?.refresh == .underWay(thenProfile: false, tries: 1))
    }

    @Test(
        "what may pass is tried again, and outlives the access token",
        arguments: [
            Sample.noAnswer, .transport(.tls(host: "h", .untrusted)), Sample.refused(.serverError),
            Sample.refused(.temporarilyUnavailable), Sample.refused(.invalidRequest, status: 503),
            Sample.refused(.invalidRequest, status: 429),
            .answer(.unreadable(status: 502, found: .html, correlationID: nil)),
            .answer(.unreadable(status: 429, found: .json, correlationID: nil)),
            .answer(.unreadable(status: 200, found: .html, correlationID: nil)),
            .answer(.unreadable(status: 403, found: .empty, correlationID: nil)),
        ]
    )
    func passing(error: TokenRequestError) throws {
        var machine = try Machine.signedIn()
        machine.send(.timerFired(.refreshDue(session)), at: 3540)
        machine.send(.refreshFailed(session, error), at: 3570)
        let failure = Failure(.refresh(error), try Sample.sessionContext())
        #expect(machine.held?.refresh == .retrying(failure, tries: 1, nextAt: second(3575)))
        #expect(machine.send(.timerFired(.tokenExpiry(session)), at: 3600).isEmpty)
        #expect(machine.signedIn != nil)
    }

    @Test(
        "what does not pass is kept until the token expires, and then ends the session with the reason",
        arguments: [
            Sample.refused(.invalidClient), Sample.refused(.unauthorizedClient),
            .answer(.missingMember("access_token")),
            .answer(.redirected(status: 302)), .answer(.unsupportedTokenType(ServerText("mac"))),
            .answer(.unreadable(status: 200, found: .json, correlationID: nil)),
            .answer(.unusableMember("access_token")),
        ]
    )
    func lasting(error: TokenRequestError) throws {
        var machine = try Machine.signedIn()
        machine.send(.timerFired(.refreshDue(session)), at: 3540)
        #expect(machine.send(.refreshFailed(session, error), at: 3541).isEmpty)
        let failure = Failure(.refresh(error), try Sample.sessionContext())
        #expect(machine.held?.refresh == .failed(failure))
        #expect(machine.send(.timerFired(.tokenExpiry(session)), at: 3600) == leftInTheStore)
        #expect(machine.state == .loggedOut(.sessionExpired(failure)))
    }

    @Test(
        "a refresh that fails does not stand beside the word of the one before",
        arguments: [Sample.noAnswer, Sample.refused(.invalidClient)]
    )
    func failedAfterRefreshed(error: TokenRequestError) throws {
        var machine = try Machine.signedIn()
        machine.send(.timerFired(.refreshDue(session)), at: 3540)
        let renewed = try Sample.session(Sample.tokens("2", expiresIn: 20), at: 3541)
        machine.send(.sessionRefreshed(session, renewed), at: 3541)
        #expect(machine.signedIn?.notice?.kind == .refreshed)
        machine.send(.timerFired(.refreshDue(session)), at: 3551)
        machine.send(.refreshFailed(session, error), at: 3552)
        #expect(machine.signedIn?.notice == nil)
    }

    @Test("where the token has expired meanwhile, it ends the session at once: no timer is left that would")
    func lastingAfterExpiry() throws {
        var machine = try Machine.signedIn()
        machine.send(.timerFired(.refreshDue(session)), at: 3540)
        machine.send(.refreshFailed(session, Sample.noAnswer), at: 3570)
        machine.send(.timerFired(.tokenExpiry(session)), at: 3600)
        machine.send(.timerFired(.refreshDue(session)), at: 3605)
        #expect(machine.send(.refreshFailed(session, Sample.refused(.invalidClient)), at: 3606) == leftInTheStore)
    }

    @Test("invalid_grant ends the session at once, on whatever status", arguments: [400, 401, 500])
    func invalidGrant(status: Int) throws {
        var machine = try Machine.signedIn()
        machine.send(.timerFired(.refreshDue(session)))
        let error = Sample.refused(.invalidGrant, status: status)
        #expect(try machine.send(.refreshFailed(session, error)) == abandoned())
        let failure = Failure(.refresh(error), try Sample.sessionContext())
        #expect(machine.state == .loggedOut(.sessionExpired(failure)))
    }
}
