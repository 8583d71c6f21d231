import FoundationEssentials

/// A time that is shown as it runs out, and when what is shown changes next.
struct Countdown {
    /// How finely it is shown.
    enum Grain {
        /// Every second.
        case seconds
        /// Every second under two minutes, every minute above.
        case minutesThenSeconds
    }

    /// From this on, minutes do.
    private static let fine = 120.0

    /// What is left, never negative; as long as a century at most, so that no date can overflow.
    private let left: Double
    private let grain: Grain

    /// - Parameter longest: the most there can be, in seconds, whatever a clock that was set says.
    init(to end: Date, at now: Date, _ grain: Grain, longest: Int? = nil) {
        left = max(0, min(end.timeIntervalSince(now), longest.map(Double.init) ?? 3.2e9, 3.2e9))
        self.grain = grain
    }

    private var showsMinutes: Bool { grain == .minutesThenSeconds && left >= Self.fine }

    /// The seconds as shown: a countdown by the second ends at 0, one by the minute never promises more than there is.
    var shown: Int {
        showsMinutes ? Int(left / 60) * 60 : Int(left.rounded(.up))
    }

    /// The seconds until ``shown`` is another number; `nil` where nothing is left.
    var untilChange: Double? {
        guard left > 0 else { return nil }
        // Two minutes are shown until the first second less than that.
        if showsMinutes, shown == Int(Self.fine) { return left - (Self.fine - 1) }
        // A whole number of minutes stays for no time at all: 180 becomes 120 a moment later.
        if showsMinutes { return left - Double(shown) + Self.moment }
        return left - Double(Int(left.rounded(.up)) - 1)
    }

    /// Just past the whole number.
    private static let moment = 0.002
}
