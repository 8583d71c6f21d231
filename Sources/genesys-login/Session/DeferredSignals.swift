import Dispatch
import Glibc
import SessionStore
import Synchronization
import TerminalUI

/// Signals that would end the program, put off while an answer is on its way that must not be lost: after a refresh
/// the server may take the old token no more.
enum DeferredSignals {
    private static let deferred = [SIGINT, SIGTERM, SIGHUP]

    /// Runs `body` to its end, then dies of the first signal that came meanwhile. Another one ends the program at once
    /// (see ``EndWish``). What was ignored stays ignored. Ctrl-Z comes after it in the same way, for others may wait for the
    /// profile's lock; a second one stops the program at once.
    ///
    /// - Parameters:
    ///   - words: What is waited for; said at the first signal.
    ///   - givenUp: What is said where another one ends the program at once.
    ///   - onFirst: What the first signal to end does in place of saying that.
    ///   - mayEnd: Whether there is nothing to wait for yet, at the first signal; nothing may begin from `true` on.
    ///   - isBusy: Whether there is something that must not be stopped.
    ///   - whenEnding: What is to be done with the result where the program dies of a signal, and nobody else gets it.
    static func during<Result: Sendable>(
        words: @escaping @Sendable (Strings.Departure) -> String = { Strings.finishingRefresh($0) },
        givenUp: @escaping @Sendable () -> String = { Strings.refreshGivenUp },
        onFirst: (@Sendable () -> Void)? = nil,
        mayEnd: @escaping @Sendable () -> Bool = { false },
        isBusy: @escaping @Sendable () async -> Bool = { true },
        whenEnding: @Sendable (Result) async -> Void = { _ in },
        _ body: @Sendable () async -> Result
    ) async -> Result {
        let stop = Stop(words: words, isBusy: isBusy)
        let isStoppable = !EndWish.isIgnored(SIGTSTP)
        let stopBefore = isStoppable ? NotedSignals.note(SIGTSTP) : nil
        let stops = isStoppable ? NotedSignals.source(of: SIGTSTP, on: .global()) { stop.wish() } : nil
        stops?.resume()
        let first = Mutex<Int32?>(nil)
        let wish = EndWish()
        let deferred = deferred.filter { !EndWish.isIgnored($0) }
        let before = deferred.map { NotedSignals.note($0) }
        let heard = { @Sendable (number: Int32) in
            switch wish.take(isHangup: number == SIGHUP) {
            case .first:
                if mayEnd() { die(of: number) }
                first.withLock { $0 = number }
                if let onFirst { onFirst() } else { Console.line(words(.ends)) }
            case .same: break
            case .atOnce:
                Console.line(givenUp())
                die(of: number)
            }
        }
        let sources = deferred.map { number in
            let source = NotedSignals.source(of: number, on: .global()) { heard(number) }
            source.resume()
            return source
        }
        let unheard = Task {
            while !Task.isCancelled {
                for number in deferred where NotedSignals.take(number) { heard(number) }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        let result = await body()
        unheard.cancel()
        for number in deferred where NotedSignals.take(number) { heard(number) }
        let isEnding = first.withLock { $0 } != nil
        if isEnding { await whenEnding(result) }
        sources.forEach { $0.cancel() }
        for (number, action) in zip(deferred, before) { signal(number, action) }
        if let stops {
            stops.cancel()
            signal(SIGTSTP, stopBefore)
        }
        if let number = first.withLock({ $0 }) {
            // It came in the last moment.
            if !isEnding { await whenEnding(result) }
            die(of: number)
        }
        stop.end()
        return result
    }

    /// The wish that the program stop until `fg` (SIGTSTP), put off.
    private final class Stop: Sendable {
        private let words: @Sendable (Strings.Departure) -> String
        private let isBusy: @Sendable () async -> Bool
        private let isDue = Mutex(false)

        init(words: @escaping @Sendable (Strings.Departure) -> String, isBusy: @escaping @Sendable () async -> Bool) {
            self.words = words
            self.isBusy = isBusy
        }

        /// The signal came.
        func wish() {
            let isAgain = isDue.withLock { isDue in
                defer { isDue = true }
                return isDue
            }
            Task {
                let mayWait = await isBusy()
                if mayWait, !isAgain { return Console.line(words(.stops)) }
                isDue.withLock { $0 = false }
                kill(getpid(), SIGSTOP)
            }
        }

        /// Stops the program if that is due; where nobody could bring it back the system lets it go on.
        func end() {
            guard isDue.withLock({ $0 }) else { return }
            // This thread's: another one might take it when the program has gone on.
            unblock(SIGTSTP)
            raise(SIGTSTP)
        }
    }

    /// Ends the program by the signal, as whoever sent it expects.
    static func die(of number: Int32) -> Never {
        // Ctrl-C has an exit status of its own, which scripts may look for.
        if number == SIGINT { exit(130) }
        RunningTools.end()
        signal(number, SIG_DFL)
        unblock(number)
        raise(number)
        exit(128 + number)
    }

    /// A dispatch source may have blocked the signal in this thread.
    private static func unblock(_ number: Int32) {
        var own = sigset_t()
        sigemptyset(&own)
        sigaddset(&own, number)
        pthread_sigmask(SIG_UNBLOCK, &own, nil)
    }
}
