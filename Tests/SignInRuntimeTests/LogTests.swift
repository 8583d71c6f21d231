import Foundation
import GenesysCloud
import Glibc
import Logging
import OAuth
import SignIn
import Testing

@testable import SignInRuntime

@Suite("The log", .timeLimit(.minutes(1)))
struct LogTests {
    /// A log of `level`, and the lines that came into it.
    private func withLog(_ level: Logger.Level, _ body: (Logger, () throws -> [String]) async throws -> Void)
        async throws
    {
        let path = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID().uuidString)").path
        defer { unlink(path) }
        let file = try LogFile(path)
        let log = Logger(label: "test", factory: { _ in LogLines(to: file, level: level) })
        try await body(log) {
            try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
        }
    }

    // MARK: Lines

    private static let moment = Date(timeIntervalSince1970: 1_800_000_000.25)

    @Test("a line is the time in UTC, the level, the process, the message, and the values in the order of their keys")
    func line() {
        let line = LogLines.line(at: Self.moment, .info, "POST /token 200", ["ms": "35", "bytes": "2"])
        #expect(line == "2027-01-15T08:00:00.250Z info    \(getpid()) POST /token 200 bytes=2 ms=35")
    }

    @Test(
        "a value that is not one word is quoted, and nothing in it reaches a terminal as a command or another line",
        arguments: [
            ("one", "one"), ("", #""""#), ("two words", #""two words""#), (#"a"b\c"#, #""a\"b\\c""#),
            ("a=b", #""a=b""#),
            ("red\u{1B}[31m", "red[31m"), ("a\nb", #""a b""#), ("\u{202E}x", "x"), ("Łukasz", "Łukasz"),
        ]
    )
    func quoting(value: String, written: String) {
        let line = LogLines.line(at: Self.moment, .warning, "x\ny\u{7}", ["key": "\(value)"])
        #expect(line.hasSuffix(" x y key=\(written)"))
    }

    // MARK: Names and values

    @Test("of events, states, effects and errors only the names of the cases are written")
    func caseNames() throws {
        let id = AttemptID(1)
        func name(_ value: some Any) -> String { CaseNames(of: value).description }
        #expect(name(Event.Kind.callbackReceived(id, ReplyID(1), query: Secret("code=c0de"))) == "callbackReceived")
        #expect(name(Event.Kind.timerFired(.attemptDeadline(id))) == "timerFired.attemptDeadline")
        #expect(name(Event.Kind.requestRefused(id, .path)) == "requestRefused.path")
        #expect(name(Effect.concludeAttempt(id, .cancelled)) == "concludeAttempt.cancelled")
        #expect(name(Effect.abandonSession(SessionID(1))) == "abandonSession")
        #expect(name(Effect.exit) == "exit")
        #expect(name(State.initial) == "loggedOut.neverSignedIn")
        #expect(
            name(Event.Kind.tokenRequestFailed(id, .answer(.unreadable(status: 502, found: .html, correlationID: nil))))
                == "tokenRequestFailed.answer.unreadable.html"
        )
        #expect(name(TransportError.tls(host: "h", .handshake(ServerText("words")))) == "tls.handshake")
    }

    @Test(
        "of a query or a form only what anybody may know keeps its value",
        arguments: [
            ("https://a.example/x", "https://a.example/x"),
            ("https://a.example/?code=c0de&state=st", "https://a.example/?code=‹redacted›&state=‹redacted›"),
            ("http://localhost:1/callback?scope=a%20b&x", "http://localhost:1/callback?scope=a b&x=‹redacted›"),
            ("https://a.example/?%zz=c0de", "https://a.example/?"),
            ("https://a.example/?a?b=c0de#c0de", "https://a.example/?a?b=‹redacted›"),
        ]
    )
    func urls(url: String, written: String) {
        #expect(LoggedURL(url).description == written)
    }

    // MARK: A whole life

    private static let secrets = ["c0de", "access-0", "access-1", "refresh-0", "refresh-1"]

    @Test(
        "sign-in, refresh and sign-out are told at every level, without one secret",
        arguments: [Logger.Level.info, .debug, .trace]
    )
    func wholeLife(level: Logger.Level) async throws {
        try await withLog(level) { log, lines in
            let world = World(log: log) { request, turn in request.method == .post ? .tokens(turn) : .ada }
            await world.engine.send(.signInChosen(world.engine.plan(try .sample())))
            let waiting = try await world.reach("a listener") {
                if case .awaitingCallback(let attempt) = $0 { attempt.authorizationURL != nil } else { false }
            }
            guard case .awaitingCallback(let attempt) = waiting else { return }
            await world.listener.arrive("code=evil-code&state=forged")
            try await world.callBack()
            try await world.reach("a profile") { if case .userProfile = $0 { true } else { false } }
            world.clock.advance(by: 1)
            await world.engine.send(.refreshChosen(world.engine.plan(try .sample())))
            try await world.reach("a refresh") {
                if case .userProfile(let signedIn) = $0 {
                    signedIn.held.session.tokens.accessToken == Secret("access-1")
                } else {
                    false
                }
            }
            await world.engine.send(.signOutChosen)
            try await world.reach("the sign-out") { $0 == .loggedOut(.signedOut(.revoked)) }

            let written = try lines()
            let text = written.joined(separator: "\n")
            let verifier = attempt.proofKey.verifier.reveal()
            let state = attempt.expectedState.value.reveal()
            let challenge = attempt.proofKey.challenge.value
            for secret in Self.secrets + ["evil-code", "forged", verifier, state, challenge] {
                #expect(!text.contains(secret), "\(secret) in:\n\(text)")
            }
            for expected in [
                "signInChosen: loggedOut.neverSignedIn -> awaitingCallback",
                "listener: open uri=http://localhost:4242/callback",
                "listener: callback refused reason=foreignState", "state=‹redacted›", "oauth/token 200 bytes=",
                "profileLoaded: tokenHeld -> userProfile", "store: save", "store: remove",
                "DELETE https://api.mypurecloud.com/api/v2/tokens/me 200",
                "tokenRevoked: loggedOut.signedOut.underWay.refreshing -> loggedOut.signedOut.revoked",
            ] {
                #expect(text.contains(expected), "\(expected) not in:\n\(text)")
            }
            let isTrace = level == .trace
            #expect(text.contains("Authorization: Bearer ‹redacted›") == isTrace)
            #expect(text.contains("grant_type=refresh_token&refresh_token=‹redacted›&client_id=client-1") == isTrace)
            #expect(text.contains(" debug ") == (level != .info))
        }
    }

    @Test("a failure has a line with its code and the correlation id, and without what the server repeats")
    func failure() async throws {
        try await withLog(.error) { log, lines in
            let world = World(log: log) { _, _ in
                .json(
                    #"{"error":"invalid_grant","error_description":"the code c0de was used"}"#,
                    status: 400,
                    headers: ["inin-correlation-id": "corr-1"]
                )
            }
            await world.engine.send(.signInChosen(world.engine.plan(try .sample())))
            try await world.callBack()
            try await world.reach("a failure") { if case .loggedOut(.failed) = $0 { true } else { false } }
            let written = try lines()
            #expect(written.count == 1)
            #expect(written.first?.hasSuffix("failure: invalid_grant correlation_id=corr-1") == true, "\(written)")
        }
    }

    @Test("an unanswered request is told with its reason")
    func unanswered() async throws {
        try await withLog(.warning) { log, lines in
            let transport = HTTPTransport { _ throws(TransportError) in throw .tls(host: "a.example", .expired) }
                .logged(to: log)
            await #expect(throws: TransportError.self) {
                try await transport.send(HTTPRequest(method: .get, url: "https://a.example/x?code=c0de"))
            }
            let line = try #require(try lines().first)
            #expect(line.contains("GET https://a.example/x?code=‹redacted› failed ms="))
            #expect(line.hasSuffix("reason=tls.expired"))
        }
    }

    @Test("headers that could hold a secret are struck out")
    func headers() async throws {
        try await withLog(.trace) { log, lines in
            let transport = HTTPTransport { _ throws(TransportError) in
                .json("{}", headers: ["Set-Cookie": "session=c0de", "Location": "/?code=c0de", "Server": "nginx"])
            }.logged(to: log)
            _ = try await transport.send(HTTPRequest(method: .get, url: "https://a.example/", bearer: Secret("c0de")))
            let text = try lines().joined()
            #expect(!text.contains("c0de"))
            #expect(text.contains("location: ‹redacted›; server: nginx; set-cookie: ‹redacted›"))
        }
    }

    // MARK: The file

    private static func refusal(_ path: String) -> LogFile.Refusal? {
        do throws(LogFile.Refusal) {
            _ = try LogFile(path)
            return nil
        } catch {
            return error
        }
    }

    @Test("the file is made for the person alone, whatever the umask, and what is in it stays")
    func file() throws {
        try withFolder { folder in
            let path = folder.appending(path: "log").path
            for line in ["one", "two"] { try LogFile(path).write(line) }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "one\ntwo\n")
            var status = stat()
            #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        }
    }

    @Test("a file that others may read, a link, a folder, a pipe, a device, and a place that is not there are refused")
    func refusals() throws {
        try withFolder { folder in
            func path(_ name: String) -> String { folder.appending(path: name).path }
            for mode: mode_t in [0o644, 0o660, 0o602] {
                let open = path("open-\(mode)")
                #expect(FileManager.default.createFile(atPath: open, contents: nil))
                chmod(open, mode)
                #expect(Self.refusal(open) == .openToOthers(mode: mode))
            }
            try LogFile(path("log")).write("x")
            symlink(path("log"), path("link"))
            #expect(Self.refusal(path("link")) == .symbolicLink)
            mkfifo(path("pipe"), 0o600)
            #expect(Self.refusal(path("pipe")) == .notAFile)
            #expect(Self.refusal(folder.path) == .notAFile)
            #expect(Self.refusal("/dev/full") == .notAFile)
            #expect(Self.refusal(path("no/such")) == .system(errno: ENOENT))
        }
    }

    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }
}
