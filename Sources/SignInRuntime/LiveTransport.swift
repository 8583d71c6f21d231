import AsyncHTTPClient
import FoundationEssentials
public import Logging
public import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
public import OAuth
import Synchronization

/// The transport over async-http-client: https with certificates checked (http for loopback hosts alone), HTTP/1.1,
/// no redirect followed, one connection kept between a token request and the profile's.
public final class LiveTransport: Sendable {
    /// The most that a body may hold, in bytes.
    public static let bodyLimit = TransportLimits().body

    let settings: NetworkSettings
    let limits: TransportLimits
    let tls: TLSConfiguration
    /// What it runs on.
    public let eventLoops: any EventLoopGroup
    private let log: Logger
    private let clients = Mutex<Clients>(.open([:]))

    /// The library's clients, made when first needed; it knows a proxy for all of a client's requests only.
    private enum Clients {
        case open([Proxy?: HTTPClient])
        case shutDown
    }

    /// A transport that runs on `eventLoops`, without a proxy and with the system's certificate authorities.
    public init(eventLoops: any EventLoopGroup, log: Logger = .silent) {
        self.eventLoops = eventLoops
        self.log = log
        settings = .direct
        limits = TransportLimits()
        tls = .strict
    }

    /// A transport that runs on `eventLoops`, and tells `log` of each request.
    ///
    /// - Throws: what is wrong with the file of certificate authorities.
    public init(
        eventLoops: any EventLoopGroup,
        settings: NetworkSettings,
        limits: TransportLimits = TransportLimits(),
        log: Logger = .silent
    ) throws(NetworkSettings.Refusal) {
        self.eventLoops = eventLoops
        self.log = log
        self.settings = settings
        self.limits = limits
        tls = try settings.tlsConfiguration()
    }

    /// The longest that the end of connections is waited for: what they were for is over.
    private static let endPatience = Duration.seconds(2)

    /// Ends all connections. What is sent afterwards is cancelled at once.
    public func shutdown() async {
        let open = clients.withLock { clients -> [HTTPClient] in
            defer { clients = .shutDown }
            guard case .open(let open) = clients else { return [] }
            return Array(open.values)
        }
        guard !open.isEmpty else { return }
        let (ended, end) = AsyncStream<Void>.makeStream()
        Task {
            for client in open { try? await client.shutdown() }
            end.finish()
        }
        let limit = Task {
            try await Task.sleep(for: Self.endPatience)
            end.finish()
        }
        for await _ in ended {}
        limit.cancel()
    }

    /// The transport as the rest of the program sees it.
    public var transport: HTTPTransport {
        HTTPTransport { [self] request throws(TransportError) in try await send(request) }.logged(to: log)
    }

    /// How requests for `url` go.
    func route(to url: String) -> Route {
        let target = Target(url)
        return Route(target: target, proxy: settings.proxy(for: target), limits: limits)
    }

    func send(_ request: OAuth.HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let route = route(to: request.url)
        if let obstacle = route.obstacle { throw obstacle }
        let deadline = NIODeadline.now() + TimeAmount(limits.total)
        // The deadline covers the body as well, which the library's own does not.
        let result = await withTaskGroup(of: Result<HTTPResponse, TransportError>.self) { group in
            group.addTask { await self.exchange(request, route, deadline) }
            group.addTask { [limits] in
                do {
                    try await RunningTime.sleep(for: limits.total)
                    return .failure(.timedOut(host: route.target.host, seconds: limits.total.wholeSeconds))
                } catch {
                    return .failure(.cancelled)
                }
            }
            let first = await group.next() ?? .failure(.cancelled)
            group.cancelAll()
            return first
        }
        return try result.get()
    }

    private func exchange(
        _ request: OAuth.HTTPRequest,
        _ route: Route,
        _ deadline: NIODeadline
    ) async -> Result<HTTPResponse, TransportError> {
        guard let client = client(through: route.proxy) else { return .failure(.cancelled) }
        do {
            let response = try await client.execute(request.wire, deadline: .distantFuture)
            let body = try await response.body.collect(upTo: limits.body)
            return .success(
                HTTPResponse(
                    status: Int(response.status.code),
                    headers: Dictionary(
                        response.headers.map { ($0.name.lowercased(), $0.value) },
                        uniquingKeysWith: { first, _ in first }
                    ),
                    body: Data(body.readableBytesView)
                )
            )
        } catch {
            let problem = TransportError(error, route: route)
            // What became of another connection says nothing of a request that may have arrived by this one.
            if Task.isCancelled || error is AnswerGuard.Cut { return .failure(problem) }
            return .failure(await closerLook(at: problem, route, deadline: deadline))
        }
    }

    /// The client for `proxy`; nil once all are shut down.
    private func client(through proxy: Proxy?) -> HTTPClient? {
        clients.withLock { clients in
            guard case .open(var open) = clients else { return nil }
            if let client = open[proxy] { return client }
            let client = makeClient(through: proxy)
            open[proxy] = client
            clients = .open(open)
            return client
        }
    }

    private func makeClient(through proxy: Proxy?) -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.tlsConfiguration = tls
        configuration.redirectConfiguration = .disallow
        // A connection whose HTTP/2 is never set up is under none of the library's limits, and keeps all others waiting.
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = TimeAmount(limits.connect)
        configuration.connectionPool.retryConnectionEstablishment = false
        // Less than the five seconds after which servers commonly close: a request must not meet that.
        configuration.connectionPool.idleTimeout = .seconds(4)
        configuration.decompression = .disabled
        configuration.http1_1ConnectionDebugInitializer = { AnswerGuard.add(to: $0) }
        configuration.proxy = proxy.map { proxy in
            .server(
                host: proxy.host,
                port: proxy.port,
                authorization: proxy.user.map { .basic(username: $0, password: proxy.password?.reveal() ?? "") }
            )
        }
        return HTTPClient(eventLoopGroupProvider: .shared(eventLoops), configuration: configuration)
    }
}

extension OAuth.HTTPRequest {
    /// The request as the library sends it. This is where the bearer token and the body are opened.
    fileprivate var wire: HTTPClientRequest {
        var wire = HTTPClientRequest(url: url)
        wire.method = HTTPMethod(rawValue: method.rawValue)
        wire.headers.add(name: "User-Agent", value: "genesys-login")
        for header in headers { wire.headers.add(name: header.name, value: header.value) }
        if let bearer { wire.headers.add(name: "Authorization", value: "Bearer \(bearer.reveal())") }
        if let body { wire.body = .bytes(body.withBytes { ByteBuffer(bytes: $0) }) }
        return wire
    }
}
