import NIOCore
import NIOPosix
import NIOSSL

/// A server that answers every connection with the same bytes, and remembers what it was sent.
actor RawServer {
    enum Ending {
        case close, keepOpen
        /// TLS: the connection is cut without a word.
        case cut
        /// TLS: bytes come that are none of its.
        case garbled
    }

    nonisolated let port: Int
    private(set) var requests: [String] = []
    private let channel: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>
    private let answer: String
    private let ending: Ending
    private var task: Task<Void, any Error>?

    private init(answering answer: String, then ending: Ending, tls: NIOSSLContext?) async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(Scissors(), name: Scissors.name)
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    }
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
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
        tls: NIOSSLContext? = nil,
        _ body: @Sendable (RawServer) async throws -> Result
    ) async throws -> Result {
        let server = try await RawServer(answering: answer, then: ending, tls: tls)
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
                switch ending {
                case .close: return
                case .keepOpen: continue
                case .cut: return try await Scissors.end(client.channel)
                case .garbled: return try await Scissors.end(client.channel, after: "HTTP/1.1 502 Bad Gateway\r\n\r\n")
                }
            }
        }
    }

    static func isComplete(_ request: String) -> Bool {
        let parts = request.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return false }
        let length = parts[0].split(separator: "\r\n").lazy
            .filter { $0.lowercased().hasPrefix("content-length:") }
            .compactMap { Int($0.split(separator: ":")[1].drop { $0 == " " }) }
            .first
        return parts[1].utf8.count >= length ?? 0
    }
}

/// Sits below the TLS handler, so that the connection can be ended there.
private final class Scissors: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    static let name = "scissors"

    /// Ends `channel` from below the TLS handler, which would say goodbye, after `bytes` that are none of TLS.
    static func end(_ channel: any Channel, after bytes: String = "") async throws {
        try await channel.eventLoop.flatSubmit {
            do {
                let context = try channel.pipeline.syncOperations.context(name: name)
                if !bytes.isEmpty { context.writeAndFlush(NIOAny(ByteBuffer(string: bytes)), promise: nil) }
                return context.close()
            } catch {
                return channel.eventLoop.makeFailedFuture(error)
            }
        }.get()
    }
}
