import OAuth

/// Words about a network that brings no answer.
extension Failure {
    func transportReport(_ error: TransportError) -> FailureReport {
        switch error {
        case .nameResolution(let host):
            return FailureReport(
                "name_resolution",
                "\(host) was not found.",
                cause: "The name could not be resolved.",
                remedy: "Check the network connection, the DNS settings and the spelling of --region."
            )
        case .refused(let host, let port):
            return FailureReport(
                "connection_refused",
                "\(host) refused the connection on port \(port).",
                cause: "Nothing listens there, or a firewall refuses.",
                remedy: "Check --login-url, --api-url and the proxy settings."
            )
        case .unreachable(let host):
            return FailureReport(
                "unreachable",
                "\(host) cannot be reached.",
                cause: "There is no route to it, or this machine does not allow the connection.",
                remedy: "Check the network connection, the firewall and the proxy settings."
            )
        case .connectTimedOut(let host, let seconds):
            return FailureReport(
                "connect_timed_out",
                "\(host) did not take the connection within \(seconds) s.",
                cause: "The network drops the packets, or a proxy is needed.",
                remedy: "Check the network connection; set HTTPS_PROXY if there is a proxy."
            )
        case .timedOut(let host, let seconds):
            return FailureReport(
                "request_timed_out",
                "\(host) did not answer within \(seconds) s.",
                cause: "It took the request and sent no complete answer.",
                remedy: "Try again in a minute."
            )
        case .tls(let host, let problem):
            return tlsReport(host, problem)
        case .proxy(let host, let proxy, let problem):
            return proxyReport(host, proxy, problem)
        case .closed(let host):
            return FailureReport(
                "connection_closed",
                "\(host) ended the connection too early.",
                cause: "The answer was cut short.",
                remedy: "Try again."
            )
        case .oversized(let host, let limit):
            return FailureReport(
                "oversized_response",
                "\(host) sent more than \(limit / 1024) KiB.",
                cause: "No answer of Genesys Cloud is that long.",
                remedy: "Check --region, --login-url and --api-url."
            )
        case .notHTTP(let host):
            return FailureReport(
                "malformed_response",
                "\(host) did not answer in HTTP.",
                cause: "Another kind of service listens there.",
                remedy: "Check --login-url and --api-url."
            )
        case .cancelled:
            return FailureReport(
                "cancelled",
                "The request was given up.",
                cause: "It was cancelled here.",
                remedy: "Try again."
            )
        }
    }

    private func tlsReport(_ host: String, _ problem: TransportError.TLSProblem) -> FailureReport {
        switch problem {
        case .untrusted:
            FailureReport(
                "tls_untrusted",
                "The certificate of \(host) is not trusted.",
                cause:
                    "Its issuer is not among this machine's certificate authorities; a company proxy may be between.",
                remedy: "Name the company's certificate authority with --ca-file or SSL_CERT_FILE."
            )
        case .expired:
            FailureReport(
                "tls_expired",
                "The certificate of \(host) has expired.",
                cause: "Its time is over, or this machine's clock is wrong.",
                remedy: "Check the clock of this machine."
            )
        case .notYetValid:
            FailureReport(
                "tls_not_yet_valid",
                "The certificate of \(host) is not valid yet.",
                cause: "Its time has not begun; most likely this machine's clock is behind.",
                remedy: "Check the clock of this machine."
            )
        case .wrongHost:
            FailureReport(
                "tls_wrong_host",
                "The certificate is not for \(host).",
                cause: "Another server answers under this name.",
                remedy: "Check --login-url and --api-url, and the network's own sign-in page."
            )
        case .handshake(let words):
            FailureReport(
                "tls_failed",
                "No secure connection to \(host) could be made.",
                cause: "The handshake failed: \(words.withoutFullStop).",
                remedy: "Check the proxy settings and that the host speaks https on this port."
            )
        }
    }

    private func proxyReport(_ host: String, _ proxy: String, _ problem: TransportError.ProxyProblem) -> FailureReport {
        func unreachable(_ cause: String) -> FailureReport {
            FailureReport(
                "proxy_unreachable",
                "The proxy \(proxy), on the way to \(host), cannot be reached.",
                cause: cause,
                remedy: "Check HTTPS_PROXY; NO_PROXY names the hosts that need no proxy."
            )
        }
        func refused(_ cause: String, remedy: String) -> FailureReport {
            FailureReport("proxy", "The proxy \(proxy) did not open the way to \(host).", cause: cause, remedy: remedy)
        }
        switch problem {
        case .nameResolution: return unreachable("Its name could not be resolved.")
        case .refused: return unreachable("Nothing listens there, or a firewall refuses.")
        case .unreachable: return unreachable("There is no route to it.")
        case .timedOut(let seconds): return unreachable("It did not open the way within \(seconds) s.")
        case .credentials:
            return FailureReport(
                "proxy_credentials",
                "The proxy \(proxy) wants a user name and password.",
                cause: "It answered 407: none were sent, or others are right.",
                remedy: "Put them into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT, special characters as %XX."
            )
        case .denied(let status) where status >= 500:
            return refused("It answered \(status): it found no way itself.", remedy: "Try again in a minute.")
        case .denied(let status):
            return refused(
                "It answered \(status).",
                remedy: "Ask its administrator to allow \(host), or list the host in NO_PROXY."
            )
        case .closed:
            return refused("It ended the connection.", remedy: "Check that HTTPS_PROXY names an http proxy.")
        case .notHTTP:
            return refused("It does not answer in HTTP.", remedy: "Check that HTTPS_PROXY names an http proxy.")
        }
    }
}
