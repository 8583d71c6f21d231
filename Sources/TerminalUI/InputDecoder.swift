/// Turns what ncurses reads into inputs: pastes become one, unknown escape sequences become nothing.
struct InputDecoder {
    /// What ncurses reads.
    enum Raw: Equatable {
        /// A character as it came.
        case scalar(UInt32)
        /// A key that ncurses knows.
        case input(Input)
        /// Bracketed paste begins.
        case pasteBegan
        /// Bracketed paste ends.
        case pasteEnded
        /// A key that means nothing here.
        case ignored
    }

    /// The longest paste that is kept, in scalars: no callback URL is longer.
    static let longestPaste = 65_536

    private var paste: String.UnicodeScalarView?
    private var pasted = 0

    /// Whether a paste has begun and not ended.
    var isPasting: Bool { paste != nil }

    /// Decodes what one read brought. What follows an Esc at once is no key of its own: a terminal's sequence, or Alt
    /// with a key; it must not cancel anything.
    mutating func decode(_ raws: [Raw]) -> [Input] {
        var inputs: [Input] = []
        var rest = raws[...]
        while let raw = rest.popFirst() {
            if paste != nil {
                if let text = take(raw) { inputs.append(.paste(text)) }
                continue
            }
            switch raw {
            case .pasteBegan: (paste, pasted) = (.init(), 0)
            case .pasteEnded, .ignored: break
            case .input(let input): inputs.append(input)
            case .scalar(0x1B):
                if rest.isEmpty { inputs.append(.escape) } else { Self.skipSequence(&rest) }
            case .scalar(let value):
                if let input = Self.input(value) { inputs.append(input) }
            }
        }
        return inputs
    }

    /// Ends a paste whose end never came; what is there of it is dropped.
    mutating func abandonPaste() {
        paste = nil
    }

    /// Takes what a paste brought; its text once it has ended.
    private mutating func take(_ raw: Raw) -> String? {
        switch raw {
        case .pasteEnded:
            defer { paste = nil }
            return paste.map { String($0) }
        case .scalar(let value): append(value)
        case .input(.enter): append(0x0A)
        case .input(.tab): append(0x09)
        case .input, .ignored, .pasteBegan: break
        }
        return nil
    }

    private mutating func append(_ value: UInt32) {
        guard let scalar = Unicode.Scalar(value), pasted < Self.longestPaste else { return }
        pasted += 1
        paste?.append(scalar == "\r" ? "\n" : scalar)
    }

    /// Skips the rest of an escape sequence (ECMA-48: parameters and intermediates up to a final byte).
    private static func skipSequence(_ rest: inout ArraySlice<Raw>) {
        guard case .scalar(let introducer) = rest.popFirst() else { return }
        guard introducer == 0x5B || introducer == 0x4F else { return }  // `[` and `O`
        while case .scalar(let value) = rest.first {
            rest.removeFirst()
            if (0x40...0x7E).contains(value) { return }
        }
    }

    private static func input(_ value: UInt32) -> Input? {
        switch value {
        case 0x0A, 0x0D: return .enter
        case 0x09: return .tab
        case 0x08, 0x7F: return .backspace
        case 0x01...0x1A:
            return Unicode.Scalar(value + 0x60).map { .control(Character($0)) }
        case ..<0x20: return nil
        default:
            guard let scalar = Unicode.Scalar(value), scalar.properties.generalCategory != .control else { return nil }
            return .key(Character(scalar))
        }
    }
}
