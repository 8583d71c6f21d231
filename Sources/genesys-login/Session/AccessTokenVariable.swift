import OAuth

/// The access token of the variable that Genesys Cloud's own tools know. It is used as it is: nobody refreshes it.
enum AccessTokenVariable {
    /// The variable's name.
    static let name = "GENESYSCLOUD_ACCESS_TOKEN"

    /// Its token, where it is set.
    ///
    /// - Throws: ``UsageError`` where it can be no token (RFC 6750 §2.1); the value is not shown.
    static func token() throws(UsageError) -> Secret? {
        guard let value = ProcessEnvironment.variables[name], !value.isEmpty else { return nil }
        guard value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw UsageError(
                "\(name) holds characters that no token may have.",
                "Set it to the token alone, without quotes, blanks or line breaks."
            )
        }
        return Secret(value)
    }

    /// What to say where the variable is set and the session is not what counts.
    static let notice = "\(name) is set: token and whoami use it, and nobody refreshes it."

    /// The same, where it is set.
    static func remind() {
        guard ProcessEnvironment.variables[name]?.isEmpty == false else { return }
        Console.line(notice)
    }
}
