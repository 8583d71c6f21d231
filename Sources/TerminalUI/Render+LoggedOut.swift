import OAuth
import SignIn

func loggedOutBlocks(_ loggedOut: LoggedOut, _ model: ScreenModel, _ page: Page) -> [Block] {
    let isLooking = model.isLooking && loggedOut == .neverSignedIn
    var blocks = [headlineBlock(isLooking ? Strings.looking : Strings.signedOut, page)]
    switch loggedOut {
    case .neverSignedIn where isLooking:
        blocks.append(leadBlock(Strings.lookingForSession, page))
    case .neverSignedIn:
        if model.context.clientID != nil {
            blocks.append(leadBlock(model.context.isDemo ? Strings.neverSignedInDemo : Strings.neverSignedIn, page))
        }
    case .signedOut(.underWay(_, _, let stage)):
        blocks.append(leadBlock(Strings.signingOut(stage), page, mayGo: false))
    case .signedOut(.revoked):
        blocks.append(leadBlock(Strings.revoked, page, mayGo: false))
    case .signedOut(.alreadyInvalid):
        blocks.append(leadBlock(Strings.alreadyInvalid, page, mayGo: false))
    case .signedOut(.onlyForgotten(let failure)):
        blocks.append(leadBlock(Strings.onlyForgotten(failure.token), page, mayGo: false))
        blocks.append(reportBlock(failure.report, page, .warning))
    case .signedOut(.notForgotten(let error, let token)):
        blocks.append(leadBlock(Strings.stillKept(token), page, mayGo: false))
        blocks.append(reportBlock(error.report, page, .warning))
    case .signedOutElsewhere:
        blocks.append(leadBlock(Strings.signedOutElsewhere, page, mayGo: false))
    case .storeFailed(let error):
        if case .placeTaken = error {
            blocks.append(leadBlock(Strings.otherSignIn, page))
        } else {
            blocks.append(leadBlock(Strings.storeFailed, page))
        }
        blocks.append(reportBlock(error.report, page, .warning))
    case .cancelled:
        blocks.append(leadBlock(Strings.cancelled, page))
    case .failed(let failure):
        blocks.append(leadBlock(Strings.failed, page))
        blocks.append(reportBlock(failure.report, page, .error))
        blocks.append(pressBlock(failure.report.keys, model, page))
    case .sessionExpired(nil):
        blocks.append(leadBlock(Strings.expired, page, mayGo: false))
    case .sessionExpired(let failure?):
        let report = failure.report
        // A refused refresh token says so itself.
        if report.code != ErrorCode.invalidGrant.name {
            blocks.append(leadBlock(failure.endsSession ? Strings.ended : Strings.notRefreshed, page))
        }
        blocks.append(reportBlock(report, page, .warning))
        blocks.append(pressBlock(report.keys, model, page))
    }
    if model.signOutPage != nil {
        let rows = page.marked(page.glyphs.note, Strings.browserStaysSignedIn, .muted)
        blocks.append(Block(importance: Importance.notice, forms: [rows, []]))
    }
    if model.context.clientID == nil {
        let words = page.marked(page.glyphs.warning, Strings.noClientID, .warning)
        let remedy = page.charset.shown(Strings.noClientIDRemedy).wrapped(to: page.textWidth - 2)
        blocks.append(
            Block(importance: Importance.nextAction, forms: [words + remedy.map { page.row([Run($0)], indent: 2) }])
        )
    }
    if let complaint = model.complaint {
        let rows = page.marked(page.glyphs.warning, complaint, .warning)
        blocks.append(Block(importance: Importance.notice, forms: [rows, Array(rows.prefix(1))]))
    }
    blocks.append(settingsBlock(model.context, page))
    return blocks
}

/// What a sign-in would use.
private func settingsBlock(_ context: ScreenContext, _ page: Page) -> Block {
    var rows = page.fact(Strings.region, context.environmentLabel, .keepsEnds)
    if let id = context.clientID { rows += page.fact(Strings.clientID, id, .keepsEnds) }
    rows += page.fact(Strings.callback, context.redirectURI, .keepsEnds)
    let store = page.fact(Strings.session, context.storeName, .wraps)
    let shortStore = page.fact(Strings.session, context.storeName, .keepsBeginning)
    return Block(importance: Importance.facts, forms: [rows + store, rows + shortStore, []])
}

/// A failure: what happened, why, what to do; then the server's own words and what Genesys support asks for.
///
/// As the room gets less the last go first; what happened and what to do stay longest. `heading` says what the failure
/// means where its own summary does not.
func reportBlock(_ report: FailureReport, _ page: Page, _ role: Role, heading: String? = nil) -> Block {
    let mark = role == .error ? page.glyphs.failed : page.glyphs.warning
    let summary = page.charset.shown(report.summary).wrapped(to: page.textWidth - 2)
    let what =
        heading.map { page.marked(mark, $0, role) + summary.map { page.row([Run($0)], indent: 2) } }
        ?? page.marked(mark, report.summary, role)
    let why = part(Strings.why, Strings.why, report.cause, page)
    let remedy = part(Strings.remedy, Strings.shortRemedy, report.remedy, page)
    let words = report.serverWords.map {
        part(
            Strings.serverSays,
            Strings.shortServerSays,
            page.glyphs.openQuote + $0.display + page.glyphs.closeQuote,
            page
        )
    }
    let id = report.correlationID.map { part(Strings.correlation, Strings.shortCorrelation, $0.display, page) }
    let shortWords = words.map { Array($0.prefix(2)) }
    let first = page.line("\(mark) \(heading ?? report.summary)", role)
    let core = what + why + remedy
    let forms: [[Row]] = [
        core + (words ?? []) + (id ?? []),
        core + (shortWords ?? []) + (id ?? []),
        core + (id ?? []),
        core,
        what + remedy,
        what + remedy.prefix(3),
        what,
        [first],
    ]
    return Block(importance: Importance.failure, forms: forms)
}

/// One labelled part of a report: the label in a column of its own, or before the text where columns are few.
private func part(_ label: String, _ shortLabel: String, _ text: String, _ page: Page) -> [Row] {
    let text = page.charset.shown(text)
    guard page.isWide else {
        let lines = "\(shortLabel): \(text)".wrapped(to: page.width - 2)
        return lines.enumerated().map { index, line in
            guard index == 0 else { return page.row([Run(line)], indent: 2) }
            return page.row(
                [Run("\(shortLabel):", .muted), Run(String(line.dropFirst(shortLabel.count + 1)))],
                indent: 2
            )
        }
    }
    return text.wrapped(to: page.textWidth - page.labelWidth).enumerated().map { index, line in
        page.row([Run((index == 0 ? label : "").padded(to: page.labelWidth - 2), .muted), Run(line)], indent: 2)
    }
}
