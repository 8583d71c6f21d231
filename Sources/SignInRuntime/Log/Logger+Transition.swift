public import Logging
import OAuth
public import SignIn

extension Logger {
    /// A step of the state machine: the names of the event, the states and the effects. A failure has a line of its own,
    /// with its code, and without the server's words: servers like to repeat what they were sent.
    func transition(_ event: Event.Kind, from before: State, to after: State, _ effects: [Effect]) {
        guard logLevel < .critical else { return }
        let (was, now) = (CaseNames(of: before), CaseNames(of: after))
        let names = effects.map { "\(CaseNames(of: $0))" }.joined(separator: " ")
        log(
            level: was == now ? .debug : .info,
            "\(CaseNames(of: event)): \(was == now ? "\(now)" : "\(was) -> \(now)")",
            metadata: names.isEmpty ? nil : ["effects": "\(names)"]
        )
        guard let failure = after.failure, failure != before.failure else { return }
        failed("failure", failure.report)
    }

    /// A failure by its code, after `what` failed.
    public func failed(_ what: String, _ report: @autoclosure () -> FailureReport) {
        guard logLevel < .critical else { return }
        let report = report()
        error("\(what): \(report.code)", metadata: report.correlationID.map { ["correlation_id": "\($0)"] })
    }
}

extension State {
    /// What last went wrong and still shows.
    fileprivate var failure: Failure? {
        switch self {
        case .loggedOut(.failed(let failure)), .loggedOut(.sessionExpired(let failure?)): failure
        case .loggedOut(.signedOut(.onlyForgotten(let failure))): failure
        case .loggedOut: nil
        case .awaitingCallback(let attempt): attempt.returningTo?.failure
        case .tokenHeld(let tokenHeld):
            switch tokenHeld.profile {
            case .failed(let failure), .waiting(let failure, _): failure
            case .underWay, .awaitingRefresh: tokenHeld.held.failure
            }
        case .userProfile(let signedIn): signedIn.failure
        }
    }
}

extension SignedIn {
    fileprivate var failure: Failure? {
        switch notice?.kind {
        case .signInFailed(let failure), .profileNotReloaded(let failure, _): failure
        default: held.failure
        }
    }
}

extension HeldSession {
    fileprivate var failure: Failure? {
        switch refresh {
        case .retrying(let failure, _, _), .failed(let failure): failure
        case .idle, .underWay, .needsSignIn: nil
        }
    }
}
