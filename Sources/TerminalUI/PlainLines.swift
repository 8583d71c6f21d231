import GenesysCloud
import OAuth
public import SignIn

/// What the plain lines say when the program goes from one state to the next: the screen's words without the screen,
/// for scripts, screen readers and dumb terminals.
///
/// - Returns: whole lines in order; none where nothing happened that a person would want to hear.
///
/// - Parameters:
///   - isRemote: whether the person sits at another machine; the tunnel that brings the callback here is then told, with
///     `destination`, how that machine reaches this one.
///   - takesPaste: whether a line on standard input is taken as the callback's address; said where the browser is, or may
///     be, on another machine.
public func plainLines(
    from old: State,
    to new: State,
    isRemote: Bool = false,
    destination: String? = nil,
    takesPaste: Bool = false
) -> [String] {
    switch new {
    case .awaitingCallback(let attempt):
        attemptLines(
            from: old.attempt,
            to: attempt,
            elsewhere: (isRemote ? tunnelLines(attempt, destination) : [])
                + (takesPaste && (isRemote || !attempt.settings.opensBrowser) ? [Strings.plainPaste] : [])
        )
    case .tokenHeld(let held):
        switch held.profile {
        case .awaitingRefresh where held.obstacle != nil:
            if let failure = held.obstacle, old.tokenHeld?.obstacle == nil {
                [Strings.profileFailed] + plainLines(failure.report)
            } else {
                []
            }
        // What is known already is not said again.
        case old.tokenHeld?.profile: []
        case .underWay: old.attempt == nil ? [] : [Strings.step(.codeExchanged, nil, at: nil) + "."]
        case .awaitingRefresh: [Strings.curing]
        case .failed(let failure): [Strings.profileFailed] + plainLines(failure.report)
        case .waiting(let failure, _): [Strings.profileFailed] + plainLines(failure.report) + [Strings.plainWait]
        }
    case .userProfile(let signedIn):
        if case .userProfile = old { [] } else { [Strings.welcome(signedIn.profile.displayName) + "."] }
    case .loggedOut(.failed(let failure)): [Strings.failed] + plainLines(failure.report)
    case .loggedOut(.sessionExpired(let failure)):
        [failure.map { $0.endsSession ? Strings.ended : Strings.notRefreshed } ?? Strings.expired]
            + (failure.map { plainLines($0.report) } ?? [])
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

/// How a sign-out ended.
public func plainLines(signedOut revocation: LoggedOut.Revocation) -> [String] {
    switch revocation {
    case .underWay(_, _, let stage): [Strings.signingOut(stage)]
    case .revoked: [Strings.revoked]
    case .alreadyInvalid: [Strings.alreadyInvalid]
    case .onlyForgotten(let failure): [Strings.onlyForgotten(failure.token)] + plainLines(failure.report)
    case .notForgotten(let error, let token): [Strings.stillKept(token)] + plainLines(error.report)
    }
}

/// How a sign-out ended, and how to end the browser's own session.
public func plainLines(signedOut revocation: LoggedOut.Revocation, page: String) -> [String] {
    plainLines(signedOut: revocation) + [Strings.plainBrowserStaysSignedIn, page]
}

private func tunnelLines(_ attempt: Attempt, _ destination: String?) -> [String] {
    guard let uri = attempt.boundRedirectURI else { return [] }
    return [Strings.tunnel, Strings.sshCommand(uri.host.label, uri.port, destination)]
}

/// - Parameter elsewhere: what helps a browser on another machine, said below the URL.
private func attemptLines(from old: Attempt?, to new: Attempt, elsewhere: [String]) -> [String] {
    var lines: [String] = []
    if old?.boundRedirectURI == nil, new.boundRedirectURI != nil {
        lines.append(Strings.step(.listening, new, at: new.boundRedirectURI) + ".")
        if let url = new.authorizationURL {
            lines.append(new.settings.opensBrowser ? Strings.plainURLHint : Strings.plainOpenYourself)
            lines.append(url)
        }
        lines += elsewhere
    }
    if old?.browser != new.browser, case .failed(let failure) = new.browser {
        let report = failure.report
        lines += [report.summary, "\(Strings.why): \(report.cause)"]
    }
    for notice in new.notices where notice.isNews(after: old?.notices ?? []) {
        lines.append(Strings.notice(notice.kind))
    }
    if old?.isExchanging != true, new.isExchanging { lines.append(Strings.exchanging) }
    return lines
}

extension State {
    fileprivate var tokenHeld: TokenHeld? {
        if case .tokenHeld(let tokenHeld) = self { tokenHeld } else { nil }
    }

    fileprivate var attempt: Attempt? {
        if case .awaitingCallback(let attempt) = self { attempt } else { nil }
    }
}

extension Notice {
    /// Once is enough for what others send, however often it comes. What the person pasted is answered each time.
    fileprivate func isNews(after old: [Notice]) -> Bool {
        guard let before = old.first(where: { $0.kind == kind }) else { return true }
        guard case .pasteRefused = kind else { return false }
        return count > before.count
    }
}
