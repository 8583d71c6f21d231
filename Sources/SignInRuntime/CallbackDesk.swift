import OAuth
import SignIn

/// Holds the callbacks whose answers the browser waits for, and tells each what really happened.
actor CallbackDesk {
    /// What a held callback is told.
    enum Answer: Sendable {
        case refused(AuthorizationResponse.Refusal)
        case outcome(CallbackPage)
        /// Still open after ``longestHold``.
        case pending
    }

    /// The longest that the browser waits for the truth.
    static let longestHold = Duration.seconds(10)
    /// The longest that the last page is waited for after the end.
    private static let longestLinger = Duration.milliseconds(2500)
    /// How long the port stays open after the last page, for a reload or a second callback.
    private static let lastPageLinger = Duration.milliseconds(500)

    /// What the attempt came to, once it is over.
    private(set) var outcome: CallbackPage?
    /// What the attempt before came to, whose page a browser may still be on its way to.
    let previousOutcome: CallbackPage?

    private var held: [ReplyID: CheckedContinuation<Answer, Never>] = [:]
    /// Callbacks that have come and have no answer yet; some of them may not have begun to wait.
    private var unanswered: Set<ReplyID> = []
    private var refusedEarly: [ReplyID: AuthorizationResponse.Refusal] = [:]
    private var lastID: UInt64 = 0
    private var pagesOwed = 0
    private var servedAll: CheckedContinuation<Void, Never>?
    private var isHurried = false

    init(previousOutcome: CallbackPage? = nil) {
        self.previousOutcome = previousOutcome
    }

    /// A fresh id for a callback.
    func open() -> ReplyID {
        lastID += 1
        unanswered.insert(ReplyID(lastID))
        return ReplyID(lastID)
    }

    /// Waits for the answer to a callback.
    func answer(to reply: ReplyID) async -> Answer {
        if let refusal = refusedEarly.removeValue(forKey: reply) { return .refused(refusal) }
        if let outcome { return .outcome(outcome) }
        let patience = Task {
            try await Task.sleep(for: Self.longestHold)
            settle(reply, .pending)
        }
        defer { patience.cancel() }
        return await withCheckedContinuation { held[reply] = $0 }
    }

    /// Refuses one callback.
    func refuse(_ reply: ReplyID, _ refusal: AuthorizationResponse.Refusal) {
        // The refusal may come before the request has begun to wait.
        if held[reply] == nil { refusedEarly[reply] = refusal }
        settle(reply, .refused(refusal))
    }

    /// Tells all held callbacks what happened, and returns once the last page is out or has been waited for long enough.
    func conclude(_ outcome: Effect.Outcome) async {
        let page = CallbackPage.outcome(outcome)
        self.outcome = page
        pagesOwed = unanswered.count
        for reply in Array(held.keys) { settle(reply, .outcome(page)) }
        guard pagesOwed > 0 else { return }
        await linger(for: Self.longestLinger)
        await linger(for: Self.lastPageLinger)
    }

    /// Ends the waiting for the last page: the port is wanted for the next attempt.
    func hurry() {
        isHurried = true
        release()
    }

    private func linger(for duration: Duration) async {
        guard !isHurried else { return }
        let limit = Task {
            try await Task.sleep(for: duration)
            release()
        }
        await withCheckedContinuation { servedAll = $0 }
        limit.cancel()
    }

    /// The outcome's page was served.
    func servedOutcome() {
        pagesOwed -= 1
        if pagesOwed == 0 { release() }
    }

    private func settle(_ reply: ReplyID, _ answer: Answer) {
        unanswered.remove(reply)
        held.removeValue(forKey: reply)?.resume(returning: answer)
    }

    private func release() {
        servedAll?.resume()
        servedAll = nil
    }
}
