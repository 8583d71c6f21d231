import Dispatch
import Glibc
import Synchronization

/// Wakes the program when the terminal has something to say: a key, or a signal. No timer, no polling.
@MainActor
final class TerminalSources {
    private static let signals = [SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCONT]
    private nonisolated static let endings = [SIGTERM, SIGHUP, SIGINT]
    /// The signals that came before anybody listened, a bit for each.
    private nonisolated static let early = Atomic<UInt64>(0)
    /// How long the main thread may take to answer once the program was asked to end, in seconds: longer than a refresh that
    /// is on its way may take; and when it was asked again.
    private nonisolated static let (patience, shortPatience) = (40, 5)

    private let input: any DispatchSourceRead
    private let others: [any DispatchSourceSignal]
    private let giver: (any DispatchSourceRead)?
    private var isPaused = false

    init(
        readable descriptor: Int32,
        giver: Int32?,
        onInput: @escaping @MainActor () -> Void,
        onSignal: @escaping @MainActor (Int32) -> Void
    ) {
        // Whoever gave the terminal takes it back by ending, and nobody else hangs up.
        self.giver = giver.map { DispatchSource.makeReadSource(fileDescriptor: $0, queue: .main) }
        input = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: .main)
        input.setEventHandler { MainActor.assumeIsolated(onInput) }
        let queue = DispatchQueue(label: "signals")
        others = Self.signals.map { Self.source(of: $0, on: queue, onSignal) }
        input.resume()
        others.forEach { $0.resume() }
        self.giver?.setEventHandler { [weak self] in
            MainActor.assumeIsolated {
                self?.giver?.cancel()
                onSignal(SIGHUP)
            }
        }
        self.giver?.resume()
    }

    /// Stops listening to the keyboard: while the terminal is the shell's, its keys would wake us without end.
    func pauseInput() {
        if !isPaused { input.suspend() }
        isPaused = true
    }

    func resumeInput() {
        if isPaused { input.resume() }
        isPaused = false
    }

    func cancel() {
        input.cancel()
        others.forEach { $0.cancel() }
        giver?.cancel()
        resumeInput()  // a source that is let go while suspended traps
    }

    /// Not on the main queue, which waits where the terminal takes no output.
    private nonisolated static func source(
        of number: Int32,
        on queue: DispatchQueue,
        _ onSignal: @escaping @MainActor (Int32) -> Void
    ) -> any DispatchSourceSignal {
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        let wasAsked = Mutex(false)
        let handle = { @Sendable in
            DispatchQueue.main.async { onSignal(number) }
            guard endings.contains(number) else { return }
            let isAgain = wasAsked.withLock { wasAsked in
                defer { wasAsked = true }
                return wasAsked
            }
            watchEnd(of: number, on: queue, patience: isAgain ? shortPatience : patience)
        }
        source.setEventHandler(handler: handle)
        // From here on the source hears it. What came before was noted.
        source.setRegistrationHandler {
            let bit = bit(of: number)
            if early.bitwiseAnd(~bit, ordering: .sequentiallyConsistent).oldValue & bit != 0 { handle() }
        }
        return source
    }

    /// Lets the program die of the signal where its main thread waits for a terminal that takes no output, and may do so
    /// for ever. What remains to be done at the terminal the guardian does.
    private nonisolated static func watchEnd(of number: Int32, on queue: DispatchQueue, patience: Int) {
        let answer = DispatchSemaphore(value: 0)
        DispatchQueue.main.async { answer.signal() }
        queue.asyncAfter(deadline: .now() + .seconds(patience)) {
            guard answer.wait(timeout: .now()) == .timedOut else {
                return watchEnd(of: number, on: queue, patience: patience)
            }
            signal(number, SIG_DFL)
            kill(getpid(), number)
            // From a container's first process the kernel keeps it.
            if getpid() == 1 { _exit(128 + number) }
        }
    }

    private nonisolated static func bit(of number: Int32) -> UInt64 { 1 << UInt64(number) }

    /// Takes the signals' default actions away, before ncurses can set its own handlers. By a handler that notes them, for
    /// whoever listens later, and not by `SIG_IGN`: a program started from here (the browser) gets the defaults back at exec,
    /// where it would inherit `SIG_IGN`.
    static func takeSignals() {
        // Made before a handler uses it.
        early.store(0, ordering: .sequentiallyConsistent)
        for number in signals {
            signal(number) { number in
                TerminalSources.early.bitwiseOr(TerminalSources.bit(of: number), ordering: .sequentiallyConsistent)
            }
        }
    }

    /// Gives the signals their default actions back.
    static func giveBackSignals() {
        for number in signals { signal(number, SIG_DFL) }
    }
}
