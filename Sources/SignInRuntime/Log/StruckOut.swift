import OAuth

/// A URL as it may stand in a log: of its query the names, and the values of parameters that are no secret.
struct LoggedURL: CustomStringConvertible {
    let description: String

    init(_ url: String) {
        let parts = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count > 1 else {
            description = url
            return
        }
        let query = parts[1].prefix { $0 != "#" }
        description = "\(parts[0])?\(LoggedForm(query))"
    }
}

/// A form or a query as it may stand in a log.
struct LoggedForm: CustomStringConvertible {
    /// The parameters that anybody may see; of all others the name is written alone.
    private static let harmless: Set = [
        "client_id", "code_challenge_method", "error", "grant_type", "iss", "prompt", "redirect_uri", "response_type",
        "scope",
    ]

    let description: String

    init(_ text: some StringProtocol) {
        let fields = FormEncoding.decode(text) ?? []
        description = fields.map { field in
            "\(field.name)=\(Self.harmless.contains(field.name) ? field.value : "‹redacted›")"
        }.joined(separator: "&")
    }
}

extension HTTPRequest {
    /// The header fields, the bearer token struck out.
    var loggedHeaders: String {
        let fields =
            headers.map { "\($0.name): \($0.value)" } + (bearer == nil ? [] : ["Authorization: Bearer ‹redacted›"])
        return fields.joined(separator: "; ")
    }
}

extension HTTPResponse {
    /// The header fields that anybody may see; of all others the name is written alone.
    private static let harmless: Set = [
        "allow", "cache-control", "connection", "content-length", "content-type", "date", "inin-correlation-id",
        "inin-ratelimit-allowed", "inin-ratelimit-count", "inin-ratelimit-reset", "retry-after", "server",
        "pragma", "transfer-encoding", "via",
    ]

    /// The header fields, in the order of their names.
    var loggedHeaders: String {
        headers.sorted { $0.key < $1.key }
            .map { "\($0.key): \(Self.harmless.contains($0.key) ? words($0.value)?.display ?? "" : "‹redacted›")" }
            .joined(separator: "; ")
    }
}
