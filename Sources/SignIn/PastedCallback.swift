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
        if let mark, bare[mark] == "?" {
            try Self.check(address: Substring(bare[..<mark]), redirectURI)
            query = bare[bare.index(after: mark)...]
        } else {
            query = bare
        }
        guard query.contains("=") else { throw .notAnAddress }
        self.query = Secret(String(Substring(query)))
    }

    /// A whole address must be the redirect URI; the host may be another name of this machine, and a browser with
    /// HTTPS-only mode ends on `https:`. What has no scheme is a part of an address.
    private static func check(address: Substring, _ redirectURI: RedirectURI) throws(PasteRefusal) {
        guard address.contains("://") else { return }
        let http =
            address.lowercased().hasPrefix("https:") ? "http" + address.dropFirst("https".count) : String(address)
        guard let pasted = try? RedirectURI(http), pasted.port == redirectURI.port, pasted.path == redirectURI.path
        else { throw .otherAddress }
    }
}
