import FoundationEssentials
import Glibc
import NIOCore
import NIOPosix
import OAuth
import SignIn
import SignInRuntime
import Testing

/// Remembers what arrived, and answers when told.
private actor Arrivals {
    private(set) var all: [Arrival] = []
    private var waiting: [CheckedContinuation<Arrival, Never>] = []
    private var unread: [Arrival] = []

    func take(_ arrival: Arrival) {
        all.append(arrival)
        if waiting.isEmpty { unread.append(arrival) } else { waiting.removeFirst().resume(returning: arrival) }
    }

    func next() async -> Arrival {
        if !unread.isEmpty { return unread.removeFirst() }
        return await withCheckedContinuation { waiting.append($0) }
    }
}

@Suite("The loopback listener", .serialized, .timeLimit(.minutes(2)))
struct LoopbackListenerTests {
    private static func open(
        _ uri: String = "http://localhost:0/callback",
        _ arrivals: Arrivals = Arrivals()
    ) async throws -> any CallbackListener {
        try await LoopbackListeners(eventLoops: MultiThreadedEventLoopGroup.singleton).open(try RedirectURI(uri)) {
            await arrivals.take($0)
        }
    }

    private static func isRefused(_ host: String, _ port: Int) async -> Bool {
        do {
            let client = try await RawClient(host, port: port)
            try await client.channel.executeThenClose { _, _ in }
            return false
        } catch {
            return true
        }
    }

    /// Whether nobody listens any longer. (Another test may be starting a process, which for a moment has copies of all
    /// sockets.)
    private static func isClosed(_ host: String, _ port: Int) async throws -> Bool {
        for _ in 0..<500 {
            if await isRefused(host, port) { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    @Test("localhost listens on 127.0.0.1 and on ::1, on one port, and the redirect URI has that port")
    func bothAddresses() async throws {
        let listener = try await Self.open()
        let port = listener.redirectURI.port
        #expect(port > 0)
        #expect(listener.redirectURI.value == "http://localhost:\(port)/callback")
        for host in ["127.0.0.1", "::1"] {
            let answer = try await RawClient.get("/elsewhere", port: port, host: host)
            #expect(answer.hasPrefix("HTTP/1.1 404"))
        }
        await listener.conclude(.cancelled)
    }

    @Test("a literal address listens on itself and on nothing else")
    func literalAddress() async throws {
        let listener = try await Self.open("http://127.0.0.1:0/callback")
        let port = listener.redirectURI.port
        #expect(await Self.isRefused("::1", port))
        #expect(await !Self.isRefused("127.0.0.1", port))
        await listener.conclude(.cancelled)
    }

    @Test(
        "nobody else gets the port while it listens, not even by asking to share addresses or ports",
        arguments: ["127.0.0.1", "::1", "0.0.0.0", "::"],
        [.so_reuseaddr, NIOBSDSocket.Option(rawValue: SO_REUSEPORT)]
    )
    func noSharing(host: String, option: NIOBSDSocket.Option) async throws {
        let listener = try await Self.open()
        let port = listener.redirectURI.port
        await #expect {
            _ = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(option), value: 1)
                .bind(host: host, port: port).get()
        } throws: {
            ($0 as? IOError)?.errnoCode == EADDRINUSE
        }
        await listener.conclude(.cancelled)
    }

    @Test(
        "a port that another program has is refused at once, and the program is named",
        arguments: ["127.0.0.1", "::1"]
    )
    func busyPort(host: String) async throws {
        // Below the ports that the system gives to clients, one of which could take it in between.
        var bound: (any Channel)?
        while bound == nil {
            bound = try? await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(host: host, port: .random(in: 20_000..<30_000)).get()
        }
        let other = try #require(bound)
        let port = try #require(other.localAddress?.port)
        // A program may give itself any name.
        let ownName = try String(contentsOfFile: "/proc/self/comm", encoding: .utf8)
        try Data("\u{1B}]0;PWN\u{7}".utf8).write(to: URL(fileURLWithPath: "/proc/self/comm"))
        let failure = await #expect(throws: ListenerFailure.self) {
            _ = try await Self.open("http://localhost:\(port)/callback")
        }
        try Data(ownName.utf8).write(to: URL(fileURLWithPath: "/proc/self/comm"))
        guard case .portInUse(port, let holder?) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(holder.hasSuffix("PWN (process \(getpid()))"))
        #expect(holder.unicodeScalars.allSatisfy { $0.value >= 0x20 }, "\(Array(holder.utf8))")
        try await other.close()
        // The address that was free a moment ago is free again. (Another test may be starting a process, which for a
        // moment has copies of all sockets.)
        var listener: (any CallbackListener)?
        for _ in 0..<500 where listener == nil {
            listener = try? await Self.open("http://localhost:\(port)/callback")
            if listener == nil { try await Task.sleep(for: .milliseconds(10)) }
        }
        await (try #require(listener)).conclude(.cancelled)
    }

    @Test("the browser's answer waits for the truth, then goes by 303 to a page that tells it")
    func truth() async throws {
        let arrivals = Arrivals()
        let listener = try await Self.open(arrivals: arrivals)
        let port = listener.redirectURI.port
        async let answer = RawClient.get("/callback?code=c&state=s", port: port)
        guard case .callback(_, let query) = await arrivals.next() else {
            Issue.record("no callback")
            return
        }
        #expect(query.reveal() == "code=c&state=s")
        async let end: Void = listener.conclude(.signedIn)
        let redirect = try await answer
        #expect(redirect.hasPrefix("HTTP/1.1 303"))
        #expect(Self.header("location", in: redirect) == "/signed-in")
        #expect(Self.header("cache-control", in: redirect) == "no-store")
        let again = try await RawClient.get("/callback?code=c&state=s", port: port)
        #expect(Self.header("location", in: again) == "/signed-in")
        let page = try await RawClient.get("/signed-in", port: port)
        #expect(page.hasPrefix("HTTP/1.1 200"))
        #expect(!page.contains("<script"))
        #expect(Self.header("referrer-policy", in: page) == "no-referrer")
        let policy = try #require(Self.header("content-security-policy", in: page))
        #expect(policy.contains("default-src 'none'"))
        #expect(!policy.contains("unsafe"))
        await end
        #expect(try await Self.isClosed("127.0.0.1", port))
        #expect(try await Self.isClosed("::1", port))
    }

    @Test("a failed attempt ends on /failed, with the words of the failure and nothing unescaped")
    func failedPage() async throws {
        let arrivals = Arrivals()
        let listener = try await Self.open(arrivals: arrivals)
        let port = listener.redirectURI.port
        async let answer = RawClient.get("/callback?error=x&state=s", port: port)
        _ = await arrivals.next()
        let settings = try SignInSettings.sample()
        let failure = Failure(
            .authorization(ErrorResponse(code: ErrorCode("<script>alert(1)</script>"))),
            .init(settings)
        )
        async let end: Void = listener.conclude(.failed(failure))
        #expect(Self.header("location", in: try await answer) == "/failed")
        let page = try await RawClient.get("/failed", port: port)
        #expect(page.contains("&lt;script&gt;"))
        #expect(!page.contains("<script"))
        #expect(try await RawClient.get("/signed-in", port: port).hasPrefix("HTTP/1.1 404"))
        await end
    }

    @Test("a refused callback gets 400 and the listener goes on")
    func refusedCallback() async throws {
        let arrivals = Arrivals()
        let listener = try await Self.open(arrivals: arrivals)
        let port = listener.redirectURI.port
        async let first = RawClient.get("/callback?code=c&state=forged", port: port)
        guard case .callback(let reply, _) = await arrivals.next() else {
            Issue.record("no callback")
            return
        }
        await listener.refuse(reply, .foreignState)
        #expect(try await first.hasPrefix("HTTP/1.1 400"))
        async let second = RawClient.get("/callback?code=c&state=right", port: port)
        _ = await arrivals.next()
        async let end: Void = listener.conclude(.signedIn)
        #expect(try await second.hasPrefix("HTTP/1.1 303"))
        _ = try await RawClient.get("/signed-in", port: port)
        await end
    }

    @Test(
        "what is no GET of the exact path with a loopback Host gets an error page and changes nothing",
        arguments: [
            ("POST /callback?code=c&state=s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", "405", .method),
            ("HEAD /callback?code=c&state=s HTTP/1.1\r\nHost: localhost\r\n\r\n", "405", .method),
            ("GET /callback/?code=c HTTP/1.1\r\nHost: localhost\r\n\r\n", "404", .path),
            ("GET /favicon.ico HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", "404", .path),
            ("GET /signed-in HTTP/1.1\r\nHost: localhost\r\n\r\n", "404", .path),
            ("GET /callback?code=c&state=s HTTP/1.1\r\nHost: evil.example\r\n\r\n", "400", .host),
            ("GET /callback?code=c&state=s HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n", "400", .host),
            ("GET /callback?code=c&state=s HTTP/1.1\r\nHost: localhost\r\nhost: evil.example\r\n\r\n", "400", .host),
            ("GET /callback?code=c&state=s HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", "400", .host),
            ("GET /callback?code=c&state=s HTTP/1.0\r\n\r\n", "400", .host),
            ("\u{16}\u{3}\u{1}\u{2}\u{0}\r\n\r\n", "400", .notHTTP),
            ("GET /callback?code=\(String(repeating: "a", count: 200_000)) HTTP/1.1\r\n\r\n", "400", .tooLong),
            (head(16_385, of: "code=c&state=s"), "431", .tooLong),
            (head(60_000, of: "code=c&state=s"), "431", .tooLong),
        ] as [(String, String, RequestRefusal)]
    )
    func refusals(request: String, status: String, refusal: RequestRefusal) async throws {
        let arrivals = Arrivals()
        let listener = try await Self.open(arrivals: arrivals)
        let answer = try await RawClient.exchange(request, port: listener.redirectURI.port)
        #expect(answer.hasPrefix("HTTP/1.1 \(status)"))
        #expect(await arrivals.next() == .refused(refusal))
        await listener.conclude(.cancelled)
        #expect(await arrivals.all.count == 1)
    }

    /// A callback of `count` bytes, most of them a cookie.
    private static func head(_ count: Int, of query: String, cookies: Int = 1) -> String {
        let start = "GET /callback?\(query) HTTP/1.1\r\nHost: localhost\r\n"
        let left = count - start.utf8.count - 2
        let each = left / cookies
        let fields = (0..<cookies).map { index in
            let count = index == 0 ? left - each * (cookies - 1) : each
            return "Cookie: " + String(repeating: "a", count: count - "Cookie: \r\n".utf8.count) + "\r\n"
        }
        return start + fields.joined() + "\r\n"
    }

    @Test("a callback that brings 16 KB of cookies is taken, in one field or in many", arguments: [1, 150])
    func cookies(count: Int) async throws {
        let arrivals = Arrivals()
        let listener = try await Self.open(arrivals: arrivals)
        let port = listener.redirectURI.port
        let request = Self.head(16_384, of: "code=c&state=s", cookies: count)
        async let answer = RawClient.exchange(request, port: port)
        guard case .callback = await arrivals.next() else {
            Issue.record("no callback")
            return
        }
        async let end: Void = listener.conclude(.signedIn)
        #expect(try await answer.hasPrefix("HTTP/1.1 303"))
        _ = try await RawClient.get("/signed-in", port: port)
        await end
    }

    @Test("a half request and a hundred silent connections do not hold up the callback")
    func slowNeighbours() async throws {
        let arrivals = Arrivals()
        let listener = try await Self.open(arrivals: arrivals)
        let port = listener.redirectURI.port
        var silent: [RawClient] = []
        for _ in 0..<99 { silent.append(try await RawClient(port: port)) }
        let slow = try await RawClient(port: port, first: Array("GET /callback?code=c HTTP/1.1\r\nHos".utf8))
        async let half = slow.answer()
        async let answer = RawClient.get("/callback?code=c&state=s", port: port)
        guard case .callback = await arrivals.next() else {
            Issue.record("the callback did not arrive first")
            return
        }
        async let end: Void = listener.conclude(.signedIn)
        #expect(try await answer.hasPrefix("HTTP/1.1 303"))
        _ = try await RawClient.get("/signed-in", port: port)
        await end
        #expect(try await half.isEmpty)
        for client in silent { try? await client.channel.executeThenClose { _, _ in } }
    }

    @Test("a head that drips in, a line a second, is cut off, and what it asked for does not arrive")
    func slowHead() async throws {
        let arrivals = Arrivals()
        let listener = try await Self.open(arrivals: arrivals)
        let client = try await RawClient(port: listener.redirectURI.port)
        try await client.channel.executeThenClose { inbound, outbound in
            let dripping = Task {
                try await outbound.write(ByteBuffer(string: "GET /callback?code=c HTTP/1.1\r\n"))
                for line in 1...60 {
                    try await outbound.write(ByteBuffer(string: "X-Line-\(line): x\r\n"))
                    try await Task.sleep(for: .seconds(1))
                }
                try await outbound.write(ByteBuffer(string: "Host: localhost\r\n\r\n"))
            }
            // Ends when the listener closes, long before the sixtieth line.
            do {
                for try await _ in inbound {}
            } catch is IOError {
                // Cut off with a reset.
            }
            dripping.cancel()
            _ = try? await dripping.value
        }
        #expect(await arrivals.next() == .refused(.notHTTP))
        await listener.conclude(.cancelled)
        #expect(await arrivals.all.count == 1)
    }

    @Test("a new attempt takes over the port of one that still waits to serve its last page, and serves that page")
    func takeOver() async throws {
        let listeners = LoopbackListeners(eventLoops: MultiThreadedEventLoopGroup.singleton)
        let arrivals = Arrivals()
        let first = try await listeners.open(try RedirectURI("http://localhost:0/callback")) { await arrivals.take($0) }
        let port = first.redirectURI.port
        async let answer = RawClient.get("/callback?error=access_denied&state=s", port: port)
        _ = await arrivals.next()
        let failure = Failure(.missingCode, .init(try SignInSettings.sample()))
        async let end: Void = first.conclude(.failed(failure))
        #expect(Self.header("location", in: try await answer) == "/failed")
        let second = try await listeners.open(first.redirectURI) { await arrivals.take($0) }
        #expect(second.redirectURI == first.redirectURI)
        #expect(try await RawClient.get("/failed", port: port).hasPrefix("HTTP/1.1 200"))
        await end
        await second.conclude(.cancelled)
        #expect(try await Self.isClosed("127.0.0.1", port))
    }

    private static func header(_ name: String, in answer: String) -> String? {
        answer.split(separator: "\r\n").first { $0.lowercased().hasPrefix("\(name):") }
            .map { String($0.dropFirst(name.count + 1).drop { $0 == " " }) }
    }
}

extension LoopbackListenerTests {
    private static func open(arrivals: Arrivals) async throws -> any CallbackListener {
        try await open("http://localhost:0/callback", arrivals)
    }
}
