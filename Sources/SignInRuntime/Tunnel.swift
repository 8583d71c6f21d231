import FoundationEssentials
import NIOCore
import NIOHTTP1
import OAuth

extension Route {
    /// The request for a tunnel (RFC 9110 §9.3.6). This is where the proxy's password is opened for it.
    func connectRequest(through proxy: Proxy) -> HTTPRequestHead {
        var head = HTTPRequestHead(version: .http1_1, method: .CONNECT, uri: target.authority)
        head.headers.add(name: "Host", value: target.authority)
        if let user = proxy.user {
            let credentials = Data("\(user):\(proxy.password?.reveal() ?? "")".utf8).base64EncodedString()
            head.headers.add(name: "Proxy-Authorization", value: "Basic \(credentials)")
        }
        return head
    }
}

/// Asks a proxy for a tunnel and tells what it answered.
final class TunnelOpener: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let head: HTTPRequestHead
    private let opened: EventLoopPromise<Void>
    private let failure: (TransportError.ProxyProblem) -> TransportError

    init(
        _ head: HTTPRequestHead,
        _ opened: EventLoopPromise<Void>,
        _ failure: @escaping (TransportError.ProxyProblem) -> TransportError
    ) {
        self.head = head
        self.opened = opened
        self.failure = failure
    }

    func handlerAdded(context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            switch head.status.code {
            case 200..<300: break
            case 407: opened.fail(failure(.credentials))
            case let status: opened.fail(failure(.denied(status: Int(status))))
            }
        case .body: break
        case .end: opened.succeed()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        opened.fail(failure(error is HTTPParserError ? .notHTTP : .closed))
    }

    func channelInactive(context: ChannelHandlerContext) { opened.fail(failure(.closed)) }
}
