import GenesysCloud
import OAuth
public import SignIn

/// What the plain lines say when the program goes from one state to the next: the screen's words without the screen,
/// for scripts, screen readers and dumb terminals.
///
/// - Returns: whole lines in order; none where nothing happened that a person would want to hear.
///
/// - Parameter isRemote: whether the person sits at another machine; the tunnel that brings the callback here is then told,
///   with `destination`, how that machine reaches this one.
public func plainLines(
    from old: State,
    to new: State,
    isRemote: Bool = false,
    destination: String? = nil
) -> [String] {
    switch new {
    case .awaitingCallback(let attempt):
        attemptLines(from: old.attempt, to: attempt)
            + (isRemote ? tunnelLines(from: old.attempt, to: attempt, destination) : [])
    case .tokenHeld(let held):
        switch held.profile {
        case .underWay: old.attempt == nil ? [] : [Strings.step(.codeExchanged, nil, at: nil) + "."]
        case .awaitingRefresh: [Strings.curing]
        case .failed(let failure): [Strings.profileFailed] + plainLines(failure.report)
        case .waiting(let failure, _): [Strings.profileFailed] + plainLines(failure.report) + [Strings.plainWait]
        }
    case .userProfile(let signedIn):
        if case .userProfile = old { [] } else { [Strings.welcome(signedIn.profile.displayName) + "."] }
    case .loggedOut(.failed(let failure)): [Strings.failed] + plainLines(failure.report)
    case .loggedOut(.sessionExpired(let failure)):
        [failure == nil ? Strings.expired : Strings.ended] + (failure.map { plainLines($0.report) } ?? [])
    case .loggedOut(.cancelled): [Strings.cancelled]
    case .loggedOut(.storeFailed(let error)): plainLines(error.report)
    case .loggedOut(.neverSignedIn), .loggedOut(.signedOut), .loggedOut(.signedOutElsewhere): []
    }
}

/// A failure as lines: what happened, why, what to do, the server's own words, and what support asks for.
public func plainLines(_ report: FailureReport) -> [String] {
    let code = report.summary.contains(report.code) ? "" : " (\(report.code))"
    var lines = [
        report.summary + code, "\(Strings.why): \(report.cause)", "\(Strings.remedy): \(report.remedy)",
    ]
    if let words = report.serverWords { lines.append("\(Strings.serverSays): \(words)") }
    if let id = report.correlationID { lines.append("\(Strings.correlation): \(id)") }
    return lines
}

/// The lines of a wait that the service asked for; none where nothing is waited for.
public func plainWaits(from old: State, to new: State) -> [String] {
    guard case .tokenHeld(let tokenHeld) = new, case .waiting = tokenHeld.profile else { return [] }
    return plainLines(from: old, to: new)
}

/// How a sign-out ended, and how to end the browser's own session.
public func plainLines(signedOut revocation: LoggedOut.Revocation, page: String) -> [String] {
    let first =
        switch revocation {
        case .underWay: [Strings.telling]
        case .revoked: [Strings.revoked]
        case .alreadyInvalid: [Strings.alreadyInvalid]
        case .onlyForgotten(let failure): [Strings.onlyForgotten] + plainLines(failure.report)
        }
    return first + [Strings.plainBrowserStaysSignedIn, page]
}

private func tunnelLines(from old: Attempt?, to new: Attempt, _ destination: String?) -> [String] {
    guard old?.boundRedirectURI == nil, let uri = new.boundRedirectURI else { return [] }
    return [Strings.tunnel, Strings.sshCommand(uri.host.label, uri.port, destination)]
}

private func attemptLines(from old: Attempt?, to new: Attempt) -> [String] {
    var lines: [String] = []
    if old?.boundRedirectURI == nil, new.boundRedirectURI != nil {
        lines.append(Strings.step(.listening, new, at: new.boundRedirectURI) + ".")
        if let url = new.authorizationURL {
            lines.append(new.settings.opensBrowser ? Strings.plainURLHint : Strings.plainOpenYourself)
            lines.append(url)
        }
    }
    if old?.browser != new.browser, case .failed(let failure) = new.browser {
        let report = failure.report
        lines += [report.summary, "\(Strings.why): \(report.cause)"]
    }
    for notice in new.notices where old?.notices.contains(where: { $0.kind == notice.kind }) != true {
        lines.append(Strings.notice(notice.kind))
    }
    if old?.isExchanging != true, new.isExchanging { lines.append(Strings.exchanging) }
    return lines
}

extension State {
    fileprivate var attempt: Attempt? {
        if case .awaitingCallback(let attempt) = self { attempt } else { nil }
    }
}
