import HTTPTypes
import OAuth

/// What a request to the listener asks for, once it is for a name of this machine and its method is `GET`.
struct CallbackTarget {
    /// Why a request may ask for nothing.
    enum Problem: Error {
        /// The request is for another machine (a rebound DNS name); or `Host` is missing, or there twice (RFC 9112 §3.2).
        case host
        /// Not `GET`.
        case method
    }

    /// The path, still encoded.
    let path: String
    /// What stands behind the first `?`, still encoded.
    let query: Secret

    /// Judges a request's head.
    init(_ head: HTTPTypes.HTTPRequest) throws(Problem) {
        let target = Target(head.path ?? "/")
        guard let host = head.authority, RedirectURI.isLoopback(hostHeader: host),
            target.host.map(RedirectURI.isLoopback) ?? true
        else { throw .host }
        // The library takes the first for the authority, and leaves a second among the fields.
        guard !head.headerFields.contains(where: { $0.name.canonicalName == "host" }) else { throw .host }
        guard head.method == .get else { throw .method }
        path = target.path
        query = Secret(target.query)
    }

    /// A request target in origin form, or in absolute form, which a server must take, and whose host counts then
    /// (RFC 9112 §3.2.2).
    private struct Target {
        private static let scheme = "http://"

        /// The absolute form's host with its port.
        let host: String?
        let path: String
        let query: String

        init(_ text: String) {
            let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            query = parts.count > 1 ? String(parts[1]) : ""
            guard text.prefix(Self.scheme.count).lowercased() == Self.scheme else {
                (host, path) = (nil, String(parts[0]))
                return
            }
            let rest = parts[0].dropFirst(Self.scheme.count)
            let end = rest.firstIndex(of: "/") ?? rest.endIndex
            host = String(rest[..<end])
            path = end == rest.endIndex ? "/" : String(rest[end...])
        }
    }
}

/// The most that a request's head may hold; the path counts as a field.
enum ListenerLimits {
    /// One field, in bytes.
    static let headerField = 8_192
    /// All fields together, in bytes.
    static let headerList = 16_384
    /// The number of fields.
    static let headerCount = 64
}
