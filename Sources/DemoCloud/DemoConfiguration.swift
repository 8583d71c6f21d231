public import FoundationEssentials

/// What the demo cloud is started with.
public struct DemoConfiguration: Sendable {
    /// How it behaves.
    public var scenario: Scenario
    /// The port to serve on; 0 lets the system choose.
    public var port: Int
    /// The one client identifier that is registered.
    public var clientID: String
    /// The client's redirect URIs. As in Genesys Cloud a loopback URI without a port is good for any port
    /// (RFC 8252 §7.3), and every other one must be met to the letter (RFC 9700 §2.1).
    public var registeredRedirectURIs: [String]
    /// The clock that codes and tokens expire by.
    public var now: @Sendable () -> Date
    /// How ``Scenario/slow`` lets time pass.
    public var pause: @Sendable (Duration) async throws -> Void

    /// The loopback redirect URIs that are registered unless others are given.
    public static let defaultRedirectURIs = [
        "http://localhost/callback", "http://127.0.0.1/callback", "http://[::1]/callback",
    ]

    /// A configuration that works without an argument.
    public init(
        scenario: Scenario = .happy,
        port: Int = 0,
        clientID: String = "demo-client",
        registeredRedirectURIs: [String] = defaultRedirectURIs,
        now: @escaping @Sendable () -> Date = { Date() },
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.scenario = scenario
        self.port = port
        self.clientID = clientID
        self.registeredRedirectURIs = registeredRedirectURIs
        self.now = now
        self.pause = pause
    }
}
