/// Text that came from a server or a browser, made safe to show on a terminal.
///
/// Control characters (C0, DEL, C1, and with them every escape sequence's introducer), bidirectional overrides
/// and isolates, and other invisible format characters are removed when the value is made, so that no unsafe
/// text can be held. Tabs and line breaks become one space. At most four combining marks follow a base
/// character and none stands without one, and at most ``maximumLength`` scalars are kept.
public struct ServerText: Sendable, Hashable {
    /// The most Unicode scalars kept of one text; what follows is replaced by `…`.
    public static let maximumLength = 1_000

    private static let maximumCombiningMarks = 4

    /// The text as it may be shown.
    public let display: String

    /// Takes `raw` as the server sent it and keeps what may be shown.
    public init(_ raw: String) {
        var kept = String.UnicodeScalarView()
        var count = 0
        var marks = 0
        for scalar in raw.unicodeScalars {
            guard let shown = Self.shown(scalar) else { continue }
            if Self.isCombining(shown) {
                // With nothing before it, it would join what the screen shows before this text, or show as nothing.
                if kept.last.map({ $0 == " " }) ?? true { continue }
                marks += 1
                if marks > Self.maximumCombiningMarks { continue }
            } else {
                marks = 0
            }
            if count == Self.maximumLength {
                if shown == " " { continue }
                kept.append("…")
                break
            }
            if shown == " ", kept.last.map({ $0 == " " }) ?? true { continue }
            kept.append(shown)
            count += 1
        }
        while let last = kept.last, last == " " || Self.isJoiner(last) { kept.removeLast() }
        display = String(kept)
    }

    /// The text for the end of a sentence, which brings a full stop of its own.
    public var withoutFullStop: String {
        String(display.reversed().drop { $0 == "." || $0 == " " }.reversed())
    }

    /// Whether nothing remains to be shown.
    public var isEmpty: Bool {
        display.isEmpty
    }

    private static func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar.value {
        case 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029: return " "
        case _ where isJoiner(scalar): return scalar
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned: return nil
        case .spaceSeparator: return " "
        default: return scalar.properties.isDefaultIgnorableCodePoint && !isVariationSelector(scalar) ? nil : scalar
        }
    }

    private static func isVariationSelector(_ scalar: Unicode.Scalar) -> Bool {
        (0xFE00...0xFE0F).contains(scalar.value)
    }

    private static func isCombining(_ scalar: Unicode.Scalar) -> Bool {
        // Hangul vowels and finals, which are drawn into the consonant before them.
        if (0x1160...0x11FF).contains(scalar.value) || (0xD7B0...0xD7FF).contains(scalar.value) { return true }
        return switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: true
        default: isJoiner(scalar)
        }
    }

    /// Persian, Indic scripts and emoji need them.
    private static func isJoiner(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value == 0x200C || scalar.value == 0x200D
    }
}

extension ServerText: CustomStringConvertible {
    /// The same as ``display``.
    public var description: String { display }
}
