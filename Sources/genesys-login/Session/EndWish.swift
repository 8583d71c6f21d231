import Glibc
import Synchronization

/// The wish that the program end, and end at once when it is said again. A window that is closed hangs up more than once
/// (its end of input, the kernel, the shell), and some programs send a signal to the process and to its group: what
/// comes in the same moment is the same wish, and a hangup is never another one.
final class EndWish: Sendable {
    /// What a signal or key means.
    enum Meaning {
        /// The program is to end.
        case first
        /// That has been said.
        case same
        /// It is to end without waiting for anything.
        case atOnce
    }

    private static let moment = Duration.milliseconds(500)

    private let first = Mutex<ContinuousClock.Instant?>(nil)

    /// Takes a signal or key that came now.
    func take(isHangup: Bool, at now: ContinuousClock.Instant = .now) -> Meaning {
        first.withLock { first in
            guard let began = first else {
                first = now
                return .first
            }
            return isHangup || began.duration(to: now) < Self.moment ? .same : .atOnce
        }
    }

    /// Whether the signal was ignored when the program started, as under `nohup`, and is to stay so.
    static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1  // SIG_IGN
    }
}
