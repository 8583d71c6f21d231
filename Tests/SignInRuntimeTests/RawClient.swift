import NIOCore
import NIOPosix

/// A client that sends bytes as they are and reads until the server closes.
struct RawClient {
    let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>

    init(_ host: String = "127.0.0.1", port: Int) async throws {
        channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel(wrappingChannelSynchronously: channel) }
            }
    }

    /// Sends `text` and returns all that comes back before the server closes.
    func exchange(_ text: String) async throws -> String {
        try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: text))
            var answer = ByteBuffer()
            do {
                for try await var part in inbound { answer.writeBuffer(&part) }
            } catch is IOError {
                // A reset after the answer is as good as an end.
            }
            return String(buffer: answer)
        }
    }

    static func get(_ target: String, port: Int, host: String = "127.0.0.1", headers: String = "") async throws
        -> String
    {
        let name = host.contains(":") ? "[\(host)]" : "localhost"
        return try await RawClient(host, port: port)
            .exchange("GET \(target) HTTP/1.1\r\nHost: \(name):\(port)\r\n\(headers)\r\n")
    }
}

extension EventLoopGroup where Self == MultiThreadedEventLoopGroup {
    static var singletonMultiThreadedEventLoopGroup: MultiThreadedEventLoopGroup { .singleton }
}

/// A server that answers every connection with the same bytes, and remembers what it was sent.
actor RawServer {
    enum Ending {
        case close, keepOpen
    }

    nonisolated let port: Int
    private(set) var requests: [String] = []
    private let channel: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>
    private let answer: String
    private let ending: Ending
    private var task: Task<Void, any Error>?

    init(answering answer: String, then ending: Ending = .close) async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        self.channel = channel
        self.answer = answer
        self.ending = ending
        port = channel.channel.localAddress?.port ?? 0
    }

    /// Serves while `body` runs.
    static func with<Result: Sendable>(
        answering answer: String,
        then ending: Ending = .close,
        _ body: @Sendable (RawServer) async throws -> Result
    ) async throws -> Result {
        let server = try await RawServer(answering: answer, then: ending)
        await server.start()
        do {
            let result = try await body(server)
            await server.stop()
            return result
        } catch {
            await server.stop()
            throw error
        }
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
            for try await part in inbound {
                received += String(buffer: part)
                guard Self.isComplete(received) else { continue }
                requests.append(received)
                received = ""
                try await outbound.write(ByteBuffer(string: answer))
                if ending == .close { return }
            }
        }
    }

    private static func isComplete(_ request: String) -> Bool {
        let parts = request.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return false }
        let length = parts[0].split(separator: "\r\n").lazy
            .filter { $0.lowercased().hasPrefix("content-length:") }
            .compactMap { Int($0.split(separator: ":")[1].drop { $0 == " " }) }
            .first
        return parts[1].utf8.count >= length ?? 0
    }
}

/// An answer of a server, with the right length.
func httpAnswer(_ status: String, _ body: String, type: String = "application/json", headers: String = "") -> String {
    "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
}
