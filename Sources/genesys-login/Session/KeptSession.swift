import ArgumentParser
import FoundationEssentials
import GenesysCloud
import NIOPosix
import OAuth
import SessionStore
import SignIn
import SignInRuntime
import Synchronization
import TerminalUI

/// The session that the store keeps, as the commands without a screen use it.
struct KeptSession {
    let settings: Settings
    let store: SessionStore

    private let json: Bool

    /// - Parameter json: whether wrong usage is told as an object too.
    init(_ options: Options, json: Bool) throws {
        self.json = json
        settings = try reportingUsage(json: json) { () throws(UsageError) in
            try Settings(options, environment: ProcessEnvironment.variables, mayBeKept: true)
        }
        store = settings.store.logged(to: settings.log)
    }

    /// The session of the settings in force; `nil` where nobody is signed in.
    ///
    /// - Parameter isUnknownRefused: whether it is wrong usage to ask for a profile of which nothing is known.
    /// - Throws: ``CommandFailure`` where the store fails, or keeps a session of other settings; wrong usage where the profile is
    ///   known neither to a file nor to the options nor to the store.
    func find(isUnknownRefused: Bool = true) async throws -> Session? {
        let session: Session?
        do throws(StoreError) {
            session = try await store.load(settings.profileName)
        } catch {
            throw CommandFailure(error.report, ExitStatus.failed)
        }
        guard let session else { return isUnknownRefused ? try refuseUnknown() : nil }
        guard settings.accepts(session) else {
            throw CommandFailure(.otherSettings(session), ExitStatus.notSignedIn)
        }
        return session
    }

    /// A session of the settings in force that another store has, where the one in force is to keep sessions and has none.
    func findElsewhere() async -> (Session, SessionStore)? {
        guard store.isShared else { return nil }
        for other in settings.otherStores {
            if let session = try? await other.load(settings.profileName), settings.accepts(session) {
                return (session, other)
            }
        }
        return nil
    }

    private func refuseUnknown() throws -> Session? {
        guard let unknownProfile = settings.unknownProfile else { return nil }
        return try reportingUsage(json: json) { () throws(UsageError) in throw unknownProfile }
    }

    /// The session that says where a token from elsewhere belongs: the profile's, where the settings name no API. `nil` where
    /// they do, and where there is none: then it is theirs to say.
    ///
    /// - Throws: wrong usage where nothing at all is known of the profile; ``CommandFailure`` where the store does not say what it
    ///   has: the token would go where it does not belong.
    func place() async throws -> Session? {
        if settings.namesAPI, settings.unknownProfile == nil { return nil }
        let session: Session?
        do throws(StoreError) {
            // One that is over says so too.
            session = try await store.loadLast(settings.profileName)
        } catch {
            throw CommandFailure(error.report, ExitStatus.failed)
        }
        guard let session else { return try refuseUnknown() }
        guard !settings.namesAPI else { return nil }
        if settings.accepts(session) { return session }
        // Another client's is no word on the token; but it raises a doubt about a place that nobody chose.
        guard session.apiURL != settings.environment.apiURL else { return nil }
        throw CommandFailure(.otherSettings(session), ExitStatus.notSignedIn)
    }

    /// The session of the settings in force.
    ///
    /// - Throws: ``CommandFailure`` where there is none.
    func require() async throws -> Session {
        guard let session = try await find() else {
            throw CommandFailure(
                .notSignedIn(profileName: settings.profileName, keepsNothing: !store.isShared),
                ExitStatus.notSignedIn
            )
        }
        return session
    }

    /// `session` with an access token that is good for a while: refreshed where that is due, or where `isWished` says so,
    /// by this process or by another one.
    ///
    /// A token that is still good is given where refreshing it fails for the moment, or another process is at it and does
    /// not get through.
    func fresh(_ session: Session, isWished: Bool = false) async throws -> Session {
        let now = Date()
        let isDue = session.refreshDueAt.map { $0 <= now } ?? false
        guard isWished || isDue else { return session }
        let isLive = session.isLive(at: now)
        guard session.tokens.refreshToken != nil else {
            if isWished { throw CommandFailure(.cannotRefresh, ExitStatus.failed) }
            if isLive { return session }
            _ = try? await store.remove(session.profileName) { $0?.tokens.accessToken == session.tokens.accessToken }
            throw CommandFailure(.sessionOver, ExitStatus.notSignedIn)
        }
        do {
            return try await refresh(session, isUrgent: isWished || !isLive, isForItself: isWished)
        } catch let failure as CommandFailure {
            // The server may have taken its time.
            guard session.isLive(at: Date()), !isWished, failure.status != ExitStatus.notSignedIn else { throw failure }
            Console.line("The token is still good, but could not be refreshed: \(failure.report.summary)")
            return session
        }
    }

    /// How long a token that is still good waits for another process to refresh it.
    private static let shortPatience = Duration.seconds(2)

    /// Refreshes, unless another process has done so meanwhile.
    ///
    /// - Parameter isForItself: whether nobody gets the token: a session that is not kept is of no use then.
    private func refresh(_ session: Session, isUrgent: Bool, isForItself: Bool) async throws -> Session {
        let (found, isOurs) = try await refreshOnce(session, isUrgent: isUrgent, isForItself: isForItself)
        // Another process's may have expired meanwhile.
        guard !isOurs, !found.isLive(at: Date()), found.tokens.refreshToken != nil else { return found }
        return try await refreshOnce(found, isUrgent: true, isForItself: isForItself).session
    }

    /// How far a refresh is.
    private enum Stage {
        case waiting, sent, ended

        /// Leaves `waiting`, once; whether that was so.
        mutating func move(to next: Stage) -> Bool {
            guard self == .waiting else { return false }
            self = next
            return true
        }
    }

    private func refreshOnce(
        _ session: Session,
        isUrgent: Bool,
        isForItself: Bool
    ) async throws -> (session: Session, isOurs: Bool) {
        let store = isUrgent ? store : settings.store(patience: Self.shortPatience).logged(to: settings.log)
        return try await online { live in
            let shared = SharedSession(store: store, transport: live.transport, now: { Date() })
            // Who only waits for another process's refresh may be ended.
            let stage = Mutex(Stage.waiting)
            let mayEnd = { @Sendable in stage.withLock { $0.move(to: .ended) } }
            let isDiscarding = Mutex(false)
            // Has the server delete what a refresh brought and the store did not take, where nobody gets it.
            let discardUnkept = { @Sendable (outcome: Outcome) in
                guard case .success(.renewed(let renewed, _?)) = outcome, renewed.spends(session) else { return }
                isDiscarding.withLock { $0 = true }
                Console.line("The refreshed session is not kept: you are signed out here.")
                await renewed.discard { LoggedOut.Token(await shared.discard($0, of: session)) }
            }
            let outcome = await DeferredSignals.during(
                words: { isDiscarding.withLock(\.self) ? Strings.finishingExchange($0) : Strings.finishingRefresh($0) },
                givenUp: { isDiscarding.withLock(\.self) ? Strings.notKept(.unconfirmed) : Strings.refreshGivenUp },
                mayEnd: mayEnd,
                whenEnding: { (outcome: Outcome) in
                    if !isForItself { await discardUnkept(outcome) }
                    do {
                        _ = try await conclude(outcome, session, shared, isForItself: true)
                    } catch {
                        guard let failure = error as? CommandFailure else { return }
                        plainLines(failure.report).forEach(Console.line)
                    }
                },
                {
                    let outcome: Outcome
                    do throws(TokenRequestError) {
                        outcome = .success(
                            try await shared.refresh(session, isKept: true) { stage.withLock { $0.move(to: .sent) } }
                        )
                    } catch {
                        outcome = .failure(error)
                    }
                    if isForItself { await discardUnkept(outcome) }
                    return outcome
                }
            )
            return try await conclude(outcome, session, shared, isForItself: isForItself)
        }
    }

    private typealias Outcome = Result<SharedSession.Refreshed, TokenRequestError>

    /// What becomes of a refresh.
    ///
    /// - Parameter isForItself: whether nobody gets the token.
    private func conclude(
        _ outcome: Outcome,
        _ session: Session,
        _ shared: SharedSession,
        isForItself: Bool
    ) async throws -> (session: Session, isOurs: Bool) {
        switch outcome {
        case .success(.renewed(let renewed, let notKept)):
            if let notKept {
                if isForItself { throw CommandFailure(notKept.report, ExitStatus.failed) }
                Console.line(notKept.refreshedWords)
            }
            return (renewed, true)
        case .success(.replaced(let newer)): return (newer, false)
        case .success(.forgotten):
            throw CommandFailure(
                .notSignedIn(profileName: session.profileName, keepsNothing: false),
                ExitStatus.notSignedIn
            )
        case .failure(let error):
            let failure = Failure(.refresh(error), .init(session))
            guard error.endsSession else { throw CommandFailure(failure) }
            await shared.forget(session)
            throw CommandFailure(failure.report, ExitStatus.notSignedIn)
        }
    }

    /// Runs `body` with a way to the network, which is made when first needed: most calls need none.
    func online<Result>(_ body: (LiveTransport) async throws -> Result) async throws -> Result {
        let eventLoops = try ProcessLimits.eventLoops()
        let live = try reportingUsage(json: json) { () throws(UsageError) in try settings.transport(eventLoops) }
        do {
            let result = try await body(live)
            await live.shutdown()
            return result
        } catch {
            await live.shutdown()
            throw error
        }
    }
}

extension Session {
    /// Has the server delete the token of a session that is not kept, and says so: the program ends, and nobody has it then. The
    /// server is waited for as long as in leaving the screen.
    ///
    /// - Returns: whether it is lost; `false` where the store has taken it after all.
    @discardableResult
    func discard(_ delete: @escaping @Sendable (Session) async -> LoggedOut.Token?) async -> Bool {
        let (answers, answer) = AsyncStream<LoggedOut.Token?>.makeStream()
        let deletion = Task { answer.yield(await delete(self)) }
        let patience = Task {
            try await Task.sleep(for: Engine.exitPatience)
            deletion.cancel()
            // It may be a lock that is waited for.
            try await Task.sleep(for: .milliseconds(300))
            answer.yield(.unconfirmed)
        }
        defer { patience.cancel() }
        for await token in answers {
            guard let token else {
                Console.line(Strings.keptAfterAll)
                return false
            }
            Console.line(Strings.notKept(token))
            break
        }
        return true
    }
}

extension StoreError {
    /// Why the store did not take what a refresh brought, to whoever gets something all the same.
    var refreshedWords: String { "The refreshed session is not kept: \(report.summary) \(report.remedy)" }
}
