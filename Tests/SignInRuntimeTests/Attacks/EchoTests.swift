import FoundationEssentials
import Logging
import OAuth
import SignIn
import SignInRuntime
import Synchronization
import Testing

/// A server, or a gateway in front of it, that quotes in its error what it was sent.
private struct Echo: Sendable, CustomTestStringConvertible {
    let name: String
    let answer: @Sendable (_ sent: String) -> HTTPResponse
    var testDescription: String { name }

    /// An error with `words` in each member and header that is ever shown.
    private static func error(_ words: String, status: Int) -> HTTPResponse {
        let names = [
            "error", "error_description", "description", "error_uri", "code", "message", "contextId", "token_type",
        ]
        let body = try? JSONEncoder().encode(Dictionary(uniqueKeysWithValues: names.map { ($0, words) }))
        return HTTPResponse(
            status: status,
            headers: ["inin-correlation-id": words, "Retry-After": words, "Via": words, "Content-Type": words],
            body: body ?? Data()
        )
    }

    static let all: [Echo] =
        [400, 401, 403, 429].map { status in
            Echo(name: "as it is, \(status)") { error("Invalid: Bearer \($0)!", status: status) }
        } + [
            Echo(name: "in a 200") { error($0, status: 200) },
            Echo(name: "percent-encoded") { error(FormEncoding.encode([.init("token", $0)]), status: 400) },
            Echo(name: "twice percent-encoded") {
                error(FormEncoding.encode([.init("body", FormEncoding.encode([.init("token", $0)]))]), status: 400)
            },
            Echo(name: "with JSON's escapes") { error($0.replacing("/", with: #"\/"#), status: 400) },
            Echo(name: "its beginning") { error("\($0.prefix(20))…", status: 400) },
            Echo(name: "in small letters") { error($0.lowercased(), status: 400) },
            Echo(name: "in a page") {
                HTTPResponse(status: 404, headers: ["inin-correlation-id": $0], body: Data("<html>\($0)</html>".utf8))
            },
        ]
}

@Suite("Attack: a server that quotes what it was sent", .timeLimit(.minutes(1)))
struct EchoTests {
    /// The requests that carry a secret.
    private enum Place: String, CaseIterable {
        case exchange, profile, refresh, signOut
    }

    private static func token(_ kind: String, _ turn: Int) -> String { "\(kind)/\(turn)+q7Xw9ZkV2mB5tL8cR4yN6uJ3==" }

    /// What the person sees of a failure, by whichever way.
    private func shown(_ state: State) -> String? {
        let failure: Failure? =
            switch state {
            case .loggedOut(.signedOut(.onlyForgotten(let failure))): failure
            case .userProfile(let signedIn):
                switch signedIn.held.refresh {
                case .failed(let failure), .retrying(let failure, _, _): failure
                case .idle, .underWay, .needsSignIn: nil
                }
            default: state.failure
            }
        return failure.map { "\($0)\n\($0.report)" }
    }

    /// No run of a dozen characters of `secret` stands in `text`.
    private func expect(_ text: String, without secret: String) {
        let readings = [text, FormEncoding.decode("x=\(text.replacing("+", with: "%2B"))")?.first?.value ?? text]
            .map { $0.lowercased().replacing(#"\"#, with: "") }
        let characters = Array(secret.lowercased())
        for start in 0...max(0, characters.count - 12) {
            let run = String(characters[start...].prefix(12))
            for reading in readings { #expect(!reading.contains(run), "\(run) in:\n\(text)") }
        }
    }

    @Test("nothing of it is in the words, in the log, or in a page", arguments: Place.allCases, Echo.all)
    private func quoted(place: Place, echo: Echo) async throws {
        let sent = Mutex<[String]>([])
        let lines = CollectedLines()
        let world = World(log: lines.log) { request, turn in
            let isRefresh = request.body?.reveal().hasPrefix("grant_type=refresh_token") ?? false
            let current: Place =
                switch request.method {
                case .get: .profile
                case .delete: .signOut
                case .post: isRefresh ? .refresh : .exchange
                }
            if current == place {
                let fields = FormEncoding.decode(request.body?.reveal() ?? "") ?? []
                let secrets =
                    fields.filter { ["code", "code_verifier", "refresh_token"].contains($0.name) }.map(\.value)
                    + [request.bearer?.reveal()].compactMap { $0 }
                sent.withLock { $0 += secrets }
                return echo.answer(secrets.joined(separator: ", "))
            }
            guard request.method == .post else { return .ada }
            return .json(
                #"{"access_token":"\#(Self.token("access", turn))","refresh_token":"\#(Self.token("refresh", turn))"}"#
            )
        }
        await world.engine.send(.signInChosen(world.engine.plan(try .sample())))
        let code = FormEncoding.encode([.init("code", Self.token("c0de", 0))])
        try await world.callBack(code)
        switch place {
        case .exchange, .profile: break
        case .refresh, .signOut:
            try await world.reach("a profile") { if case .userProfile = $0 { true } else { false } }
            let plan = await world.engine.plan(try .sample())
            await world.engine.send(place == .refresh ? .refreshChosen(plan) : .signOutChosen)
        }
        let state = try await world.reach("the end of it") { state in
            switch state {
            // An access token that is refused is gone: so much the better.
            case .loggedOut(.signedOut(.revoked)), .loggedOut(.signedOut(.alreadyInvalid)): true
            default: shown(state) != nil
            }
        }
        let secrets = sent.withLock { $0 }
        #expect(!secrets.isEmpty)
        let words = shown(state) ?? ""
        if echo.name.hasPrefix("as it is"), place == .exchange { #expect(words.contains("‹redacted›")) }
        let text = words + "\n" + lines.all.joined(separator: "\n")
        for secret in secrets { expect(text, without: secret) }
        #expect(!lines.all.isEmpty)
    }
}

/// A log at the level `trace` that keeps its lines.
private final class CollectedLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    var log: Logger {
        Logger(label: "test", factory: { [self] _ in Handler(collected: self) })
    }

    private struct Handler: LogHandler {
        let collected: CollectedLines
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]
        var metadataProvider: Logger.MetadataProvider?

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            collected.lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
        }
    }
}
