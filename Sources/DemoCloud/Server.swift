#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import OAuth
import ServiceLifecycle

extension DemoCloud {
    /// The longest request body that is read, in bytes.
    private static let bodyLimit = 16_384
    /// How long requests under way may go on once the cloud is stopped.
    private static let patience = Duration.milliseconds(250)

    /// Serves on 127.0.0.1 until the task is cancelled, and then returns. Prints nothing.
    ///
    /// - Parameter onReady: called once the port is open, with `http://127.0.0.1:PORT`.
    /// - Throws: ``DemoCloudError`` where the port cannot be had.
    public nonisolated func run(
        onReady: @escaping @Sendable (_ baseURL: String) async -> Void
    ) async throws(DemoCloudError) {
        // Hummingbird accepts nobody until its own callback has returned, so that only tells the port; `onReady`
        // runs beside the server and may already send requests.
        let (ports, port) = AsyncStream<Int>.makeStream()
        let silence = Logger(label: "demo", factory: { _ in SwiftLogNoOpLogHandler() })
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in try await self.respond(to: request) },
            server: .http1(
                configuration: .init(
                    idleTimeout: .seconds(5),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 8192,
                        maxHeaderListSize: 16384,
                        maxHeaderFieldCount: 64
                    )
                )
            ),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: configuration.port)),
            onServerRunning: { channel in
                port.yield(channel.localAddress?.port ?? 0)
                port.finish()
            },
            logger: silence
        )
        // Stopped gracefully, not by cancelling: that could drop a connection that was just accepted, which the
        // networking library takes for a programming error.
        let services = ServiceGroup(services: [application], logger: silence)
        let serving = Task { try await services.run() }
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await withTaskCancellationHandler {
                        try await serving.value
                    } onCancel: {
                        Task {
                            await services.triggerGracefulShutdown()
                            try await Task.sleep(for: Self.patience)
                            serving.cancel()
                        }
                    }
                }
                group.addTask {
                    for await port in ports {
                        let url = "http://127.0.0.1:\(port)"
                        await self.serves(at: url)
                        await onReady(url)
                    }
                }
                // Not `waitForAll`, which would wait for `onReady` before it passes on that the port is taken.
                while try await group.next() != nil {}
            }
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw .portInUse(configuration.port)
        } catch {
            guard Task.isCancelled else {
                throw .cannotListen(port: configuration.port, reason: String(describing: error))
            }
        }
        await serves(at: nil)
    }

    private nonisolated func respond(to request: Request) async throws -> Response {
        var request = request
        let body = try? await request.collectBody(upTo: Self.bodyLimit)
        let incoming = Incoming(
            method: request.method.rawValue,
            path: request.uri.path,
            query: request.uri.query ?? "",
            host: request.head.authority ?? "",
            authorization: request.headers[.authorization],
            contentType: request.headers[.contentType],
            body: body.flatMap { String(validating: $0.readableBytesView, as: UTF8.self) }.map(Secret.init)
        )
        guard let answer = try await answer(incoming) else {
            return try await request.body.consumeWithCancellationOnInboundClose { _ in
                try await Task.sleep(for: .seconds(86_400))
                throw CancellationError()
            }
        }
        var headers = HTTPFields()
        for header in answer.headers {
            guard let name = HTTPField.Name(header.name) else { continue }
            headers.append(HTTPField(name: name, value: header.value))
        }
        return Response(
            status: .init(code: answer.status),
            headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: answer.body))
        )
    }
}
