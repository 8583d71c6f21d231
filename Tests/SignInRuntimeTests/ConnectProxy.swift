import NIOCore
import NIOPosix

/// An HTTP proxy that opens tunnels, to this machine whatever the name, and remembers what it was asked.
actor ConnectProxy {
    enum Manner: Sendable {
        case open
        /// Opens the first time, and answers 503 from then on.
        case openOnce
        /// Opens to something that is no TLS server: it says this at once, and ends where it says nothing.
        case openTo(String)
        /// Opens, and passes nothing on.
        case openAndHang
        /// Opens to these credentials alone (the value of `Proxy-Authorization`), else answers 407.
        case demand(String)
        case refuse(String)
        case hang
        case close
        case talkNonsense
    }

    struct Request: Sendable, Hashable {
        let line: String
        let authorization: String?
    }

    nonisolated let port: Int
    private(set) var requests: [Request] = []
    private let manner: Manner
    private let channel: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>

    private init(_ manner: Manner) async throws {
        self.manner = manner
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        port = channel.channel.localAddress?.port ?? 0
    }

    /// Serves while `body` runs.
    @discardableResult
    static func with<Result: Sendable>(
        _ manner: Manner = .open,
        _ body: @Sendable (ConnectProxy) async throws -> Result
    ) async throws -> Result {
        let proxy = try await ConnectProxy(manner)
        let task = Task { try await proxy.serve() }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(proxy))
        } catch {
            result = .failure(error)
        }
        try? await proxy.channel.channel.close()
        _ = try? await task.value
        return try result.get()
    }

    private nonisolated func serve() async throws {
        try await channel.executeThenClose { clients in
            try await withThrowingDiscardingTaskGroup { group in
                for try await client in clients {
                    group.addTask { try? await self.serve(client) }
                }
            }
        }
    }

    private nonisolated func serve(_ client: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async throws {
        try await client.executeThenClose { inbound, outbound in
            var parts = inbound.makeAsyncIterator()
            var head = ""
            while !head.hasSuffix("\r\n\r\n") {
                guard let part = try await parts.next() else { return }
                head += String(buffer: part)
            }
            let request = Self.request(head)
            await remember(request)
            switch manner {
            case .demand(let credentials) where request.authorization != credentials:
                try await outbound.write(
                    ByteBuffer(
                        string:
                            "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
                            + "Content-Length: 2\r\n\r\nno"
                    )
                )
            case .openOnce where await requests.count > 1:
                try await outbound.write(ByteBuffer(string: "HTTP/1.1 503 Unavailable\r\nContent-Length: 2\r\n\r\nno"))
            case .refuse(let status):
                try await outbound.write(ByteBuffer(string: "HTTP/1.1 \(status)\r\nContent-Length: 2\r\n\r\nno"))
            case .hang:
                while try await parts.next() != nil {}
            case .close: break
            case .openTo(let words):
                try await outbound.write(ByteBuffer(string: "HTTP/1.1 200 Connection established\r\n\r\n"))
                guard try await parts.next() != nil, !words.isEmpty else { return }
                try await outbound.write(ByteBuffer(string: words))
                while try await parts.next() != nil {}
            case .openAndHang:
                try await outbound.write(ByteBuffer(string: "HTTP/1.1 200 Connection established\r\n\r\n"))
                while try await parts.next() != nil {}
            case .talkNonsense: try await outbound.write(ByteBuffer(string: "SSH-2.0-OpenSSH_9.2\r\n\r\n"))
            case .open, .openOnce, .demand:
                let upstream = try await Self.connect(to: request)
                try await outbound.write(ByteBuffer(string: "HTTP/1.1 200 Connection established\r\n\r\n"))
                try await upstream.executeThenClose { answers, questions in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask {
                            for try await part in answers { try await outbound.write(part) }
                            try await client.channel.close()
                        }
                        while let part = try await parts.next() { try await questions.write(part) }
                        group.cancelAll()
                    }
                }
            }
        }
    }

    private func remember(_ request: Request) { requests.append(request) }

    private static func request(_ head: String) -> Request {
        let lines = head.split(separator: "\r\n")
        return Request(
            line: lines.first.map(String.init) ?? "",
            authorization: lines.lazy.compactMap { line in
                line.lowercased().hasPrefix("proxy-authorization: ") ? String(line.dropFirst(21)) : nil
            }.first
        )
    }

    private static func connect(to request: Request) async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        let port = request.line.split(separator: " ")[1].split(separator: ":").last.flatMap { Int($0) } ?? 0
        return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel(wrappingChannelSynchronously: channel) }
            }
    }
}
