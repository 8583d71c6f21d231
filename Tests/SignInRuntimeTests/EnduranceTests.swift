import Foundation
import GenesysCloud
import Glibc
import NIOCore
import NIOPosix
import OAuth
import SessionStore
import SignIn
import SignInRuntime
import Testing

#if compiler(>=6.2)
    /// In a process of its own, in which nobody else opens, starts or takes anything.
    @Suite("Long runs", .serialized, .timeLimit(.minutes(10)))
    struct EnduranceTests {
        @Test(
            "a thousand sign-ins and a thousand refreshes in one process leave no descriptor, thread or memory behind"
        )
        func flat() async {
            let end = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
                do {
                    try await Endurance.run()
                } catch {
                    FileHandle.standardError.write(Data("\(error)\n".utf8))
                    exit(0)
                }
            }
            #expect(end.map { String(decoding: $0.standardErrorContent, as: UTF8.self) } == "")
        }
    }
#endif

private enum Endurance {
    static func run() async throws {
        let server = try await QuietServer()
        let live = LiveTransport(eventLoops: MultiThreadedEventLoopGroup.singleton)
        let engine = engine(live)
        let settings = try SignInSettings.sample(login: server.origin, api: server.origin)
        // What is made once: threads, pools, caches.
        for _ in 0..<400 { try await round(engine, settings) }
        let before = try await Footprint.settled()
        for _ in 0..<1_000 { try await round(engine, settings) }
        let after = try await Footprint.settled(atMost: before.descriptors)
        try await refuse(engine, settings)
        await engine.send(.quitChosen)
        for await _ in engine.states {}
        await live.shutdown()
        try await server.end()
        try demand(after.descriptors <= before.descriptors, "descriptors: \(before.descriptors), \(after.descriptors)")
        try demand(after.threads <= before.threads + 2, "threads: \(before.threads), then \(after.threads)")
        try demand(after.children == 0, "\(after.children) processes are left")
        // The allocator's arenas fill up for some two thousand rounds more, by ten megabytes here, and then no longer.
        try demand(after.memory < before.memory + 16 * 1024, "memory: \(before.memory) KB, then \(after.memory)")
    }

    private static func engine(_ live: LiveTransport) -> Engine {
        let listeners = LoopbackListeners(eventLoops: MultiThreadedEventLoopGroup.singleton)
        return Engine(
            Dependencies(
                now: { Date() },
                sleepUntil: { date in try await WallClock.sleep(until: date) },
                entropy: {
                    var generator = SystemRandomNumberGenerator()
                    return Entropy(from: &generator)
                },
                listen: { uri, expects, handler throws(ListenerFailure) in
                    try await listeners.open(uri, expects: expects, handler: handler)
                },
                openBrowser: { _, started throws(BrowserFailure) in await started() },
                transport: live.transport,
                store: .memory()
            )
        )
    }

    /// Signs in, refreshes, signs out.
    private static func round(_ engine: Engine, _ settings: SignInSettings) async throws {
        await engine.send(.signInChosen(engine.plan(settings)))
        let waiting = try await reach(engine) {
            if case .awaitingCallback(let attempt) = $0 { attempt.authorizationURL != nil } else { false }
        }
        guard case .awaitingCallback(let attempt) = waiting, let port = attempt.boundRedirectURI?.port else {
            throw Unreached(state: waiting)
        }
        _ = try await RawClient.get("/callback?code=c&state=\(attempt.state)", port: port)
        _ = try await RawClient.get("/signed-in", port: port)
        let signedIn = try await reach(engine) { $0.isSignedIn }
        await engine.send(.refreshChosen(engine.plan(settings)))
        _ = try await reach(engine) {
            guard case .userProfile(let now) = $0, case .userProfile(let before) = signedIn else { return false }
            return now.held.session.receivedAt > before.held.session.receivedAt && now.held.refresh == .idle
        }
        await engine.send(.signOutChosen)
        _ = try await reach(engine) { $0 == .loggedOut(.signedOut(.revoked)) }
    }

    /// One attempt, and thousands of callbacks that are none of its own.
    private static func refuse(_ engine: Engine, _ settings: SignInSettings) async throws {
        await engine.send(.signInChosen(engine.plan(settings)))
        let waiting = try await reach(engine) {
            if case .awaitingCallback(let attempt) = $0 { attempt.authorizationURL != nil } else { false }
        }
        guard case .awaitingCallback(let attempt) = waiting, let port = attempt.boundRedirectURI?.port else {
            throw Unreached(state: waiting)
        }
        var before = 0
        for number in 0..<7_000 {
            if number == 1_000 { before = Footprint.now.memory }
            _ = try await RawClient.get("/callback?code=c&state=forged", port: port)
        }
        let after = Footprint.now.memory
        try demand(after < before + 4 * 1024, "memory, of refused callbacks: \(before) KB, then \(after)")
    }

    private static func reach(_ engine: Engine, _ isReached: (State) -> Bool) async throws -> State {
        for _ in 0..<30_000 {
            let state = await engine.state
            if isReached(state) { return state }
            try await Task.sleep(for: .milliseconds(1))
        }
        throw Unreached(state: await engine.state)
    }

    private static func demand(_ condition: Bool, _ words: String) throws {
        if !condition { throw Grown(words: words) }
    }

    private struct Unreached: Error { let state: State }
    private struct Grown: Error { let words: String }
}

/// What the process holds.
private struct Footprint {
    let descriptors: Int
    let threads: Int
    let children: Int
    /// In kilobytes.
    let memory: Int

    /// The footprint once the last listeners are closed, which wait half a second for a reload of their page.
    static func settled(atMost limit: Int = 0) async throws -> Footprint {
        var last = Footprint.now
        var calm = 0
        for _ in 0..<600 where calm < 20 {
            try await Task.sleep(for: .milliseconds(50))
            let now = Footprint.now
            calm = now.descriptors == last.descriptors || now.descriptors <= limit ? calm + 1 : 0
            last = now
        }
        return last
    }

    static var now: Footprint {
        Footprint(
            descriptors: count("/proc/self/fd"),
            threads: count("/proc/self/task"),
            children: count("/proc/self/task/\(getpid())/children", words: true),
            memory: memory()
        )
    }

    private static func count(_ path: String, words: Bool = false) -> Int {
        guard !words else { return text(path).split(separator: " ").count }
        guard let folder = opendir(path) else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        return count
    }

    private static func memory() -> Int {
        let line = text("/proc/self/status").split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }

    private static func text(_ path: String) -> String {
        let file = open(path, O_RDONLY)
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = read(file, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }
}

/// A server that answers everything with one answer, which does for a token, a refresh, a profile and a sign-out, and
/// remembers nothing.
private struct QuietServer {
    let origin: String
    private let channel: any Channel

    init() async throws {
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Answerer()) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        origin = "http://127.0.0.1:\(channel.localAddress?.port ?? 0)"
    }

    func end() async throws {
        try await channel.close()
    }

    private final class Answerer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private static let answer = httpAnswer(
            "200 OK",
            #"{"access_token":"a","token_type":"bearer","expires_in":3600,"refresh_token":"r","id":"1","name":"Ada"}"#,
            headers: "Connection: close\r\n"
        )
        private var received = ""

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += String(buffer: unwrapInboundIn(data))
            guard RawServer.isComplete(received) else { return }
            received = ""
            let channel = context.channel
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: Self.answer)))
                .whenComplete { _ in channel.close(promise: nil) }
        }
    }
}
