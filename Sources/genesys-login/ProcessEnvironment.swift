import FoundationEssentials

/// The variables that the process was started with.
enum ProcessEnvironment {
    /// All of them.
    static var variables: [String: String] {
        ProcessInfo.processInfo.environment
    }
}
