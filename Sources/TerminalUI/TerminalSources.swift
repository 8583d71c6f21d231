import Dispatch
import Glibc

/// Wakes the program when the terminal has something to say: a key, or a signal. No timer, no polling.
@MainActor
final class TerminalSources {
    private static let signals = [SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCONT]

    private let input: any DispatchSourceRead
    private let others: [any DispatchSourceSignal]
    private var isPaused = false

    init(
        readable descriptor: Int32,
        onInput: @escaping @MainActor () -> Void,
        onSignal: @escaping @MainActor (Int32) -> Void
    ) {
        input = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: .main)
        input.setEventHandler { MainActor.assumeIsolated(onInput) }
        others = Self.signals.map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: .main)
            source.setEventHandler { MainActor.assumeIsolated { onSignal(number) } }
            return source
        }
        input.resume()
        others.forEach { $0.resume() }
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
        resumeInput()  // a source that is let go while suspended traps
    }

    /// Takes the signals' default actions away, before ncurses can set its own handlers. By a handler that does nothing
    /// and not by `SIG_IGN`: a program started from here (the browser) gets the defaults back at exec, where it would
    /// inherit `SIG_IGN`.
    static func takeSignals() {
        for number in signals { signal(number) { _ in } }
    }

    /// Gives the signals their default actions back.
    static func giveBackSignals() {
        for number in signals { signal(number, SIG_DFL) }
    }
}
