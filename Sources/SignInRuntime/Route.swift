import FoundationEssentials
import NIOCore
import OAuth

/// How long a request may take, and how much it may bring.
public struct TransportLimits: Sendable, Hashable {
    /// The longest that connecting may take, a proxy's tunnel and the handshake included.
    public var connect: Duration
    /// The longest that a request may take in all, its body included.
    public var total: Duration
    /// The most that a body may hold, in bytes.
    public var body: Int

    /// The limits of the program; tests give others.
    public init(connect: Duration = .seconds(10), total: Duration = .seconds(30), body: Int = 1024 * 1024) {
        self.connect = connect
        self.total = total
        self.body = body
    }
}

extension Duration {
    /// In whole seconds, for words about a limit.
    var wholeSeconds: Int { Int(components.seconds) }
}

/// The host and port of a request.
struct Target: Sendable {
    let host: String
    let port: Int
    let isSecure: Bool

    init(_ url: String) {
        let parts = URLComponents(string: url)
        let name = parts?.host ?? url
        host = name.hasPrefix("[") && name.hasSuffix("]") ? String(name.dropFirst().dropLast()) : name
        isSecure = parts?.scheme?.lowercased() != "http"
        port = parts?.port ?? (isSecure ? 443 : 80)
    }

    /// Whether the host is this machine: a host that plain http is allowed for.
    var isThisMachine: Bool { RedirectURI.isLoopback(hostHeader: host.contains(":") ? "[\(host)]" : host) }
    /// The name for TLS; an address has none.
    var serverName: String? { IPAddress(host[...]) == nil ? host : nil }
    /// Host and port, as `CONNECT` names them.
    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Where a request goes, through what, and within which limits: what the words about a failure need.
struct Route: Sendable {
    let target: Target
    let proxy: Proxy?
    let limits: TransportLimits

    /// Why nothing may go this way, if so: the TLS library checks the certificate of a host that is an address against the
    /// address it is connected to, and that is the proxy's.
    var obstacle: TransportError? {
        guard proxy != nil, target.isSecure, target.serverName == nil else { return nil }
        let words = "through a proxy a certificate can be checked for a name alone, not for an address"
        return .tls(host: target.host, .handshake(ServerText(words)))
    }

    /// Where the TCP connection goes.
    var nextHop: (host: String, port: Int) {
        proxy.map { ($0.host, $0.port) } ?? (target.host, target.port)
    }
}
