import OAuth

/// What is typed and pasted below the bare line, where ncurses does not read and nothing is echoed: it ends with Enter,
/// or with a paste in brackets.
struct BareLine {
    /// The bytes of a character that is not whole yet.
    private var begun: [UInt8] = []
    private var typed = PastePrompt()

    /// Whether nothing has been typed.
    var isEmpty: Bool { typed.text.isEmpty }

    /// The characters that the bytes of one read complete.
    mutating func scalars(_ bytes: some Sequence<UInt8>) -> [InputDecoder.Raw] {
        begun += bytes
        var end = begun.endIndex
        if let lead = begun.suffix(3).lastIndex(where: { $0 & 0xC0 != 0x80 }), begun[lead] >= 0xC0 {
            let length = begun[lead] < 0xE0 ? 2 : begun[lead] < 0xF0 ? 3 : 4
            if end - lead < length { end = lead }
        }
        defer { begun.removeFirst(end) }
        return String(decoding: begun[..<end], as: UTF8.self).unicodeScalars.map { .scalar($0.value) }
    }

    /// Takes an input; the text, which may be empty, once it has ended.
    mutating func take(_ input: Input) -> String? {
        switch input {
        case .enter: return typed.text.reveal()
        case .paste(let text): return text
        default:
            typed = typed.edited(input) ?? typed
            return nil
        }
    }
}
