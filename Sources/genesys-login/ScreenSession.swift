import ArgumentParser
import FoundationEssentials
import GenesysCloud
import Glibc
import NIOPosix
import OAuth
import SessionStore
import SignIn
import SignInRuntime
import Synchronization
import TerminalUI

/// The screen from its first frame to the restored terminal: wires the live dependencies, turns inputs into events
/// and states into frames.
struct ScreenSession {
    /// How the demo cloud's first person approves without a browser: the authorization URL in, the callback URL out.
    typealias Approve = @Sendable (_ authorizationURL: String) async -> String?

    private let settings: Settings
    private let signIn: SignInSettings?
    private let approve: Approve?
    private let saving: Saving?

    /// How the form's values are saved, and where.
    struct Saving: Sendable {
        let target: SaveTarget
        let save: @Sendable (_ clientID: ClientID, _ region: String?) async -> Result<Void, SaveFailure>
    }

    /// A screen that signs in under `signIn`; without it, the screen asks for the client identifier first. With `approve`
    /// it is the demo's; with `saving` the form's values can be kept.
    init(settings: Settings, signIn: SignInSettings?, approve: Approve? = nil, saving: Saving? = nil) {
        self.settings = settings
        self.signIn = signIn
        self.approve = approve
        self.saving = saving
    }

    /// Refuses to draw where nobody would see it.
    static func requireTerminal() throws(UsageError) {
        let term = ProcessEnvironment.variables["TERM"] ?? ""
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
            throw UsageError(
                "The screen needs a terminal on standard input and output.",
                "Without one, use: genesys-login login"
            )
        }
        guard !term.isEmpty, term != "dumb" else {
            throw UsageError(
                "The screen needs a terminal that can place its text (TERM is \(term.isEmpty ? "not set" : "dumb")).",
                "On this one, use: genesys-login login"
            )
        }
    }

    /// A terminal with the first frame on it.
    struct Opened {
        fileprivate let terminal: Terminal
        fileprivate let store: SessionStore
        fileprivate let model: ScreenModel
    }

    /// Takes the terminal and draws the first frame. The person sees it while ``run(_:)`` makes the network ready, which
    /// takes as long.
    @MainActor
    func open() throws -> Opened {
        let terminal: Terminal
        do throws(TerminalError) {
            terminal = try Terminal()
        } catch {
            Console.complain("\(error) Without a screen, use: genesys-login login")
            throw ExitStatus.usage
        }
        let store = store
        let context = context(terminal, store: store)
        let model = ScreenModel(state: .initial, now: Date(), overlay: .first(in: context), context: context)
        terminal.draw(render(model, size: terminal.size))
        // Listening needs the first thread, and would wait for it without a word.
        try ProcessLimits.requireThreads(ProcessLimits.networkThreads, giveBack: terminal.close)
        terminal.listen()
        return Opened(terminal: terminal, store: store, model: model)
    }

    /// Shows the screen until the person leaves it.
    @MainActor
    func run(_ opened: Opened) async throws {
        let terminal = opened.terminal
        defer { terminal.close() }
        let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let live = try transport(eventLoops, closing: terminal)
        let engine = Engine(
            .live(
                browser: Browser(settings.browsers),
                eventLoops: eventLoops,
                transport: live.transport,
                store: opened.store,
                otherStores: approve == nil ? settings.otherStores : []
            ).logged(to: settings.log)
        )
        var approveHere: (@Sendable (String) async -> Void)?
        if let approve {
            approveHere = { [transport = live.transport] url in await Self.deliver(approve, url, transport) }
        }
        var loop = ScreenLoop(
            terminal: terminal,
            engine: engine,
            signIn: signIn,
            follow: { [accepts, profileName = signIn?.profileName ?? settings.profileName] in
                await engine.follow(profileName, accepts: accepts)
            },
            configure: configure,
            again: { [settings] session in settings.signIn(again: session) },
            approve: approveHere,
            model: opened.model
        )
        let ending = await loop.run()
        terminal.close()
        // Somebody did not wait for that. What ends with the program is deleted below, and that is said.
        if await engine.isSending, await engine.state.held != nil, await engine.unkept() == nil {
            Console.line(Strings.refreshGivenUp)
        }
        let isSaveGivenUp = await engine.isSaving
        if isSaveGivenUp { Console.line(Strings.saveGivenUp) }
        if let before = loop.stateAtLeaving { Self.lines(from: before, to: await engine.state).forEach(Console.line) }
        let givenUp = Mutex(Strings.notKept(.unconfirmed))
        let (isLost, isForgotten) = await DeferredSignals.during(
            words: { Strings.finishingExchange($0) },
            givenUp: { givenUp.withLock(\.self) }
        ) {
            let isLost = await engine.discardUnkept() != nil
            givenUp.withLock { $0 = Strings.signOutGivenUp }
            let isForgotten = await tellSignOuts(engine)
            givenUp.withLock { $0 = Strings.letGo(.unconfirmed) }
            if await engine.isExchanging { Console.line(Strings.exchangeUnanswered) }
            if await engine.mayHaveLeftToken { Console.line(Strings.tokenMayBeLeft) }
            if await engine.hasLeftToken { Console.line(Strings.tokenLeft) }
            await engine.tellDiscarded(onlyLeft: true)
            return (isLost, isForgotten)
        }
        await live.shutdown()
        try finish(ending)
        if isLost || isSaveGivenUp || !isForgotten { throw ExitStatus.failed }
    }

    /// What came of a refresh while it was waited for, where that is bad news.
    private static func lines(from before: State, to after: State) -> [String] {
        guard before.held != nil else { return [] }
        switch after {
        case .loggedOut(.sessionExpired): return plainLines(from: before, to: after)
        case .loggedOut(.signedOutElsewhere): return [Strings.signedOutElsewhere]
        default: break
        }
        guard before.isRefreshing, let refresh = after.held?.refresh else { return [] }
        switch refresh {
        // Nothing was sent any more.
        case .retrying(let failure, _, _) where failure.problem == .refresh(.transport(.cancelled)): return []
        case .retrying(let failure, _, _), .failed(let failure): return plainLines(failure.report)
        case .idle, .underWay, .needsSignIn: return []
        }
    }

    /// Says how sign-outs ended that did not do all they should: the screen showed it for a moment only, or not at all.
    ///
    /// - Returns: whether the store has forgotten each session.
    private func tellSignOuts(_ engine: Engine) async -> Bool {
        var last: LoggedOut.Revocation?
        if case .loggedOut(.signedOut(let revocation)) = await engine.state { last = revocation }
        var (before, after): ([String], [String]) = ([], [])
        var isForgotten = true
        for (id, revocation) in await engine.incompleteSignOuts {
            let isStillKept = await engine.isStillKept(id)
            let lines = revocation.lastingLines(isStillKept: isStillKept)
            if revocation == last { after = lines } else { before += lines }
            if !revocation.isForgotten(isStillKept: isStillKept) { isForgotten = false }
        }
        if !before.isEmpty { Console.line(Strings.earlierSignOut) }
        (before + after).forEach(Console.line)
        return isForgotten
    }

    /// The transport under the network settings; the demo cloud is on this machine and needs none. Where they cannot be
    /// used, the terminal is given back before that is said.
    @MainActor
    private func transport(
        _ eventLoops: MultiThreadedEventLoopGroup,
        closing terminal: Terminal
    ) throws -> LiveTransport {
        if approve != nil { return LiveTransport(eventLoops: eventLoops, log: settings.log) }
        do throws(UsageError) {
            return try settings.transport(eventLoops)
        } catch {
            terminal.close()
            return try reportingUsage { () throws(UsageError) in throw error }
        }
    }

    private func finish(_ ending: ScreenLoop.Ending) throws {
        switch ending {
        case .left: break
        case .interrupted: throw ExitStatus.interrupted
        case .signal(let number): DeferredSignals.die(of: number)
        }
    }

    /// The demo cloud's tokens are of no use to another program, unless somebody insists.
    private var store: SessionStore {
        if approve != nil, case .option = settings.origin(of: .sessionStore) { return settings.store }
        return approve == nil ? settings.store : .memory()
    }

    private var accepts: @Sendable (Session) -> Bool {
        guard approve != nil, let signIn else { return settings.accepts }
        return { [signIn] session in signIn.accepts(session) }
    }

    private var environment: Environment { signIn?.environment ?? settings.environment }

    /// The form's values as settings; an organization that was set stays as it is.
    private var configure: Configure {
        { [settings, saving, environment, profileName = signIn?.profileName] clientID, region, save in
            var chosen = environment
            if let region {
                let usual = Self.region(of: environment).map { "https://login.\($0.domain)" }
                let login = environment.loginURL == usual ? nil : environment.loginURL
                chosen = (try? Environment(region: region, loginURL: login)) ?? environment
            }
            return Reconfigured(
                signIn: settings.signIn(clientID: clientID, environment: chosen, profileName: profileName),
                saving: save ? await saving?.save(clientID, region) : nil
            )
        }
    }

    /// The region whose API an environment uses; `nil` where a URL was given for it.
    private static func region(of environment: Environment) -> GenesysCloud.Region? {
        GenesysCloud.Region.all.first { environment.apiURL == "https://api.\($0.domain)" }
    }

    @MainActor
    private func context(_ terminal: Terminal, store: SessionStore) -> ScreenContext {
        ScreenContext(
            isDemo: approve != nil,
            isRemote: ProcessEnvironment.isRemote,
            remoteDestination: ProcessEnvironment.remoteDestination,
            storeName: Strings.store(store.name),
            environmentLabel: approve == nil ? environment.label : "the demo cloud on this machine",
            clientID: signIn?.clientID.value,
            region: settings.namesURL ? nil : Self.region(of: environment)?.name,
            saveTarget: saving?.target,
            redirectURI: settings.redirectURI.value,
            signOutPage: signIn?.signOutPage,
            charset: terminal.charset,
            canApproveHere: approve != nil
        )
    }

    /// Approves as the first person, and brings the callback to the listener as a browser would.
    private static func deliver(_ approve: Approve, _ url: String, _ transport: HTTPTransport) async {
        guard let callback = await approve(url) else { return }
        guard let answer = try? await transport.send(HTTPRequest(method: .get, url: callback)),
            let location = answer.headers["location"], location.hasPrefix("/"),
            let host = callback.split(separator: "/", maxSplits: 3).dropFirst().first
        else { return }
        _ = try? await transport.send(HTTPRequest(method: .get, url: "http://\(host)\(location)"))
    }
}

extension LoggedOut.Revocation {
    /// What somebody has to know for longer than the screen is there.
    ///
    /// - Parameter isStillKept: whether the store has not got another session since then.
    fileprivate func lastingLines(isStillKept: Bool) -> [String] {
        switch self {
        case .revoked, .alreadyInvalid: []
        case .underWay(_, _, let stage): [Strings.signOutUnfinished(stage)]
        case .notForgotten(_, .deleted) where !isStillKept, .notForgotten(_, .unknown) where !isStillKept: []
        case .notForgotten(_, let token) where !isStillKept: [Strings.onlyForgotten(token)]
        case .onlyForgotten, .notForgotten: plainLines(signedOut: self)
        }
    }

    fileprivate func isForgotten(isStillKept: Bool) -> Bool {
        switch self {
        case .revoked, .alreadyInvalid, .onlyForgotten: true
        case .underWay(_, _, let stage): stage != .forgetting
        case .notForgotten: !isStillKept
        }
    }
}
