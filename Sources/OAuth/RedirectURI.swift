import FoundationEssentials

/// A loopback redirect URI (RFC 8252 §7.3): plain http to this machine, where the callback is received.
///
/// The string is kept to the letter: the same one goes into the authorization request and the token request
/// (RFC 6749 §4.1.3), and the authorization server compares it with the registered one (RFC 9700 §2.1).
public struct RedirectURI: Sendable, Hashable, CustomStringConvertible {
    /// Where the listener binds.
    public enum Host: Sendable, Hashable {
        /// The name `localhost`, which means 127.0.0.1 and ::1 together.
        case localhost
        /// A literal of 127.0.0.0/8, written `127.0.0.1`.
        case ipv4(String)
        /// The literal `::1`, written `[::1]` in a URI.
        case ipv6
    }

    /// Why a string is no redirect URI of this program.
    public enum Refusal: Error, Sendable, Equatable {
        /// The string is not a URI, or one with dot segments, which browsers rewrite.
        case notAURI
        /// The scheme is not `http`. A certificate for a loopback host cannot be had, so `https` is refused too.
        case scheme(String)
        /// The host is not `localhost`, a 127.0.0.0/8 literal or `[::1]`.
        case notThisMachine(String)
        /// The port is not between 0 and 65535.
        case port
        /// A fragment, forbidden by RFC 6749 §3.1.2.
        case fragment
        /// A query: the callback's own parameters go there.
        case query
        /// A user name or password before the host.
        case userInfo
        /// A path that the listener keeps for its own pages.
        case reservedPath(String)
    }

    /// The paths of the pages that the browser ends on; a redirect URI cannot use one of them.
    public static let reservedPaths = ["/signed-in", "/failed", "/pending"]

    /// The URI as given, with the port that is really used once it is known.
    public let value: String
    /// Where the listener binds.
    public let host: Host
    /// The port; 0 asks the system for one.
    public let port: Int
    /// The path as it is requested, `/` where the URI has none.
    public let path: String

    private let beforePort: String
    private let afterPort: String

    /// Checks `text`, for example `http://localhost:3000/callback`. A missing port means 80, as in every http URI.
    ///
    /// - Throws: ``Refusal`` with the first reason found.
    public init(_ text: String) throws(Refusal) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            let parts = URLComponents(string: text, encodingInvalidCharacters: false),
            let scheme = parts.scheme
        else { throw .notAURI }
        guard scheme.lowercased() == "http" else { throw .scheme(scheme) }
        guard text.lowercased().hasPrefix("http://") else { throw .notAURI }
        guard !text.contains("#") else { throw .fragment }
        guard !text.contains("?") else { throw .query }
        let rest = text.dropFirst("http://".count)
        let authority = rest.prefix { $0 != "/" }
        guard !authority.contains("@") else { throw .userInfo }

        let hostText: Substring
        let portText: Substring?
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            hostText = authority[...end]
            let after = authority[authority.index(after: end)...]
            guard after.isEmpty || after.hasPrefix(":") else { throw .notAURI }
            portText = after.isEmpty ? nil : after.dropFirst()
        } else {
            let pieces = authority.split(separator: ":", omittingEmptySubsequences: false)
            guard pieces.count <= 2 else { throw .notAURI }
            hostText = pieces[0]
            portText = pieces.count == 2 ? pieces[1] : nil
        }
        guard let host = Host(String(hostText)) else { throw .notThisMachine(String(hostText)) }
        var port = 80
        if let portText {
            guard let number = Int(portText), portText.allSatisfy(\.isNumber), (0...65_535).contains(number) else {
                throw .port
            }
            port = number
        }
        let path = rest.dropFirst(authority.count)
        // A browser resolves dot segments (RFC 3986 §5.2.4), so the callback would arrive on another path.
        guard !path.split(separator: "/").contains(where: Self.isDotSegment) else { throw .notAURI }
        guard !Self.reservedPaths.contains(String(path)) else { throw .reservedPath(String(path)) }

        self.value = text
        self.host = host
        self.port = port
        self.path = path.isEmpty ? "/" : String(path)
        self.beforePort = String(text.prefix("http://".count)) + hostText
        self.afterPort = String(path)
    }

    private static func isDotSegment(_ segment: Substring) -> Bool {
        [".", "..", "%2e", ".%2e", "%2e.", "%2e%2e"].contains(segment.lowercased())
    }

    /// The same URI with the port that the system gave in place of 0. Where a port was asked for, nothing changes.
    public func bound(to port: Int) -> RedirectURI {
        guard self.port == 0, port != 0, let bound = try? RedirectURI("\(beforePort):\(port)\(afterPort)") else {
            return self
        }
        return bound
    }

    /// The same URI without its port: registered like this, it stands for any port (RFC 8252 §7.3).
    public var withoutPort: String {
        beforePort + afterPort
    }

    /// The page at `path` on the same host and port, as the browser reaches it.
    public func page(_ path: String) -> String {
        "\(beforePort):\(port)\(path)"
    }

    /// Whether `header`, the value of a request's `Host`, names this machine. A rebound DNS name does not.
    public static func isLoopback(hostHeader header: String) -> Bool {
        guard let uri = try? RedirectURI("http://\(header)/") else { return false }
        return uri.path == "/"
    }

    /// The same as ``value``.
    public var description: String { value }
}

extension RedirectURI.Host {
    init?(_ text: String) {
        switch text.lowercased() {
        case "localhost": self = .localhost
        case "[::1]": self = .ipv6
        default:
            let octets = text.split(separator: ".", omittingEmptySubsequences: false)
            guard octets.count == 4, octets[0] == "127",
                octets.allSatisfy({ UInt8($0).map(String.init) == String($0) })
            else { return nil }
            self = .ipv4(text)
        }
    }

    /// The host as it stands in the URI.
    public var label: String {
        switch self {
        case .localhost: "localhost"
        case .ipv4(let literal): literal
        case .ipv6: "[::1]"
        }
    }

    /// The literal addresses to bind, in order; only the first must exist.
    public var addresses: [String] {
        switch self {
        case .localhost: ["127.0.0.1", "::1"]
        case .ipv4(let literal): [literal]
        case .ipv6: ["::1"]
        }
    }
}
