/// Waiting by the time that the program has run for.
enum RunningTime {
    /// The longest single sleep: of a time in which the program was stopped, or the machine slept, no more than this counts.
    private static let slice = Duration.seconds(1)

    /// Returns once the program has run for `limit`. A program that was stopped in the middle of a request may find the
    /// answer there when it goes on, and has to have the time to read it.
    ///
    /// - Parameter sleep: Sleeps for as long as it is told, or longer.
    /// - Throws: `CancellationError` when the task is cancelled.
    static func sleep(
        for limit: Duration,
        by sleep: (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) async throws {
        var left = limit
        while left > .zero {
            let next = min(left, slice)
            try await sleep(next)
            left -= next
        }
    }
}
