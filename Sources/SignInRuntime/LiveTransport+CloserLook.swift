import Glibc
import NIOCore
import NIOSSL
import OAuth

extension LiveTransport {
    /// Makes an error more precise where the library does not tell enough, by one more connection that sends no request.
    ///
    /// BoringSSL says of a certificate only that it was not accepted: the connection looks at the times of the one the
    /// server shows. A certificate that is out of date counts as that, whoever issued it. Of a proxy that refuses, the
    /// connection learns the status; of one that seems to be silent, whether it opens the way and what is behind it is.
    func closerLook(at error: TransportError, _ route: Route, deadline: NIODeadline) async -> TransportError {
        func connection(within limit: TimeAmount) -> StepwiseConnection {
            StepwiseConnection(route: route, eventLoop: eventLoops.next(), deadline: min(deadline, .now() + limit))
        }
        let limit = TimeAmount(limits.connect)
        switch (error, route.proxy) {
        case (.tls(_, .untrusted), _): return await certificateProblem(error, connection(within: limit))
        case (.proxy(_, _, .notHTTP), let proxy?), (.closed, let proxy?):
            return await proxyProblem(error, connection(within: limit), proxy)
        case (.proxy(_, _, .timedOut), _?) where route.target.isSecure:
            // A second long wait would tell no more: who opens the way does so soon.
            guard let channel = try? await connection(within: min(limit, .seconds(2))).opened() else { return error }
            channel.close(promise: nil)
            return .lateHandshake(route)
        default: return error
        }
    }

    private func certificateProblem(_ error: TransportError, _ connection: StepwiseConnection) async -> TransportError {
        guard let context = try? NIOSSLContext(configuration: tls),
            let channel = try? await connection.opened()
        else { return error }
        let times = await connection.certificateTimes(channel, context)
        channel.close(promise: nil)
        guard let times else { return error }
        let now = time(nil)
        if now > times.upperBound { return .tls(host: connection.route.target.host, .expired) }
        if now < times.lowerBound { return .tls(host: connection.route.target.host, .notYetValid) }
        return error
    }

    private func proxyProblem(
        _ error: TransportError,
        _ connection: StepwiseConnection,
        _ proxy: Proxy
    ) async -> TransportError {
        do throws(TransportError) {
            let channel = try await connection.connect(to: try await connection.resolve())
            defer { channel.close(promise: nil) }
            try await connection.openTunnel(channel, through: proxy)
            return error
        } catch {
            if case .proxy = error { return error }
        }
        return error
    }
}

extension StepwiseConnection {
    /// A connection to the target, through the route's proxy if it has one.
    func opened() async throws(TransportError) -> any Channel {
        let channel = try await connect(to: try await resolve())
        guard let proxy = route.proxy else { return channel }
        do throws(TransportError) {
            try await openTunnel(channel, through: proxy)
            return channel
        } catch {
            channel.close(promise: nil)
            throw error
        }
    }
}
