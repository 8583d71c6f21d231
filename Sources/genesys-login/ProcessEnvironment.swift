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

    /// How that machine reaches this one, for `ssh`: `ada@192.0.2.7`; `nil` where it is not known. SSH_CONNECTION holds
    /// the client's address and port, then this machine's.
    static var remoteDestination: String? {
        let variables = variables
        let parts = (variables["SSH_CONNECTION"] ?? "").split(separator: " ")
        guard parts.count >= 3, let user = variables["USER"] ?? variables["LOGNAME"], !user.isEmpty else { return nil }
        return "\(user)@\(parts[2])"
    }
}
