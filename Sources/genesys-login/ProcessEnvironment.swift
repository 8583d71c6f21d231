import FoundationEssentials

/// The variables that the process was started with.
enum ProcessEnvironment {
    /// All of them.
    static var variables: [String: String] {
        ProcessInfo.processInfo.environment
    }

    /// Whether the person sits at another machine, come here over SSH.
    static var isRemote: Bool {
        variables["SSH_CONNECTION"]?.isEmpty == false
    }

    /// How that machine reaches this one, for `ssh`: `ada@192.0.2.7`, with `-p` before it where the port is not the usual
    /// one; `nil` where it is not known.
    static var remoteDestination: String? {
        remoteDestination(variables)
    }

    /// SSH_CONNECTION holds the client's address and port, then this machine's.
    static func remoteDestination(_ variables: [String: String]) -> String? {
        let parts = (variables["SSH_CONNECTION"] ?? "").split(separator: " ")
        guard parts.count >= 3, let user = variables["USER"] ?? variables["LOGNAME"], !user.isEmpty else { return nil }
        let port = parts.count > 3 && parts[3] != "22" ? "-p \(parts[3]) " : ""
        return "\(port)\(user)@\(parts[2])"
    }
}
