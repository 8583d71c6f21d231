import FoundationEssentials
import OAuth

extension HTTPTransport {
    /// The waits before the second, third and fourth try of a `GET`, in seconds; each is varied by up to a fifth.
    private static let retryDelays = [0.25, 0.75, 1.5]
    /// The longest `Retry-After` that is waited for without a word, in seconds.
    private static let longestSilentWait = 10

    /// The transport for requests that may be repeated: a `GET` that met a 5xx or a broken connection is tried three
    /// times more, a 503 with a short `Retry-After` after that time. Anything else goes through as it is: what to do
    /// about a 429, whose wait a person should see, is the state machine's to decide.
    func patient(
        now: @escaping @Sendable () -> Date,
        sleepUntil: @escaping @Sendable (Date) async throws -> Void
    ) -> HTTPTransport {
        HTTPTransport { [self] request throws(TransportError) in
            guard request.method == .get else { return try await send(request) }
            for delay in Self.retryDelays {
                var wait = delay * Double.random(in: 0.8...1.2)
                do throws(TransportError) {
                    let response = try await send(request)
                    switch response.status {
                    case 503:
                        guard let retryAfter = response.retryAfter else { break }
                        guard retryAfter <= Self.longestSilentWait else { return response }
                        wait = max(wait, Double(retryAfter))
                    case 500...: break
                    default: return response
                    }
                } catch {
                    guard error.isPassing else { throw error }
                }
                guard (try? await sleepUntil(now().addingTimeInterval(wait))) != nil else { throw .cancelled }
            }
            return try await send(request)
        }
    }
}

extension TransportError {
    /// Whether the same request may well succeed a moment later.
    fileprivate var isPassing: Bool {
        switch self {
        case .refused, .unreachable, .closed, .connectTimedOut: true
        case .nameResolution, .timedOut, .tls, .proxy, .oversized, .notHTTP, .cancelled: false
        }
    }
}
