public import Dispatch
public import Glibc
import Synchronization

/// Signals that are heard by dispatch sources, without a moment in which one is lost: a source does not listen at once, and
/// what is ignored until it does is gone.
public enum NotedSignals {
    /// The signals that came before anybody listened, a bit for each.
    private static let early = Atomic<UInt64>(0)

    /// Has the signal noted from here on, in place of whatever it does. By a handler, and not by `SIG_IGN`: a program that is
    /// started from here (the browser) gets the defaults back at exec, where it would inherit `SIG_IGN`.
    ///
    /// - Returns: what it did before.
    @discardableResult
    public static func note(_ number: Int32) -> sighandler_t? {
        // What was noted for somebody else is over; and it is made before a handler uses it.
        early.bitwiseAnd(~bit(of: number), ordering: .sequentiallyConsistent)
        return signal(number) { number in
            NotedSignals.early.bitwiseOr(NotedSignals.bit(of: number), ordering: .sequentiallyConsistent)
        }
    }

    /// A source that is to be resumed, and then calls `handle` for each time that the signal comes, and has come since it
    /// is noted.
    public static func source(
        of number: Int32,
        on queue: DispatchQueue,
        handle: @escaping @Sendable () -> Void
    ) -> any DispatchSourceSignal {
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        source.setEventHandler(handler: handle)
        source.setRegistrationHandler {
            if take(number) { handle() }
        }
        return source
    }

    /// Whether the signal was noted and no source has heard it; it counts as heard then. A source that takes the place of one
    /// which is just being cancelled may hear nothing.
    public static func take(_ number: Int32) -> Bool {
        let bit = bit(of: number)
        return early.bitwiseAnd(~bit, ordering: .sequentiallyConsistent).oldValue & bit != 0
    }

    private static func bit(of number: Int32) -> UInt64 { 1 << UInt64(number) }
}
