extension ServerText {
    /// The longest run of characters that a text may have in common with a secret. The 128 bits that RFC 6749 §10.10 asks
    /// for take twenty-two characters of base64url.
    private static let longestRun = 11
    /// A value below this many characters is no secret, and striking it out would leave no word whole.
    private static let shortestSecret = 4
    /// How many times one encoding may lie within another.
    private static let deepestEncoding = 4
    /// `&#x0000002F;`
    private static let longestEscape = 12

    /// The text, `‹redacted›` in place of what it repeats of `secrets`: a whole one, or any twelve characters or more of
    /// one, in any case, also percent-encoded or form-encoded, with JSON's escapes or as HTML's numeric entities.
    ///
    /// This is for servers that quote what they were sent. One that means to show a secret can write it in ways that
    /// nobody can list; it knows the secret.
    public func striking(_ secrets: [Secret]) -> ServerText {
        let scalars = Array(display.unicodeScalars)
        let isStruck = Self.struck(scalars, secrets)
        guard isStruck.contains(true) else { return self }
        var kept = String.UnicodeScalarView()
        for index in scalars.indices {
            if !isStruck[index] {
                kept.append(scalars[index])
            } else if index == 0 || !isStruck[index - 1] {
                kept.append(contentsOf: Secret.redacted.unicodeScalars)
            }
        }
        return ServerText(String(kept))
    }

    /// Which of `scalars`, which may be any number, repeat one of `secrets`.
    static func struck(_ scalars: [Unicode.Scalar], _ secrets: [Secret]) -> [Bool] {
        var isStruck = [Bool](repeating: false, count: scalars.count)
        let sought = secrets.map { $0.reveal().unicodeScalars.map { folded($0.value) } }
        for reading in readings(of: scalars) {
            for secret in sought where secret.count >= shortestSecret {
                for index in repeated(secret, in: reading).joined() { isStruck[index] = true }
            }
        }
        return isStruck
    }

    /// A character of a reading, and where in the text it is written.
    private struct Unit {
        let value: UInt32
        let range: Range<Int>
    }

    /// The text as it stands, and with its escapes undone, as often as there are some.
    private static func readings(of scalars: [Unicode.Scalar]) -> [[Unit]] {
        var readings = [scalars.indices.map { Unit(value: scalars[$0].value, range: $0..<($0 + 1)) }]
        for _ in 0..<deepestEncoding {
            guard let last = readings.last else { break }
            let next = unescaped(last)
            guard next.count < last.count else { break }
            readings.append(next)
        }
        return readings
    }

    private static func unescaped(_ units: [Unit]) -> [Unit] {
        var result: [Unit] = []
        var index = 0
        while index < units.count {
            let (value, length) = escape(in: units[index...]) ?? (units[index].value, 1)
            let range = units[index].range.lowerBound..<units[index + length - 1].range.upperBound
            result.append(Unit(value: value, range: range))
            index += length
        }
        return result
    }

    /// The ASCII character that an escape at the start of `units` means, and how many characters the escape has.
    private static func escape(in units: ArraySlice<Unit>) -> (value: UInt32, length: Int)? {
        // NUL, which no text has, in place of what is not ASCII.
        let ascii = units.prefix(longestEscape).map { $0.value < 0x80 ? UInt8($0.value) : 0 }
        guard [UInt8(ascii: "%"), UInt8(ascii: "\\"), UInt8(ascii: "&")].contains(ascii[0]) else { return nil }
        let text = String(decoding: ascii, as: UTF8.self)
        let digits: Substring
        var radix = 16
        let length: Int
        if text.hasPrefix("%") {
            (digits, length) = (text.dropFirst().prefix(2), 3)
        } else if text.hasPrefix("\\u") {
            (digits, length) = (text.dropFirst(2).prefix(4), 6)
        } else if text.hasPrefix("\\"), units.count > 1 {
            return (units[units.startIndex + 1].value, 2)
        } else if text.hasPrefix("&#"), let end = text.firstIndex(of: ";") {
            let number = text[..<end].dropFirst(2)
            let isHexadecimal = number.first == "x" || number.first == "X"
            (digits, length) = (isHexadecimal ? number.dropFirst() : number, number.count + 3)
            radix = isHexadecimal ? 16 : 10
        } else {
            return nil
        }
        guard length <= units.count, let value = UInt32(digits, radix: radix), (0x20...0x7E).contains(value)
        else { return nil }
        return (value, length)
    }

    /// The same for capital and small letters, and for the plus sign and the space that it stands for in a form.
    private static func folded(_ value: UInt32) -> UInt32 {
        switch value {
        case 0x41...0x5A: value + 0x20
        case 0x2B: 0x20
        default: value
        }
    }

    /// Where `text` has a run of `secret`.
    private static func repeated(_ secret: [UInt32], in text: [Unit]) -> [Range<Int>] {
        let run = min(secret.count, longestRun + 1)
        guard text.count >= run else { return [] }
        let values = text.map { folded($0.value) }
        let runs = Set((0...(secret.count - run)).map { secret[$0..<($0 + run)] })
        return (0...(text.count - run)).filter { runs.contains(values[$0..<($0 + run)]) }
            .map { text[$0].range.lowerBound..<text[$0 + run - 1].range.upperBound }
    }
}
