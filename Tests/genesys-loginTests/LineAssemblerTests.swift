import OAuth
import Testing

@testable import genesys_login

@Suite("A line on standard input")
struct LineAssemblerTests {
    /// What comes of `text`, byte by byte.
    private func lines(_ text: String, isTerminal: Bool = true) -> [String] {
        var assembler = LineAssembler(isTerminal: isTerminal)
        var result: [String] = []
        for byte in text.utf8 {
            switch assembler.take(byte) {
            case .line(let line): result.append(line.reveal())
            case .end: result.append("END")
            case nil: break
            }
        }
        if let rest = assembler.finish() { result.append("rest: \(rest.reveal())") }
        return result
    }

    @Test(
        "ends with Enter, or with the input; blank ones are none",
        arguments: [
            ("?code=c&state=s\n", ["?code=c&state=s"]), ("a\r\nb\n", ["a", "b"]), ("\n  \n\t\n", []),
            ("a=b", ["rest: a=b"]), ("", []),
        ]
    )
    func ends(text: String, expected: [String]) {
        #expect(lines(text) == expected)
        #expect(lines(text, isTerminal: false) == expected)
    }

    @Test(
        "is edited as on a terminal: one character back, all of it back, the end of the input",
        arguments: [
            ("wrong\u{15}right\n", ["right"]), ("wrong\u{17}right\n", ["right"]), ("ab\u{7F}\u{8}c\n", ["c"]),
            ("aé\u{7F}\n", ["a"]), ("\u{7F}\u{7F}a\n", ["a"]), ("\u{4}", ["END"]), ("a=b\u{4}", ["a=b"]),
        ]
    )
    func editing(text: String, expected: [String]) {
        #expect(lines(text) == expected)
    }

    @Test("of a pipe is not edited")
    func pipe() {
        #expect(lines("a\u{7F}\u{4}\n", isTerminal: false) == ["a\u{7F}\u{4}"])
    }

    @Test("of a pipe with two bytes as its line break ends with the second one")
    func carriageReturn() {
        var assembler = LineAssembler(isTerminal: false)
        let outcomes = "a=b\r\n".utf8.map { assembler.take($0) }
        #expect(outcomes == [nil, nil, nil, nil, .line(Secret("a=b"))])
    }

    @Test("loses the brackets that a terminal puts around a paste")
    func brackets() {
        #expect(lines("\u{1B}[200~?code=c&state=s\u{1B}[201~\n") == ["?code=c&state=s"])
    }

    @Test("may be long; one that is too long is no address, and no part of it is one")
    func long() {
        let longest = String(repeating: "a", count: LineAssembler.longest)
        #expect(lines(longest + "\n") == [longest])
        #expect(lines("\(longest)b\n?code=c&state=s\n") == ["too long", "?code=c&state=s"])
        #expect(lines("\(longest)\(longest)?code=c&state=s\n") == ["too long"])
    }
}

@Suite("How a machine is reached over SSH")
struct RemoteDestinationTests {
    @Test(
        "user and address, and the port where it is not the usual one",
        arguments: [
            (["SSH_CONNECTION": "192.0.2.1 4711 192.0.2.7 22", "USER": "ada"], "ada@192.0.2.7"),
            (["SSH_CONNECTION": "192.0.2.1 4711 192.0.2.7 2222", "LOGNAME": "ada"], "-p 2222 ada@192.0.2.7"),
            (["SSH_CONNECTION": "2001:db8::1 4711 2001:db8::7 22", "USER": "ada"], "ada@2001:db8::7"),
            (["SSH_CONNECTION": "192.0.2.1 4711 192.0.2.7 22"], nil),
            (["USER": "ada"], nil),
        ] as [([String: String], String?)]
    )
    func destination(variables: [String: String], expected: String?) {
        #expect(ProcessEnvironment.remoteDestination(variables) == expected)
    }
}
