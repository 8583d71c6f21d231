import Foundation

/// django-oauth-toolkit on 127.0.0.1: a server that was written by other people, from the same standards.
struct AuthorizationServer: Sendable {
    static let clientID = "3c7f8a52-1d6e-4b09-9f3a-5e2d7c8b1a40"
    static let username = "grace"
    static let password = "a password of the tests"
    /// The name in the profile.
    static let name = "Grace Hopper-Łukasiewicz"
    static let email = "grace@example.com"

    /// For `--login-url` and `--api-url`.
    let url: String

    private let process: ChildProcess
    private let log: URL

    init(redirectURI: String, accessTokenLifetime: Int, home: URL) async throws {
        log = home.appending(path: "log.jsonl")
        let profile = """
            {"id": "9f0c1f6e", "name": "\(Self.name)", "email": "\(Self.email)", "title": "Rear Admiral",
             "department": "Compilers", "state": "active", "division": {"id": "1", "name": "Home"}}
            """
        process = try ChildProcess(
            Tools.python(),
            [
                Tools.support.appending(path: "authorization_server.py").path,
                "--log", log.path, "--client-id", Self.clientID, "--redirect-uri", redirectURI,
                "--username", Self.username, "--password", Self.password, "--profile", profile,
                "--access-token-lifetime", String(accessTokenLifetime),
            ],
            environment: Tools.environment(home: home),
            filesIn: home
        )
        url = try await process.ready("the authorization server's address") { output in
            output.firstMatch(of: /ready (http:\S+)/).map { String($0.1) }
        }
    }

    /// The port that the server listens on.
    var port: Int {
        get throws {
            guard let port = URLComponents(string: url)?.port else { throw Failure("no port in \(url)") }
            return port
        }
    }

    func end() async {
        await process.end()
    }

    /// The options that point the program at this server.
    func options(callbackPort: Int, browser: String) -> [String] {
        [
            "--client-id", Self.clientID, "--login-url", url, "--api-url", url,
            "--redirect-uri", "http://localhost:\(callbackPort)/callback", "--browser", browser,
        ]
    }

    /// A request that the server has answered.
    struct Request: Sendable, Equatable, CustomStringConvertible {
        let method: String
        let path: String
        let grantType: String?
        let status: Int

        var description: String { "\(method) \(path) \(grantType ?? "") → \(status)" }
    }

    /// Something that only the program and the server may know.
    struct Secret: Sendable, Equatable {
        /// `code`, `code_verifier`, `access_token` or `refresh_token`.
        let name: String
        let value: String
    }

    /// Every request so far.
    func requests() throws -> [Request] {
        try lines().compactMap { line in
            guard line.kind == "request", let method = line.method, let path = line.path, let status = line.status
            else { return nil }
            return Request(method: method, path: path, grantType: line.grant_type, status: status)
        }
    }

    /// The requests to the token endpoint with the given grant.
    func tokenRequests(_ grantType: String) throws -> [Request] {
        try requests().filter { $0.path == "/oauth/token" && $0.grantType == grantType }
    }

    /// The requests that sign out.
    func deletions() throws -> [Request] {
        try requests().filter { $0.method == "DELETE" && $0.path == "/api/v2/tokens/me" }
    }

    /// Every secret so far, in the order they came up.
    func secrets() throws -> [Secret] {
        try lines().compactMap { line in
            guard line.kind == "secret", let name = line.name, let value = line.value else { return nil }
            return Secret(name: name, value: value)
        }
    }

    /// What the server saw, for a message. Without the secrets.
    func evidence() -> String {
        let seen = (try? requests().map(\.description).joined(separator: "\n")) ?? ""
        return "the authorization server answered:\n\(seen)\nand said: \(process.errors)"
    }

    private struct Line: Decodable {
        let kind: String
        var method, path, grant_type, name, value: String?
        var status: Int?
    }

    private func lines() throws -> [Line] {
        let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        return try text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { line in
            try JSONDecoder().decode(Line.self, from: Data(line.utf8))
        }
    }
}

extension Chromium {
    /// Signs in on the authorization server's own pages, as a person does, and consents or does not.
    func signIn(at url: String, consent: Bool = true) async throws {
        try await open(url)
        try await type(AuthorizationServer.username, into: "input[name=username]")
        try await type(AuthorizationServer.password, into: "input[name=password]")
        try await click("#sign-in")
        try await click(consent ? "input[name=allow]" : "input[type=submit]:not([name])")
    }
}
