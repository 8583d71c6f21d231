import FoundationEssentials
import NIOPosix
import OAuth
import SignInRuntime
import Testing

@Suite("The probe of the network")
struct NetworkProbeTests {
    private let answer = httpAnswer("404 Not Found", "{}", headers: "Date: Tue, 20 Jan 2026 10:00:00 GMT\r\n")

    private func phases(_ report: ProbeReport) -> [ProbeReport.Phase] { report.steps.map(\.phase) }

    @Test("every phase is gone through and timed, and the clock compared")
    func direct() async throws {
        let certificates = try await Certificates.all()
        try await RawServer.with(answering: answer, tls: certificates.context(.good)) { server in
            let report = try await Network(authority: certificates.authority).with {
                await $0.probe("https://localhost:\(server.port)/")
            }
            #expect(phases(report) == [.nameResolution, .connect, .tls, .answer])
            #expect(report.failure == nil)
            #expect(report.host == "localhost")
            #expect(report.port == server.port)
            #expect(report.proxy == nil)
            let ahead = Date().timeIntervalSince1970 - 1_768_903_200
            #expect(abs(try #require(report.clockAhead) - ahead) < 10)
        }
    }

    @Test("through a proxy the tunnel is a phase of its own")
    func proxied() async throws {
        let certificates = try await Certificates.all()
        try await RawServer.with(answering: answer, tls: certificates.context(.good)) { server in
            try await ConnectProxy.with { proxy in
                var network = Network(authority: certificates.authority)
                network.environment = ["https_proxy": "127.0.0.1:\(proxy.port)"]
                let report = try await network.with { await $0.probe("https://login.genesys.test:\(server.port)/") }
                #expect(phases(report) == [.nameResolution, .connect, .proxy, .tls, .answer])
                #expect(report.failure == nil)
                #expect(report.proxy == "127.0.0.1:\(proxy.port)")
            }
        }
    }

    @Test("the phase that fails is the last, and says why")
    func failures() async throws {
        let certificates = try await Certificates.all()
        let taken = try QuietPort()
        let closed = taken.number
        try await Network(authority: certificates.authority).with { live in
            let unknown = await live.probe("https://login.genesys.invalid/")
            #expect(phases(unknown) == [.nameResolution])
            #expect(unknown.failure == .nameResolution(host: "login.genesys.invalid"))

            let refused = await live.probe("https://127.0.0.1:\(closed)/")
            #expect(phases(refused) == [.nameResolution, .connect])
            #expect(refused.failure == .refused(host: "127.0.0.1", port: closed))
            let refusedByName = await live.probe("https://localhost:\(closed)/")
            #expect(refusedByName.failure == .refused(host: "localhost", port: closed))
            // An address of the one family alone; where there is no IPv6 at all, there is no route either.
            let other = await live.probe("https://[::1]:\(closed)/").failure
            #expect([.refused(host: "::1", port: closed), .unreachable(host: "::1")].contains(other))

            try await RawServer.with(answering: answer, tls: certificates.context(.expired)) { server in
                let expired = await live.probe("https://localhost:\(server.port)/")
                #expect(phases(expired) == [.nameResolution, .connect, .tls])
                #expect(expired.failure == .tls(host: "localhost", .expired))
            }
            try await RawServer.with(answering: answer, tls: certificates.context(.elsewhere)) { server in
                let elsewhere = await live.probe("https://localhost:\(server.port)/")
                #expect(elsewhere.failure == .tls(host: "localhost", .wrongHost))
            }
        }
    }

    @Test("a proxy that refuses fails the proxy's phase, with its status")
    func refused() async throws {
        try await ConnectProxy.with(.refuse("403 Forbidden")) { proxy in
            let report = try await Network(environment: ["HTTPS_PROXY": "127.0.0.1:\(proxy.port)"]).with {
                await $0.probe("https://login.genesys.test/")
            }
            #expect(phases(report) == [.nameResolution, .connect, .proxy])
            let expected = TransportError.proxy(
                host: "login.genesys.test",
                proxy: "127.0.0.1:\(proxy.port)",
                .denied(status: 403)
            )
            #expect(report.failure == expected)
        }
    }

    @Test("a probe that is cancelled ends at once")
    func cancelled() async throws {
        try await ConnectProxy.with(.hang) { proxy in
            let environment = ["HTTPS_PROXY": "127.0.0.1:\(proxy.port)"]
            let network = Network(environment: environment, limits: TransportLimits(connect: .seconds(300)))
            let task = Task { try await network.with { await $0.probe("https://login.genesys.test/") } }
            while await proxy.requests.isEmpty { await Task.yield() }
            task.cancel()
            let report = try await task.value
            #expect(report.failure == .cancelled)
        }
    }

    @Test("a plain http server on this machine has no TLS phase, and may send no date")
    func plain() async throws {
        try await RawServer.with(answering: httpAnswer("200 OK", "{}")) { server in
            let report = try await Network().with { await $0.probe("http://127.0.0.1:\(server.port)/") }
            #expect(phases(report) == [.nameResolution, .connect, .answer])
            #expect(report.clockAhead == nil)
        }
    }
}
