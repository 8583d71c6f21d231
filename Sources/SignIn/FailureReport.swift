public import OAuth

/// A failure in words: what happened, why, what to do.
///
/// All words about failures stand in the `FailureReport` files: the screen, the plain lines, the
/// pages in the browser and `--json` say the same.
public struct FailureReport: Sendable, Hashable {
    /// The stable code of `--json`: the server's own for an OAuth error, otherwise this program's.
    public let code: String
    /// What happened, in one line.
    public let summary: String
    /// Why, as far as it is known.
    public let cause: String
    /// What to do.
    public internal(set) var remedy: String
    /// The server's own words, where it sent any.
    public internal(set) var serverWords: ServerText?
    /// What Genesys support asks for, where the answer had it.
    public internal(set) var correlationID: ServerText?

    init(
        _ code: String,
        _ summary: String,
        cause: String,
        remedy: String,
        serverWords: ServerText? = nil,
        correlationID: ServerText? = nil
    ) {
        self.code = code
        self.summary = summary
        self.cause = cause
        self.remedy = remedy
        self.serverWords = serverWords
        self.correlationID = correlationID
    }
}

extension Failure {
    /// The failure in words.
    public var report: FailureReport {
        switch problem {
        case .authorization(let response):
            return oauthReport(response, at: .authorization, correlationID: nil)
        case .missingCode:
            return FailureReport(
                "missing_code",
                "The callback brought no authorization code.",
                cause: "\(context.loginHost) answered with neither a code nor an error.",
                remedy: "Sign in again. If it happens again, a proxy or a browser extension may be cutting the address."
            )
        case .tokenRequest(.transport(let error)), .refresh(.transport(let error)):
            return transportReport(error)
        case .tokenRequest(.store(let error)), .refresh(.store(let error)):
            return error.report
        case .tokenRequest(.answer(let error)):
            return tokenReport(error, at: .tokenExchange)
        case .refresh(.answer(let error)):
            return tokenReport(error, at: .refresh)
        case .tokenRequest(.endedLeavingToken(let error)), .refresh(.endedLeavingToken(let error)):
            return leavingReport(tokenReport(error, at: .refresh))
        case .api(let error):
            return apiReport(error)
        case .deletion(let error):
            var report = apiReport(error, isDeletion: true)
            // Nothing can be tried again: the session is gone from this machine.
            report.remedy = Self.deletedByAdministrator
            return report
        case .listener(let failure):
            return listenerReport(failure)
        case .timedOut(let seconds, isExchanging: true):
            return FailureReport(
                "timed_out",
                "The sign-in was not over within \(Self.duration(seconds)).",
                cause: "The browser's answer came, but \(context.loginHost) has not exchanged its code so far.",
                remedy: "Sign in again. --timeout sets a longer wait."
            )
        case .timedOut(let seconds, isExchanging: false):
            return FailureReport(
                "timed_out",
                "No answer came within \(Self.duration(seconds)).",
                cause: "The sign-in was not finished in the browser, or the browser could not reach this machine.",
                remedy: "Sign in again. Browsers with HTTPS-only mode refuse http://localhost: allow it there. "
                    + "--timeout sets a longer wait."
            )
        }
    }

    private func listenerReport(_ failure: ListenerFailure) -> FailureReport {
        switch failure {
        case .portInUse(let port, let holder):
            FailureReport(
                "port_in_use",
                "Port \(port) is in use\(holder.map { " by \($0)" } ?? "").",
                cause: "The callback must arrive at \(context.redirectURI ?? "the redirect URI").",
                remedy:
                    "Stop it, or choose another port with --redirect-uri. If the registered URI has no port, Genesys "
                    + "Cloud accepts any port: use http://localhost:0/callback."
            )
        case .notPermitted(let port):
            FailureReport(
                "port_not_permitted",
                "Port \(port) may not be used without privileges.",
                cause: "Ports below 1024 are the system's.",
                remedy: "Choose a port from 1024 up with --redirect-uri, and register that redirect URI."
            )
        case .system(let port, let words):
            FailureReport(
                "listener_failed",
                "The callback cannot be received on port \(port).",
                cause: "The system says: \(words.withoutFullStop).",
                remedy: "Choose another address or port with --redirect-uri."
            )
        }
    }

    static func duration(_ seconds: Int) -> String {
        switch seconds {
        case 1: "1 second"
        case ..<120: "\(seconds) seconds"
        case ..<7_200: seconds % 60 == 0 ? "\(seconds / 60) minutes" : "\(seconds / 60) min \(seconds % 60) s"
        case ..<172_800: "\(seconds / 3_600) hours"
        case ..<31_536_000: "\(seconds / 86_400) days"
        default: "more than a year"
        }
    }

    /// What to do about a server that wants to be left alone for so long.
    static func tryAgain(after seconds: Int?) -> String {
        guard let seconds else { return "Try again in a minute." }
        return seconds <= 0 ? "Try again now." : "Try again in \(duration(seconds))."
    }
}

extension BrowserFailure {
    /// The failure in words. It never ends the attempt.
    public var report: FailureReport {
        let remedy = "Open the URL below in any browser on this machine, or name a browser with --browser."
        return switch self {
        case .notFound(let command):
            FailureReport(
                "browser_not_found",
                "No browser was opened.",
                cause: "There is no program \(ServerText(command)).",
                remedy: remedy
            )
        case .failed(let command, let status):
            FailureReport(
                "browser_failed",
                "The browser may not have opened.",
                cause: "\(ServerText(command)) ended with status \(status).",
                remedy: remedy
            )
        case .notStarted(let command, let words):
            FailureReport(
                "browser_failed",
                "No browser was opened.",
                cause: "\(ServerText(command)) could not be started: \(words.withoutFullStop).",
                remedy: remedy
            )
        }
    }
}
