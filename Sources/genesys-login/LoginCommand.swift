import ArgumentParser
import FoundationEssentials
import GenesysCloud
import Glibc
import NIOPosix
import OAuth
import SessionStore
import SignIn
import SignInRuntime
import TerminalUI

/// `genesys-login login`: the same sign-in as plain lines.
struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Sign in with plain lines: for scripts, screen readers and dumb terminals.",
        discussion: """
            What happens is told on standard error; who signed in is written to standard output. A line on standard \
            input is taken as the address that a browser elsewhere ended on; give it </dev/null where the input is a \
            script's.
            Exit status: 0 signed in; 1 failed, or the session could not be kept; 4 ended \
            elsewhere or expired meanwhile; 64 wrong usage; 69 service unreachable; 75 timed out; 77 refused; \
            130 interrupted.

            Examples:
              genesys-login login --client-id 12345678-90ab-cdef-1234-567890abcdef
              genesys-login login --no-browser --timeout 60 --json
            """
    )

    @Flag(help: "Write one JSON object to standard output.")
    var json = false

    @OptionGroup var options: Options

    func run() async throws {
        let (settings, signIn) = try reportingUsage(json: json) { () throws(UsageError) in
            let settings = try Settings(options, environment: ProcessEnvironment.variables)
            return (settings, settings.signIn(clientID: try settings.requireClientID()))
        }
        let eventLoops = try ProcessLimits.eventLoops()
        let live = try reportingUsage(json: json) { () throws(UsageError) in try settings.transport(eventLoops) }
        let store = settings.store
        let engine = Engine(
            .live(
                browser: Browser(settings.browsers),
                eventLoops: eventLoops,
                transport: live.transport,
                store: store
            ).logged(to: settings.log)
        )
        // Not waited for: a keyring may take its time.
        let warning = Task { await Self.warnOfAnother(settings, store) }
        defer { warning.cancel() }
        let interrupts = LoginInterrupts(engine)
        let result = await signInOnce(engine, signIn, interrupts)
        interrupts.discards()
        if await engine.isExchanging { Console.line(Strings.exchangeUnanswered) }
        if await engine.mayHaveLeftToken { Console.line(Strings.tokenMayBeLeft) }
        if await engine.hasLeftToken { Console.line(Strings.tokenLeft) }
        await engine.tellDiscarded()
        let lost = await engine.discardUnkept()
        let interrupt = interrupts.end()
        await live.shutdown()
        let ending = await looked(result, store)
        if let interrupt, interrupt != SIGINT {
            if lost == nil, ending.kept != nil { sayKept(store.name) }
            DeferredSignals.die(of: interrupt)
        }
        if lost != nil, interrupt != nil { throw ExitStatus.interrupted }
        try report(ending, store: store.name, lost: lost)
    }

    /// Says whose place this sign-in will take. A keyring that is locked is not asked: the person is, once there is something to
    /// keep.
    private static func warnOfAnother(_ settings: Settings, _ store: SessionStore) async {
        guard await !store.isLocked(settings.profileName), let kept = try? await store.load(settings.profileName),
            !settings.accepts(kept)
        else { return }
        Console.line(Strings.takesPlace(kept.profileName, clientID: kept.clientID.value, loginURL: kept.loginURL))
    }

    /// How a sign-in in plain lines ended.
    private enum Result {
        case signedIn(SignedIn)
        /// There was a session, and it is over.
        case ended(FailureReport)
        /// `kept`: the session that is kept though its profile could not be loaded.
        case failed(Failure, kept: Session? = nil)
        /// `kept`: the session that is kept though the person did not wait for its profile.
        case cancelled(kept: Session?)

        /// The session that the store has.
        var kept: Session? {
            switch self {
            case .signedIn(let signedIn): signedIn.held.keptSession
            case .failed(_, let kept), .cancelled(let kept): kept
            case .ended: nil
            }
        }

        var isSignedIn: Bool { if case .signedIn = self { true } else { false } }
    }

    private func signInOnce(
        _ engine: Engine,
        _ signIn: SignInSettings,
        _ interrupts: LoginInterrupts
    ) async -> Result {
        await engine.send(.signInChosen(engine.plan(signIn)))
        var shown = State.initial
        var result = Result.cancelled(kept: nil)
        var kept: Session?
        let pasted = PastedLines {
            await engine.send(.callbackPasted($0))
            guard case .awaitingCallback(let attempt) = await engine.state else { return false }
            return !attempt.isExchanging
        }
        defer { pasted.end() }
        // A keyring may ask the person first, and another process may hold the profile's lock.
        let waiting = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .seconds(1))
                guard await engine.isSaving else { continue }
                return Console.line(Strings.waitingForStore)
            }
        }
        defer { waiting.cancel() }
        for await state in engine.states {
            pasted.follow(state)
            if case .userProfile(let signedIn) = state, !result.isSignedIn, interrupts.first != nil {
                // What an interrupt has ended is not signed in after all because the profile was there in time.
                result = .cancelled(kept: signedIn.held.keptSession)
                continue
            }
            let lines = plainLines(
                from: shown,
                to: state,
                isRemote: ProcessEnvironment.isRemote,
                destination: ProcessEnvironment.remoteDestination,
                takesPaste: PastedLines.canCome
            )
            for line in lines { Console.line(line) }
            shown = state
            if state.isSpent { interrupts.protect() }
            if let held = state.held { kept = held.keptSession }
            switch state {
            case .userProfile(let signedIn): result = .signedIn(signedIn)
            case .tokenHeld(let held):
                guard let failure = held.obstacle else {
                    result = .cancelled(kept: held.held.keptSession)
                    continue
                }
                result = .failed(failure, kept: held.held.keptSession)
            case .loggedOut(.failed(let failure)): result = .failed(failure)
            case .loggedOut(.sessionExpired(let failure?)):
                // Its refresh token may still be good.
                result = .failed(failure, kept: failure.endsSession ? nil : kept)
            case .loggedOut(.signedOutElsewhere): result = .ended(.endedElsewhere)
            case .loggedOut(.sessionExpired(nil)): result = .ended(.sessionOver)
            case .loggedOut: result = .cancelled(kept: nil)
            case .awaitingCallback: continue
            }
            await engine.send(.quitChosen)
        }
        return result
    }

    /// With another look into the store: somebody may have signed out, or in anew, while the profile was loaded.
    private func looked(_ result: Result, _ store: SessionStore) async -> Result {
        let (session, other): (Session, Result)
        switch result {
        case .signedIn(let signedIn) where signedIn.held.notKept == nil:
            (session, other) = (signedIn.held.session, .ended(.endedElsewhere))
        case .failed(let failure, let kept?): (session, other) = (kept, .failed(failure))
        case .cancelled(let kept?): (session, other) = (kept, .cancelled(kept: nil))
        default: return result
        }
        guard session.storedUntil > Date() else { return result }
        do throws(StoreError) {
            return try await store.load(session.profileName)?.grant == session.grant ? result : other
        } catch {
            // The store has taken it a moment ago.
            return result
        }
    }

    /// - Parameter lost: why no store has taken the session; the program ends here, and an older session may still be there.
    private func report(_ result: Result, store: String, lost: FailureReport?) throws {
        switch result {
        case .signedIn(let signedIn):
            if lost == nil {
                Console.line("The session is kept \(Strings.store(store)).")
                if case .tookPlace = signedIn.notice?.kind, let notice = signedIn.notice {
                    Console.line(Strings.notice(notice.kind))
                }
            }
            AccessTokenVariable.remind()
            if json {
                Console.data(SignedInJSON(signedIn, store: store, lost: lost))
            } else {
                Console.output(signedIn.profile.nameAndEmail)
            }
            if lost != nil { throw ExitStatus.failed }
        case .ended(let report):
            plainLines(report).forEach(Console.line)
            if json { Console.data(FailureJSON(report)) }
            throw ExitStatus.notSignedIn
        case .failed(let failure, let kept):
            if kept != nil { sayKept(store) }
            if json {
                let object = FailureJSON(lost ?? failure.report)
                if let kept { Console.data(KeptJSON(kept, store: store, object.error)) } else { Console.data(object) }
            }
            throw lost == nil ? ExitStatus.of(failure) : ExitStatus.failed
        case .cancelled(let kept):
            if kept != nil { sayKept(store) }
            throw ExitStatus.interrupted
        }
    }

    private func sayKept(_ store: String) {
        Console.line("The session itself is kept \(Strings.store(store)).")
    }
}

extension State {
    /// Whether the code has been sent, or there is what came of it.
    fileprivate var isSpent: Bool {
        switch self {
        case .tokenHeld, .userProfile: true
        case .awaitingCallback(let attempt): attempt.isExchanging
        case .loggedOut: false
        }
    }
}

extension HeldSession {
    /// The session, where no store has refused it.
    fileprivate var keptSession: Session? { notKept == nil ? session : nil }
}

/// `--json` of a sign-in whose session is kept, and whose profile could not be loaded.
private struct KeptJSON: Encodable {
    let signedIn = true
    let store: String
    let expiresAt: String?
    let error: FailureJSON.Words

    enum CodingKeys: String, CodingKey {
        case signedIn = "signed_in"
        case expiresAt = "expires_at"
        case store, error
    }

    init(_ session: Session, store: String, _ error: FailureJSON.Words) {
        (self.store, self.error) = (store, error)
        expiresAt = session.expiresAt.map { $0.formatted(.iso8601) }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(signedIn, forKey: .signedIn)
        try container.encode(expiresAt, forKey: .expiresAt)
        try container.encode(store, forKey: .store)
        try container.encode(error, forKey: .error)
    }
}

/// `--json` of a sign-in. The keys are stable, and all of them are there every time.
private struct SignedInJSON: Encodable {
    /// Whether there is a session to use from now on.
    let signedIn: Bool
    let userID: String
    let name: String
    let email: String?
    let expiresAt: String?
    /// Where the session is kept; `null` where it is not.
    let store: String?
    /// Why it is not kept; `null` where it is.
    let error: FailureJSON.Words?

    enum CodingKeys: String, CodingKey {
        case signedIn = "signed_in"
        case userID = "user_id"
        case name, email, store, error
        case expiresAt = "expires_at"
    }

    init(_ signedIn: SignedIn, store: String, lost: FailureReport?) {
        let isKept = lost == nil
        error = lost.map { FailureJSON($0).error }
        self.signedIn = isKept
        self.store = isKept ? store : nil
        userID = signedIn.profile.id
        name = signedIn.profile.displayName
        email = signedIn.profile.email?.display
        expiresAt = isKept ? signedIn.held.session.expiresAt.map { $0.formatted(.iso8601) } : nil
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(signedIn, forKey: .signedIn)
        try container.encode(userID, forKey: .userID)
        try container.encode(name, forKey: .name)
        try container.encode(email, forKey: .email)
        try container.encode(expiresAt, forKey: .expiresAt)
        try container.encode(store, forKey: .store)
        try container.encode(error, forKey: .error)
    }
}
