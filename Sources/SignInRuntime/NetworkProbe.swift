public import FoundationEssentials
import NIOCore
import NIOSSL
public import OAuth

/// What became of an attempt to reach a server, phase by phase.
public struct ProbeReport: Sendable, Hashable {
    /// A phase, in the order in which they come.
    public enum Phase: String, Sendable, Hashable, CaseIterable {
        /// The name of the server, or of the proxy, becomes an address.
        case nameResolution = "name_resolution"
        /// The TCP connection, to the server or the proxy.
        case connect
        /// The proxy opens a tunnel.
        case proxy
        /// The handshake, certificate and all.
        case tls
        /// One `GET`, over a connection of its own.
        case answer
    }

    /// A phase and its outcome.
    public struct Step: Sendable, Hashable {
        /// The phase.
        public let phase: Phase
        /// How long it took, in milliseconds, or why it failed.
        public let outcome: Result<Int, TransportError>

        /// A phase with its outcome.
        public init(phase: Phase, outcome: Result<Int, TransportError>) {
            self.phase = phase
            self.outcome = outcome
        }
    }

    /// The server's host.
    public let host: String
    /// The server's port.
    public let port: Int
    /// Host and port of the proxy in between.
    public let proxy: String?
    /// The phases that were gone through; only the last may have failed.
    public let steps: [Step]
    /// The answer's status; nil where none came.
    public let status: Int?
    /// How far this machine's clock is ahead of the server's, in seconds, by the answer's `Date`, which knows whole
    /// seconds only; nil without one.
    public let clockAhead: TimeInterval?

    /// A report of these parts.
    public init(host: String, port: Int, proxy: String?, steps: [Step], status: Int?, clockAhead: TimeInterval?) {
        self.host = host
        self.port = port
        self.proxy = proxy
        self.steps = steps
        self.status = status
        self.clockAhead = clockAhead
    }

    /// Why the server cannot be reached; nil if it can.
    public var failure: TransportError? {
        guard case .failure(let error) = steps.last?.outcome else { return nil }
        return error
    }
}

extension LiveTransport {
    /// Tries to reach the server of `url`, phase by phase; the last phase sends a `GET` for `url`, and any status of its
    /// answer is a success.
    public func probe(_ url: String) async -> ProbeReport {
        let route = route(to: url)
        var steps: [ProbeReport.Step] = []
        var status: Int?
        var clockAhead: TimeInterval?
        do throws(TransportError) {
            try await connect(route, &steps)
            (status, clockAhead) = try await timed(.answer, &steps) { () throws(TransportError) in
                let response = try await self.send(HTTPRequest(method: .get, url: url))
                let date = response.headers["date"].flatMap(HTTPDate.parse)
                return (response.status, date.map { Date().timeIntervalSince($0) })
            }
        } catch {
            // The last step tells it.
        }
        return ProbeReport(
            host: route.target.host,
            port: route.target.port,
            proxy: route.proxy?.address,
            steps: steps,
            status: status,
            clockAhead: clockAhead
        )
    }

    private func connect(_ route: Route, _ steps: inout [ProbeReport.Step]) async throws(TransportError) {
        let start = NIODeadline.now()
        let connection = StepwiseConnection(
            route: route,
            eventLoop: eventLoops.next(),
            deadline: start + TimeAmount(limits.connect)
        )
        let addresses = try await timed(.nameResolution, &steps) { () throws(TransportError) in
            try await connection.resolve()
        }
        let channel = try await timed(.connect, &steps) { () throws(TransportError) in
            try await connection.connect(to: addresses)
        }
        defer { channel.close(promise: nil) }
        if let proxy = route.proxy {
            try await timed(.proxy, &steps) { () throws(TransportError) in
                try await connection.openTunnel(channel, through: proxy)
            }
        }
        guard route.target.isSecure else { return }
        try await timed(.tls, &steps) { () throws(TransportError) in
            do throws(TransportError) {
                try await connection.handshake(channel, try self.context(for: route))
            } catch {
                throw await self.closerLook(at: error, route, deadline: .now() + TimeAmount(self.limits.connect))
            }
        }
    }

    private func context(for route: Route) throws(TransportError) -> NIOSSLContext {
        do {
            return try NIOSSLContext(configuration: tls)
        } catch {
            throw TransportError(error, route: route)
        }
    }

    private func timed<Value: Sendable>(
        _ phase: ProbeReport.Phase,
        _ steps: inout [ProbeReport.Step],
        _ body: () async throws(TransportError) -> Value
    ) async throws(TransportError) -> Value {
        let start = NIODeadline.now()
        do throws(TransportError) {
            let value = try await body()
            let milliseconds = (NIODeadline.now() - start).nanoseconds / 1_000_000
            steps.append(ProbeReport.Step(phase: phase, outcome: .success(Int(milliseconds))))
            return value
        } catch {
            steps.append(ProbeReport.Step(phase: phase, outcome: .failure(error)))
            throw error
        }
    }
}
