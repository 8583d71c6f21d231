import NIOCore
import NIOHTTP1
import NIOSSL

/// Ends a connection whose answer has a status code below 100, which is none (RFC 9110 §15): the library would take its head
/// for an interim response, and its end for that of an answer that never began.
///
/// It is there once the connection is: what TLS does not understand from then on (RFC 8446 §6.2), or the system complains of, is no
/// connection that failed but an answer that was cut short, and the request may have arrived.
final class StatusGuard: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart

    private static let lowest: UInt = 100

    private var isOver = false

    /// Puts one between what reads the answers of `channel` and what takes them.
    static func add(to channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
            try pipeline.addHandler(StatusGuard(), position: .after(decoder))
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data), head.status.code < Self.lowest {
            isOver = true
            context.fireErrorCaught(HTTPParserError.invalidStatus)
            context.close(promise: nil)
        }
        if !isOver { context.fireChannelRead(data) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let isCut = error is BoringSSLError || error is NIOSSLError || error is IOError
        context.fireErrorCaught(isCut ? HTTPParserError.invalidEOFState : error)
    }
}
