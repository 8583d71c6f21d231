@testable import TerminalUI

/// What a terminal sends: keys, sequences, pastes without an end; and the fields that take it. `|` ends a read.
func checkKeyboard(_ bytes: [UInt8]) throws(Violation) {
    var decoder = InputDecoder()
    var field = TextField()
    var prompt = PastePrompt()
    for read in String(decoding: bytes, as: UTF8.self).unicodeScalars.split(separator: "|") {
        let pause = read.count % 7 == 0 ? InputDecoder.pastePause : .zero
        for input in decoder.decode(read.map(raw), after: pause) {
            if case .key(let character) = input {
                let isControl = character.unicodeScalars.contains { $0.properties.generalCategory == .control }
                try demand(!isControl, "a control character is a key")
            }
            if case .paste(let text) = input {
                try demand(text.unicodeScalars.count <= InputDecoder.longestPaste, "a paste is too long")
            }
            let isTaken = field.edit(input)
            try demand(field.text.count <= TextField.longest, "the field holds too much")
            try demand(field.text == field.before + field.after, "the field lost something")
            try demand(
                field.text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control },
                "a control character in the field"
            )
            if case .left = input { try demand(isTaken, "the field does not know its keys") }
            if let edited = prompt.edited(input) { prompt = edited }
        }
        _ = prompt.look
    }
    let key = decoder.decode([.scalar(0x71)], after: InputDecoder.pastePause)
    try demand(key == [.key("q")], "the keyboard is locked")
}

/// Some characters stand for what ncurses makes of a sequence.
private func raw(_ scalar: Unicode.Scalar) -> InputDecoder.Raw {
    switch scalar {
    case "<": .pasteBegan
    case ">": .pasteEnded
    case "{": .input(.left)
    case "}": .input(.right)
    case "^": .input(.home)
    case "$": .input(.end)
    case "#": .input(.delete)
    case "!": .ignored
    case "%": .input(.click(row: 3, column: 4))
    default: .scalar(scalar.value)
    }
}
