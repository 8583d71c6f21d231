public import Logging
import OAuth
import SessionStore
import SignIn

extension Dependencies {
    /// The same dependencies, with lines in `log` for the steps of the state machine, the listener, the browser and the
    /// store. Requests are the transport's to log.
    public func logged(to log: Logger) -> Dependencies {
        guard log.logLevel < .critical else { return self }
        var logged = self
        logged.log = log
        logged.store = store.logged(to: log)
        logged.listen = { [listen] redirectURI, expects, handler throws(ListenerFailure) in
            do throws(ListenerFailure) {
                let listener = try await listen(redirectURI, expects) { arrival in
                    log.info("listener: \(CaseNames(of: arrival))")
                    await handler(arrival)
                }
                log.info("listener: open", metadata: ["uri": "\(listener.redirectURI.value)"])
                return LoggedListener(listener: listener, log: log)
            } catch {
                log.warning(
                    "listener: not open",
                    metadata: ["uri": "\(redirectURI.value)", "reason": "\(CaseNames(of: error))"]
                )
                throw error
            }
        }
        logged.openBrowser = { [openBrowser] url, started throws(BrowserFailure) in
            log.info("browser: opening", metadata: ["url": "\(LoggedURL(url))"])
            do throws(BrowserFailure) {
                try await openBrowser(url) {
                    log.debug("browser: started")
                    await started()
                }
                log.debug("browser: ended well")
            } catch {
                log.warning("browser: \(CaseNames(of: error))", metadata: error.logged)
                throw error
            }
        }
        return logged
    }
}

private struct LoggedListener: CallbackListener {
    let listener: any CallbackListener
    let log: Logger

    var redirectURI: RedirectURI { listener.redirectURI }

    func refuse(_ reply: ReplyID, _ refusal: AuthorizationResponse.Refusal) async {
        log.warning("listener: callback refused", metadata: ["reason": "\(CaseNames(of: refusal))"])
        await listener.refuse(reply, refusal)
    }

    func conclude(_ outcome: Effect.Outcome) async {
        await listener.conclude(outcome)
        log.info("listener: closed", metadata: ["outcome": "\(CaseNames(of: outcome))"])
    }
}

extension BrowserFailure {
    fileprivate var logged: Logger.Metadata {
        switch self {
        case .notFound(let command): ["command": "\(command)"]
        case .failed(let command, let status): ["command": "\(command)", "status": "\(status)"]
        case .notStarted(let command, let words): ["command": "\(command)", "words": "\(words)"]
        }
    }
}
