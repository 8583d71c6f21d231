/// How many columns text takes on a terminal, from Unicode alone: the same on every machine and in every locale.
///
/// A grapheme cluster takes the sum of its scalars' widths, as terminals and ncurses count it: 2 for East Asian wide
/// and fullwidth characters and for emoji, 0 for combining marks and joiners, 1 for the rest. Sequences that terminals
/// disagree about (emoji joined to one, skin tones, variation selectors) are reduced to their first emoji by
/// ``shown(_:)`` before they are drawn, so that no two terminals see different columns.
public enum DisplayWidth {
    /// The columns of `text` as it is drawn.
    public static func of(_ text: some StringProtocol) -> Int {
        // ASCII, as most of a screen is, has a column for each byte; a carriage return may be half of a character.
        if text.utf8.allSatisfy({ $0 < 0x80 && $0 != 0x0D }) { return text.utf8.count }
        return text.reduce(into: 0) { $0 += of($1) }
    }

    /// The columns of one grapheme cluster as it is drawn.
    public static func of(_ cluster: Character) -> Int {
        if cluster.isASCII { return 1 }
        return shown(cluster).unicodeScalars.reduce(into: 0) { $0 += columns($1) }
    }

    /// The scalars of a cluster that are drawn: no variation selector, and of an emoji sequence the first emoji.
    static func shown(_ cluster: Character) -> String {
        var kept = String.UnicodeScalarView()
        let first = cluster.unicodeScalars.first
        let isPictograph = first.map { $0.value > 0xFF && $0.properties.isEmoji } ?? false
        for scalar in cluster.unicodeScalars {
            if isVariationSelector(scalar) || scalar.properties.isEmojiModifier && !kept.isEmpty { continue }
            // U+200D joins pictographs; elsewhere it is a letter's own business (Arabic, Indic scripts).
            if isPictograph, scalar.value == 0x200D { break }
            kept.append(scalar)
        }
        return String(kept)
    }

    /// The columns of one scalar.
    static func columns(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        switch scalar.value {
        case 0x1160...0x11FF, 0xD7B0...0xD7FF: return 0  // Hangul vowels and finals, drawn into the leading consonant
        default: break
        }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return WideRanges.contain(scalar) ? 2 : 1
        }
    }

    private static func isVariationSelector(_ scalar: Unicode.Scalar) -> Bool {
        (0xFE00...0xFE0F).contains(scalar.value) || (0xE0100...0xE01EF).contains(scalar.value)
    }
}
