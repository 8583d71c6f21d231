import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOTLS
import OAuth
import Synchronization

/// A connection made step by step, to learn what each step does. It sends no request: only a proxy's `CONNECT` and the
/// handshake go out.
struct StepwiseConnection: Sendable {
    let route: Route
    let eventLoop: any EventLoop
    /// When every step must be done.
    let deadline: NIODeadline

    /// The addresses of the next hop.
    func resolve() async throws(TransportError) -> [SocketAddress] {
        let (host, port) = route.nextHop
        let found = promise(of: [SocketAddress].self, late: .unresolved(route))
        NIOThreadPool.singleton.submit { _ in found.succeed(Self.addresses(of: host, port: port)) }
        let addresses = try await value(of: found)
        guard !addresses.isEmpty else { throw .unresolved(route) }
        return addresses
    }

    /// A TCP connection to the first of `addresses` that takes it.
    func connect(to addresses: [SocketAddress]) async throws(TransportError) -> any Channel {
        let (host, port) = route.nextHop
        let connecting = ClientBootstrap(group: eventLoop)
            .resolver(KnownAddresses(eventLoop: eventLoop, addresses: addresses))
            .connectTimeout(deadline - .now())
            .connect(host: host, port: port)
        let connected = eventLoop.makePromise(of: (any Channel).self)
        connecting.cascade(to: connected)
        do throws(TransportError) {
            return try await value(of: connected)
        } catch {
            connecting.whenSuccess { $0.close(promise: nil) }
            throw error
        }
    }

    /// Has `proxy` open a tunnel.
    func openTunnel(_ channel: any Channel, through proxy: Proxy) async throws(TransportError) {
        let host = route.target.host
        let opened = promise(of: Void.self, late: .late(route))
        let head = route.connectRequest(through: proxy)
        let added = eventLoop.submit {
            let handlers: [any ChannelHandler & RemovableChannelHandler] = [
                HTTPRequestEncoder(), ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes)),
                TunnelOpener(head, opened) { .proxy(host: host, proxy: proxy.address, $0) },
            ]
            for handler in handlers { try channel.pipeline.syncOperations.addHandler(handler) }
        }
        added.cascadeFailure(to: opened)
        try await value(of: opened)
        let removed = eventLoop.flatSubmit {
            let pipeline = channel.pipeline.syncOperations
            return EventLoopFuture.andAllSucceed(
                [
                    (try? pipeline.handler(type: TunnelOpener.self)).map { pipeline.removeHandler($0) },
                    (try? pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self))
                        .map { pipeline.removeHandler($0) },
                    (try? pipeline.handler(type: HTTPRequestEncoder.self)).map { pipeline.removeHandler($0) },
                ].compactMap { $0 },
                on: eventLoop
            )
        }
        do {
            try await removed.get()
        } catch {
            throw .closed(host: host)
        }
    }

    /// The handshake, with the certificate checked as every request checks it.
    func handshake(_ channel: any Channel, _ context: NIOSSLContext) async throws(TransportError) {
        if let obstacle = route.obstacle { throw obstacle }
        let serverName = route.target.serverName
        try await handshake(channel) { try NIOSSLClientHandler(context: context, serverHostname: serverName) }
    }

    /// A handshake that ends once the server has shown its certificate: the time in which that is valid, in seconds
    /// since 1970. Trusts nothing.
    func certificateTimes(_ channel: any Channel, _ context: NIOSSLContext) async -> ClosedRange<Int>? {
        let shown = Shown()
        let serverName = route.target.serverName
        // Fails always: the callback refuses every certificate.
        try? await handshake(channel) {
            try NIOSSLClientHandler(context: context, serverHostname: serverName) { chain, verdict in
                shown.leaf.withLock { $0 = chain.first }
                verdict.succeed(NIOSSLVerificationResult.failed)
            }
        }
        return shown.leaf.withLock { leaf in
            guard let leaf, leaf.notValidBefore <= leaf.notValidAfter else { return nil }
            return leaf.notValidBefore...leaf.notValidAfter
        }
    }

    private func handshake(
        _ channel: any Channel,
        _ handler: @escaping @Sendable () throws -> NIOSSLClientHandler
    ) async throws(TransportError) {
        let done = promise(of: Void.self, late: .lateHandshake(route))
        eventLoop.submit {
            try channel.pipeline.syncOperations.addHandlers([handler(), HandshakeWatch(done)])
        }.cascadeFailure(to: done)
        try await value(of: done)
    }

    private func promise<Value: Sendable>(of _: Value.Type, late: TransportError) -> EventLoopPromise<Value> {
        let promise = eventLoop.makePromise(of: Value.self)
        let timer = eventLoop.scheduleTask(deadline: deadline) { promise.fail(late) }
        promise.futureResult.whenComplete { _ in timer.cancel() }
        return promise
    }

    private func value<Value: Sendable>(of promise: EventLoopPromise<Value>) async throws(TransportError) -> Value {
        do {
            return try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                promise.fail(CancellationError())
            }
        } catch {
            throw TransportError(error, route: route)
        }
    }

    private static func addresses(of host: String, port: Int) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0, let list else { return [] }
        defer { freeaddrinfo(list) }
        return sequence(first: list) { $0.pointee.ai_next }.compactMap { entry in
            guard let address = entry.pointee.ai_addr else { return nil }
            let bytes = UnsafeRawPointer(address)
            return switch entry.pointee.ai_family {
            case AF_INET: SocketAddress(bytes.loadUnaligned(as: sockaddr_in.self), host: host)
            case AF_INET6: SocketAddress(bytes.loadUnaligned(as: sockaddr_in6.self), host: host)
            default: nil
            }
        }
    }
}

/// The certificate that a server showed.
private final class Shown: Sendable {
    let leaf = Mutex<NIOSSLCertificate?>(nil)
}

/// Addresses that are known already, so that connecting takes the time of connecting alone.
private final class KnownAddresses: Resolver, Sendable {
    private let eventLoop: any EventLoop
    private let addresses: [SocketAddress]

    init(eventLoop: any EventLoop, addresses: [SocketAddress]) {
        self.eventLoop = eventLoop
        self.addresses = addresses
    }

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> { known(.inet) }
    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> { known(.inet6) }
    func cancelQueries() {}

    private func known(_ family: NIOBSDSocket.ProtocolFamily) -> EventLoopFuture<[SocketAddress]> {
        eventLoop.makeSucceededFuture(addresses.filter { $0.protocol == family })
    }
}

/// Tells when a handshake is done, or what ended it.
private final class HandshakeWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let done: EventLoopPromise<Void>

    init(_ done: EventLoopPromise<Void>) { self.done = done }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { done.succeed() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { done.fail(error) }
    func channelInactive(context: ChannelHandlerContext) { done.fail(ChannelError.eof) }
}
