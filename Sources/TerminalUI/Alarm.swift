import Dispatch

/// Wakes the screen's loop at a time, once. One timer for all: a task for each tick takes three more wake-ups of threads.
@MainActor
public final class Alarm {
    private let timer: any DispatchSourceTimer

    /// An alarm that calls `ring` on the main actor whenever a set time has come.
    public init(ring: @escaping @MainActor () -> Void) {
        timer = DispatchSource.makeTimerSource(queue: .main)
        timer.setEventHandler { MainActor.assumeIsolated(ring) }
        timer.resume()
    }

    /// Sets the alarm, in place of what it was set to; `nil` sets it to never.
    public func set(after delay: Duration?) {
        guard let delay else { return timer.schedule(deadline: .distantFuture) }
        let (seconds, attoseconds) = delay.components
        let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        timer.schedule(deadline: .now() + .nanoseconds(nanoseconds))
    }

    /// Ends the alarm.
    public func cancel() {
        timer.cancel()
    }
}
