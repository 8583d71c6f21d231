import FoundationEssentials
import GenesysCloud
import OAuth
import SignIn

func attemptBlocks(_ attempt: Attempt, _ model: ScreenModel, _ page: Page) -> [Block] {
    let url = attempt.isExchanging ? nil : attempt.authorizationURL
    var blocks = [headlineBlock(Strings.waiting, page), leadBlock(attempt, model.context, page)]
    if url != nil, case .failed(let failure) = attempt.browser {
        blocks.append(reportBlock(failure.report, page, .warning))
    }
    let countdown = Countdown(to: attempt.deadline, at: model.now, .seconds, longest: attempt.settings.timeout)
    blocks.append(stepsBlock(attempt, countdown, page))
    if let url {
        blocks.append(urlBlock(url, attempt, page))
        if model.context.isRemote { blocks += tunnelBlock(attempt, model.context, page) }
    }
    if attempt.showsHTTPSOnlyHint(at: model.now) {
        let full = page.paragraph(Strings.httpsOnly, .muted)
        let short = [page.line(Strings.shortHTTPSOnly, .muted)]
        blocks.append(Block(importance: Importance.hint, forms: (full.count == 1 ? [full] : []) + [short, []]))
    }
    blocks += noticesBlock(attempt.notices.filter { model.now < $0.leavesAttemptAt }, page)
    return blocks
}

private func leadBlock(_ attempt: Attempt, _ context: ScreenContext, _ page: Page) -> Block {
    let text =
        if attempt.isExchanging {
            Strings.exchanging
        } else if attempt.boundRedirectURI == nil {
            Strings.preparing
        } else {
            switch attempt.browser {
            case .notStarted: Strings.openingBrowser
            case .opened: Strings.finishInBrowser
            case .notWanted, .failed:
                context.isDemo && context.canApproveHere ? Strings.openYourselfOrApprove : Strings.openYourself
            }
        }
    let rows = page.paragraph(text)
    var forms = [rows, []]
    if let name = attempt.returningTo?.profile.displayName {
        forms.insert(rows + page.paragraph(Strings.stillSignedIn(name), .muted), at: 0)
    }
    return Block(importance: Importance.lead, forms: forms, isApart: false, yieldsToFlash: true)
}

/// The steps with the time left; on few rows their marks alone, beside the one under way.
private func stepsBlock(_ attempt: Attempt, _ countdown: Countdown, _ page: Page) -> Block {
    let list = StepList(attempt.steps, attempt: attempt, at: attempt.boundRedirectURI, startedAt: attempt.startedAt)
    let left = Strings.timeLeft(Strings.clock(countdown.shown))
    let share = Double(countdown.shown) / Double(max(1, attempt.settings.timeout))
    let bar = page.bar(share, columns: StepList.width(page) - DisplayWidth.of(left) - 2, .accent)
    let full = list.rows(page, underWay: Strings.stepUnderWay) + [page.row(bar + [Run("  "), Run(left, .accent)])]
    return Block(
        importance: Importance.steps,
        forms: [full, list.rows(page, underWay: left), [list.summary(page, underWay: left)]],
        yieldsToFlash: true
    )
}

/// The URL from column 0, broken by the terminal's edge alone. It carries `state`: the one place where it must be shown.
private func urlBlock(_ url: String, _ attempt: Attempt, _ page: Page) -> Block {
    let pieces = page.charset.shown(url).brokenAnywhere(at: page.size.columns)
    let rows = pieces.enumerated().map { Row([Run($1)], continuesPrevious: $0 > 0) }
    let elided = [Row(url.elidedAtTheEnd(to: page.size.columns, mark: page.glyphs.ellipsis))]
    let hint = if case .opened = attempt.browser { [page.line(Strings.urlHint, .muted)] } else { [Row]() }
    let elidedHint = [page.line(Strings.elidedURLHint, .muted)]
    return Block(importance: Importance.url, forms: [hint + rows, rows, elidedHint + elided, elided])
}

/// How a browser on the person's own machine gets through to this one.
private func tunnelBlock(_ attempt: Attempt, _ context: ScreenContext, _ page: Page) -> [Block] {
    guard let uri = attempt.boundRedirectURI else { return [] }
    let text = page.charset.shown(Strings.sshCommand(uri.host.label, uri.port, context.remoteDestination))
    let fits = DisplayWidth.of(text) <= page.width
    // A command is there to be copied: where it does not fit, the terminal's edge alone breaks it.
    let command =
        fits
        ? [page.row([Run(text, .accent)])]
        : text.brokenAnywhere(at: page.size.columns).enumerated()
            .map { Row([Run($1, .accent)], continuesPrevious: $0 > 0) }
    let hint = page.line(page.isWide ? Strings.tunnel : Strings.shortTunnel, .muted)
    let orPaste = page.line(page.isWide ? Strings.orPaste : Strings.shortOrPaste, .muted)
    return [
        Block(importance: Importance.nextAction, forms: [[hint] + command + [orPaste], [hint] + command, command])
    ]
}

/// What was refused or ignored: the last few, or the last one.
func noticesBlock(_ notices: [Notice], _ page: Page) -> [Block] {
    guard !notices.isEmpty else { return [] }
    let all = notices.map { page.marked(page.glyphs.warning, Strings.notice($0), .plain, markRole: .warning) }
    let last = all.last ?? []
    let line = notices.last.map { notice in
        page.row([
            Run(page.glyphs.warning, .warning), Run(" "),
            Run(
                page.charset.shown(Strings.notice(notice)).elidedAtTheEnd(
                    to: page.width - 2,
                    mark: page.glyphs.ellipsis
                )
            ),
        ])
    }
    return [Block(importance: Importance.notice, forms: [Array(all.joined()), last, line.map { [$0] } ?? []])]
}

extension Notice {
    /// How long a notice of an attempt stays on the screen, in seconds.
    private static let attemptNoticesLast = 15.0

    /// When it leaves the screen of an attempt.
    var leavesAttemptAt: Date { at.addingTimeInterval(Self.attemptNoticesLast) }
}

extension Attempt {
    /// How long a browser that says nothing is nothing to remark on, in seconds.
    private static let patience = 20.0

    /// When a browser that refuses plain http becomes likely: it was opened, and nothing of it has arrived.
    var httpsOnlyHintAt: Date? {
        guard browser == .opened, !isExchanging, let opened = steps[.browserOpened] else { return nil }
        let hasArrived = notices.contains { if case .pasteRefused = $0.kind { false } else { true } }
        return hasArrived ? nil : opened.addingTimeInterval(Self.patience)
    }

    fileprivate func showsHTTPSOnlyHint(at now: Date) -> Bool {
        httpsOnlyHintAt.map { now >= $0 } ?? false
    }
}
