import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import OAuth

extension TransportError {
    /// Sorts an error of the networking libraries by what a person can do about it.
    init(_ error: any Error, target: Target) {
        let host = target.host
        switch error {
        case is CancellationError:
            self = .cancelled
        case is NIOTooManyBytesError:
            self = .oversized(host: host, limit: LiveTransport.bodyLimit)
        case let error as NIOConnectionError:
            self = Self.connecting(error, target)
        case let error as IOError:
            self = Self.system(error, target)
        case let error as HTTPClientError:
            self = Self.library(error, host)
        case HTTPParserError.invalidEOFState:
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
            self = .connectTimedOut(host: host, seconds: LiveTransport.connectTimeout)
        default:
            self = .closed(host: host)
        }
    }

    private static func connecting(_ error: NIOConnectionError, _ target: Target) -> TransportError {
        let causes = error.connectionErrors.map(\.error)
        if let refused = causes.lazy.compactMap({ $0 as? IOError }).first { return system(refused, target) }
        if !causes.isEmpty {
            return .connectTimedOut(host: target.host, seconds: LiveTransport.connectTimeout)
        }
        return .nameResolution(host: target.host)
    }

    private static func system(_ error: IOError, _ target: Target) -> TransportError {
        switch error.errnoCode {
        case ECONNREFUSED: .refused(host: target.host, port: target.port)
        case EHOSTUNREACH, ENETUNREACH, ENETDOWN: .unreachable(host: target.host)
        case ETIMEDOUT: .connectTimedOut(host: target.host, seconds: LiveTransport.connectTimeout)
        default: .closed(host: target.host)
        }
    }

    private static func library(_ error: HTTPClientError, _ host: String) -> TransportError {
        switch error {
        case .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout:
            .connectTimedOut(host: host, seconds: LiveTransport.connectTimeout)
        case .readTimeout, .deadlineExceeded, .writeTimeout:
            .timedOut(host: host, seconds: LiveTransport.requestTimeout)
        case .cancelled, .requestStreamCancelled:
            .cancelled
        case .httpProxyHandshakeTimeout, .proxyAuthenticationRequired, .invalidProxyResponse:
            .proxy(host: host, ServerText(error.description))
        default:
            .closed(host: host)
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
        let words = "\(error)"
        return words.contains("CERTIFICATE_VERIFY_FAILED")
            ? .tls(host: host, .untrusted)
            : .tls(host: host, .handshake(ServerText(words)))
    }
}
