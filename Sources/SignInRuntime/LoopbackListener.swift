import FoundationEssentials
import Glibc
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
public import OAuth
import ServiceLifecycle
public import SignIn

/// The loopback listener (RFC 8252 §7.3), on 127.0.0.1 and ::1 together where the redirect URI says `localhost`.
///
/// A `GET` of the exact path with a loopback `Host` is a callback: it is handed over and held until the answer is
/// known. Everything else gets an error page and changes nothing.
public final class LoopbackListener: CallbackListener {
    /// How often another port is tried where the system gave one that is taken on the other address.
    private static let portTries = 20

    /// The redirect URI with its real port.
    public let redirectURI: RedirectURI
    private let desk: CallbackDesk
    private let senders: CallbackSenders
    private let servers: [Server]

    /// The addresses that are bound.
    public var addresses: [String] { servers.map(\.address) }

    private struct Server {
        /// How long a connection may take to end once its request is answered.
        private static let patience = Duration.milliseconds(500)

        let address: String
        let port: Int
        let services: ServiceGroup
        let task: Task<Void, any Error>

        /// Closes the port first, then lets the connections end. Cancelling the task instead would drop a connection
        /// that was just accepted, which the networking library takes for a programming error.
        func stop() async {
            await services.triggerGracefulShutdown()
            let limit = Task {
                try await Task.sleep(for: Self.patience)
                task.cancel()
            }
            _ = try? await task.value
            limit.cancel()
        }
    }

    private init(redirectURI: RedirectURI, desk: CallbackDesk, senders: CallbackSenders, servers: [Server]) {
        self.redirectURI = redirectURI
        self.desk = desk
        self.senders = senders
        self.servers = servers
    }

    /// Binds all addresses of `redirectURI`, on one port.
    ///
    /// - Throws: ``ListenerFailure``; a port that is taken on one of the two addresses is taken.
    static func open(
        _ redirectURI: RedirectURI,
        previousOutcome: CallbackPage?,
        person: Set<uid_t>,
        eventLoops: any EventLoopGroup,
        expects: @escaping @Sendable (Secret) async -> Bool,
        handler: @escaping CallbackHandler
    ) async throws(ListenerFailure) -> LoopbackListener {
        for _ in 0..<portTries {
            let desk = CallbackDesk(previousOutcome: previousOutcome)
            let senders = CallbackSenders()
            let connections = ConnectionTable()
            let responder = CallbackResponder(
                path: redirectURI.path,
                person: person,
                senders: senders,
                desk: desk,
                expects: expects,
                handler: handler
            )
            var servers: [Server] = []
            var port = redirectURI.port
            do throws(BindError) {
                for (index, address) in redirectURI.host.addresses.enumerated() {
                    do throws(BindError) {
                        let server = try await bind(
                            address,
                            port,
                            eventLoops,
                            responder,
                            connections,
                            handler: handler
                        )
                        servers.append(server)
                        port = server.port
                    } catch {
                        // IPv6 may be absent; the first address must be there.
                        guard index > 0, error.isAbsentAddress else { throw error }
                    }
                }
                return LoopbackListener(
                    redirectURI: redirectURI.bound(to: port),
                    desk: desk,
                    senders: senders,
                    servers: servers
                )
            } catch {
                await senders.close()
                for server in servers { await server.stop() }
                guard redirectURI.port == 0, error.errno == EADDRINUSE else { throw error.failure(port: port) }
            }
        }
        throw .portInUse(port: redirectURI.port, holder: nil)
    }

    public func refuse(_ reply: ReplyID, _ refusal: AuthorizationResponse.Refusal) async {
        await desk.refuse(reply, refusal)
    }

    /// Frees the port without waiting for the last page any longer, and tells which page that is.
    func hurry() async -> CallbackPage? {
        await desk.hurry()
        return await desk.outcome
    }

    public func conclude(_ outcome: Effect.Outcome) async {
        await desk.conclude(outcome)
        await withTaskGroup { group in
            for server in servers {
                group.addTask { await server.stop() }
            }
        }
        await senders.close()
    }

    private static func bind(
        _ address: String,
        _ port: Int,
        _ eventLoops: any EventLoopGroup,
        _ responder: CallbackResponder,
        _ connections: ConnectionTable,
        handler: @escaping CallbackHandler
    ) async throws(BindError) -> Server {
        let (running, announce) = AsyncStream<Int>.makeStream()
        let silence = Logger(label: "listener", factory: { _ in SwiftLogNoOpLogHandler() })
        let http = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [
                    ConnectionGuard(connections) { refusal in Task { await handler(.refused(refusal)) } }
                ],
                idleTimeout: .seconds(5),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: ListenerLimits.read,
                    maxHeaderListSize: ListenerLimits.read,
                    maxHeaderFieldCount: ListenerLimits.fields
                )
            )
        )
        // Its address may be reused (the library's default): a port in TIME_WAIT must not keep the next attempt waiting,
        // and Linux gives nobody a port that is listened on.
        // The library's `Application` would keep a clock for the Date header that wakes the program every second.
        guard
            let server = try? http.buildServer(
                configuration: .init(address: .hostname(address, port: port)),
                eventLoopGroup: eventLoops,
                logger: silence,
                responder: { request, writer, channel in
                    var response = await responder.respond(to: request, on: channel)
                    response.headers[.date] = HTTPDate.text(Date())
                    try await writer.write(response: response.head, body: response.body)
                },
                onServerRunning: { channel in
                    announce.yield(channel.localAddress?.port ?? port)
                    announce.finish()
                }
            )
        else { throw BindError(errno: EADDRNOTAVAIL) }
        let services = ServiceGroup(services: [server], logger: silence)
        let task = Task {
            defer { announce.finish() }
            try await services.run()
        }
        for await bound in running { return Server(address: address, port: bound, services: services, task: task) }
        do {
            try await task.value
            throw BindError(errno: EADDRNOTAVAIL)
        } catch let error as IOError {
            throw BindError(errno: error.errnoCode)
        } catch let error as BindError {
            throw error
        } catch {
            throw BindError(errno: EADDRNOTAVAIL)
        }
    }
}

/// Why an address could not be bound.
private struct BindError: Error {
    let errno: CInt

    var isAbsentAddress: Bool {
        [EADDRNOTAVAIL, EAFNOSUPPORT, EINVAL, EPROTONOSUPPORT].contains(errno)
    }

    func failure(port: Int) -> ListenerFailure {
        switch errno {
        case EADDRINUSE: .portInUse(port: port, holder: PortHolder.name(ofPort: port))
        case EACCES, EPERM: .notPermitted(port: port)
        default: .system(port: port, ServerText(String(cString: strerror(errno))))
        }
    }
}

/// Answers the listener's requests.
private struct CallbackResponder: Sendable {
    let path: String
    let person: Set<uid_t>
    let senders: CallbackSenders
    let desk: CallbackDesk
    let expects: @Sendable (Secret) async -> Bool
    let handler: CallbackHandler

    func respond(to request: Request, on channel: any Channel) async -> Response {
        let target: CallbackTarget
        do throws(CallbackTarget.Problem) {
            target = try CallbackTarget(request.head)
        } catch {
            return switch error {
            case .host: await refuse(.host, .badRequest)
            case .method: await refuse(.method, .methodNotAllowed)
            case .length: await refuse(.tooLong, .requestHeaderFieldsTooLarge)
            }
        }
        if let page = await page(at: target.path) { return page }
        guard target.path == path else { return await refuse(.path, .notFound) }
        // What has not the right state is refused whoever sent it.
        if await expects(target.query) {
            guard !target.isPartOfPage else { return await refuse(.partOfPage, .forbidden) }
            let sender = await senders.sender(on: channel)
            guard sender.isTrusted(person) else { return await refuse(.sender(user: sender.user), .forbidden) }
        }
        let reply = await desk.open()
        if await desk.outcome == nil { await handler(.callback(reply, query: target.query)) }
        switch await desk.answer(to: reply) {
        case .refused(let refusal): return CallbackPage.refused(refusal).response(.badRequest)
        case .outcome(let page): return page.redirect
        case .pending: return CallbackPage.pending.redirect
        }
    }

    private func refuse(_ refusal: RequestRefusal, _ status: HTTPTypes.HTTPResponse.Status) async -> Response {
        await handler(.refused(refusal))
        return CallbackPage.refused(refusal).response(status, allow: refusal == .method ? "GET" : nil)
    }

    /// The pages that the browser is sent to. The outcome's exists once there is an outcome.
    private func page(at path: String) async -> Response? {
        if let outcome = await desk.outcome {
            if path == outcome.path {
                await desk.servedOutcome()
                return outcome.response()
            }
            return path == CallbackPage.pending.path ? outcome.redirect : nil
        }
        if path == desk.previousOutcome?.path { return desk.previousOutcome?.response() }
        return path == CallbackPage.pending.path ? CallbackPage.pending.response() : nil
    }
}
