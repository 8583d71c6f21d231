/// Since when each place that can be clicked has been on the screen: who clicks has aimed at what was there a moment before.
public struct ShownPlaces: Sendable {
    /// How long a place must have been there for a click that cannot be taken back: nobody reads and aims in less.
    public static let aiming = Duration.milliseconds(300)

    private var since: [Region: ContinuousClock.Instant] = [:]

    /// None yet.
    public init() {}

    /// `screen` is on the terminal from `now` on. A place that was there before, with the same command, stays as old as it is.
    public mutating func show(_ screen: Screen, at now: ContinuousClock.Instant) {
        since = Dictionary(screen.regions.map { ($0, since[$0] ?? now) }) { $1 }
    }

    /// Whether the person can have seen which command is at this place.
    public func isSeen(row: Int, column: Int, at now: ContinuousClock.Instant) -> Bool {
        since.contains { region, start in
            region.row == row && region.columns.contains(column) && start.duration(to: now) >= Self.aiming
        }
    }
}
