import OAuth

/// The client as the demo organization's administrator has registered it (RFC 6749 §2).
struct ClientRegistration: Sendable {
    let clientID: String
    let redirectURIs: [String]

    /// Whether `redirectURI` is registered: to the letter, or for a loopback entry without a port with any port.
    func permits(redirectURI: String) -> Bool {
        redirectURIs.contains { entry in
            if entry == redirectURI { return true }
            guard let (origin, path) = Self.splitWithoutPort(entry),
                redirectURI.hasPrefix(origin + ":"), redirectURI.hasSuffix(path)
            else { return false }
            let port = redirectURI.dropFirst(origin.count + 1).dropLast(path.count)
            // Written as it is printed: no sign, no leading zero, nothing else between.
            return UInt16(port).map { $0 > 0 && String($0) == port } ?? false
        }
    }

    /// A loopback entry that names no port, cut where the port would stand; `nil` for every other entry.
    private static func splitWithoutPort(_ entry: String) -> (origin: String, path: String)? {
        guard (try? RedirectURI(entry)) != nil else { return nil }
        let scheme = "http://"
        let authority = entry.dropFirst(scheme.count).prefix { $0 != "/" }
        let afterHost = authority.lastIndex(of: "]").map { authority[$0...] } ?? authority
        guard !afterHost.contains(":") else { return nil }
        return (scheme + authority, String(entry.dropFirst(scheme.count + authority.count)))
    }
}
