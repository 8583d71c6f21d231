import FoundationEssentials
import GenesysCloud
import OAuth
import SignIn

/// How long the screen of `model` stays true if nothing happens: until a number on it changes, or a message leaves.
/// `nil` where it stays as it is, so that an idle program sleeps.
public func nextTick(for model: ScreenModel, size: Size) -> Duration? {
    guard model.overlay == nil || model.prompt != nil, size.columns >= smallestSize.columns,
        size.rows >= smallestSize.rows
    else { return nil }
    let seconds =
        switch model.state {
        case .loggedOut: [Double]()
        case .awaitingCallback(let attempt):
            [Countdown(to: attempt.deadline, at: model.now, .seconds).untilChange].compactMap(\.self)
                + (model.overlay == nil ? attempt.comingsAndGoings(after: model.now) : [])
        case .tokenHeld(let tokenHeld):
            tokenHeld.held.changes(at: model.now) + tokenHeld.waits(at: model.now)
                + tokenHeld.notice.leaving(after: model.now)
        case .userProfile(let signedIn):
            signedIn.held.changes(at: model.now) + signedIn.waits(at: model.now)
                + signedIn.notice.leaving(after: model.now)
        }
    // A thousandth more: a timer that fires a moment early must not find the old number and fire again at once.
    return seconds.min().map { .milliseconds(Int64(($0 * 1_000).rounded(.up)) + 1) }
}

extension Attempt {
    /// When the notices leave and the hint comes, in seconds.
    fileprivate func comingsAndGoings(after now: Date) -> [Double] {
        (notices.map(\.leavesAttemptAt) + [httpsOnlyHintAt].compactMap(\.self))
            .map { $0.timeIntervalSince(now) }.filter { $0 > 0 }
    }
}

extension Notice? {
    /// When the notice leaves, in seconds.
    fileprivate func leaving(after now: Date) -> [Double] {
        [self?.leavesAt?.timeIntervalSince(now)].compactMap(\.self).filter { $0 > 0 }
    }
}

extension TokenHeld {
    /// When the wait for the profile is told otherwise, in seconds.
    fileprivate func waits(at now: Date) -> [Double] {
        guard case .waiting(_, let until) = profile else { return [] }
        return [Countdown(to: until, at: now, .minutesThenSeconds).untilChange].compactMap(\.self)
    }
}

extension SignedIn {
    /// When the wait for the profile is told otherwise, in seconds.
    fileprivate func waits(at now: Date) -> [Double] {
        guard case .profileNotReloaded(_, let nextAt?) = notice?.kind else { return [] }
        return [Countdown(to: nextAt, at: now, .minutesThenSeconds).untilChange].compactMap(\.self)
    }
}

extension HeldSession {
    /// When the times shown change, in seconds.
    fileprivate func changes(at now: Date) -> [Double] {
        var changes: [Double] = []
        if let expiry = session.expiresAt {
            changes += [Countdown(to: expiry, at: now, .minutesThenSeconds).untilChange].compactMap(\.self)
        }
        if case .retrying(_, _, let nextAt) = refresh {
            changes += [Countdown(to: nextAt, at: now, .minutesThenSeconds).untilChange].compactMap(\.self)
        }
        return changes
    }
}
