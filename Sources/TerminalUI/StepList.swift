import FoundationEssentials
import OAuth
import SignIn

/// The steps of a sign-in with a mark each and the time each took.
struct StepList {
    private struct Item {
        let step: Step
        let label: String
        let mark: Mark
        let took: Double?
    }

    private enum Mark {
        case done, underWay, toCome, skipped, failed
    }

    private let items: [Item]

    /// - Parameters:
    ///   - steps: when each step was done.
    ///   - attempt: the attempt, while there is one.
    ///   - uri: where the listener is bound.
    ///   - startedAt: when the first step began.
    ///   - hasFailed: whether loading the profile has failed.
    init(_ steps: [Step: Date], attempt: Attempt?, at uri: RedirectURI?, startedAt: Date, hasFailed: Bool = false) {
        let times = steps.values.sorted()
        var hasCurrent = false
        items = Step.allCases.map { step in
            let label = Strings.step(step, attempt, at: uri)
            if let date = steps[step] {
                // What a step took is the time since the one done before it, whichever that was.
                let before = times.last { $0 < date } ?? startedAt
                return Item(step: step, label: label, mark: .done, took: date.timeIntervalSince(before))
            }
            if step == .browserOpened {
                switch attempt?.browser {
                case .failed: return Item(step: step, label: label, mark: .failed, took: nil)
                case .notWanted: return Item(step: step, label: label, mark: .skipped, took: nil)
                case .notStarted, .opened, nil: break
                }
                if steps.keys.contains(where: { $0 > step }) {
                    return Item(step: step, label: Strings.browserNotWanted, mark: .skipped, took: nil)
                }
            }
            defer { hasCurrent = true }
            if hasFailed, step == .profileLoaded {
                return Item(step: step, label: Strings.profileNotLoaded, mark: .failed, took: nil)
            }
            return Item(
                step: step,
                label: label,
                mark: hasCurrent ? .toCome : hasFailed ? .failed : .underWay,
                took: nil
            )
        }
    }

    /// The columns of label and time together.
    static func width(_ page: Page) -> Int {
        min(page.width, 46)
    }

    /// A row per step; the one under way says `underWay` where the others have their time.
    func rows(_ page: Page, underWay: String) -> [Row] {
        items.map { item in
            let time = item.mark == .underWay ? underWay : item.took.map(Strings.took) ?? ""
            let room = Self.width(page) - 2 - DisplayWidth.of(time) - (time.isEmpty ? 0 : 1)
            let label = page.charset.shown(item.label).elidedInTheMiddle(to: room, mark: page.glyphs.ellipsis)
            var runs = [Run(glyph(item.mark, page), role(item.mark)), Run(" "), Run(label, labelRole(item.mark))]
            if !time.isEmpty {
                let space = Self.width(page) - 2 - DisplayWidth.of(label) - DisplayWidth.of(time)
                runs.append(Run(String(repeating: " ", count: space)))
                runs.append(Run(time, item.mark == .underWay ? .accent : .muted))
            }
            return page.row(runs)
        }
    }

    /// All marks and the step under way, in one row.
    func summary(_ page: Page, underWay: String) -> Row {
        var runs = items.map { Run(glyph($0.mark, page), role($0.mark)) }
        let current = items.first { $0.mark == .underWay }?.label ?? ""
        let room = page.textWidth - items.count - 2 - DisplayWidth.of(underWay)
        let label = page.charset.shown(current).elidedInTheMiddle(to: room, mark: page.glyphs.ellipsis)
        let space = String(repeating: " ", count: max(1, room - DisplayWidth.of(label) + 1))
        runs += [Run(" "), Run(label), Run(space), Run(underWay, .accent)]
        return page.row(runs)
    }

    private func glyph(_ mark: Mark, _ page: Page) -> String {
        switch mark {
        case .done: page.glyphs.done
        case .underWay: page.glyphs.underWay
        case .toCome: page.glyphs.toCome
        case .skipped: page.glyphs.note
        case .failed: page.glyphs.warning
        }
    }

    private func role(_ mark: Mark) -> Role {
        switch mark {
        case .done: .success
        case .underWay: .accent
        case .toCome, .skipped: .muted
        case .failed: .warning
        }
    }

    private func labelRole(_ mark: Mark) -> Role {
        switch mark {
        case .done, .failed: .plain
        case .underWay: .strong
        case .toCome, .skipped: .muted
        }
    }
}
