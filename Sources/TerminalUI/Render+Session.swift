import FoundationEssentials
import GenesysCloud
import OAuth
import SignIn

func tokenHeldBlocks(_ tokenHeld: TokenHeld, _ model: ScreenModel, _ page: Page) -> [Block] {
    var blocks = [headlineBlock(Strings.tokenHeld, page)]
    switch tokenHeld.profile {
    case .underWay: blocks.append(leadBlock(Strings.loadingProfile, page))
    case .awaitingRefresh where tokenHeld.obstacle != nil: blocks += refreshBlocks(tokenHeld.held, model, page)
    case .awaitingRefresh: blocks.append(leadBlock(Strings.curing, page))
    case .failed(let failure):
        blocks.append(leadBlock(Strings.profileFailed, page))
        blocks.append(reportBlock(failure.report, page, .error))
        blocks.append(pressBlock([.retryProfile], model, page))
    case .waiting(let failure, let until):
        blocks.append(reportBlock(failure.report, page, .warning, heading: waitWords(until, model)))
    }
    if let notice = tokenHeld.notice, notice.isCurrent(at: model.now) { blocks += noticeBlocks(notice, model, page) }
    blocks += keepingBlocks(tokenHeld.held, page)
    if !tokenHeld.steps.isEmpty {
        let started = tokenHeld.steps.values.min() ?? model.now
        let uri = (try? RedirectURI(model.context.redirectURI)).flatMap { $0.port == 0 ? nil : $0 }
        let list = StepList(
            tokenHeld.steps,
            attempt: nil,
            at: uri,
            startedAt: started,
            hasFailed: tokenHeld.obstacle != nil
        )
        let rows = list.rows(page, underWay: Strings.stepUnderWay)
        blocks.append(Block(importance: Importance.facts, forms: [rows, []]))
    }
    blocks.append(tokenBlock(tokenHeld.held, model, page, isRefused: tokenHeld.profile == .awaitingRefresh))
    return blocks
}

func signedInBlocks(_ signedIn: SignedIn, _ model: ScreenModel, _ page: Page) -> [Block] {
    let profile = signedIn.profile
    let notice = signedIn.notice.flatMap { $0.isCurrent(at: model.now) ? $0 : nil }
    var blocks = [headlineBlock(Strings.welcome(profile.displayName), page)]
    blocks[0].isFarApart = true
    let email = profile.email?.display ?? profile.username?.display ?? ""
    if !email.isEmpty, email != profile.displayName {
        let shown = page.charset.shown(email).elidedInTheMiddle(to: page.width, mark: page.glyphs.ellipsis)
        blocks.append(
            Block(
                importance: Importance.facts,
                forms: [[page.row([Run(shown)])], []],
                isApart: false,
                yieldsToFlash: true
            )
        )
    }
    let person = blocks.count
    blocks += refreshBlocks(signedIn.held, model, page)
    if let notice { blocks += noticeBlocks(notice, model, page) }
    blocks += keepingBlocks(signedIn.held, page)
    blocks.append(factsBlock(signedIn, model, page))
    blocks.append(tokenBlock(signedIn.held, model, page, wasRefreshed: notice?.kind == .refreshed))
    blocks[person].isFarApart = true
    return blocks
}

/// The facts in two columns. As the room gets less, long ones take one row, then the least important go.
private func factsBlock(_ signedIn: SignedIn, _ model: ScreenModel, _ page: Page) -> Block {
    let profile = signedIn.profile
    let scopes = signedIn.held.session.tokens.scope?.description
    let state = profile.state?.display
    let facts: [(label: String, value: String?, importance: Int)] = [
        (Strings.title, profile.title?.display, 4),
        (Strings.department, profile.department?.display, 5),
        (Strings.division, profile.division?.display, 3),
        (Strings.status, state == "active" ? nil : state, 6),
        (Strings.region, model.context.isDemo ? model.context.environmentLabel : signedIn.held.label, 0),
        // Below the reason why it is not kept there.
        (Strings.session, signedIn.held.storeWords(model.context), 1),
        (Strings.scopes, scopes ?? Strings.unnamedScopes, 2),
    ]
    let known = facts.compactMap { fact in
        fact.value.flatMap { $0.isEmpty ? nil : (label: fact.label, value: $0, importance: fact.importance) }
    }
    var forms = [known.flatMap { page.fact($0.label, $0.value, .wraps) }]
    for least in stride(from: 6, through: 0, by: -1) {
        forms.append(known.filter { $0.importance <= least }.flatMap { page.fact($0.label, $0.value, .keepsBeginning) })
    }
    return Block(importance: Importance.facts, forms: forms + [[]])
}

/// How long the token lives, as a bar and a number, and below it what becomes of it: now, or then.
///
/// - Parameter isRefused: whether the API does not take it, however long it was to live.
private func tokenBlock(
    _ held: HeldSession,
    _ model: ScreenModel,
    _ page: Page,
    wasRefreshed: Bool = false,
    isRefused: Bool = false
) -> Block {
    let fate = fateRows(held, model, page, wasRefreshed: wasRefreshed, isRefused: isRefused)
    guard let expiry = held.session.expiresAt, let lifetime = held.session.tokens.expiresIn else {
        let first = page.fact(Strings.token, Strings.noExpiry, .wraps)
        return Block(importance: Importance.token, forms: [first + fate, first])
    }
    let label = Run(Strings.token.padded(to: page.labelWidth), .muted)
    let left = Countdown(to: expiry, at: model.now, .minutesThenSeconds, longest: lifetime).shown
    let fraction = Double(left) / Double(max(1, lifetime))
    let role = held.urgency(left: left, fraction: fraction)
    let time = left > 0 ? Strings.duration(left) : Strings.expiredToken
    let words = page.isWide && left > 0 ? Strings.expiresIn(time) : time
    let room = min(page.width, 76) - page.labelWidth - DisplayWidth.of(words) - 2
    let bar = page.bar(fraction, columns: min(room, 36), role)
    let row = page.row([label] + bar + [Run("  "), Run(words, role == .success ? .plain : role)])
    return Block(importance: Importance.token, forms: [[row] + fate, [row]])
}

/// Refreshing shows where the token stands, so that nothing else moves when it comes and goes.
private func fateRows(
    _ held: HeldSession,
    _ model: ScreenModel,
    _ page: Page,
    wasRefreshed: Bool,
    isRefused: Bool
) -> [Row] {
    func marked(_ mark: String, _ role: Role, _ words: String) -> [Row] {
        [page.row([Run(mark, role), Run(" "), Run(page.charset.shown(words))], indent: page.labelWidth)]
    }
    if case .underWay = held.refresh { return marked(page.glyphs.underWay, .accent, Strings.refreshing) }
    if wasRefreshed { return marked(page.glyphs.done, .success, Strings.notice(.refreshed)) }
    return page.charset.shown(held.nextWords(at: model.now, isRefused: isRefused)).wrapped(
        to: page.textWidth - page.labelWidth
    )
    .map { page.row([Run($0, .muted)], indent: page.labelWidth) }
}

/// Refreshing, where there is more to say than that it will happen.
private func refreshBlocks(_ held: HeldSession, _ model: ScreenModel, _ page: Page) -> [Block] {
    switch held.refresh {
    case .idle, .underWay: return []
    // That is said already.
    case .retrying where held.isDisplaced: return []
    case .needsSignIn:
        let rows = page.marked(page.glyphs.warning, Strings.needsSignIn, .warning)
        return [Block(importance: Importance.nextAction, forms: [rows])]
    case .retrying(let failure, _, let nextAt):
        let left = Countdown(to: nextAt, at: model.now, .minutesThenSeconds).shown
        let heading = Strings.refreshRetrying(Strings.duration(left))
        return [reportBlock(failure.report, page, .warning, heading: heading)]
    case .failed(let failure):
        return [reportBlock(failure.report, page, .error, heading: Strings.refreshFailed)]
    }
}

/// Why the session is not kept, where it is not.
private func keepingBlocks(_ held: HeldSession, _ page: Page) -> [Block] {
    guard let error = held.notKept else { return [] }
    let heading = held.isDisplaced ? Strings.displaced : Strings.notKept
    return [reportBlock(error.report, page, .warning, heading: heading)]
}

/// The wait that the service asked for.
private func waitWords(_ until: Date, _ model: ScreenModel) -> String {
    Strings.profileWaits(Strings.duration(Countdown(to: until, at: model.now, .minutesThenSeconds).shown))
}

private func noticeBlocks(_ notice: Notice, _ model: ScreenModel, _ page: Page) -> [Block] {
    switch notice.kind {
    case .profileNotReloaded(let failure, let nextAt?):
        return [reportBlock(failure.report, page, .warning, heading: waitWords(nextAt, model))]
    case .signInFailed(let failure), .profileNotReloaded(let failure, nil):
        return [reportBlock(failure.report, page, .warning, heading: Strings.notice(notice.kind))]
    case .refreshed:
        return []
    default:
        return noticesBlock([notice], page)
    }
}

extension Notice {
    /// How long good news stay on the screen, in seconds; bad news stay.
    private static let goodNewsLast = 20.0

    /// When it leaves the screen by itself.
    var leavesAt: Date? {
        switch kind {
        case .refreshed, .signedInElsewhere, .signInCancelled, .callbackRepeated:
            at.addingTimeInterval(Self.goodNewsLast)
        case .callbackRefused, .pasteRefused, .requestRefused, .signInFailed, .profileNotReloaded, .tookPlace: nil
        }
    }

    fileprivate func isCurrent(at now: Date) -> Bool {
        leavesAt.map { now < $0 } ?? true
    }
}

extension HeldSession {
    /// Whether another sign-in has taken its place in the store.
    fileprivate var isDisplaced: Bool {
        if case .placeTaken = notKept { isShared } else { false }
    }

    /// Where the session is kept, or that it is not there yet.
    fileprivate func storeWords(_ context: ScreenContext) -> String? {
        guard notKept == nil else { return nil }
        return isBeingKept ? Strings.beingKept : context.storeName
    }

    /// Whether the program renews the token without anybody's help.
    private var renewsItself: Bool {
        switch refresh {
        case .idle, .underWay: canRefresh && !isDisplaced
        case .retrying, .failed, .needsSignIn: false
        }
    }

    /// The bar's role: amber and red only where a person may have to act.
    fileprivate func urgency(left: Int, fraction: Double) -> Role {
        if renewsItself { return .success }
        if left < 60 { return .error }
        return fraction < 0.2 || left < 600 ? .warning : .success
    }

    /// What happens when the token expires, or since it has.
    fileprivate func nextWords(at now: Date, isRefused: Bool) -> String {
        switch refresh {
        case .idle where isDisplaced: Strings.untilThen
        case .idle, .underWay: canRefresh ? Strings.refreshesItself : Strings.noRefreshToken
        case .retrying where isRefused || !session.isLive(at: now):
            isDisplaced ? Strings.oncePlaceIsFree : Strings.onceRefreshed
        case .retrying, .failed: Strings.untilThen
        case .needsSignIn: Strings.noRefreshToken
        }
    }
}
