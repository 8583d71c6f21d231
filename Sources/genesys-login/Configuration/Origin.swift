import OAuth

/// Where a value came from.
enum Origin: Sendable, Hashable {
    /// An option of the command line.
    case option(String)
    /// An environment variable.
    case variable(String)
    /// A line of a configuration file, and the key in it.
    case file(path: String, line: Int, key: String)
    /// Nobody set it.
    case preset

    /// The origin as `doctor` tells it.
    var words: String {
        switch self {
        case .option(let name), .variable(let name): name
        case .file(let path, let line, _): "\(ServerText(path)), line \(line)"
        case .preset: "default"
        }
    }
}

/// A value and where it came from.
struct Given: Sendable, Hashable {
    let text: String
    let origin: Origin

    /// The complaint about this value: where it stands, what it is, what is wrong with it, what to do.
    func error(_ problem: String, _ remedy: String) -> UsageError {
        let shown = ServerText(text)
        // What a file has in place of a text (a list, a table) is named by the problem.
        let isNamed = if case .file = origin { true } else { false }
        let value = shown.isEmpty ? (isNamed ? "" : " \"\"") : " \(shown)"
        return UsageError("\(name)\(value) \(problem).", remedy)
    }

    /// What the person who set it calls it.
    var name: String {
        switch origin {
        case .option(let name), .variable(let name): name
        case .file(_, _, let key): "\(origin.words): \(ServerText(key))"
        case .preset: "The default"
        }
    }
}
