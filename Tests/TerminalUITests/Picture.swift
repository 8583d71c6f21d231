import TerminalUI

@testable import struct TerminalUI.Palette

/// A screen as an SVG picture, from the same value that the terminal is drawn from and in the same 256 colours. One file
/// serves light and dark pages: it asks which of the two there is.
struct Picture {
    /// A cell of the terminal, and the rim around all of them, in pixels.
    private static let (cellWidth, cellHeight, rim) = (8.4, 20.0, 18.0)

    let screen: Screen
    /// What the picture shows, for who cannot see it.
    let title: String

    /// The whole file.
    var svg: String {
        let width = Double(screen.size.columns) * Self.cellWidth + 2 * Self.rim
        let height = Double(screen.size.rows) * Self.cellHeight + 2 * Self.rim
        let rows = screen.rows.enumerated().flatMap { drawing($1, at: $0) }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.number(width)) \(Self.number(height))" \
            width="\(Self.number(width))" height="\(Self.number(height))" role="img">
            <title>\(Self.escaped(title))</title>
            <style>
            \(Self.style)
            </style>
            <rect class="page" x="0.5" y="0.5" width="\(Self.number(width - 1))" height="\(Self.number(height - 1))" rx="8"/>
            \(rows.joined(separator: "\n"))
            </svg>

            """
    }

    /// The runs of a row: each begins in its column and takes as many as the terminal gives it, whatever the font.
    private func drawing(_ row: Row, at index: Int) -> [String] {
        let top = Self.rim + Double(index) * Self.cellHeight
        var column = 0
        return row.runs.flatMap { run -> [String] in
            defer { column += DisplayWidth.of(run.text) }
            let words = run.text.drop { $0 == " " }
            let begin = column + DisplayWidth.of(run.text) - DisplayWidth.of(words)
            let text = String(words.reversed().drop { $0 == " " }.reversed())
            guard !text.isEmpty else { return [] }
            let x = Self.rim + Double(begin) * Self.cellWidth
            let width = Double(DisplayWidth.of(text)) * Self.cellWidth
            if let thickness = Self.lines[text.first ?? " "], Set(text).count == 1 {
                let y = top + (Self.cellHeight - thickness) / 2
                return [
                    #"<rect class="\#(run.role.name)" x="\#(Self.number(x))" y="\#(Self.number(y))" "#
                        + #"width="\#(Self.number(width))" height="\#(Self.number(thickness))"/>"#
                ]
            }
            return [
                #"<text class="\#(run.role.name)" x="\#(Self.number(x))" y="\#(Self.number(top + 14.5))" "#
                    + #"textLength="\#(Self.number(width))">\#(Self.escaped(text))</text>"#
            ]
        }
    }

    /// Characters that join to a line, and its thickness.
    private static let lines: [Character: Double] = ["━": 4, "─": 1]

    private static let style: String = {
        let palette = Palette(colors: 256)
        let roles = Role.allCases.map { role in
            let style = palette.style(role)
            let color = style.color.map { "fill: \(hex($0));" }
            let weight = style.isBold ? "font-weight: bold;" : nil
            return ".\(role.name) { \([color, weight].compactMap(\.self).joined(separator: " ")) }"
        }.filter { !$0.hasSuffix("{  }") }
        return """
            text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; }
            text, rect { fill: #1f2328; }
            .page { fill: #ffffff; stroke: #d0d7de; }
            @media (prefers-color-scheme: dark) {
              text, rect { fill: #e6e6e6; }
              .page { fill: #15171a; stroke: #3d444d; }
            }
            \(roles.joined(separator: "\n"))
            """
    }()

    /// A colour of the 256: the cube and the greys, as xterm has them.
    private static func hex(_ color: Int16) -> String {
        let index = Int(color)
        let parts: [Int]
        if index >= 232 {
            parts = Array(repeating: 8 + 10 * (index - 232), count: 3)
        } else {
            let levels = [0, 95, 135, 175, 215, 255]
            parts = [(index - 16) / 36, (index - 16) / 6 % 6, (index - 16) % 6].map { levels[$0] }
        }
        return "#" + parts.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}

extension Role {
    /// The role's name in the picture's style.
    fileprivate var name: String { "\(self)" }
}
