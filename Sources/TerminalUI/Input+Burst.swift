extension [Input] {
    /// The fewest characters, and the fewest different ones, that nobody types within one read from the terminal.
    private static let (burst, different) = (8, 4)

    /// The inputs of one read, with text that came faster than anybody types as what it is: pasted, in a terminal that does
    /// not say so. A key that is held down is no text.
    public var withPastes: [Input] {
        var result: [Input] = []
        var run = ""
        func endRun() {
            let isPaste = run.count >= Self.burst && Set(run).count >= Self.different
            result += isPaste ? [.paste(run)] : run.map(Input.key)
            run = ""
        }
        for input in self {
            if case .key(let character) = input {
                run.append(character)
            } else {
                endRun()
                result.append(input)
            }
        }
        endRun()
        return result
    }
}
