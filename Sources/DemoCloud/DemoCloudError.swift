/// Why the demo cloud cannot serve.
public enum DemoCloudError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Another program listens on the port.
    case portInUse(Int)
    /// The port cannot be listened on for another reason, in the system's words.
    case cannotListen(port: Int, reason: String)

    /// What happened, in one sentence.
    public var description: String {
        switch self {
        case .portInUse(let port): "Port \(port) of 127.0.0.1 is in use by another program."
        case .cannotListen(let port, let reason): "The demo cloud cannot listen on port \(port): \(reason)"
        }
    }
}

/// Why ``DemoCloud/approve(authorizationURL:)`` has no callback URL to give.
public enum ApprovalError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The URL is not this cloud's authorization endpoint, or the cloud does not serve yet.
    case foreignURL
    /// The request is refused with a page instead of a redirect (RFC 6749 §4.1.2.1), whose words these are.
    case refused(String)

    /// What happened, in one sentence.
    public var description: String {
        switch self {
        case .foreignURL: "This is not an authorization request to the demo cloud."
        case .refused(let words): words
        }
    }
}
