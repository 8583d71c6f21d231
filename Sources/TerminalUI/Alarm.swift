import Dispatch

/// Wakes the screen's loop at a time. One timer for all: a task for each tick takes three more wake-ups of threads. And it
/// goes on by itself every second, as a countdown does: setting a timer anew wakes two more.
@MainActor
public final class Alarm {
    private static let interval = DispatchTimeInterval.seconds(1)
    private static let second: UInt64 = 1_000_000_000
    /// How far a ring may be from the time that was asked for, in nanoseconds: nobody sees it.
    private static let tolerance: UInt64 = 20_000_000

    private let timer: any DispatchSourceTimer
    /// When it rings next, in nanoseconds of the timer's clock; `nil` where it does not.
    private var next: UInt64?
    /// Whether it rings every second from then on.
    private var repeats = false

    /// An alarm that calls `ring` on the main actor whenever a set time has come.
    public init(ring: @escaping @MainActor () -> Void) {
        timer = DispatchSource.makeTimerSource(queue: .main)
        timer.setEventHandler { [weak self] in
            MainActor.assumeIsolated {
                self?.rang()
                ring()
            }
        }
        timer.resume()
    }

    private func rang() {
        next = repeats ? next.map { $0 + Self.second } : nil
    }

    /// Sets the alarm, in place of what it was set to; `nil` sets it to never.
    public func set(after delay: Duration?) {
        guard let delay else {
            if next != nil { timer.schedule(deadline: .distantFuture) }
            next = nil
            return
        }
        let (seconds, attoseconds) = delay.components
        let nanoseconds = UInt64(max(seconds, 0)) * Self.second + UInt64(max(attoseconds, 0) / 1_000_000_000)
        let due = DispatchTime.now().uptimeNanoseconds + nanoseconds
        if let next, max(next, due) - min(next, due) < Self.tolerance { return }
        next = due
        // What changes more seldom is told by the loop each time.
        repeats = nanoseconds < Self.second + Self.tolerance
        timer.schedule(
            deadline: DispatchTime(uptimeNanoseconds: due),
            repeating: repeats ? Self.interval : .never
        )
    }

    /// Ends the alarm.
    public func cancel() {
        timer.cancel()
    }
}
