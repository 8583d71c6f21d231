import Dispatch
import Glibc
import SignIn
import SignInRuntime
import Synchronization
import TerminalUI

/// Signals that end a sign-in in plain lines: it is given up, and the program ends by itself. With the token in hand the rest
/// is left alone, but for a session on its way into the store: another signal gives that up too.
final class LoginInterrupts {
    private let taker: Taker
    private var sources: [Int32: any DispatchSourceSignal] = [:]
    private var before: [Int32: sighandler_t?] = [:]

    /// Interrupts of a sign-in that `engine` runs. Ctrl-C is one from the start.
    init(_ engine: Engine) {
        taker = Taker(engine)
        watch([SIGINT])
    }

    /// From now on the signals that would end the program at once are interrupts too: what is in hand must not be lost.
    func protect() {
        watch([SIGTERM, SIGHUP])
    }

    /// What is left to do is to delete a token: a signal says so, and another one ends that.
    func discards() {
        protect()
        taker.isDiscarding.withLock { $0 = true }
    }

    /// The first signal that came.
    var first: Int32? { taker.first }

    /// No signal is an interrupt any more.
    ///
    /// - Returns: the first one that came.
    func end() -> Int32? {
        sources.values.forEach { $0.cancel() }
        for (number, action) in before { signal(number, action) }
        return first
    }

    private func watch(_ numbers: [Int32]) {
        for number in numbers where sources[number] == nil && !EndWish.isIgnored(number) {
            let source = NotedSignals.source(of: number, on: .global()) { [taker] in taker.take(number) }
            before[number] = NotedSignals.note(number)
            source.resume()
            sources[number] = source
        }
    }
}

/// What signals that come at any time have in common.
private final class Taker: Sendable {
    private let engine: Engine
    private let wish = EndWish()
    private let taken = Mutex<Int32?>(nil)
    /// Whether the sign-in is over, and the token of a session that no store has taken is deleted.
    let isDiscarding = Mutex(false)

    init(_ engine: Engine) {
        self.engine = engine
    }

    var first: Int32? { taken.withLock { $0 } }

    func take(_ number: Int32) {
        let meaning = wish.take(isHangup: number == SIGHUP)
        guard meaning != .same else { return }
        taken.withLock { taken in
            if taken == nil { taken = number }
        }
        let again = meaning == .atOnce
        if isDiscarding.withLock(\.self) {
            Console.line(again ? Strings.notKept(.unconfirmed) : Strings.finishingExchange(.ends))
            if again { DeferredSignals.die(of: number) }
            return
        }
        Task { [engine] in
            if await engine.isSaving {
                Console.line(again ? Strings.saveGivenUp : Strings.finishingSave())
                if again { DeferredSignals.die(of: number) }
            }
            if await engine.isSending {
                Console.line(again ? Strings.refreshGivenUp : Strings.finishingRefresh())
                if again, await engine.state.held?.endsWithProgram == true {
                    Console.line(Strings.notKept(.unconfirmed))
                }
                if again { DeferredSignals.die(of: number) }
            }
            if await engine.isDiscarding {
                Console.line(again ? Strings.letGo(.unconfirmed) : Strings.finishingExchange(.ends))
                if again { DeferredSignals.die(of: number) }
            }
            await engine.send(.cancelChosen)
            await engine.send(.quitChosen)
        }
    }
}
