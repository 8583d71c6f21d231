import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import OAuth

extension TransportError {
    /// Sorts an error of the networking libraries by what a person can do about it.
    init(_ error: any Error, route: Route) {
        let host = route.target.host
        switch error {
        case let error as TransportError:
            self = error
        case is CancellationError:
            self = .cancelled
        case is NIOTooManyBytesError:
            self = .oversized(host: host, limit: route.limits.body)
        case let error as NIOConnectionError:
            self = Self.connecting(error, route)
        case let error as IOError:
            self = Self.system(error, route)
        case let error as HTTPClientError:
            self = Self.client(error, route)
        case is AnswerGuard.Cut, HTTPParserError.invalidEOFState:
            self = .closed(host: host)
        case is HTTPParserError:
            self = .notHTTP(host: host)
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            self = .tls(host: host, .wrongHost)
        case let error as NIOSSLError:
            self = Self.secure(error, host)
        case let error as BoringSSLError:
            self = Self.boring(error, host)
        case ChannelError.connectTimeout:
            self = Self.late(route)
        default:
            self = .closed(host: host)
        }
    }

    /// No connection to the next hop in time.
    static func late(_ route: Route) -> TransportError {
        let seconds = route.limits.connect.wholeSeconds
        guard let proxy = route.proxy else { return .connectTimedOut(host: route.target.host, seconds: seconds) }
        return .proxy(host: route.target.host, proxy: proxy.address, .timedOut(seconds: seconds))
    }

    /// No handshake in time. Behind a proxy that opened the way this is not the proxy's silence.
    static func lateHandshake(_ route: Route) -> TransportError {
        let seconds = route.limits.connect.wholeSeconds
        guard route.proxy != nil else { return .connectTimedOut(host: route.target.host, seconds: seconds) }
        return .tls(host: route.target.host, .handshake(ServerText("no answer came within \(seconds) s")))
    }

    /// The next hop's name means nothing.
    static func unresolved(_ route: Route) -> TransportError {
        guard let proxy = route.proxy else { return .nameResolution(host: route.target.host) }
        return .proxy(host: route.target.host, proxy: proxy.address, .nameResolution)
    }

    private static func connecting(_ error: NIOConnectionError, _ route: Route) -> TransportError {
        let causes = error.connectionErrors.map(\.error)
        if let refused = causes.lazy.compactMap({ $0 as? IOError }).first {
            let told = system(refused, route)
            // What never began was not cut short: a firewall, or this machine's own rules.
            guard case .closed(let host) = told else { return told }
            return route.proxy.map { .proxy(host: host, proxy: $0.address, .unreachable) } ?? .unreachable(host: host)
        }
        return causes.isEmpty ? unresolved(route) : late(route)
    }

    private static func system(_ error: IOError, _ route: Route) -> TransportError {
        let host = route.target.host
        func choose(_ direct: TransportError, _ problem: ProxyProblem) -> TransportError {
            route.proxy.map { .proxy(host: host, proxy: $0.address, problem) } ?? direct
        }
        switch error.errnoCode {
        case ECONNREFUSED: return choose(.refused(host: host, port: route.target.port), .refused)
        case EHOSTUNREACH, ENETUNREACH, ENETDOWN: return choose(.unreachable(host: host), .unreachable)
        case ETIMEDOUT: return late(route)
        default: return .closed(host: host)
        }
    }

    private static func client(_ error: HTTPClientError, _ route: Route) -> TransportError {
        let host = route.target.host
        switch (error, route.proxy) {
        case (.connectTimeout, _), (.getConnectionFromPoolTimeout, _), (.httpProxyHandshakeTimeout, _):
            return late(route)
        case (.tlsHandshakeTimeout, _):
            return lateHandshake(route)
        case (.readTimeout, _), (.deadlineExceeded, _), (.writeTimeout, _):
            return .timedOut(host: host, seconds: route.limits.total.wholeSeconds)
        case (.cancelled, _), (.requestStreamCancelled, _), (.alreadyShutdown, _):
            return .cancelled
        case (.proxyAuthenticationRequired, let proxy?):
            return .proxy(host: host, proxy: proxy.address, .credentials)
        case (.invalidProxyResponse, let proxy?):
            return .proxy(host: host, proxy: proxy.address, .notHTTP)
        default:
            return .closed(host: host)
        }
    }

    private static func secure(_ error: NIOSSLError, _ host: String) -> TransportError {
        switch error {
        case .handshakeFailed(let cause): boring(cause, host)
        case .uncleanShutdown: .closed(host: host)
        default: .tls(host: host, .handshake(ServerText("\(error)")))
        }
    }

    private static func boring(_ error: BoringSSLError, _ host: String) -> TransportError {
        "\(error)".contains("CERTIFICATE_VERIFY_FAILED")
            ? .tls(host: host, .untrusted)
            : .tls(host: host, .handshake(ServerText(reason(error))))
    }

    /// Why a handshake failed. The library's own description is a dump, with a path of the machine that built it.
    private static func reason(_ error: BoringSSLError) -> String {
        let stack: NIOBoringSSLErrorStack
        switch error {
        case .sslError(let found), .unknownError(let found), .invalidSNIName(let found), .failedToSetALPN(let found):
            stack = found
        default: stack = []
        }
        guard let first = stack.first else { return "the library gives no reason" }
        if first == .eofDuringHandshake { return "the other side ended the connection" }
        // "Error: NUMBER error:NUMBER:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER at PATH:LINE"
        let words = "\(first)".split(separator: " at ", maxSplits: 1).first ?? ""
        return (words.split(separator: ":").last ?? "").replacing("_", with: " ").lowercased()
    }
}
