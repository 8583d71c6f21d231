import DemoCloud
import Foundation
import OAuth
import Synchronization
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A clock that moves when told.
final class TestClock: Sendable {
    private let seconds = Mutex(0.0)

    func advance(by amount: Double) {
        seconds.withLock { $0 += amount }
    }

    var now: Date {
        Date(timeIntervalSince1970: 1_800_000_000 + seconds.withLock { $0 })
    }
}

/// An answer as it came over the socket.
struct Reply: Sendable {
    let status: Int
    let headers: [String: String]
    let text: String

    /// The members of a JSON object.
    func json() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// The string member `name` of a JSON object.
    func member(_ name: String) throws -> String {
        try #require(try json()[name] as? String)
    }

    /// The query of the `Location` header.
    func location() throws -> [String: String] {
        try parameters(ofURL: try #require(headers["location"]))
    }

    /// The one-time id in the sign-in page's form.
    func requestID() throws -> String {
        let field = try #require(text.firstRange(of: #"name="request" value=""#))
        return String(text[field.upperBound...].prefix { $0 != "\"" })
    }
}

func parameters(ofURL url: String) throws -> [String: String] {
    let query = try #require(url.split(separator: "?", maxSplits: 1).last)
    let fields = try #require(FormEncoding.decode(query))
    return Dictionary(fields.map { ($0.name, $0.value) }, uniquingKeysWith: { one, _ in one })
}

/// A cloud that serves, and a client of it that follows no redirect.
struct Rig: Sendable {
    static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    static let callback = "http://localhost:3000/callback"

    let cloud: DemoCloud
    let baseURL: String
    let clock: TestClock
    private let session = URLSession(configuration: .ephemeral, delegate: NoRedirects(), delegateQueue: nil)

    init(cloud: DemoCloud, baseURL: String, clock: TestClock) {
        self.cloud = cloud
        self.baseURL = baseURL
        self.clock = clock
    }

    /// The parameters of a good authorization request; RFC 7636 Appendix B's challenge.
    static let request = [
        "client_id": "demo-client", "response_type": "code", "redirect_uri": callback, "state": "st&te=1",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256",
    ]

    func send(
        _ method: String,
        _ path: String,
        form: [String: String]? = nil,
        appending more: String = "",
        bearer: String? = nil,
        headers: [String: String] = [:]
    ) async throws -> Reply {
        var request = URLRequest(url: try #require(URL(string: baseURL + path)))
        request.httpMethod = method
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        if let bearer { request.setValue("Bearer \(bearer)", forHTTPHeaderField: "Authorization") }
        if let form {
            request.httpBody = Data((encoded(form) + more).utf8)
            if headers["Content-Type"] == nil {
                request.setValue("application/x-www-form-urlencoded", forHTTPHeaderField: "Content-Type")
            }
        }
        let (data, response) = try await session.data(for: request)
        let http = try #require(response as? HTTPURLResponse)
        var fields: [String: String] = [:]
        for (name, value) in http.allHeaderFields { fields["\(name)".lowercased()] = "\(value)" }
        return Reply(status: http.statusCode, headers: fields, text: String(decoding: data, as: UTF8.self))
    }

    /// An authorization request: the good one with `changes`, `nil` for a parameter left out.
    func authorize(_ changes: [String: String?] = [:], more: String = "") async throws -> Reply {
        try await send("GET", authorizationPath(changes) + more)
    }

    func authorizationPath(_ changes: [String: String?] = [:]) -> String {
        let parameters = Self.request.merging(changes.mapValues { $0 ?? "" }) { _, new in new }
        return "/oauth/authorize?" + encoded(parameters.filter { !$0.value.isEmpty })
    }

    /// What a person does on the sign-in page.
    func choose(_ choice: String, person: String = "0", on page: Reply) async throws -> Reply {
        try await send(
            "POST",
            "/oauth/authorize",
            form: ["request": page.requestID(), "choice": choice, "person": person]
        )
    }

    /// Signs in as far as the code.
    func code(person: String = "0") async throws -> String {
        let reply = try await choose("approve", person: person, on: authorize())
        return try #require(try reply.location()["code"])
    }

    /// An exchange of `code`: the good one with `changes`.
    func exchange(
        _ code: String,
        _ changes: [String: String] = [:],
        appending more: String = "",
        headers: [String: String] = [:]
    ) async throws -> Reply {
        let form = [
            "grant_type": "authorization_code", "code": code, "code_verifier": Self.verifier,
            "client_id": "demo-client", "redirect_uri": Self.callback,
        ]
        let changed = form.merging(changes) { _, new in new }.filter { !$0.value.isEmpty }
        return try await send("POST", "/oauth/token", form: changed, appending: more, headers: headers)
    }

    func refresh(_ token: String, _ changes: [String: String] = [:]) async throws -> Reply {
        let form = ["grant_type": "refresh_token", "refresh_token": token, "client_id": "demo-client"]
        return try await send("POST", "/oauth/token", form: form.merging(changes) { _, new in new })
    }

    func profile(_ token: String) async throws -> Reply {
        try await send("GET", "/api/v2/users/me", bearer: token)
    }

    /// Signs in, and returns the access and the refresh token.
    func tokens(person: String = "0") async throws -> (access: String, refresh: String) {
        let reply = try await exchange(code(person: person))
        return (try reply.member("access_token"), try reply.member("refresh_token"))
    }

    private func encoded(_ form: [String: String]) -> String {
        FormEncoding.encode(form.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) })
    }
}

private final class NoRedirects: NSObject, URLSessionTaskDelegate {
    func urlSession(
        _ session: URLSession,
        task: URLSessionTask,
        willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest,
        completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}

/// Serves a cloud on a port of the system's choice while `test` runs, and sees it stop.
func withCloud(
    _ scenario: Scenario = .happy,
    registered: [String] = DemoConfiguration.defaultRedirectURIs,
    pause: @escaping @Sendable (Duration) async throws -> Void = { _ in },
    _ test: (Rig) async throws -> Void
) async throws {
    let clock = TestClock()
    let cloud = DemoCloud(
        DemoConfiguration(
            scenario: scenario,
            registeredRedirectURIs: registered,
            now: { clock.now },
            pause: pause
        )
    )
    let (urls, url) = AsyncStream<String>.makeStream()
    let server = Task {
        defer { url.finish() }
        try await cloud.run { url.yield($0) }
    }
    var iterator = urls.makeAsyncIterator()
    let baseURL = try #require(await iterator.next())
    do {
        try await test(Rig(cloud: cloud, baseURL: baseURL, clock: clock))
    } catch {
        server.cancel()
        throw error
    }
    server.cancel()
    try await server.value
}
