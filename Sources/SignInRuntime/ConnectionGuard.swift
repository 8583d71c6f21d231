import Glibc
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import SignIn
import Synchronization

/// Keeps one connection from holding up another: a request's head must arrive within 5 seconds of the connection, a
/// connection serves one request, and beyond 64 connections the one that has waited longest without a request goes.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private static let headDeadline = TimeAmount.seconds(5)

    private let connections: ConnectionTable
    private let unreadable: @Sendable (RequestRefusal) -> Void
    private var id: Int?
    private var deadline: Scheduled<Void>?
    private var hasRequest = false

    init(_ connections: ConnectionTable, unreadable: @escaping @Sendable (RequestRefusal) -> Void) {
        self.connections = connections
        self.unreadable = unreadable
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        id = connections.add(channel)
        deadline = context.eventLoop.scheduleTask(in: Self.headDeadline) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        if let id { connections.remove(id) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head = unwrapInboundIn(data) {
            guard !hasRequest else { return context.close(promise: nil) }
            hasRequest = true
            deadline?.cancel()
            if let id { connections.protect(id) }
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if !hasRequest, let error = error as? HTTPParserError {
            unreadable(error == .headerOverflow ? .tooLong : .notHTTP)
        }
        context.fireErrorCaught(error)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .end = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        let channel = context.channel
        let written = promise ?? context.eventLoop.makePromise()
        written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        context.write(data, promise: written)
    }
}

/// The listener's connections, on both addresses together.
final class ConnectionTable: Sendable {
    /// How many there may be: 64, or fewer where so few files may be open that the rest of a sign-in would find none.
    private static let limit = {
        let (most, fewest, others) = (64, 4, 28)
        var files = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0 else { return most }
        return max(fewest, Int(min(files.rlim_cur, rlim_t(most + others))) - others)
    }()

    private struct Waiting {
        var last = 0
        /// Connections without a request, by the order of their coming.
        var idle: [Int: any Channel] = [:]
        var busy: Set<Int> = []
    }

    private let state = Mutex(Waiting())

    /// Takes a connection in; where there are too many, the oldest one without a request is closed.
    func add(_ channel: any Channel) -> Int {
        let (id, evicted) = state.withLock { state in
            state.last += 1
            var evicted: (any Channel)?
            if state.idle.count + state.busy.count >= Self.limit, let oldest = state.idle.keys.min() {
                evicted = state.idle.removeValue(forKey: oldest)
            }
            state.idle[state.last] = channel
            return (state.last, evicted)
        }
        evicted?.close(promise: nil)
        return id
    }

    /// The connection has a request: it is not closed for others.
    func protect(_ id: Int) {
        state.withLock { state in
            if state.idle.removeValue(forKey: id) != nil { state.busy.insert(id) }
        }
    }

    func remove(_ id: Int) {
        state.withLock { state in
            state.idle[id] = nil
            state.busy.remove(id)
        }
    }
}
