import HTTPTypes
import OAuth

/// What a request to the listener asks for, once its `Host` names this machine and its method is `GET`.
struct CallbackTarget {
    /// Why a request may ask for nothing.
    enum Problem: Error {
        /// `Host` names another machine (a rebound DNS name), is missing, or is there twice (RFC 9112 §3.2).
        case host
        /// Not `GET`.
        case method
        /// Over ``ListenerLimits/head``.
        case length
    }

    /// The path, still encoded.
    let path: String
    /// What stands behind the first `?`, still encoded.
    let query: Secret
    /// Whether a browser says that it is no page that a person goes to, but a part of one: an image, a frame, a script, a
    /// fetch, something fetched ahead (Fetch Metadata: `Sec-Fetch-Dest`, `Sec-Fetch-Mode`, `Sec-Purpose`). One that says nothing
    /// is believed.
    let isPartOfPage: Bool

    /// Judges a request's head.
    init(_ head: HTTPTypes.HTTPRequest) throws(Problem) {
        guard head.length <= ListenerLimits.head else { throw .length }
        guard let host = head.authority, RedirectURI.isLoopback(hostHeader: host) else { throw .host }
        // The library takes the first for the authority, and leaves a second among the fields.
        guard !head.headerFields.contains(where: { $0.name.canonicalName == "host" }) else { throw .host }
        guard head.method == .get else { throw .method }
        let parts = (head.path ?? "/").split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        query = Secret(parts.count > 1 ? String(parts[1]) : "")
        isPartOfPage = head.headerFields.contains { field in
            switch field.name.canonicalName {
            case "sec-fetch-dest": field.value != "document"
            case "sec-fetch-mode": field.value != "navigate"
            // Fetched ahead of a person who may never go there.
            case "sec-purpose", "purpose", "x-purpose", "x-moz": true
            default: false
            }
        }
    }
}

/// The most that a request's head may hold, in bytes.
enum ListenerLimits {
    /// Of a request that is taken. Cookies of all that ever ran on this machine, at whatever port, come with a callback.
    static let head = 16_384
    /// Of one that is read to its end, and answered with a page that says that it is too long.
    static let read = 65_536
    /// The number of fields in it.
    static let fields = 1_024
}

extension HTTPTypes.HTTPRequest {
    /// How long it is as HTTP/1.1 writes it, in bytes: the line, and the fields with what separates them.
    fileprivate var length: Int {
        let line = method.rawValue.utf8.count + (path?.utf8.count ?? 1) + " HTTP/1.1\r\n".utf8.count + 1
        let host = authority.map { "Host: \r\n".utf8.count + $0.utf8.count } ?? 0
        return headerFields.reduce(line + host) { $0 + $1.name.rawName.utf8.count + $1.value.utf8.count + 4 } + 2
    }
}
