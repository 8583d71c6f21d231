import GenesysCloud
import OAuth

func formBlocks(_ form: Form, _ model: ScreenModel, _ page: Page) -> [Block] {
    let hasRegion = form.fields.contains(.region)
    var rows = [clientIDView(form, page).rows(page)]
    if hasRegion { rows.append(regionView(form, page).rows(page)) }
    let roomy = Array(rows.joined(separator: [.blank]))
    return [
        headlineBlock(hasRegion ? Strings.formHeadline : Strings.clientIDHeadline, page),
        leadBlock(form.isNeeded ? Strings.formNeeded : Strings.formLead, page, form.isNeeded ? .plain : .muted),
        Block(importance: Importance.failure, forms: [roomy, Array(rows.joined())]),
        form.focus == .clientID ? clientIDHelp(model.context, page) : regionHelp(form, page),
    ]
}

private func clientIDView(_ form: Form, _ page: Page) -> FieldView {
    let check = form.clientIDCheck
    let words = Strings.check(check)
    let remark: FieldView.Remark =
        switch check {
        case .good: .init(text: words, mark: page.glyphs.done, role: .success)
        case .unusual: .init(text: words, mark: page.glyphs.note, role: .muted)
        case .missing: missing(form, page)
        case .hasBlank, .hasForeignCharacter, .tooLong: wrong(words, page)
        }
    return FieldView(
        label: Strings.clientID,
        field: form.clientID,
        placeholder: Strings.clientIDPlaceholder,
        remark: remark,
        isFocused: form.focus == .clientID
    )
}

private func regionView(_ form: Form, _ page: Page) -> FieldView {
    let check = form.regionCheck
    let words = Strings.check(check)
    let remark: FieldView.Remark =
        switch check {
        case .region: .init(text: words, mark: page.glyphs.done, role: .success)
        case .several where !form.isInsisting: .init(text: words, mark: page.glyphs.note, role: .muted)
        case .missing: missing(form, page)
        case .several, .unknown: wrong(words, page)
        }
    return FieldView(
        label: Strings.region,
        field: form.region,
        placeholder: Strings.regionPlaceholder,
        completion: form.completion,
        remark: remark,
        isFocused: form.focus == .region
    )
}

/// Nothing is typed yet: no reproach before Enter.
private func missing(_ form: Form, _ page: Page) -> FieldView.Remark {
    form.isInsisting
        ? wrong(Strings.needed, page) : .init(text: Strings.needed, mark: page.glyphs.note, role: .muted)
}

private func wrong(_ words: String, _ page: Page) -> FieldView.Remark {
    .init(text: words, mark: page.glyphs.warning, role: .warning, isLoud: true)
}

/// What a client id is and where it comes from.
private func clientIDHelp(_ context: ScreenContext, _ page: Page) -> Block {
    // Genesys Cloud takes any port where the registered URI has none.
    let uri = try? RedirectURI(context.redirectURI)
    let registered = uri.map { $0.port == 0 ? $0.withoutPort : $0.value } ?? context.redirectURI
    let facts =
        page.fact(Strings.clientIDMenuLabel, Strings.clientIDMenu, .keepsBeginning)
        + page.fact(Strings.grantTypeLabel, Strings.grantType, .keepsBeginning)
        + page.fact(Strings.redirectLabel, registered, .keepsEnds)
    let short = page.paragraph(Strings.shortClientIDHelp(registered), .muted)
    let full = page.paragraph(Strings.clientIDHelp, .muted) + facts
    return Block(importance: Importance.nextAction, forms: page.isWide ? [full, short, []] : [short, []])
}

/// The regions that fit what is typed.
private func regionHelp(_ form: Form, _ page: Page) -> Block {
    let regions: [GenesysCloud.Region]
    var chosen: GenesysCloud.Region?
    switch form.regionCheck {
    case .several(let fitting): regions = fitting
    case .region(let region):
        regions = GenesysCloud.Region.all
        chosen = region
    case .missing, .unknown: regions = GenesysCloud.Region.all
    }
    let names = regions.map(\.name)
    let lines = { (count: Int) in page.list(names, rows: count) }
    let full = table(regions, chosen, page)
    let fits = full.allSatisfy { $0.width <= page.size.columns }
    return Block(
        importance: Importance.nextAction,
        forms: (fits ? [full] : []) + [lines(.max), lines(4), lines(2), lines(1), []]
    )
}

/// Names and domains, in two columns where there are many.
private func table(_ regions: [GenesysCloud.Region], _ chosen: GenesysCloud.Region?, _ page: Page) -> [Row] {
    let height = regions.count > 6 ? (regions.count + 1) / 2 : regions.count
    let columns = [regions.prefix(height), regions.dropFirst(height)].map { Array($0) }
    let widths = columns.map { column in
        (
            name: (column.map { DisplayWidth.of($0.name) }.max() ?? 0) + 2,
            domain: (column.map { DisplayWidth.of($0.domain) }.max() ?? 0) + 2
        )
    }
    return (0..<height).map { line in
        let cells = zip(columns, widths).compactMap { column, width -> [Run]? in
            guard line < column.count else { return nil }
            let region = column[line]
            let isChosen = region == chosen
            return [
                Run(region.name.padded(to: width.name), isChosen ? .strong : .plain),
                Run(region.domain.padded(to: width.domain), isChosen ? .strong : .muted),
            ]
        }
        return page.row(Array(cells.joined()))
    }
}

extension Page {
    /// Words side by side on at most so many rows; how many are left out stands at the end.
    fileprivate func list(_ words: [String], rows limit: Int) -> [Row] {
        var shown = words.count
        while true {
            let rest = words.count - shown
            let text = words.prefix(shown).joined(separator: ", ") + (rest == 0 ? "" : ", \(Strings.more(rest))")
            let rows = paragraph(text, .muted)
            if rows.count <= limit || shown == 0 { return rows }
            shown -= 1
        }
    }
}

// MARK: Saving

func saveBlocks(_ question: SaveQuestion, _ page: Page) -> [Block] {
    let region = question.region.map { page.isWide ? "\($0.name), \($0.domain)" : $0.name }
    func values(_ fit: Page.Fit) -> [Row] {
        page.fact(Strings.clientID, question.clientID.value, fit)
            + (region.map { page.fact(Strings.region, $0, .keepsBeginning) } ?? [])
    }
    func file(_ fit: Page.Fit) -> [Row] {
        page.fact(Strings.file, question.target.file, fit) + page.fact(Strings.profile, question.target.profile, fit)
    }
    var blocks = [
        headlineBlock(Strings.saveHeadline, page),
        leadBlock(Strings.saveLead, page, .muted),
        Block(
            importance: Importance.failure,
            forms: [
                values(.wraps) + [.blank] + file(.wraps), values(.wraps) + file(.wraps),
                values(.keepsEnds) + file(.keepsEnds),
            ]
        ),
    ]
    let variables = question.target.overridingVariables
    if !variables.isEmpty {
        let forms = [Strings.overriding(variables), Strings.overridingBriefly].map {
            page.marked(page.glyphs.warning, $0, .warning)
        }
        blocks.append(Block(importance: Importance.notice, forms: forms))
    }
    return blocks
}
