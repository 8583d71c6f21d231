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
    /// (see ``EndWish``). What was ignored stays ignored.
    ///
    /// - Parameter onFirst: What the first signal does; it says what is waited for unless told otherwise.
    static func during<Result: Sendable>(
        onFirst: @escaping @Sendable () -> Void = { Console.line(Strings.finishingRefresh()) },
        _ body: @Sendable () async -> Result
    ) async -> Result {
        let first = Mutex<Int32?>(nil)
        let wish = EndWish()
        let deferred = deferred.filter { !EndWish.isIgnored($0) }
        let before = deferred.map { NotedSignals.note($0) }
        let sources = deferred.map { number in
            let source = NotedSignals.source(of: number, on: .global()) {
                switch wish.take(isHangup: number == SIGHUP) {
                case .first:
                    first.withLock { $0 = number }
                    onFirst()
                case .same: break
                case .atOnce: die(of: number)
                }
            }
            source.resume()
            return source
        }
        let result = await body()
        sources.forEach { $0.cancel() }
        for (number, action) in zip(deferred, before) { signal(number, action) }
        if let number = first.withLock({ $0 }) { die(of: number) }
        return result
    }

    /// Ends the program by the signal, as whoever sent it expects.
    static func die(of number: Int32) -> Never {
        // Ctrl-C has an exit status of its own, which scripts may look for.
        if number == SIGINT { exit(130) }
        RunningTools.end()
        signal(number, SIG_DFL)
        // The process's, not the thread's: a dispatch source may have blocked it here.
        var own = sigset_t()
        sigemptyset(&own)
        sigaddset(&own, number)
        pthread_sigmask(SIG_UNBLOCK, &own, nil)
        raise(number)
        exit(128 + number)
    }
}
