import ArgumentParser
import FoundationEssentials

@testable import genesys_login

/// The manual page, written from the commands' own definitions (`--experimental-dump-help`), so that it cannot say
/// anything else than `--help`. In the macros of man(7).
struct ManualPage {
    private struct Tool: Decodable {
        let command: Entry
    }

    /// A command as its definition describes it.
    private struct Entry: Decodable {
        struct Argument: Decodable {
            struct Name: Decodable {
                let kind: String
                let name: String
            }
            let kind: String
            let names: [Name]?
            let valueName: String?
            let abstract: String?
        }
        let commandName: String
        let abstract: String?
        let discussion: String?
        let arguments: [Argument]?
        let subcommands: [Entry]?
    }

    private let root: Entry

    init() throws {
        root = try JSONDecoder().decode(Tool.self, from: Data(GenesysLogin._dumpHelp().utf8)).command
    }

    /// The whole page.
    var text: String {
        let shared = root.arguments ?? []
        let names = Set(shared.compactMap(Self.name))
        var lines = [
            #".\" Written by `make manual` from the commands' definitions. Do not edit."#,
            #".TH GENESYS\-LOGIN 1 "" "genesys\-login \#(Self.escaped(Version.current))" "User Commands""#,
            ".SH NAME", Self.escaped("genesys-login") + #" \- "# + Self.escaped(Self.phrase(root.abstract)),
            ".SH SYNOPSIS", ".B \(Self.escaped("genesys-login"))", #".RI [ command ] " " [ options ]"#,
            ".SH DESCRIPTION",
        ]
        lines += Self.prose(root.discussion)
        lines += Self.prose(
            """
            Without a command it is the screen. It shows its keys in its last rows; ? lists them with what they do. \
            Data goes to standard output alone; everything for people goes to standard error.
            """
        )
        lines.append(".SH COMMANDS")
        var seen: Set<String> = []
        for command in root.subcommands ?? [] where seen.insert(command.commandName).inserted {
            let own = (command.arguments ?? []).filter { !names.contains(Self.name($0) ?? "") }
            lines += [".SS \(Self.escaped("genesys-login \(command.commandName)"))"]
            lines += Self.prose(command.abstract) + Self.prose(command.discussion) + own.flatMap(Self.option)
        }
        lines += [".SH OPTIONS"] + Self.prose("Every command takes all of these.") + shared.flatMap(Self.option)
        lines += Self.table("EXIT STATUS", Self.statuses)
        lines += Self.table("ENVIRONMENT", variables(shared) + Self.otherVariables)
        lines += Self.table("FILES", Self.files)
        return lines.joined(separator: "\n") + "\n"
    }

    /// What each exit status means.
    private static let statuses = [
        ("0", "Done."), ("\(ExitStatus.failed.rawValue)", "Failed."),
        ("\(ExitStatus.notSignedIn.rawValue)", "Not signed in, or the session has ended."),
        ("\(ExitStatus.usage.rawValue)", "Wrong usage or configuration."),
        ("\(ExitStatus.unavailable.rawValue)", "The service cannot be reached."),
        ("\(ExitStatus.timedOut.rawValue)", "The time was over."),
        ("\(ExitStatus.refused.rawValue)", "Refused by the person or the server."),
        ("\(ExitStatus.interrupted.rawValue)", "Interrupted."),
    ]

    private static let otherVariables = [
        ("GENESYSCLOUD_ACCESS_TOKEN", "The token of token and whoami, in place of the session's; nobody refreshes it."),
        ("HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY", "Proxies, as for curl."),
        ("NO_COLOR", "Where it is set, the screen has no colours."),
        ("XDG_CONFIG_HOME", "Where the configuration is, in place of ~/.config."),
    ]

    private static let files = [
        ("~/.config/genesys-login/config.toml", "Profiles: the options' names with underscores, a table for each."),
        ("~/.gc/config.toml", "The official CLI's profiles; read, never written."),
    ]

    /// The variables that the options' own descriptions name.
    private func variables(_ options: [Entry.Argument]) -> [(String, String)] {
        options.flatMap { option -> [(String, String)] in
            guard let name = Self.name(option), let found = option.abstract?.firstMatch(of: Self.variable) else {
                return []
            }
            return [found.1, found.2].compactMap(\.self).map { (String($0), "In place of \(name).") }
        }
    }

    private static var variable: Regex<(Substring, Substring, Substring?)> {
        /environment: ([A-Z_]+)(?:, then ([A-Z_]+))?/
    }

    // MARK: Parts

    private static func name(_ argument: Entry.Argument) -> String? {
        argument.names?.first { $0.kind == "long" }.map { "--\($0.name)" }
    }

    private static func option(_ argument: Entry.Argument) -> [String] {
        let value = escaped("\(argument.valueName ?? "value")")
        let flags = (argument.names ?? []).map {
            #"\fB"# + escaped(($0.kind == "long" ? "--" : "-") + $0.name) + #"\fR"#
        }
        let head = argument.kind == "positional" ? #"\fI\#(value)\fR"# : flags.joined(separator: ", ")
        let tail = argument.kind == "option" ? #" \fI\#(value)\fR"# : ""
        return [".TP", head + tail] + lines(argument.abstract ?? "")
    }

    private static func table(_ title: String, _ rows: [(String, String)]) -> [String] {
        [".SH \(title)"] + rows.flatMap { [".TP", ".B \(escaped($0.0))"] + lines($0.1) }
    }

    /// Paragraphs; what is indented in a definition stands as it is.
    private static func prose(_ text: String?) -> [String] {
        var result: [String] = []
        var isLiteral = false
        for line in (text ?? "").split(separator: "\n", omittingEmptySubsequences: false) {
            let wantsLiteral = line.hasPrefix("  ")
            if isLiteral, !wantsLiteral { result += [".EE", ".RE"] }
            if !isLiteral, wantsLiteral { result += [".RS 4", ".EX"] }
            isLiteral = wantsLiteral
            if wantsLiteral {
                result.append(escaped(String(line.dropFirst(2))))
            } else if line.isEmpty {
                result.append(".PP")
            } else {
                result += lines(String(line))
            }
        }
        if isLiteral { result += [".EE", ".RE"] }
        return text == nil ? [] : [".PP"] + result
    }

    /// A line's text, which must not begin like a macro.
    private static func lines(_ text: String) -> [String] { [escaped(text)] }

    private static func escaped(_ text: String) -> String {
        let escaped = text.replacing("\\", with: #"\e"#).replacing("-", with: #"\-"#).replacing("…", with: "...")
        return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? #"\&"# + escaped : escaped
    }

    /// A sentence as the words after a name: without its full stop, its first letter small.
    private static func phrase(_ sentence: String?) -> String {
        var text = sentence ?? ""
        if text.hasSuffix(".") { text.removeLast() }
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
