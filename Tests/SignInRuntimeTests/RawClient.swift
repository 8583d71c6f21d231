import NIOCore
import NIOPosix

/// A client that sends bytes as they are and reads until the server closes.
struct RawClient {
    let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// - Parameter first: what is sent as soon as there is a connection, however busy the test's own threads are: a listener does
    ///   not wait for long.
    init(_ host: String = "127.0.0.1", port: Int, first: [UInt8] = []) async throws {
        channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([Opener(first), Copier()])
                    return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
    }

    /// All that comes back before the server closes.
    func answer() async throws -> String {
        try await channel.executeThenClose { inbound, _ in
            var answer = ByteBuffer()
            do {
                for try await var part in inbound { answer.writeBuffer(&part) }
            } catch is IOError {
                // A reset after the answer is as good as an end.
            }
            return String(buffer: answer)
        }
    }

    /// Sends `text` and returns all that comes back before the server closes.
    static func exchange(_ text: String, port: Int) async throws -> String {
        try await RawClient(port: port, first: Array(text.utf8)).answer()
    }

    static func get(_ target: String, port: Int, host: String = "127.0.0.1", headers: String = "") async throws
        -> String
    {
        let name = host.contains(":") ? "[\(host)]" : "localhost"
        let request = "GET \(target) HTTP/1.1\r\nHost: \(name):\(port)\r\n\(headers)\r\n"
        return try await RawClient(host, port: port, first: Array(request.utf8)).answer()
    }
}

/// Sends its bytes once there is a connection.
private final class Opener: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    func channelActive(context: ChannelHandlerContext) {
        if !bytes.isEmpty { context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil) }
        context.fireChannelActive()
    }
}

/// Hands on a copy of what was read: the library reads into the same memory again once nobody else has it, which the thread
/// sanitizer cannot see where that was another thread.
private final class Copier: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: unwrapInboundIn(data).readableBytesView)))
    }
}

extension EventLoopGroup where Self == MultiThreadedEventLoopGroup {
    static var singletonMultiThreadedEventLoopGroup: MultiThreadedEventLoopGroup { .singleton }
}

/// An answer of a server, with the right length.
func httpAnswer(_ status: String, _ body: String, type: String = "application/json", headers: String = "") -> String {
    "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
}
