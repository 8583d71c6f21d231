import NIOCore
import NIOHTTP1
import NIOSSL

/// Watches over the answers of one connection once it is up, where the library does not tell enough.
///
/// It ends a connection whose answer has a status code below 100, which is none (RFC 9110 §15): the library would take its head
/// for an interim response, and its end for that of an answer that never began.
///
/// What ends a connection with a request under way is ``Cut``, whatever it is: bytes that TLS does not understand (RFC 8446
/// §6.2), a complaint of the system, or nothing at all. The library would tell some of it as a connection that failed.
final class AnswerGuard: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    /// The connection ended when a request had been written and its answer was not complete: it may have arrived.
    struct Cut: Error {}

    private static let lowest: UInt = 100

    private var isAwaited = false
    private var isOver = false

    /// Puts one between what reads the answers of `channel` and what takes them.
    static func add(to channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
            try pipeline.addHandler(AnswerGuard(), position: .after(decoder))
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        isAwaited = true
        context.write(data, promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head) where head.status.code < Self.lowest:
            isOver = true
            context.fireErrorCaught(HTTPParserError.invalidStatus)
            context.close(promise: nil)
        case .end: isAwaited = false
        default: break
        }
        if !isOver { context.fireChannelRead(data) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let isCut =
            error is BoringSSLError || error is NIOSSLError || error is IOError
            || error as? HTTPParserError == .invalidEOFState
        context.fireErrorCaught(isAwaited && isCut ? Cut() : error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isAwaited { context.fireErrorCaught(Cut()) }
        context.fireChannelInactive()
    }
}
