/// Turns what a terminal sends into inputs: pastes become one, its other sequences (unknown keys, answers to what a program
/// before this one asked) become nothing.
///
/// A slow line tears pastes and sequences apart, so they go on over several reads, and nothing of them is a key. Their end
/// may never come, or what looks like their beginning was Alt with a key, so they are given up after a pause; but only a
/// key that comes alone, as a person's does, is one at once. What comes together is their rest, up to the next pause.
struct InputDecoder {
    /// What is read.
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
    /// The pause after which a sequence is given up. Nothing of one is kept, so its length needs no limit.
    static let sequencePause = Duration.seconds(1)
    /// The pause after which a paste is given up and dropped: long, for a line that stalls brings its end later. Ctrl-C,
    /// alone and after ``sequencePause``, gets through before.
    static let pastePause = Duration.seconds(10)

    private enum Stage: Equatable {
        case keys
        /// After an Esc.
        case escape
        /// In a control sequence, or after SS3: what came of it since the Esc.
        case sequence(String)
        /// In a string (OSC, DCS, APC, PM, SOS), up to BEL or ST.
        case string
        /// After an Esc in a string.
        case stringEscape
        /// Before this many bytes of a mouse report of the oldest kind.
        case mouse(Int)
        case paste
        /// In the rest of what was given up.
        case rest
    }

    /// What follows an Esc and begins a string: DCS, SOS, OSC, PM, APC.
    private static let strings: Set<UInt32> = [0x50, 0x58, 0x5D, 0x5E, 0x5F]
    /// What follows an Esc and begins a control sequence (`[`), or a key (`O`, SS3).
    private static let sequences: Set<UInt32> = [0x5B, 0x4F]
    /// The scalars of a paste's end, where ncurses did not put them together.
    private static let endMarker: [UInt32] = [0x1B, 0x5B, 0x32, 0x30, 0x31, 0x7E]

    private var stage = Stage.keys
    private var paste = String.UnicodeScalarView()
    private var pasted = 0
    /// How many scalars of ``endMarker`` came last.
    private var marked = 0
    /// How long it was quiet before a Ctrl-C that was taken for a part of what had begun: pressed again and again it must
    /// not keep itself from being heard.
    private var quiet = Duration.zero

    /// Whether a paste has begun and not ended.
    var isPasting: Bool { stage == .paste }

    /// Decodes what one read brought, so long after the read before. What follows an Esc at once is no key of its own: a
    /// terminal's sequence, or Alt with a key; it must not cancel anything.
    mutating func decode(_ raws: [Raw], after pause: Duration) -> [Input] {
        let pause = quiet + pause
        let isLong = pause >= Self.sequencePause
        switch stage {
        case .keys: break
        case .escape: if isLong || !Self.continuesEscape(raws) { stage = .keys }
        case .paste: if pause >= Self.pastePause || isLong && raws == [.scalar(0x03)] { giveUp(raws) }
        case .sequence, .string, .stringEscape, .mouse, .rest: if isLong { giveUp(raws) }
        }
        var inputs: [Input] = []
        for raw in raws { take(raw, &inputs) }
        if stage == .escape { inputs.append(.escape) }
        quiet = raws == [.scalar(0x03)] && inputs.isEmpty ? pause : .zero
        return inputs
    }

    /// Takes nothing for a key until a pause: the rest of a paste without brackets may be on its way.
    mutating func skipRest() {
        if !isPasting { stage = .rest }
    }

    private mutating func giveUp(_ raws: [Raw]) {
        stage = raws.count > 1 ? .rest : .keys
    }

    /// Whether a read goes on with a sequence whose Esc was the last of the read before; a key that is pressed after Esc
    /// comes alone.
    private static func continuesEscape(_ raws: [Raw]) -> Bool {
        guard raws.count > 1, case .scalar(let value) = raws[0] else { return false }
        return strings.contains(value) || sequences.contains(value)
    }

    private mutating func take(_ raw: Raw, _ inputs: inout [Input]) {
        if isPasting {
            if let text = takePasted(raw) { inputs.append(.paste(text)) }
            return
        }
        switch raw {
        case .pasteBegan: beginPaste()
        case .pasteEnded: dropRest(&inputs)
        case _ where stage == .rest: break
        // Alt with a key, or the beginning of another sequence.
        case .ignored: stage = .keys
        case .input(let input):
            if stage != .escape { inputs.append(input) }
            stage = .keys
        case .scalar(let value): take(value, &inputs)
        }
    }

    private mutating func take(_ value: UInt32, _ inputs: inout [Input]) {
        switch (stage, value) {
        case (.escape, _), (.stringEscape, _): introduce(value, &inputs)
        case (.sequence(let begun), 0x20...0x7E): goOn(begun, value, &inputs)
        case (.mouse(let count), 0x20...): stage = count > 1 ? .mouse(count - 1) : .keys
        case (.string, 0x07), (.string, 0x9C): stage = .keys
        case (.string, 0x1B): stage = .stringEscape
        // All but what cancels a string, and Ctrl-C.
        case (.string, _) where ![0x03, 0x18, 0x1A].contains(value): break
        case (_, 0x1B): stage = .escape
        case (_, 0x80...0x9F): introduce(value - 0x40, &inputs)
        case (_, 0x07): dropRest(&inputs)
        default:
            stage = .keys
            if let input = Self.input(value) { inputs.append(input) }
        }
    }

    /// Takes what follows an Esc, or stands for both in eight bits.
    private mutating func introduce(_ value: UInt32, _ inputs: inout [Input]) {
        switch value {
        case 0x1B: stage = .escape
        // ST, which ends the string that it came in.
        case 0x5C where stage == .stringEscape: stage = .keys
        case 0x5C: dropRest(&inputs)
        case _ where Self.strings.contains(value): stage = .string
        case _ where Self.sequences.contains(value): stage = .sequence(value == 0x5B ? "[" : "O")
        default: stage = .keys
        }
    }

    /// Goes on with a control sequence (ECMA-48: parameters and intermediates up to a final byte).
    private mutating func goOn(_ begun: String, _ value: UInt32, _ inputs: inout [Input]) {
        let isFinal = value >= 0x40 && !(begun == "[" && value == 0x5B)  // `ESC [ [ A` is F1 of the Linux console
        // Longer ones mean nothing here.
        let text = begun.utf8.count < 8 ? begun + String(UnicodeScalar(UInt8(value))) : begun
        guard isFinal else { return stage = .sequence(text) }
        stage = .keys
        switch text {
        case "[200~": beginPaste()
        case "[201~": dropRest(&inputs)
        case "[M": stage = .mouse(3)
        default: break
        }
    }

    /// Takes the end of what was given up or whose beginning was lost: nothing before it in the same read was a key.
    private mutating func dropRest(_ inputs: inout [Input]) {
        stage = .keys
        inputs = []
    }

    private mutating func beginPaste() {
        stage = .paste
        (paste, pasted, marked) = (.init(), 0, 0)
    }

    /// Takes what a paste brought; its text once it has ended.
    private mutating func takePasted(_ raw: Raw) -> String? {
        if case .scalar(let value) = raw, value == Self.endMarker[marked] {
            marked += 1
            return marked == Self.endMarker.count ? endPaste() : nil
        }
        for value in Self.endMarker.prefix(marked) { append(value) }
        marked = 0
        switch raw {
        case .pasteEnded: return endPaste()
        // The end of the one before was lost.
        case .pasteBegan: beginPaste()
        case .scalar(0x1B): marked = 1
        case .scalar(let value): append(value)
        case .input(.enter): append(0x0A)
        case .input(.tab): append(0x09)
        case .input, .ignored: break
        }
        return nil
    }

    private mutating func endPaste() -> String {
        defer { paste = .init() }
        stage = .keys
        return String(paste)
    }

    private mutating func append(_ value: UInt32) {
        guard let scalar = Unicode.Scalar(value), pasted < Self.longestPaste else { return }
        pasted += 1
        paste.append(scalar == "\r" ? "\n" : scalar)
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
