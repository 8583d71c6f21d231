import GenesysCloud
import OAuth
import SignIn
import Testing

@Suite("The words about the network")
struct NetworkWordsTests {
    @Test(
        "each trouble with a proxy has its code, and names the proxy and the host",
        arguments: [
            (.nameResolution, "proxy_unreachable"), (.refused, "proxy_unreachable"),
            (.unreachable, "proxy_unreachable"), (.timedOut(seconds: 10), "proxy_unreachable"),
            (.credentials, "proxy_credentials"), (.denied(status: 403), "proxy"), (.denied(status: 502), "proxy"),
            (.closed, "proxy"), (.notHTTP, "proxy"),
        ] as [(TransportError.ProxyProblem, String)]
    )
    func proxy(problem: TransportError.ProxyProblem, code: String) throws {
        let error = TransportError.proxy(host: "api.test", proxy: "proxy.corp:3128", problem)
        let report = Failure(.api(.transport(error)), Failure.Context(try .sample())).report
        #expect(report.code == code)
        #expect(report.summary.contains("proxy.corp:3128"))
        #expect("\(report.summary) \(report.remedy)".contains(code == "proxy_credentials" ? "HTTPS_PROXY" : "api.test"))
        if case .denied(let status) = problem { #expect(report.cause.contains("\(status)")) }
    }

    @Test(
        "each trouble with a certificate has its code, and names the host",
        arguments: [
            (.untrusted, "tls_untrusted"), (.expired, "tls_expired"), (.notYetValid, "tls_not_yet_valid"),
            (.wrongHost, "tls_wrong_host"), (.handshake(ServerText("x")), "tls_failed"),
        ] as [(TransportError.TLSProblem, String)]
    )
    func certificate(problem: TransportError.TLSProblem, code: String) throws {
        let error = TransportError.tls(host: "api.test", problem)
        let report = Failure(.api(.transport(error)), Failure.Context(try .sample())).report
        #expect(report.code == code)
        #expect(report.summary.contains("api.test"))
    }
}
