public import FoundationEssentials

/// Waiting by the wall clock.
public enum WallClock {
    /// The longest single sleep, in seconds: a clock that was set, or a laptop that slept, is noticed this soon.
    private static let longestSleep = 30.0

    /// Returns once the wall clock has reached `date`.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    public static func sleep(until date: Date) async throws {
        while true {
            let left = date.timeIntervalSinceNow
            guard left > 0 else { return }
            try await Task.sleep(for: .seconds(min(left, longestSleep)))
        }
    }
}
