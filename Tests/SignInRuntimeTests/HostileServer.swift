import Glibc
import NIOCore
import NIOPosix

/// Both servers of a sign-in on one port, one endpoint of which misbehaves until it is healed.
actor HostileServer {
    /// The two requests of a sign-in.
    enum Endpoint: String, Sendable, CaseIterable {
        case token = "POST /oauth/token "
        case profile = "GET /api/v2/users/me "
    }

    /// What comes back for a request.
    enum Answer: Sendable {
        /// These bytes, then the end.
        case bytes(String)
        /// These bytes, then nothing, with the connection open.
        case silence(after: String)
        /// These bytes, then a reset.
        case reset(after: String)
        /// These bytes one at a time, with a pause before each.
        case drip(String)
        /// This head, then a body that only the client can end.
        case flood(after: String)
    }

    nonisolated let port: Int
    /// The requests as they came, heads and bodies.
    private(set) var requests: [String] = []
    private let channel: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>
    private let endpoint: Endpoint
    private let answer: Answer
    private var isHealed = false
    private var task: Task<Void, any Error>?

    private init(_ endpoint: Endpoint, _ answer: Answer) async throws {
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        self.endpoint = endpoint
        self.answer = answer
        port = channel.channel.localAddress?.port ?? 0
    }

    /// Serves while `body` runs.
    static func with(
        _ endpoint: Endpoint,
        _ answer: Answer,
        _ body: @Sendable (HostileServer) async throws -> Void
    ) async throws {
        let server = try await HostileServer(endpoint, answer)
        await server.start()
        do {
            try await body(server)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    /// From now on all is well.
    func heal() {
        isHealed = true
    }

    private func start() {
        task = Task { [channel] in
            try await channel.executeThenClose { clients in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await client in clients {
                        group.addTask { try? await self.serve(client) }
                    }
                }
            }
        }
    }

    private func stop() async {
        // Not by cancelling: that would drop a connection that was just accepted.
        try? await channel.channel.close()
        _ = try? await task?.value
    }

    private func serve(_ client: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async throws {
        try await client.executeThenClose { inbound, outbound in
            var received = ""
            var parts = inbound.makeAsyncIterator()
            while !RawServer.isComplete(received) {
                guard let part = try await parts.next() else { return }
                received += String(buffer: part)
            }
            requests.append(received)
            guard !isHealed, received.hasPrefix(endpoint.rawValue) else {
                return try await outbound.write(ByteBuffer(string: Self.good(received)))
            }
            switch answer {
            case .bytes(let text):
                try await outbound.write(ByteBuffer(string: text))
            case .silence(let text):
                try await outbound.write(ByteBuffer(string: text))
                while try await parts.next() != nil {}
            case .reset(let text):
                try await outbound.write(ByteBuffer(string: text))
                try await (client.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                    .get()
                try await client.channel.close()
            case .drip(let text):
                for byte in text.utf8 {
                    try await outbound.write(ByteBuffer(bytes: [byte]))
                    try await Task.sleep(for: .milliseconds(50))
                }
            case .flood(let head):
                try await outbound.write(ByteBuffer(string: head))
                let piece = ByteBuffer(repeating: UInt8(ascii: "x"), count: 65_536)
                while true { try await outbound.write(piece) }
            }
        }
    }

    /// Every answer ends its connection: one that is kept might end just as the next request goes out on it.
    static let lastWord = "Connection: close\r\n"

    private static func good(_ request: String) -> String {
        request.hasPrefix(Endpoint.token.rawValue)
            ? httpAnswer(
                "200 OK",
                #"{"access_token":"access-1","token_type":"Bearer","expires_in":3600}"#,
                headers: lastWord
            )
            : httpAnswer("200 OK", #"{"id":"1","name":"Ada Okafor"}"#, headers: lastWord)
    }
}
