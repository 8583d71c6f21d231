import Foundation

/// A program in place of the browser: it only writes down the URL that it was given, and its environment.
struct BrowserScript: Sendable {
    /// For `--browser`.
    let command: String

    private let file: URL
    private let environmentFile: URL

    init(folder: URL) throws {
        let script = folder.appending(path: "browser")
        file = folder.appending(path: "opened")
        environmentFile = folder.appending(path: "environment")
        let text = """
            #!/bin/sh
            env >> '\(environmentFile.path)'
            printf '%s\\n' "$1" >> '\(file.path)'

            """
        try text.write(to: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path)
        command = script.path
    }

    /// The variables that it was started with, of every time.
    var environment: Data {
        (try? Data(contentsOf: environmentFile)) ?? Data()
    }

    /// The URLs opened so far.
    var opened: [String] {
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// Waits until the browser was opened `count` times, and reads the URL of the last time.
    func authorizationURL(_ count: Int = 1, screen: TmuxScreen) async throws -> AuthorizationURL {
        let url = try await poll(
            "the browser to be opened \(count == 1 ? "" : "again")",
            evidence: { "opened: \(self.opened)\n\(await screen.evidence())" },
            until: { opened.count >= count ? opened[count - 1] : nil }
        )
        return try AuthorizationURL(url)
    }
}

/// The authorization request (RFC 6749 §4.1.1) as the browser gets it.
struct AuthorizationURL: Sendable {
    let text: String
    private let parameters: [String: String]

    init(_ text: String) throws {
        guard let parts = URLComponents(string: text), let items = parts.queryItems else {
            throw Failure("the browser was opened with something that is no authorization request: \(text)")
        }
        self.text = text
        parameters = Dictionary(items.map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { first, _ in first })
    }

    /// The value of `name`.
    subscript(_ name: String) -> String {
        get throws {
            guard let value = parameters[name] else { throw Failure("\(name) is not in the request: \(text)") }
            return value
        }
    }

    /// The port that the callback goes to.
    var callbackPort: Int {
        get throws {
            let redirectURI = try self["redirect_uri"]
            guard let port = URLComponents(string: redirectURI)?.port else {
                throw Failure("the redirect URI names no port: \(redirectURI)")
            }
            return port
        }
    }
}
