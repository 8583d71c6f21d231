/// The colours of the roles, chosen to be legible on light and dark backgrounds: with 256 colours those whose luminance
/// lies halfway between black and white; with fewer the terminal's own, whose theme knows its background. Yellow and
/// dark blue are not among them: one vanishes on white, the other on black.
struct Palette {
    /// How one role is drawn.
    struct Style: Equatable {
        var color: Int16?
        var isBold = false
        var isDim = false
        var isReverse = false
    }

    /// The colours there are; 0 where none may be used.
    let colors: Int

    func style(_ role: Role) -> Style {
        switch role {
        case .plain: Style()
        case .strong, .key: Style(isBold: true)
        case .selected: Style(isReverse: true)
        case .muted: colors >= 256 ? Style(color: 244) : Style(isDim: true)
        case .accent: Style(color: pick(32, 6))
        case .success: Style(color: pick(29, 2))
        case .warning: Style(color: pick(166, 5), isBold: true)
        case .error: Style(color: pick(196, 1), isBold: true)
        }
    }

    private func pick(_ fine: Int16, _ coarse: Int16) -> Int16? {
        colors >= 256 ? fine : colors >= 8 ? coarse : nil
    }
}
