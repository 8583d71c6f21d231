public import Logging
public import OAuth

extension HTTPTransport {
    /// The same transport, with a line in `log` for each request: method, URL, status, time, size. At the level `trace`
    /// also its parts, with the secrets struck out.
    public func logged(to log: Logger) -> HTTPTransport {
        guard log.logLevel < .critical else { return self }
        return HTTPTransport { request throws(TransportError) in
            let name = "\(request.method.rawValue) \(LoggedURL(request.url))"
            log.trace("\(name)", metadata: request.logged)
            let start = ContinuousClock.now
            do throws(TransportError) {
                let response = try await send(request)
                let time = start.milliseconds
                log.log(
                    level: response.status < 400 ? .info : .warning,
                    "\(name) \(response.status)",
                    metadata: response.logged.merging(["ms": "\(time)"]) { $1 }
                )
                log.trace("\(name) \(response.status)", metadata: ["headers": "\(response.loggedHeaders)"])
                return response
            } catch {
                log.warning(
                    "\(name) failed",
                    metadata: ["ms": "\(start.milliseconds)", "reason": "\(CaseNames(of: error))"]
                )
                throw error
            }
        }
    }
}

extension HTTPRequest {
    fileprivate var logged: Logger.Metadata {
        var parts: Logger.Metadata = ["headers": "\(loggedHeaders)"]
        if let body {
            parts["bytes"] = "\(body.withBytes { $0.count })"
            parts["form"] = "\(LoggedForm(body.reveal()))"
        }
        return parts
    }
}

extension HTTPResponse {
    fileprivate var logged: Logger.Metadata {
        var parts: Logger.Metadata = ["bytes": "\(body.count)"]
        if let correlationID { parts["correlation_id"] = "\(correlationID)" }
        if let wait = headers["retry-after"].flatMap(words) { parts["retry_after"] = "\(wait)" }
        return parts
    }
}

extension ContinuousClock.Instant {
    /// How long ago this was.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = duration(to: .now).components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
