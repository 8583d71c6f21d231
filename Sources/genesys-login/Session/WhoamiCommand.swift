import ArgumentParser
import FoundationEssentials
import GenesysCloud
import NIOPosix
import OAuth
import SignIn
import SignInRuntime
import Synchronization
import TerminalUI

/// `genesys-login whoami`: who is signed in, as the API says it.
struct WhoamiCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami",
        abstract: "Write the name and e-mail address of the signed-in person.",
        discussion: """
            Asks the Platform API, so that a token which the server no longer accepts is noticed. \
            GENESYSCLOUD_ACCESS_TOKEN, when set, is used in place of the session. Exit status: 0 known; 1 failed; 4 not \
            signed in, or the session has ended; 69 service unreachable; 77 refused.

            Examples:
              genesys-login whoami
              genesys-login whoami --json
            """
    )

    @Flag(help: "Write one JSON object to standard output.")
    var json = false

    @OptionGroup var options: Options

    func run() async throws {
        let kept = try KeptSession(options, json: json)
        let variable = try reportingUsage(json: json) { () throws(UsageError) in try AccessTokenVariable.token() }
        let (profile, isKept) = try await reportingFailure(json: json, log: kept.settings.log) {
            () async throws -> (UserProfile, Bool) in
            if let variable { return (try await person(with: variable, kept), true) }
            return try await person(with: try await kept.require(), kept)
        }
        if json {
            Console.data(ProfileJSON(profile))
        } else {
            Console.output(profile.nameAndEmail)
        }
        if !isKept { throw ExitStatus.failed }
    }

    private func person(with token: Secret, _ kept: KeptSession) async throws -> UserProfile {
        let session = try await kept.place()
        let apiURL = session?.apiURL ?? kept.settings.environment.apiURL
        return try await kept.online { live in
            do throws(APIError) {
                return try await APIClient(apiURL: apiURL, transport: live.transport).currentUser(accessToken: token)
            } catch {
                let failure = session.map { Failure(.api(error), .init($0)) } ?? kept.settings.failure(.api(error))
                guard let failure else { throw ExitStatus.failed }
                guard error.isUnauthorized else { throw CommandFailure(failure) }
                throw CommandFailure(
                    .variableRefused(failure.report, name: AccessTokenVariable.name),
                    ExitStatus.notSignedIn
                )
            }
        }
    }

    /// The state machine's way from a session to a profile: a token that has expired is refreshed, a 401 is cured once, a
    /// 429 is waited for.
    ///
    /// - Returns: the profile, and whether there is a session still: a store may not take what a refresh brings.
    private func person(
        with session: Session,
        _ kept: KeptSession
    ) async throws -> (profile: UserProfile, isKept: Bool) {
        try await kept.online { live in
            let engine = Engine(
                .live(
                    browser: Browser(kept.settings.browsers),
                    eventLoops: live.eventLoops,
                    transport: live.transport,
                    store: kept.settings.store
                ).logged(to: kept.settings.log)
            )
            let isDiscarding = Mutex(false)
            let (result, isLost) = await DeferredSignals.during(
                givenUp: { isDiscarding.withLock(\.self) ? Strings.notKept(.unconfirmed) : Strings.refreshGivenUp },
                onFirst: {
                    if isDiscarding.withLock(\.self) { return Console.line(Strings.finishingExchange(.ends)) }
                    Task { await Self.leave(engine) }
                },
                isBusy: { await engine.state.isRefreshing },
                whenEnding: { (result: Result<UserProfile, CommandFailure>?, _: Bool) in
                    guard case .failure(let failure)? = result else { return }
                    plainLines(failure.report).forEach(Console.line)
                }
            ) {
                await engine.follow(session.profileName, accepts: kept.settings.accepts)
                var shown = State.initial
                var result: Result<UserProfile, CommandFailure>?
                // Somebody may have signed out since the session was found; nothing will happen then.
                if await engine.state == shown {
                    result = Self.outcome(of: shown, profileName: session.profileName)
                    await engine.send(.quitChosen)
                }
                for await state in engine.states {
                    guard result == nil else { continue }
                    plainWaits(from: shown, to: state).forEach(Console.line)
                    shown = state
                    result = Self.outcome(of: state, profileName: session.profileName)
                    // A refresh that is under way is finished first: its answer must not be lost.
                    if result != nil { await engine.send(.quitChosen) }
                }
                isDiscarding.withLock { $0 = true }
                await engine.tellDiscarded()
                return (result, await Self.tellNotKept(engine, session))
            }
            guard let result else { throw ExitStatus.failed }
            return (try result.get(), !isLost)
        }
    }

    /// Says where the store did not take what a refresh brought. The program ends, and nobody has it then.
    ///
    /// - Returns: whether the session is lost.
    private static func tellNotKept(_ engine: Engine, _ session: Session) async -> Bool {
        // A store that did not take it at first may have done so since then.
        guard let (unkept, notKept) = await engine.unkept() else { return false }
        Console.line(notKept.refreshedWords)
        guard unkept.spends(session) else { return false }
        return await unkept.discard(engine.discard)
    }

    /// A signal came: nothing is waited for but a refresh.
    private static func leave(_ engine: Engine) async {
        if await engine.state.isRefreshing { Console.line(Strings.finishingRefresh()) }
        await engine.send(.quitChosen)
    }

    /// What a state means for somebody who only wants the profile; `nil` while it may still come.
    private static func outcome(of state: State, profileName: String) -> Result<UserProfile, CommandFailure>? {
        switch state {
        case .userProfile(let signedIn): .success(signedIn.profile)
        case .tokenHeld(let tokenHeld):
            tokenHeld.obstacle.map { .failure(CommandFailure($0)) }
        case .loggedOut(.sessionExpired(let failure?)) where !failure.endsSession: .failure(CommandFailure(failure))
        case .loggedOut(.sessionExpired(let failure)):
            .failure(CommandFailure(failure?.report ?? .sessionOver, ExitStatus.notSignedIn))
        case .loggedOut(.storeFailed(let error)): .failure(CommandFailure(error.report, ExitStatus.failed))
        case .loggedOut, .awaitingCallback:
            .failure(
                CommandFailure(.notSignedIn(profileName: profileName, keepsNothing: false), ExitStatus.notSignedIn)
            )
        }
    }
}

extension UserProfile {
    /// `Ada Okafor <ada@example.com>`; of a person without a name the address alone.
    var nameAndEmail: String {
        guard let email, email.display != displayName else { return displayName }
        return "\(displayName) <\(email)>"
    }
}

/// `whoami --json`. The keys are stable, and all of them are there every time.
private struct ProfileJSON: Encodable {
    let profile: UserProfile

    init(_ profile: UserProfile) {
        self.profile = profile
    }

    enum CodingKeys: String, CodingKey {
        case userID = "user_id"
        case name, email, username, title, department, division, state
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(profile.id, forKey: .userID)
        try container.encode(profile.displayName, forKey: .name)
        try container.encode(profile.email?.display, forKey: .email)
        try container.encode(profile.username?.display, forKey: .username)
        try container.encode(profile.title?.display, forKey: .title)
        try container.encode(profile.department?.display, forKey: .department)
        try container.encode(profile.division?.display, forKey: .division)
        try container.encode(profile.state?.display, forKey: .state)
    }
}
