import Dispatch
import FoundationEssentials
import Glibc
import NIOCore
import NIOPosix
import OAuth
import SignIn
import Testing

@testable import SignInRuntime

/// RFC 9700 §2.1, RFC 6749 §10.12: another user of the machine reads the authorization URL among the browser's arguments,
/// opens it too, and brings a callback with this attempt's `state` and a code of their own.
@Suite("Attack: another user of the machine opens the URL too", .timeLimit(.minutes(1)))
struct OtherUserTests {
    /// A number that is nobody's here. A socket belongs to whom its thread opens files as; root may choose that.
    private static let nobody: uid_t = 64_321
    /// Whose the sockets of these tests are.
    private static let sender = getuid() == 0 ? nobody : getuid()

    /// A connection to a port of this machine, made as ``sender``.
    private struct Connection {
        let descriptor: Int32

        init(_ address: SocketAddress, from family: Int32? = nil) throws {
            let kind = family ?? Int32(address.protocol.rawValue)
            let open = try #require(dlsym(nil, "setfsuid"))
            let become = unsafeBitCast(open, to: (@convention(c) (uid_t) -> Int32).self)
            if getuid() == 0 { _ = become(OtherUserTests.sender) }
            descriptor = socket(kind, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            if getuid() == 0 { _ = become(0) }
            try #require(descriptor >= 0)
            try #require(address.withSockAddr { connect(descriptor, $0, socklen_t($1)) } == 0)
        }

        func send(_ text: String) {
            let bytes = Array(text.utf8)
            #expect(Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
        }

        /// All that comes until the other side closes; on a thread of its own, for it waits.
        func answer() async -> String {
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async {
                    var (bytes, part) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
                    while case let count = recv(descriptor, &part, part.count, 0), count > 0 {
                        bytes += part.prefix(count)
                    }
                    continuation.resume(returning: String(decoding: bytes, as: UTF8.self))
                }
            }
        }

        /// Ties it to the loopback interface: who looks for sockets of any interface does not find it.
        func tie() {
            let name = Array("lo".utf8)
            #expect(setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, name, socklen_t(name.count)) == 0)
        }

        /// Ends it: in good order, or by a reset.
        func end(byReset: Bool = false) {
            var now = linger(l_onoff: 1, l_linger: 0)
            if byReset { setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size)) }
            close(descriptor)
        }
    }

    /// What the test's listener hears, in order.
    private actor Heard {
        private(set) var all: [Arrival] = []
        func take(_ arrival: Arrival) { all.append(arrival) }
    }

    private static func listen(_ person: Set<uid_t>, _ heard: Heard) async throws -> any CallbackListener {
        try await LoopbackListeners(eventLoops: MultiThreadedEventLoopGroup.singleton, person: person)
            .open(try RedirectURI("http://localhost:0/callback")) { await heard.take($0) }
    }

    private static let addresses = [
        ("127.0.0.1", nil), ("::1", nil), ("::ffff:127.0.0.1", Optional(AF_INET6)),
    ]

    @Test("their callback is refused, whichever address it comes to, and its sender is named", arguments: addresses)
    func refused(host: String, family: Int32?) async throws {
        let heard = Heard()
        let listener = try await Self.listen([], heard)
        let address = try SocketAddress(ipAddress: host, port: listener.redirectURI.port)
        let connection = try Connection(address, from: family)
        connection.send("GET /callback?code=evil&state=s HTTP/1.1\r\nHost: localhost\r\n\r\n")
        let answer = await connection.answer()
        #expect(answer.hasPrefix("HTTP/1.1 403"))
        #expect(!answer.contains("evil"))
        #expect(await heard.all == [.refused(.sender(user: Self.sender))])
        connection.end()
        await listener.conclude(.cancelled)
    }

    @Test(
        "a socket that is tied to the loopback interface, before or after it sends, is nobody else's",
        arguments: [true, false]
    )
    func tied(isEarly: Bool) async throws {
        let heard = Heard()
        let listener = try await Self.listen([], heard)
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: listener.redirectURI.port)
        let connection = try Connection(address)
        if isEarly { connection.tie() }
        connection.send("GET /callback?code=evil&state=s HTTP/1.1\r\n")
        if !isEarly { connection.tie() }
        connection.send("Host: localhost\r\n\r\n")
        #expect(await connection.answer().hasPrefix("HTTP/1.1 403"))
        #expect(await heard.all == [.refused(.sender(user: Self.sender))])
        connection.end()
        await listener.conclude(.cancelled)
    }

    @Test("the person's own is taken", arguments: addresses)
    func own(host: String, family: Int32?) async throws {
        let heard = Heard()
        let listener = try await Self.listen([Self.sender], heard)
        let address = try SocketAddress(ipAddress: host, port: listener.redirectURI.port)
        let connection = try Connection(address, from: family)
        connection.send("GET /callback?code=good&state=s HTTP/1.1\r\nHost: localhost\r\n\r\n")
        while await heard.all.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
        guard case .callback(_, query: Secret("code=good&state=s")) = await heard.all.first else {
            Issue.record("\(await heard.all)")
            return
        }
        async let end: Void = listener.conclude(.cancelled)
        #expect(await connection.answer().hasPrefix("HTTP/1.1 303"))
        connection.end()
        await end
    }

    @Test("what asks for anything else is answered as before, whoever it is")
    func otherRequests() async throws {
        let heard = Heard()
        let listener = try await Self.listen([], heard)
        let connection = try Connection(SocketAddress(ipAddress: "127.0.0.1", port: listener.redirectURI.port))
        connection.send("GET /favicon.ico HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(await connection.answer().hasPrefix("HTTP/1.1 404"))
        connection.end()
        await listener.conclude(.cancelled)
    }

    @Test("who closes or resets the connection at once is not taken for somebody else", arguments: [false, true])
    func gone(byReset: Bool) async throws {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(server) }
        let any = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
        try #require(any.withSockAddr { bind(server, $0, socklen_t($1)) } == 0 && Glibc.listen(server, 1) == 0)
        guard case .v4(let unbound) = any else { return }
        var (bound, size) = (unbound.address, socklen_t(MemoryLayout.size(ofValue: unbound.address)))
        let named = withUnsafeMutablePointer(to: &bound) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(server, $0, &size) }
        }
        try #require(named == 0)
        let near = SocketAddress(bound)
        let connection = try Connection(near)
        var (peer, length) = (unbound.address, size)
        let accepted = withUnsafeMutablePointer(to: &peer) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { accept(server, $0, &length) }
        }
        defer { close(accepted) }
        let far = SocketAddress(peer)
        #expect(CallbackSender(near: near, far: far) == .user(Self.sender))
        func seen() -> CallbackSender {
            CallbackSender(near: near, far: far, among: TCPTables().sockets(at: near.port ?? 0))
        }
        #expect(seen() == .user(Self.sender))
        connection.send("GET /callback?code=evil&state=s HTTP/1.1\r\nHost: localhost\r\n\r\n")
        connection.end(byReset: byReset)
        #expect(CallbackSender(near: near, far: far) == nil)
        // A reset takes a moment to arrive.
        for _ in 0..<1_000 where seen() != .untold { try await Task.sleep(for: .milliseconds(1)) }
        #expect(seen() == .untold)
    }

    @Test("one whose other end is nowhere here is another machine's as long as ours is connected")
    func elsewhere() throws {
        let near = try SocketAddress(ipAddress: "127.0.0.1", port: 0x1F90)
        let far = try SocketAddress(ipAddress: "127.0.0.1", port: 0xC001)
        func seen(_ sockets: [TCPTables.Socket]?) -> CallbackSender {
            CallbackSender(near: near, far: far, among: sockets)
        }
        func socket(_ near: Substring, _ far: Substring, _ state: TCPTables.State, inode: Substring = "7")
            -> TCPTables.Socket
        {
            TCPTables.Socket(near: near, far: far, state: state, user: 1, inode: inode)
        }
        let (ours, theirs): (Substring, Substring) = ("0100007F:1F90", "0100007F:C001")
        let listening = socket(ours, "00000000:0000", .listening)
        #expect(seen([listening, socket(ours, theirs, .established)]) == .elsewhere)
        #expect(seen([listening, socket(ours, theirs, .other)]) == .untold)
        #expect(seen([listening]) == .untold, "it was reset")
        #expect(
            seen([listening, socket(ours, theirs, .established), socket(theirs, ours, .other, inode: "0")]) == .untold
        )
        #expect(seen([listening, socket(ours, theirs, .established), socket(theirs, ours, .established)]) == .user(1))
        let mapped: Substring = "0000000000000000FFFF0000"
        #expect(seen([socket("\(mapped)\(theirs)", "\(mapped)\(ours)", .established)]) == .user(1))
        #expect(seen([]) == .unknown, "not even the listener is there")
        #expect(seen(nil) == .untold, "they could not be read")
    }

    @Test("root, a sender outside of this machine's view, and a kernel that does not tell are no other users")
    func trusted() {
        #expect(CallbackSender(near: nil, far: nil) == nil && CallbackSender(near: nil, far: nil, among: []) == .untold)
        #expect(!CallbackSender.untold.isTrusted([Self.sender]))
        #expect(CallbackSender.user(0).isTrusted([]))
        #expect(CallbackSender.elsewhere.isTrusted([]))
        #expect(CallbackSender.unknown.isTrusted([]))
        #expect(CallbackSender.person.contains(getuid()))
        #expect(!CallbackSender.user(Self.nobody).isTrusted(CallbackSender.person))
    }
}
