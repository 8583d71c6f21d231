public import OAuth

/// An HTTP proxy that opens tunnels (`CONNECT`, RFC 9110 §9.3.6).
public struct Proxy: Sendable, Hashable {
    /// The port of a proxy whose URL names none: that of its scheme.
    public static let defaultPort = 80

    /// Its name or address, an IPv6 address without brackets.
    public let host: String
    /// Its port.
    public let port: Int
    /// The user name, if the URL has one.
    public let user: String?
    /// The password, if the URL has one.
    public let password: Secret?
    /// The variable that named the proxy.
    public let variable: String

    /// Host and port, as a person reads them; never the credentials.
    public var address: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Reads `http://USER:PASSWORD@HOST:PORT` or `HOST:PORT`; user and password are percent-decoded. What follows the
    /// port is ignored, as curl does.
    init(_ text: String, variable: String) throws(NetworkSettings.Refusal) {
        func refusal(_ problem: NetworkSettings.ProxyProblem) -> NetworkSettings.Refusal {
            .proxy(variable: variable, problem)
        }
        var rest = text[...]
        if let separator = text.firstRange(of: "://") {
            let scheme = text[..<separator.lowerBound].lowercased()
            switch scheme {
            case "http": break
            case "https", "socks", "socks4", "socks4a", "socks5", "socks5h": throw refusal(.unsupported(scheme: scheme))
            default: throw refusal(.unknownScheme)
            }
            rest = text[separator.upperBound...]
        }
        rest = rest.prefix { !"/?#".contains($0) }
        var credentials: [String] = []
        if let at = rest.lastIndex(of: "@") {
            for part in rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false) {
                guard let decoded = Self.percentDecoded(part) else { throw refusal(.credentials) }
                credentials.append(decoded)
            }
            rest = rest[rest.index(after: at)...]
        }
        let (host, port) = HostAndPort.split(rest)
        guard HostAndPort.isHost(host) else { throw refusal(.host) }
        if let port {
            guard let number = Int(port), (1...65_535).contains(number) else { throw refusal(.port) }
            self.port = number
        } else {
            self.port = Self.defaultPort
        }
        self.host = String(host)
        self.variable = variable
        user = credentials.first
        password = credentials.count > 1 ? Secret(credentials[1]) : nil
    }

    /// The text without its escapes (RFC 3986 §2.1; `+` is itself); nil where a `%` starts none, or for bytes that are
    /// not UTF-8.
    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, let first = digits.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-"),
                let decoded = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(decoded)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

/// A host with a port or without, as URLs and `NO_PROXY` write it.
enum HostAndPort {
    /// The parts of `text`; a bare IPv6 address is a host, and a bracketed one loses its brackets.
    static func split(_ text: Substring) -> (host: Substring, port: Substring?) {
        if text.hasPrefix("["), let end = text.lastIndex(of: "]") {
            let host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            return (host, rest.isEmpty ? nil : rest.dropFirst())
        }
        let colons = text.count { $0 == ":" }
        guard colons == 1, let colon = text.firstIndex(of: ":") else { return (text, nil) }
        return (text[..<colon], text[text.index(after: colon)...])
    }

    /// Whether a host may look so: a name, or an address without brackets.
    static func isHost(_ text: Substring) -> Bool {
        if text.contains(":") { return IPAddress(text) != nil }
        return (1...253).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
