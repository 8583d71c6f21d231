import FoundationEssentials
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
        case input(Input)
        case state(State)
        case tick
        case flashOver(Int)
        case engineEnded
    }

    /// How long a short message stays.
    private static let flashTime = Duration.seconds(3)

    private let terminal: Terminal
    private let engine: Engine
    private let signIn: SignInSettings
    private let approve: (@Sendable (String) async -> Void)?
    private var model: ScreenModel
    private var screen: Screen
    private var flashes = 0
    private var ending: Ending?
    private let wakes: AsyncStream<Wake>
    private let wake: AsyncStream<Wake>.Continuation

    init(
        terminal: Terminal,
        engine: Engine,
        signIn: SignInSettings,
        approve: (@Sendable (String) async -> Void)?,
        context: ScreenContext
    ) {
        self.terminal = terminal
        self.engine = engine
        self.signIn = signIn
        self.approve = approve
        model = ScreenModel(state: .initial, now: Date(), context: context)
        screen = render(model, size: terminal.size)
        (wakes, wake) = AsyncStream.makeStream()
    }

    /// Runs until the person leaves.
    mutating func run() async -> Ending {
        let inputs = terminal.inputs
        let states = engine.states
        let sources = [
            Task { [wake] in
                for await input in inputs { wake.yield(.input(input)) }
            },
            Task { [wake] in
                for await state in states { wake.yield(.state(state)) }
                wake.yield(.engineEnded)
            },
        ]
        var tick: Task<Void, any Error>?
        draw()
        loop: for await event in wakes {
            switch event {
            case .input(let input):
                if let intent = intent(for: input, in: model, screen: screen) {
                    await act(on: intent, input: input)
                }
            case .state(let state):
                model.state = state
                // Nobody needs the bare URL any more.
                if case .awaitingCallback(let attempt) = state, !attempt.isExchanging { break }
                terminal.leaveBare()
            case .tick: break
            case .flashOver(let number): if number == flashes { model.flash = nil }
            case .engineEnded: break loop
            }
            draw()
            tick?.cancel()
            tick = nextTick(for: model, size: terminal.size).map { delay in
                Task { [wake] in
                    try await Task.sleep(for: delay)
                    wake.yield(.tick)
                }
            }
        }
        tick?.cancel()
        sources.forEach { $0.cancel() }
        return ending ?? .left
    }

    private mutating func draw() {
        model.now = Date()
        screen = render(model, size: terminal.size)
        terminal.draw(screen)
    }

    private mutating func act(on intent: Intent, input: Input) async {
        switch intent {
        case .signIn: await engine.send(.signInChosen(engine.plan(signIn)))
        case .cancel: await engine.send(.cancelChosen)
        case .openBrowser: await engine.send(.openBrowserChosen)
        case .copyURL(let url):
            terminal.copyToClipboard(url)
            flash(Strings.copied)
        case .showBareURL(let url): terminal.showBare(url)
        case .approveHere:
            guard let approve, case .awaitingCallback(let attempt) = model.state, let url = attempt.authorizationURL
            else { return }
            Task { await approve(url) }
        case .refresh: await engine.send(.refreshChosen(engine.plan(signIn)))
        case .signOut: await engine.send(.signOutChosen)
        case .showOverlay(let overlay): model.overlay = overlay
        case .suspend: terminal.suspend()
        case .redraw: terminal.redraw()
        case .quit: await leave(input == .control("c") ? .interrupted : .left)
        case .terminate(let signal): await leave(.signal(signal))
        }
    }

    /// Leaves once; a second wish to leave does not wait for what is under way.
    private mutating func leave(_ how: Ending) async {
        guard ending == nil else {
            wake.yield(.engineEnded)
            return
        }
        ending = how
        await engine.send(.quitChosen)
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
