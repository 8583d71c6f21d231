import FoundationEssentials
public import OAuth

/// Where a Genesys Cloud organization lives: the URL that signs in and the URL of its Platform API.
public struct Environment: Sendable, Hashable {
    /// The authorization server, for example `https://login.mypurecloud.com`; also the issuer (RFC 9207).
    /// Never ends in `/`.
    public let loginURL: String
    /// The Platform API, for example `https://api.mypurecloud.com`. Never ends in `/`.
    public let apiURL: String
    /// What a person calls it: the region's name where it is known, otherwise the API's host.
    public let label: String

    /// Why a setting names no environment.
    public enum Refusal: Error, Sendable, Equatable {
        /// Neither a region's name nor a region's domain.
        case unknownRegion(String)
        /// Not an organization's short name: letters, digits and hyphens.
        case organization(String)
        /// Not an absolute http or https URL, or one with a query, a fragment or a user name.
        case notAURL(String)
        /// Plain http to another machine would carry tokens in the open.
        case plainHTTP(String)
    }

    /// The environment that the settings name together. An explicit URL beats the organization, which beats the
    /// region; with an organization, sign-in is at `https://ORG.mygen.com` and the API stays the region's.
    ///
    /// - Parameters:
    ///   - region: a region (`eu-central-1`) or its domain (`mypurecloud.de`), in any case; unless given, the one whose host
    ///     an explicit URL names, or the default: a token of one region is not sent to another.
    ///   - organization: the organization's short name.
    ///   - loginURL: the sign-in host, https, or http on this machine.
    ///   - apiURL: the API host, likewise.
    public init(
        region: String? = nil,
        organization: String? = nil,
        loginURL: String? = nil,
        apiURL: String? = nil
    ) throws(Refusal) {
        let hosts = [apiURL, loginURL].compactMap { $0.flatMap { try? Region.named(Self.checked($0)) } }
        let region = try region.map { name throws(Refusal) in try Region.named(name) } ?? hosts.first ?? Region.default
        var login = "https://login.\(region.domain)"
        if let organization {
            guard Self.isOrganization(organization) else { throw .organization(organization) }
            login = "https://\(organization.lowercased()).mygen.com"
        }
        if let loginURL { login = try Self.checked(loginURL) }
        var api = "https://api.\(region.domain)"
        if let apiURL { api = try Self.checked(apiURL) }
        self.loginURL = login
        self.apiURL = api
        self.label = Self.label(of: api)
    }

    /// What a person calls the environment whose API is at `apiURL`: the region's name, where it is a region's.
    public static func label(of apiURL: String) -> String {
        Region.all.first { apiURL == "https://api.\($0.domain)" }?.name ?? host(of: apiURL)
    }

    /// The authorization endpoint (RFC 6749 §3.1).
    public var authorizationEndpoint: String { "\(loginURL)/oauth/authorize" }

    /// The page that ends the browser's own session, and then goes to the redirect URI.
    public static func signOutPage(loginURL: String, clientID: ClientID, redirectURI: String) -> String {
        "\(loginURL)/logout?"
            + FormEncoding.encode([.init("client_id", clientID.value), .init("redirect_uri", redirectURI)])
    }

    /// The token endpoint (RFC 6749 §3.2).
    public var tokenEndpoint: String { "\(loginURL)/oauth/token" }

    /// The host, with its port where it has one, of an absolute URL.
    public static func host(of url: String) -> String {
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        return parts.count >= 3 ? String(parts[2].prefix { $0 != "?" }) : url
    }

    private static func isOrganization(_ text: String) -> Bool {
        (1...63).contains(text.utf8.count) && !text.hasPrefix("-") && !text.hasSuffix("-")
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// The URL in its normal form (RFC 3986 §6.2.2.1, §6.2.3), in which a session is kept, and compared with the settings
    /// and with `iss`: scheme and host in small letters, without a default port.
    private static func checked(_ text: String) throws(Refusal) -> String {
        let authority = Self.host(of: text)
        // Query and fragment by their marks: one that does not decode to UTF-8 is none to Foundation.
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.contains("?"), !text.contains("#"),
            let parts = URLComponents(string: text, encodingInvalidCharacters: false),
            let scheme = parts.scheme?.lowercased(), let host = parts.encodedHost, isHost(host),
            let port = port(authority.dropFirst(host.count)), parts.user == nil, parts.password == nil
        else { throw .notAURL(text) }
        let defaultPort: String
        switch scheme {
        case "https": defaultPort = ":443"
        case "http":
            if !RedirectURI.isLoopback(hostHeader: host) { throw .plainHTTP(text) }
            defaultPort = ":80"
        default: throw .notAURL(text)
        }
        let path = text.dropFirst(scheme.utf8.count + "://".utf8.count + authority.utf8.count)
        var base = "\(scheme)://\(host.lowercased())\(port == defaultPort ? "" : port)\(path)"
        while base.hasSuffix("/") { base.removeLast() }
        return base
    }

    /// What stands behind a host, without leading zeros: nothing, or a port; `nil` where it is neither. (To Foundation a
    /// port that does not fit into an `Int` is none.)
    private static func port(_ text: some StringProtocol) -> String? {
        guard text.hasPrefix(":") else { return text.isEmpty ? "" : nil }
        let digits = text.dropFirst()
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return UInt16(digits).flatMap { $0 > 0 ? ":\($0)" : nil }
    }

    /// A DNS name, an IPv4 address or an IPv6 literal, as typed. A percent-encoded host is refused: the check for
    /// loopback would read it decoded, and the resolver as it stands.
    private static func isHost(_ text: String) -> Bool {
        if text.hasPrefix("["), text.hasSuffix("]") {
            let literal = text.dropFirst().dropLast()
            return literal.contains(":") && literal.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
        }
        // One dot at the end stands for the root.
        let name = text.hasSuffix(".") ? text.dropLast() : text[...]
        return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        }
    }
}
