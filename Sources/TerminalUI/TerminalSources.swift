import Dispatch
import Glibc
import Synchronization

/// Wakes the program when the terminal has something to say: a key, or a signal. No timer, no polling.
@MainActor
final class TerminalSources {
    private static let signals = [SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCONT]
    private nonisolated static let endings = [SIGTERM, SIGHUP, SIGINT]
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
        return NotedSignals.source(of: number, on: queue, handle: handle)
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

    /// Takes the signals' default actions away, before ncurses can set its own handlers.
    static func takeSignals() {
        for number in signals { NotedSignals.note(number) }
    }

    /// Gives the signals their default actions back.
    static func giveBackSignals() {
        for number in signals { signal(number, SIG_DFL) }
    }
}
