import ArgumentParser

/// What `doctor` found. Its keys in `--json` are stable.
struct DoctorReport: Encodable {
    /// A setting, its value and where it came from.
    struct SettingRow: Encodable {
        let name: String
        let value: String?
        let origin: String
    }

    /// One thing that was looked at.
    struct Finding: Encodable {
        /// How it stands.
        enum Status: String, Encodable {
            case ok, warning, problem
        }

        let check: String
        let status: Status
        let detail: String
        /// What to do; nothing where nothing is amiss.
        let cure: String?
        /// The stable code of a problem.
        let code: String?
        /// Whether a problem means that a host cannot be reached.
        var isUnreachable = false

        enum CodingKeys: String, CodingKey {
            case check, status, detail, cure, code
        }

        static func ok(_ check: String, _ detail: String) -> Finding {
            Finding(check: check, status: .ok, detail: detail, cure: nil, code: nil)
        }

        static func warning(_ check: String, _ detail: String, cure: String) -> Finding {
            Finding(check: check, status: .warning, detail: detail, cure: cure, code: nil)
        }
    }

    let settings: [SettingRow]
    let findings: [Finding]
    /// What the terminal can do; absent where there is none that can be drawn on.
    let terminal: TerminalJSON?

    /// The exit status that the worst finding asks for.
    var exitStatus: ExitCode? {
        let problems = findings.filter { $0.status == .problem }
        guard !problems.isEmpty else { return nil }
        return problems.contains(where: \.isUnreachable) ? ExitStatus.unavailable : ExitStatus.failed
    }

    /// The report as lines.
    var text: String {
        let width = (settings.map(\.name.count) + findings.map(\.check.count)).max() ?? 0
        func padded(_ text: String) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        let rows = settings.map { "   \(padded($0.name))  \($0.value ?? "not set")  (\($0.origin))" }
        let lines = findings.flatMap { finding in
            ["\(finding.mark) \(padded(finding.check))  \(finding.detail)"]
                + (finding.cure.map { ["   \(padded(""))  What to do: \($0)"] } ?? [])
        }
        return (rows + [""] + lines).joined(separator: "\n")
    }
}

extension DoctorReport.Finding {
    /// Read aloud or in ASCII, it says the same.
    fileprivate var mark: String {
        switch status {
        case .ok: "ok"
        case .warning: "! "
        case .problem: "x "
        }
    }
}
