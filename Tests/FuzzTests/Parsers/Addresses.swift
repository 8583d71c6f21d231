import GenesysCloud
import OAuth

/// Redirect URIs, `Host` headers and the URLs of an environment: nothing but this machine, or https.
func checkRedirectURI(_ bytes: [UInt8]) throws(Violation) {
    let text = String(decoding: bytes, as: UTF8.self)
    if let uri = try? RedirectURI(text) {
        try demand(uri.value == text, "the URI was changed")
        try demand((0...65_535).contains(uri.port), "port \(uri.port)")
        try demand(uri.path.hasPrefix("/"), "path \(uri.path)")
        for address in uri.host.addresses {
            try demand(address == "::1" || address.hasPrefix("127."), "\(text) listens on \(address)")
        }
        let bound = uri.bound(to: 4242)
        try demand(bound.port == (uri.port == 0 ? 4242 : uri.port), "bound to \(bound.port)")
        try demand(bound.host == uri.host && bound.path == uri.path, "binding changed more than the port")
        try demand((try? RedirectURI(bound.value)) == bound, "a bound URI reads as another one")
        try demand((try? RedirectURI(uri.page("/somewhere")))?.host == uri.host, "a page on another host")
    }
    if RedirectURI.isLoopback(hostHeader: text) {
        let name = text.lowercased()
        try demand(
            ["localhost", "127.", "[::1]"].contains { name.hasPrefix($0) } && !name.contains { "@/".contains($0) },
            "\(text) passes for this machine"
        )
    }
    if let environment = try? Environment(loginURL: text) {
        let url = environment.loginURL.lowercased()
        try demand(url.hasPrefix("https://") || url.hasPrefix("http://"), "\(text) is a login URL")
        if url.hasPrefix("http://") {
            try demand(
                RedirectURI.isLoopback(hostHeader: Environment.host(of: environment.loginURL)),
                "\(text) would carry tokens in the open"
            )
        }
        let host = Environment.host(of: url)
        try demand(!host.isEmpty && !host.contains { "@%#?".contains($0) }, "\(text) is a login URL")
        try demand(!url.hasSuffix("/") && !url.contains { "#?".contains($0) }, "\(text) is a login URL")
    }
}
