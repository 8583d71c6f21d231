import FoundationEssentials
import GenesysCloud
import Glibc
import OAuth
import SignIn
import SignInRuntime
import TerminalUI

/// The loop behind the screen: waits for a key, a new state or the time that a countdown changes, and draws.
@MainActor
struct ScreenLoop {
    /// How the loop ended.
    enum Ending: Sendable {
        /// The person left, or the terminal went away.
        case left
        /// Ctrl-C.
        case interrupted
        /// A signal.
        case signal(Int32)
    }

    private enum Wake: Sendable {
        case inputs([Input])
        case urgent(Input)
        case state(State)
        case tick
        case flashOver(Int)
        case pageNotOpened(String)
        case looking(Bool)
        case engineEnded
    }

    /// How long a short message stays.
    private static let doubleClick = Duration.milliseconds(400)
    private static let flashTime = Duration.seconds(3)
    /// How long a store may be silent before that is said.
    private static let silence = Duration.milliseconds(400)

    private let terminal: Terminal
    private let engine: Engine
    private let follow: @Sendable () async -> Void
    private let configure: Configure
    private let again: SignInAgain
    private let approve: (@Sendable (String) async -> Void)?
    /// The settings of the next attempt; without a client identifier there are none.
    private var signIn: SignInSettings?
    private var model: ScreenModel
    private var screen: Screen
    private var flashes = 0
    private var ending: Ending?
    /// Where the program stood when the person wanted to leave.
    private(set) var stateAtLeaving: State?
    /// The person wants the program to stop, once nothing is under way that must not be cut short.
    private var isStopDue = false
    private let wish = EndWish()
    private var lastClick: (input: Input, at: ContinuousClock.Instant)?
    private let wakes: AsyncStream<Wake>
    private let wake: AsyncStream<Wake>.Continuation

    init(
        terminal: Terminal,
        engine: Engine,
        signIn: SignInSettings?,
        follow: @escaping @Sendable () async -> Void,
        configure: @escaping Configure,
        again: @escaping SignInAgain,
        approve: (@Sendable (String) async -> Void)?,
        model: ScreenModel
    ) {
        self.terminal = terminal
        self.engine = engine
        self.signIn = signIn
        self.follow = follow
        self.configure = configure
        self.again = again
        self.approve = approve
        self.model = model
        screen = render(model, size: terminal.size)
        (wakes, wake) = AsyncStream.makeStream()
    }

    /// Runs until the person leaves.
    mutating func run() async -> Ending {
        let (inputs, urgent) = (terminal.inputs, terminal.urgent)
        let states = engine.states
        let (taken, take) = AsyncStream<Void>.makeStream()
        let sources = [
            Task { [wake] in
                var taken = taken.makeAsyncIterator()
                for await inputs in inputs {
                    wake.yield(.inputs(inputs))
                    // So that a flood of keys waits in the terminal, where it is bounded.
                    await taken.next()
                }
            },
            Task { [wake] in
                for await input in urgent { wake.yield(.urgent(input)) }
            },
            Task { [wake] in
                for await state in states { wake.yield(.state(state)) }
                wake.yield(.engineEnded)
            },
        ]
        // Not waited for: a keyring may ask the person first.
        let following = Task { [follow, wake] in
            let silence = Task {
                try await Task.sleep(for: Self.silence)
                wake.yield(.looking(true))
            }
            await follow()
            silence.cancel()
            _ = await silence.result
            wake.yield(.looking(false))
        }
        let tick = Alarm { [wake] in wake.yield(.tick) }
        draw()
        loop: for await event in wakes {
            switch event {
            case .inputs(let inputs):
                for input in model.takesText || opensText(inputs.first) ? inputs : inputs.withPastes {
                    await handle(input, isAlone: inputs.count == 1)
                    if case .paste = input, !inputs.contains(input) { model.textArrived(at: Date()) }
                }
                take.yield()
            case .urgent(let input): await handle(input)
            case .state(let state):
                model.now = Date()
                model.state = state
                // Its server may be another one than that of the next sign-in.
                if let session = state.held?.session, let settings = again(session) {
                    model.context.signOutPage = settings.signOutPage
                }
                if isStopDue, await underWay(.stops) == nil { await suspend() }
                if ending != nil, let words = await underWay(.ends) { model.flash = words }
                // Nobody needs the bare URL any more.
                if case .awaitingCallback(let attempt) = state, !attempt.isExchanging { break }
                // Enter may be on its way, to come back.
                if terminal.leaveBare() { model.textArrived(at: model.now) }
            case .tick: break
            case .flashOver(let number): if number == flashes { model.flash = nil }
            case .pageNotOpened(let page):
                flash(Strings.pageNotOpened)
                terminal.showBare(page)
            case .looking(let isLooking):
                guard isLooking != model.isLooking else { continue }
                model.isLooking = isLooking
            case .engineEnded: break loop
            }
            draw()
            tick.set(after: nextTick(for: model, size: terminal.size))
        }
        tick.cancel()
        sources.forEach { $0.cancel() }
        following.cancel()
        return ending ?? .left
    }

    /// - Parameter isAlone: whether it came by itself, as what a person types who has read the screen.
    private mutating func handle(_ input: Input, isAlone: Bool = true) async {
        guard !model.isStray(input, at: Date()) else { return flash(Strings.strayKeys) }
        guard !isSecondClick(input) else { return }
        // The labels may have moved by what came in the same read.
        if case .click = input { screen = render(model, size: terminal.size) }
        guard let intent = intent(for: input, in: model, screen: screen) else { return }
        // What was typed ahead for a shell, and no paste yet, must not end a session.
        if case .key = input, intent == .signOut, !isAlone { return flash(Strings.strayKeys) }
        await act(on: intent, input: input)
    }

    /// Whether what is typed behind it is text for what it opens.
    private func opensText(_ input: Input?) -> Bool {
        guard let input, case .showOverlay(let overlay?) = intent(for: input, in: model, screen: screen) else {
            return false
        }
        return overlay.takesText
    }

    /// The second click of a double click, which may meet what the first one has put in its place.
    private mutating func isSecondClick(_ input: Input) -> Bool {
        guard case .click = input else { return false }
        let now = ContinuousClock.now
        defer { lastClick = (input, now) }
        return lastClick.map { $0.input == input && $0.at.duration(to: now) < Self.doubleClick } ?? false
    }

    private mutating func draw() {
        model.now = Date()
        screen = render(model, size: terminal.size)
        terminal.draw(screen)
    }

    private mutating func act(on intent: Intent, input: Input) async {
        // What is begun now would be cut off, or lost.
        guard ending == nil || intent.fitsLeaving else { return }
        switch intent {
        case .signIn:
            guard let signIn else { return }
            model.complaint = nil
            model.flash = nil
            await engine.send(.signInChosen(engine.plan(signIn)))
        case .cancel:
            model.overlay = nil
            await engine.send(.cancelChosen)
        case .openBrowser:
            flash(Strings.openingAgain)
            await engine.send(.openBrowserChosen)
        case .copyURL(let url):
            terminal.copyToClipboard(url)
            flash(Strings.copied)
        case .showBareURL(let url): terminal.showBare(url)
        case .approveHere:
            guard let approve, case .awaitingCallback(let attempt) = model.state, let url = attempt.authorizationURL
            else { return }
            flash(Strings.approving)
            Task { await approve(url) }
        case .submitPaste(let text):
            model.now = Date()
            model.pasteSubmitted()
            await engine.send(.callbackPasted(text))
        case .useConfiguration(let clientID, let region, let save):
            await use(clientID, region: region, save: save)
        case .refresh:
            guard let settings = model.state.held.flatMap({ again($0.session) }) ?? signIn else { return }
            await engine.send(.refreshChosen(engine.plan(settings)))
        case .signOut: await engine.send(.signOutChosen)
        case .openSignOutPage(let page):
            flash(Strings.openingSignOutPage)
            // A browser that stays in the foreground is not waited for.
            Task { [engine, wake] in
                if await engine.open(page) != nil { wake.yield(.pageNotOpened(page)) }
            }
        case .showOverlay(let overlay):
            model.flash = nil
            model.overlay = overlay
        case .suspend: await suspend()
        case .redraw: terminal.redraw()
        case .quit: await leave(input == .control("c") ? .interrupted : .left, isHangup: input == .closed)
        case .terminate(let signal): await leave(.signal(signal), isHangup: signal == SIGHUP)
        }
    }

    /// Takes the form's values for the attempts from now on, and says what became of saving them.
    private mutating func use(_ clientID: ClientID, region: String?, save: Bool) async {
        let result = await configure(clientID, region, save)
        signIn = result.signIn
        let chosen = result.signIn
        Task { [engine] in await engine.follow(chosen.profileName) { chosen.accepts($0) } }
        model.overlay = nil
        model.complaint = nil
        model.context.clientID = result.signIn.clientID.value
        if let region {
            model.context.region = region
            model.context.environmentLabel = result.signIn.environment.label
        }
        guard let saving = result.saving, let target = model.context.saveTarget else { return flash(Strings.usedOnce) }
        switch saving {
        case .success: flash(Strings.saved(target))
        case .failure(let failure): model.complaint = Strings.notSaved(why: failure.why)
        }
    }

    /// Stops the program; not with the profile's lock in hand and its refresh token on its way, unless asked once more.
    private mutating func suspend() async {
        if !isStopDue, let words = await underWay(.stops) {
            isStopDue = true
            return flash(words)
        }
        isStopDue = false
        terminal.suspend()
    }

    /// Leaves once; a second wish to leave does not wait for what is under way.
    private mutating func leave(_ how: Ending, isHangup: Bool) async {
        switch wish.take(isHangup: isHangup) {
        case .first:
            (ending, stateAtLeaving) = (how, await engine.state)
            // Keys are for leaving at once from now on.
            model.overlay = nil
        case .same: return
        case .atOnce:
            wake.yield(.engineEnded)
            return
        }
        await engine.send(.quitChosen)
        guard let words = await underWay(.ends) else { return }
        flashes += 1
        model.flash = words
    }

    /// What must not be cut short, in words; `nil` where nothing is under way.
    private func underWay(_ what: Strings.Departure) async -> String? {
        let isSending = if what == .ends { await engine.isSending } else { false }
        if await engine.state.isRefreshing || isSending { return Strings.finishingRefresh(what) }
        if await engine.isRemoving { return Strings.finishingRemoval(what) }
        if await engine.isSaving { return Strings.finishingSave(what) }
        guard what == .ends else { return nil }
        if case .loggedOut(.signedOut(.underWay)) = await engine.state { return Strings.finishingSignOut(what) }
        let isDeleting = await engine.isDiscarding
        return await engine.isExchanging || isDeleting ? Strings.finishingExchange(what) : nil
    }

    private mutating func flash(_ text: String) {
        flashes += 1
        model.flash = text
        Task { [wake, flashes] in
            try await Task.sleep(for: Self.flashTime)
            wake.yield(.flashOver(flashes))
        }
    }
}

extension Intent {
    /// Whether somebody who is leaving may still do it.
    fileprivate var fitsLeaving: Bool {
        switch self {
        case .quit, .terminate, .suspend, .redraw: true
        default: false
        }
    }
}

/// The settings of a new sign-in in place of a session, which may come from another day and other options; `nil` where it
/// names no place to sign in.
typealias SignInAgain = @Sendable (Session) -> SignInSettings?
