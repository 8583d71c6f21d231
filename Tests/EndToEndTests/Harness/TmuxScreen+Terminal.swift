import Foundation
import Glibc
import Testing

/// The modes that a program switches on in a terminal and must switch off again, with their numbers.
enum PrivateMode: Int, CaseIterable {
    case applicationCursorKeys = 1
    case mouseX10 = 9
    case mouse = 1000
    case mouseDrag = 1002
    case mouseMotion = 1003
    case focus = 1004
    case mouseUTF8 = 1005
    case mouseSGR = 1006
    case oldAlternateScreen = 47
    case alternateScreen = 1047
    case alternateScreenWithCursor = 1049
    case bracketedPaste = 2004
}

extension TmuxScreen {
    /// The modes that the program's bytes have left on: DECSET and DECRST, as xterm documents them.
    var modesLeftOn: Set<PrivateMode> {
        var left: Set<PrivateMode> = []
        for match in String(decoding: bytes, as: UTF8.self).matches(of: /\e\[\?([0-9;]+)([hl])/) {
            for number in match.1.split(separator: ";").compactMap({ Int($0) }) {
                guard let mode = PrivateMode(rawValue: number) else { continue }
                if match.2 == "h" { left.insert(mode) } else { left.remove(mode) }
            }
        }
        return left
    }

    /// Waits until no mode is left on; tmux hands the bytes on a moment later.
    func waitForNoModes() async throws {
        try await waitUntil("no mode to be left on", evidence: { "\(modesLeftOn)" }, until: { modesLeftOn.isEmpty })
    }

    /// Whether the terminal reports clicks.
    func reportsMouse() async throws -> Bool {
        try await tmux("display-message", "-p", "#{mouse_any_flag}").hasPrefix("1")
    }

    /// The terminal's device.
    func device() async throws -> String {
        String(try await tmux("display-message", "-p", "#{pane_tty}").prefix { $0 != "\n" })
    }

    /// Types bytes as a terminal would send them for a key or a click.
    func type(bytes: some Sequence<UInt8>) async throws {
        try await tmux(["send-keys", "-H"] + bytes.map { String($0, radix: 16) })
    }

    /// Types `sequence` as a terminal would send it.
    func type(_ sequence: String) async throws {
        try await type(bytes: sequence.utf8)
    }

    /// Where `text` stands on the screen: row and column, from 0. The screen holds no wide characters before it.
    func place(of text: String) async throws -> (row: Int, column: Int) {
        let rows = try await capture().split(separator: "\n", omittingEmptySubsequences: false)
        for (row, line) in rows.enumerated() {
            if let range = line.range(of: text) {
                return (row, line.distance(from: line.startIndex, to: range.lowerBound))
            }
        }
        throw Failure("«\(text)» is not on the screen\n\(await evidence())")
    }

    /// Clicks on `text` with the left button, in the protocol that the program has asked for.
    func click(on text: String) async throws {
        let (row, column) = try await place(of: text)
        try await click(row: row, column: column)
    }

    /// Clicks with the left button; row and column from 0.
    func click(row: Int, column: Int) async throws {
        guard try await reportsMouse() else { throw Failure("the terminal was not asked for clicks") }
        if modesLeftOn.contains(.mouseSGR) {
            try await type("\u{1B}[<0;\(column + 1);\(row + 1)M\u{1B}[<0;\(column + 1);\(row + 1)m")
        } else {
            let place = [UInt8(33 + column), UInt8(33 + row)]
            try await type(bytes: [0x1B, 0x5B, 0x4D, 0x20] + place + [0x1B, 0x5B, 0x4D, 0x23] + place)
        }
    }

    /// Waits until the terminal is as it was before the program, whatever ended it. Looks at the terminal and not at
    /// what stands on it: the shell may have written before the guardian had its turn.
    func waitForRestoredTerminal() async throws {
        let before = try settings().before
        let device = try await device()
        try await waitUntil(
            "the terminal to be as it was",
            evidence: { "left on: \(modesLeftOn)\n\(await evidence())" },
            until: {
                let now = try await ChildProcess.run(
                    "/usr/bin/env",
                    ["stty", "-a", "-F", device],
                    environment: Tools.environment(home: home),
                    filesIn: folder
                ).output.split(separator: "\n").dropFirst().joined(separator: "\n")
                let isAlternate = try await isOnAlternateScreen()
                let isCursorVisible = try await isCursorVisible()
                return now == before && !isAlternate && isCursorVisible && modesLeftOn.isEmpty
            }
        )
    }
}
