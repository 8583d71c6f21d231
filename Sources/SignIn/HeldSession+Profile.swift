import FoundationEssentials
import GenesysCloud

/// How often the profile is asked for.
extension HeldSession {
    /// The longest wait for the profile that is sat out, in seconds; a longer one is said and left to the person.
    private static let longestProfileWait = 300
    /// How often in a row such a wait is sat out: a service that always asks for one is not asked without end.
    private static let mostProfileWaits = 5

    /// When the profile is asked for again, where the server names a time that can be waited for.
    mutating func wait(_ error: APIError, at: Date) -> Date? {
        guard case .rejected(let rejection) = error, rejection.status == 429, let seconds = rejection.retryAfter,
            seconds <= Self.longestProfileWait, profileWaits < Self.mostProfileWaits
        else {
            profileWaits = 0
            return nil
        }
        profileWaits += 1
        // At least a second: a server that says 0 is not asked without end.
        return at.addingTimeInterval(Double(max(1, seconds)))
    }

    /// How many 401s in a row, to tokens that are replaced meanwhile, the profile is asked for again after.
    private static let mostRefusals = 5

    /// Counts a 401; `false` where there have been too many, and the count begins anew.
    mutating func countRefusal() -> Bool {
        refusals += 1
        if refusals > Self.mostRefusals { refusals = 0 }
        return refusals > 0
    }

    /// Answers a 401 with one refresh; `nil` where that has been tried, or cannot be.
    mutating func cure(at: Date) -> [Effect]? {
        guard canRefresh else { return nil }
        switch refresh {
        case .underWay(_, let tries):
            refresh = .underWay(thenProfile: true, tries: tries)
            curingSince = at
            return []
        case .retrying where isCuring:
            return []  // another answer to the token that is being replaced
        case .idle, .retrying, .failed, .needsSignIn:
            guard !isCuring else { return nil }
            curingSince = at
            return beginRefresh(thenProfile: true)
        }
    }
}
