import AsyncHTTPClient
import FoundationEssentials
public import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
public import OAuth

/// The transport over async-http-client: https with certificates checked (http for loopback hosts alone), HTTP/1.1 or
/// 2, no redirect followed, one connection kept between a token request and the profile's.
public final class LiveTransport: Sendable {
    /// The most that a body may hold, in bytes.
    public static let bodyLimit = 1024 * 1024
    /// The longest that connecting may take, in seconds.
    public static let connectTimeout = 10
    /// The longest that a request may take in all, in seconds.
    public static let requestTimeout = 30

    private let client: HTTPClient

    /// A transport that runs on `eventLoops`.
    public init(eventLoops: any EventLoopGroup) {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(Int64(Self.connectTimeout))
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.idleTimeout = .seconds(15)
        configuration.decompression = .disabled
        client = HTTPClient(eventLoopGroupProvider: .shared(eventLoops), configuration: configuration)
    }

    /// Ends all connections. Nothing may be sent afterwards.
    public func shutdown() async {
        try? await client.shutdown()
    }

    /// The transport as the rest of the program sees it.
    public var transport: HTTPTransport {
        HTTPTransport { [self] request throws(TransportError) in try await send(request) }
    }

    private func send(_ request: OAuth.HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let target = Target(request.url)
        // The deadline covers the body as well, which the library's own does not.
        let result = await withTaskGroup(of: Result<HTTPResponse, TransportError>.self) { group in
            group.addTask { await self.exchange(request, target) }
            group.addTask {
                do {
                    try await Task.sleep(for: .seconds(Self.requestTimeout))
                    return .failure(.timedOut(host: target.host, seconds: Self.requestTimeout))
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
        _ target: Target
    ) async -> Result<HTTPResponse, TransportError> {
        do {
            let response = try await client.execute(request.wire, deadline: .now() + .seconds(60))
            let body = try await response.body.collect(upTo: Self.bodyLimit)
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
            return .failure(TransportError(error, target: target))
        }
    }
}

/// The host and port of a request, for the words about a failure.
struct Target: Sendable {
    let host: String
    let port: Int

    init(_ url: String) {
        let parts = URLComponents(string: url)
        host = parts?.host ?? url
        port = parts?.port ?? (parts?.scheme == "http" ? 80 : 443)
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
        if let body { wire.body = .bytes(ByteBuffer(string: body.reveal())) }
        return wire
    }
}
