import OAuth

/// The address that the browser ended on, brought by hand where the browser cannot reach this machine.
struct PastedCallback {
    /// The callback's query, still encoded.
    let query: Secret

    /// Takes the whole address, or its part from `?` on, or the bare query; white space around and line breaks within
    /// (a terminal's wrapping) are dropped.
    ///
    /// - Throws: ``PasteRefusal/notAnAddress`` and ``PasteRefusal/otherAddress``.
    init(_ text: Secret, redirectURI: RedirectURI) throws(PasteRefusal) {
        // By scalars: with a combining mark behind it, a question mark is another character.
        let joined = text.reveal().unicodeScalars.filter { !$0.properties.isWhitespace && $0.value >= 0x20 }
        let bare = String.UnicodeScalarView(joined).prefix { $0 != "#" }
        let mark = bare.firstIndex { $0 == "?" || $0 == "=" }
        let query: Substring.UnicodeScalarView
        // What begins with a parameter's name is a bare query, and may have question marks within.
        if let mark, bare[mark] == "=", !bare[..<mark].contains("/") {
            query = bare
        } else if let question = bare.firstIndex(of: "?") {
            try Self.check(address: Substring(bare[..<question]), redirectURI)
            query = bare[bare.index(after: question)...]
        } else {
            throw .notAnAddress
        }
        guard query.contains("=") else { throw .notAnAddress }
        self.query = Secret(String(Substring(query)))
    }

    /// What stands before the query must be of the redirect URI (RFC 8252 §8.10), as far as it was copied: the path
    /// alone, or host, port and path, for browsers hide the scheme. The host may be another name of this machine, and
    /// a browser with HTTPS-only mode ends on `https:`.
    private static func check(address: Substring, _ redirectURI: RedirectURI) throws(PasteRefusal) {
        guard !address.isEmpty, address != redirectURI.path else { return }
        let scheme = ["http://", "https://"].first { address.lowercased().hasPrefix($0) } ?? ""
        guard let pasted = try? RedirectURI("http://" + address.dropFirst(scheme.count)),
            pasted.port == redirectURI.port, pasted.path == redirectURI.path
        else { throw .otherAddress }
    }
}
