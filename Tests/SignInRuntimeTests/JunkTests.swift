import NIOCore
import NIOPosix
import OAuth
import SignIn
import SignInRuntime
import Synchronization
import Testing

/// What arrives at a port of this machine beside the callback.
enum Junk: String, CaseIterable, Sendable {
    case favicon, prefetch, otherPath, post, staleTab, withoutState, errorWithoutState, emptyCode, emptyState
    case codeTwice, stateTwice, foreignIssuer, foreignHost, rebound, noHost
    case longLine, tls, portScan, oldProtocol, halfRequest

    /// The bytes, to a listener on `port` whose attempt has the `state` parameter.
    func bytes(_ state: String, _ port: Int) -> [UInt8] {
        switch self {
        case .favicon: get("/favicon.ico", port)
        case .prefetch: get("/callback", port, "Sec-Purpose: prefetch\r\n")
        case .otherPath: get("/callback/?code=c&state=\(state)", port)
        case .post:
            Array("POST /callback HTTP/1.1\r\nHost: localhost:\(port)\r\nContent-Length: 0\r\n\r\n".utf8)
        case .staleTab: get("/callback?code=c&state=\(String(repeating: "s", count: state.count))", port)
        case .withoutState: get("/callback?code=c", port)
        case .errorWithoutState: get("/callback?error=access_denied", port)
        case .emptyCode: get("/callback?code=&state=\(state)", port)
        case .emptyState: get("/callback?code=c&state=", port)
        case .codeTwice: get("/callback?code=c&code=d&state=\(state)", port)
        case .stateTwice: get("/callback?code=c&state=\(state)&state=\(state)", port)
        case .foreignIssuer: get("/callback?code=c&state=\(state)&iss=https%3A%2F%2Fevil.example", port)
        case .foreignHost: get("/callback?code=c&state=\(state)", nil, "Host: evil.example\r\n")
        case .rebound: get("/callback?code=c&state=\(state)", nil, "Host: localhost.evil.example:\(port)\r\n")
        case .noHost: Array("GET /callback?code=c&state=\(state) HTTP/1.0\r\n\r\n".utf8)
        case .longLine: get("/callback?code=\(String(repeating: "a", count: 200_000))&state=\(state)", port)
        case .tls:
            // The beginning of a ClientHello, as a browser sends it that insists on https.
            [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3] + [UInt8](repeating: 0xA5, count: 506)
        case .portScan: Array("\0\0\0\u{18}whoami\r\n\r\n".utf8)
        case .oldProtocol: Array("SSH-2.0-scan\r\n".utf8)
        case .halfRequest: Array("GET /callback?code=c&state=\(state) HTTP/1.1\r\nHos".utf8)
        }
    }

    private func get(_ target: String, _ port: Int?, _ headers: String = "") -> [UInt8] {
        let host = port.map { "Host: localhost:\($0)\r\n" } ?? ""
        return Array("GET \(target) HTTP/1.1\r\n\(host)\(headers)\r\n".utf8)
    }

    /// The notice that it leaves on the screen.
    var notice: Notice.Kind {
        switch self {
        case .favicon, .otherPath: .requestRefused(.path)
        case .post: .requestRefused(.method)
        case .foreignHost, .rebound, .noHost: .requestRefused(.host)
        case .longLine: .requestRefused(.tooLong)
        case .tls, .portScan, .oldProtocol, .halfRequest: .requestRefused(.notHTTP)
        case .prefetch, .withoutState, .errorWithoutState: .callbackRefused(.missingState)
        case .staleTab: .callbackRefused(.foreignState)
        case .emptyCode: .callbackRefused(.empty(.code))
        case .emptyState: .callbackRefused(.empty(.state))
        case .codeTwice: .callbackRefused(.repeated(.code))
        case .stateTwice: .callbackRefused(.repeated(.state))
        case .foreignIssuer: .callbackRefused(.foreignIssuer)
        }
    }

    /// Whether there is an answer before the other side gives up.
    var isAnswered: Bool { self != .halfRequest }
}

/// A gate that a test opens.
private actor Gate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func open() {
        isOpen = true
        waiting.forEach { $0.resume() }
        waiting = []
    }

    func pass() async {
        if !isOpen { await withCheckedContinuation { waiting.append($0) } }
    }
}

/// Many connections, each with another kind of junk; every tenth says nothing, and stays open like those with half a
/// request.
private final class Flood: Sendable {
    /// The most that are under way at once.
    private static let width = 50

    private let state: String
    private let port: Int
    private let silent = Mutex<[RawClient]>([])
    private let refused = Atomic(0)

    init(_ state: String, _ port: Int) {
        self.state = state
        self.port = port
    }

    /// Connections that are open still.
    var open: [RawClient] { silent.withLock { $0 } }
    /// How many were answered with a refusal.
    var answered: Int { refused.load(ordering: .relaxed) }

    func send(_ numbers: Range<Int>) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in numbers {
                if number >= numbers.lowerBound + Self.width { try await group.next() }
                group.addTask { try await self.send(number) }
            }
            try await group.waitForAll()
        }
    }

    private func send(_ number: Int) async throws {
        let junk = Junk.allCases[number % Junk.allCases.count]
        let isSilent = number % 10 == 3
        let client = try await RawClient(
            number.isMultiple(of: 2) ? "127.0.0.1" : "::1",
            port: port,
            first: isSilent ? [] : junk.bytes(state, port)
        )
        if isSilent || !junk.isAnswered {
            silent.withLock { $0.append(client) }
        } else if try await client.answer().hasPrefix("HTTP/1.1 4") {
            refused.add(1, ordering: .relaxed)
        }
    }
}

@Suite("Junk at the listener", .serialized, .timeLimit(.minutes(2)))
struct JunkTests {
    private static func world(
        _ answers: @escaping @Sendable (HTTPRequest, Int) async throws(TransportError) -> HTTPResponse
    ) -> World {
        World(sockets: LoopbackListeners(eventLoops: MultiThreadedEventLoopGroup.singleton), answers)
    }

    /// Begins to sign in; returns the `state` parameter and the port once the listener waits.
    private static func begin(_ world: World) async throws -> (state: String, port: Int) {
        await world.engine.send(.signInChosen(world.engine.plan(try .sample())))
        let waiting = try await world.reach("a listener") { Self.attempt($0)?.boundRedirectURI != nil }
        let attempt = try #require(Self.attempt(waiting))
        return (attempt.expectedState.value.reveal(), try #require(attempt.boundRedirectURI).port)
    }

    private static func attempt(_ state: State) -> Attempt? {
        if case .awaitingCallback(let attempt) = state { attempt } else { nil }
    }

    private static func isSignedIn(_ state: State) -> Bool {
        if case .userProfile = state { true } else { false }
    }

    @Test("leaves its notice with the times it came, and the real callback signs in", arguments: Junk.allCases)
    func notices(junk: Junk) async throws {
        let world = Self.world { request, turn in request.method == .post ? .tokens(turn) : .ada }
        let (state, port) = try await Self.begin(world)
        let bytes = junk.bytes(state, port)
        for host in ["127.0.0.1", "::1"] {
            let client = try await RawClient(host, port: port, first: bytes)
            if junk.isAnswered {
                #expect(try await client.answer().hasPrefix("HTTP/1.1 4"))
            } else {
                try await client.channel.executeThenClose { _, _ in }
            }
        }
        try await world.reach("the notice, twice") { state in
            Self.attempt(state)?.notices.map { [$0.kind: $0.count] } == [[junk.notice: 2]]
        }
        let answer = try await RawClient.get("/callback?code=c0de&state=\(state)", port: port)
        #expect(answer.contains("/signed-in"))
        #expect(try await RawClient.get("/signed-in", port: port).hasPrefix("HTTP/1.1 200"))
        try await world.reach("a profile", Self.isSignedIn)
        #expect(world.server.lines.filter { $0.hasPrefix("POST") }.count == 1)
    }

    @Test("a thousand connections do not keep the real callback out, and the second real one is told the truth")
    func thousand() async throws {
        let gate = Gate()
        let world = Self.world { request, turn in
            // The exchange is under way until all have come.
            if request.method == .post { await gate.pass() }
            return request.method == .post ? .tokens(turn) : .ada
        }
        let (state, port) = try await Self.begin(world)
        let flood = Flood(state, port)
        try await flood.send(0..<700)
        #expect(await Self.attempt(world.engine.state)?.isExchanging == false)
        // The real callback, in the middle of it. Its answer is held for ten seconds at most.
        async let first = RawClient.get("/callback?code=c0de&state=\(state)", port: port)
        try await flood.send(700..<800)
        try await world.reach("the exchange") { Self.attempt($0)?.isExchanging == true }
        async let second = RawClient.get("/callback?code=c0de&state=\(state)", port: port, host: "::1")
        try await world.reach("the repeated callback") { state in
            Self.attempt(state)?.notices.contains { $0.kind == .callbackRepeated } == true
        }
        try await flood.send(800..<1000)
        await gate.open()
        for answer in [try await first, try await second] {
            #expect(answer.hasPrefix("HTTP/1.1 303"))
            #expect(answer.contains("/signed-in"))
        }
        // And a third time, after the end.
        #expect(try await RawClient.get("/callback?code=c0de&state=\(state)", port: port).contains("/signed-in"))
        for _ in 0..<2 { #expect(try await RawClient.get("/signed-in", port: port).hasPrefix("HTTP/1.1 200")) }
        try await world.reach("a profile", Self.isSignedIn)
        #expect(world.server.lines.filter { $0.hasPrefix("POST") }.count == 1)

        // Each was answered with a refusal, or stays open.
        #expect(flood.answered + flood.open.count == 1000)
        for client in flood.open { try? await client.channel.executeThenClose { _, _ in } }
    }

    @Test("a second real callback of an attempt that fails is told of the failure")
    func secondOfFailed() async throws {
        let gate = Gate()
        let world = Self.world { _, _ in
            await gate.pass()
            return .json(#"{"error":"invalid_grant"}"#, status: 400)
        }
        let (state, port) = try await Self.begin(world)
        async let first = RawClient.get("/callback?code=c0de&state=\(state)", port: port)
        try await world.reach("the exchange") { Self.attempt($0)?.isExchanging == true }
        async let second = RawClient.get("/callback?code=c0de&state=\(state)", port: port)
        try await world.reach("the repeated callback") { Self.attempt($0)?.notices.isEmpty == false }
        await gate.open()
        for answer in [try await first, try await second] { #expect(answer.contains("/failed")) }
        #expect(try await RawClient.get("/failed", port: port).contains("invalid_grant"))
    }
}
