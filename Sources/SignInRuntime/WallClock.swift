public import FoundationEssentials

/// Waiting by the wall clock.
public enum WallClock {
    /// The longest single sleep, in seconds: a clock that was set, or a laptop that slept, is noticed this soon.
    private static let longestSleep = 30.0

    /// Returns once the wall clock has reached `date`, or as much time has passed as was left when it was asked: a clock
    /// that is put back makes nobody wait for longer. A laptop's sleep counts.
    ///
    /// - Parameter now: The wall clock.
    /// - Throws: `CancellationError` when the task is cancelled.
    public static func sleep(until date: Date, now: @Sendable () -> Date = { Date() }) async throws {
        let end = ContinuousClock.now.advanced(by: .seconds(date.timeIntervalSince(now())))
        while true {
            let passing = (end - .now) / .seconds(1)
            let left = min(date.timeIntervalSince(now()), passing)
            guard left > 0 else { return }
            try await Task.sleep(for: .seconds(min(left, longestSleep)))
        }
    }
}
