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
        let joined = text.reveal().unicodeScalars.filter { !$0.properties.isWhitespace && $0.value >= 0x20 }
        let bare = String(String.UnicodeScalarView(joined)).prefix { $0 != "#" }
        let query: Substring
        if bare.contains("://") {
            guard let mark = bare.firstIndex(of: "?") else { throw .notAnAddress }
            let address = String(bare[..<mark])
            guard let pasted = try? RedirectURI(address), pasted.port == redirectURI.port,
                pasted.path == redirectURI.path
            else { throw .otherAddress }
            query = bare[bare.index(after: mark)...]
        } else if bare.first == "?" {
            query = bare.dropFirst()
        } else if let mark = bare.firstIndex(of: "?") {
            query = bare[bare.index(after: mark)...]
        } else {
            query = bare
        }
        guard query.contains("=") else { throw .notAnAddress }
        self.query = Secret(String(query))
    }
}
