import Foundation
import Synchronization

/// A server that rotates refresh tokens and ends the whole family at the first reuse, as RFC 9700 §4.14.2 wants it:
/// what two programs that refresh at once would meet.
final class RotatingServer: Sendable {
    private struct Family {
        var turn = 0
        var isDead = false
        var refreshes = 0
        var deleted: [String] = []
        var lifetimes: [Int]
        var isAway = false
        var limitedProfiles = 0
        var areProfilesForbidden = false
        var isNextLost = false
        var isNextAnswerLost = false
        var isClientOff = false
        var isQuoting = false
        var isNextRefused = false
    }

    private let family: Mutex<Family>
    /// While locked, refresh requests and sign-outs wait before they are looked at.
    private let gate = NSLock()

    /// - Parameter lifetimes: of the tokens in turn, in seconds; the last one goes for all further ones.
    init(lifetimes: [Int]) {
        family = Mutex(Family(lifetimes: lifetimes))
    }

    /// How many refresh requests came, good or not.
    var refreshes: Int { family.withLock { $0.refreshes } }
    /// The tokens that were signed out with.
    var deleted: [String] { family.withLock { $0.deleted } }

    /// Every request but the code's is answered by 503, or not any more.
    func setAway(_ isAway: Bool) { family.withLock { $0.isAway = isAway } }
    /// Every refresh is refused as that of a client which is switched off.
    func setClientOff(_ isOff: Bool) { family.withLock { $0.isClientOff = isOff } }
    /// Ends the family, as an administrator does.
    func revokeAll() { family.withLock { $0.isDead = true } }
    /// Every profile request is refused.
    func forbidProfiles() { family.withLock { $0.areProfilesForbidden = true } }
    /// The next profile request is answered by 401, though its token is good.
    func refuseNextProfile() { family.withLock { $0.isNextRefused = true } }
    /// The next profile requests are answered by 429.
    func limitProfiles(_ count: Int) { family.withLock { $0.limitedProfiles = count } }

    /// Every request is refused with words that quote what it brought, or not any more.
    func setQuoting(_ isQuoting: Bool) { family.withLock { $0.isQuoting = isQuoting } }

    /// The next refresh request comes in, and is never looked at: its client dies.
    func loseNextRefresh() { family.withLock { $0.isNextLost = true } }

    /// The next refresh is done, and its answer gets lost.
    func loseNextAnswer() { family.withLock { $0.isNextAnswerLost = true } }

    /// The next code gets other tokens than the last one, which are of no use any more.
    func beginAnew() { family.withLock { $0.turn += 1 } }

    /// Holds up refresh requests and sign-outs until ``openGate()``.
    func closeGate() { gate.lock() }
    func openGate() { gate.unlock() }

    func answer(_ request: StubServer.Request) -> StubServer.Reply {
        if family.withLock({ $0.isQuoting }) { return Self.quote(request) }
        switch (request.method, request.path) {
        case ("POST", "/oauth/token"):
            guard request.form["grant_type"] == "refresh_token" else { return tokens() }
            let isLost = family.withLock { family in
                family.refreshes += 1
                defer { family.isNextLost = false }
                return family.isNextLost
            }
            gate.lock()
            gate.unlock()
            if isLost { return .json("{}", status: 503) }
            let reply = refresh(request.form["refresh_token"] ?? "")
            return family.withLock { family in
                defer { family.isNextAnswerLost = false }
                return family.isNextAnswerLost ? .json("{}", status: 503) : reply
            }
        case ("GET", _): return profile(request.bearer ?? "")
        case ("DELETE", _):
            gate.lock()
            gate.unlock()
            return family.withLock { family in
                guard !family.isAway else { return .json("{}", status: 503) }
                guard !family.isDead, request.bearer == "access-token-\(family.turn)" else {
                    return .json(#"{"status": 401, "code": "bad.credentials", "message": "Invalid"}"#, status: 401)
                }
                family.deleted.append(request.bearer ?? "")
                family.isDead = true
                return .html("", status: 200)
            }
        default: return .json("{}", status: 404)
        }
    }

    private static func quote(_ request: StubServer.Request) -> StubServer.Reply {
        let words = request.secrets.map { "you sent \($0)" }.joined(separator: " and ")
        let names = ["error", "error_description", "error_uri", "code", "message", "contextId"]
        let members = names.map { "\"\($0)\": \"\(words)\"" }.joined(separator: ", ")
        return StubServer.Reply(
            status: request.bearer == nil ? 400 : 403,
            body: "{\(members)}",
            headers: ["inin-correlation-id": words]
        )
    }

    private func refresh(_ token: String) -> StubServer.Reply {
        if family.withLock({ $0.isClientOff }) { return .json(#"{"error": "invalid_client"}"#, status: 401) }
        let isGood: Bool? = family.withLock { family in
            guard !family.isAway else { return nil }
            guard !family.isDead, token == "refresh-token-\(family.turn)" else {
                family.isDead = true
                return false
            }
            family.turn += 1
            return true
        }
        return switch isGood {
        case nil: .json("{}", status: 503)
        case true?: tokens()
        case false?: .json(#"{"error": "invalid_grant", "error_description": "reused"}"#, status: 400)
        }
    }

    private func tokens() -> StubServer.Reply {
        family.withLock { family in
            let lifetime = family.lifetimes[min(family.turn, family.lifetimes.count - 1)]
            return .json(
                """
                {"access_token": "access-token-\(family.turn)", "refresh_token": "refresh-token-\(family.turn)",
                 "token_type": "bearer", "expires_in": \(lifetime)}
                """
            )
        }
    }

    private func profile(_ token: String) -> StubServer.Reply {
        family.withLock { family in
            if family.limitedProfiles > 0 {
                family.limitedProfiles -= 1
                return StubServer.Reply(status: 429, body: "{}", headers: ["Retry-After": "1"])
            }
            if family.areProfilesForbidden { return .json("{}", status: 403) }
            defer { family.isNextRefused = false }
            guard !family.isDead, !family.isNextRefused, token == "access-token-\(family.turn)" else {
                return .json(#"{"status": 401, "code": "bad.credentials", "message": "Invalid"}"#, status: 401)
            }
            return .json(#"{"id": "1", "name": "Ada Okafor", "email": "ada@example.com"}"#)
        }
    }
}

extension StubServer.Request {
    /// What of the request nobody may see.
    var secrets: [String] {
        ["code", "code_verifier", "refresh_token"].compactMap { form[$0] } + [bearer].compactMap { $0 }
    }
}

/// A person with a profile of their own in the kernel's keyring, and a server to sign in at. The keyring belongs to the
/// whole user, so that each test has a profile name that nobody else has, and leaves nothing behind.
struct SessionRig {
    let stage: Stage
    let server: RotatingServer
    let stub: StubServer
    let profile: String
    /// The variables of every program of this person.
    let environment: [String: String]

    init(_ stage: Stage, lifetimes: [Int] = [3600], store: String = "kernel") throws {
        self.stage = stage
        let server = RotatingServer(lifetimes: lifetimes)
        self.server = server
        stub = try stage.stubServer { server.answer($0) }
        profile = "test-\(UUID().uuidString.prefix(8))"
        let folder = stage.home.appending(path: ".config/genesys-login")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try """
        [\(profile)]
        client_id = "client-1"
        login_url = "\(stub.url)"
        api_url = "\(stub.url)"
        redirect_uri = "http://localhost:0/callback"
        """.write(to: folder.appending(path: "config.toml"), atomically: true, encoding: .utf8)
        environment = ["GENESYSCLOUD_PROFILE": profile, "GENESYSCLOUD_SESSION_STORE": store]
        stage.atTheEnd { [stage, environment] in _ = try? await stage.run(["logout"], environment: environment) }
    }

    /// Signs in with plain lines.
    func signIn(_ more: [String] = []) async throws -> ChildProcess.Finished {
        let browser = try stage.browserScript()
        let login = try stage.start(["login", "--browser", browser.command] + more, environment: environment)
        try await waitUntil("the browser", evidence: { login.errors }, until: { !browser.opened.isEmpty })
        _ = try await Callback(request: AuthorizationURL(browser.opened[0])).answer("code=the-code")
        return try await login.finished("login")
    }

    func run(_ arguments: String..., with more: [String: String] = [:]) async throws -> ChildProcess.Finished {
        try await stage.run(arguments, environment: environment.merging(more) { $1 })
    }

    func start(_ arguments: String...) throws -> ChildProcess {
        try stage.start(arguments, environment: environment)
    }

    func screen(browser: BrowserScript? = nil) async throws -> TmuxScreen {
        let choice = browser.map { ["--browser", $0.command] } ?? ["--no-browser"]
        return try await stage.screen(choice, environment: environment)
    }
}
