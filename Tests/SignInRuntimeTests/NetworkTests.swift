import FoundationEssentials
import NIOCore
import NIOPosix
import NIOSSL
import OAuth
import SignInRuntime
import Testing

/// Sends over real sockets, through a proxy and to a TLS server of the tests' own.
struct Network {
    var environment: [String: String] = [:]
    var authority: String?
    var limits = TransportLimits(connect: .seconds(60), total: .seconds(90))

    /// Runs `body` with a transport of these settings.
    func with<Result>(_ body: (LiveTransport) async throws -> Result) async throws -> Result {
        guard let authority else { return try await with(file: nil, body) }
        return try await TemporaryFolder.withFile(authority) { try await with(file: $0, body) }
    }

    func get(_ url: String) async throws -> HTTPResponse {
        try await with { try await $0.transport.send(HTTPRequest(method: .get, url: url)) }
    }

    private func with<Result>(file: String?, _ body: (LiveTransport) async throws -> Result) async throws -> Result {
        let live = try LiveTransport(
            eventLoops: MultiThreadedEventLoopGroup.singleton,
            settings: NetworkSettings(environment: environment, certificateFile: file),
            limits: limits
        )
        do {
            let result = try await body(live)
            await live.shutdown()
            return result
        } catch {
            await live.shutdown()
            throw error
        }
    }
}

@Suite("TLS, over real sockets")
struct TLSTests {
    private let answer = httpAnswer("200 OK", "{}")

    private func get(_ name: Certificates.Name, trusting: Bool = true) async throws -> HTTPResponse {
        let certificates = try await Certificates.all()
        let network = Network(authority: trusting ? certificates.authority : nil)
        return try await RawServer.with(answering: answer, tls: certificates.context(name)) {
            try await network.get("https://localhost:\($0.port)/")
        }
    }

    @Test("a file of certificate authorities makes a company's own server trusted")
    func trusted() async throws {
        #expect(try await get(.good).status == 200)
    }

    @Test(
        "HTTP/1.1 is spoken, be HTTP/2 on offer: one that is never set up would keep all others waiting"
    )
    func protocols() async throws {
        let certificates = try await Certificates.all()
        let network = Network(authority: certificates.authority)
        let tls = try certificates.context(.good, protocols: ["h2", "http/1.1"])
        let response = try await RawServer.with(answering: answer, tls: tls) {
            try await network.get("https://localhost:\($0.port)/")
        }
        #expect(response.status == 200)
    }

    @Test(
        "the end of connections is not waited for where a server is silent in the middle of one",
        .timeLimit(.minutes(1))
    )
    func silentEnd() async throws {
        let certificates = try await Certificates.all()
        let limits = TransportLimits(connect: .seconds(1), total: .seconds(2))
        let network = Network(authority: certificates.authority, limits: limits)
        let tls = try certificates.context(.good, protocols: ["h2", "http/1.1"])
        try await RawServer.with(answering: "", then: .keepOpen, tls: tls) { server in
            _ = await #expect(throws: TransportError.self) {
                try await network.get("https://localhost:\(server.port)/")
            }
        }
    }

    @Test("SSL_CERT_FILE does the same")
    func variable() async throws {
        let certificates = try await Certificates.all()
        try await TemporaryFolder.withFile(certificates.authority) { path in
            let network = Network(environment: ["SSL_CERT_FILE": path])
            try await RawServer.with(answering: answer, tls: certificates.context(.good)) {
                let response = try await network.get("https://localhost:\($0.port)/")
                #expect(response.status == 200)
            }
        }
    }

    @Test("the file takes the place of the system's authorities, and those are not asked")
    func untrusted() async throws {
        await #expect(throws: TransportError.tls(host: "localhost", .untrusted)) {
            try await get(.good, trusting: false)
        }
        await #expect(throws: TransportError.tls(host: "localhost", .untrusted)) { try await get(.stranger) }
    }

    @Test("a certificate whose time is over, or has not begun, is told from an untrusted one")
    func outOfDate() async throws {
        await #expect(throws: TransportError.tls(host: "localhost", .expired)) { try await get(.expired) }
        await #expect(throws: TransportError.tls(host: "localhost", .notYetValid)) { try await get(.future) }
        // Out of date and untrusted: out of date is what is told.
        await #expect(throws: TransportError.tls(host: "localhost", .expired)) { try await get(.expiredStranger) }
    }

    @Test("a certificate for another host is told as such")
    func elsewhere() async throws {
        await #expect(throws: TransportError.tls(host: "localhost", .wrongHost)) { try await get(.elsewhere) }
    }

    @Test("TLS 1.2 is the oldest version that is spoken", arguments: [TLSVersion.tlsv1, .tlsv11, .tlsv12, .tlsv13])
    func version(newest: TLSVersion) async throws {
        let certificates = try await Certificates.all()
        let network = Network(authority: certificates.authority)
        let isOld = newest == .tlsv1 || newest == .tlsv11
        try await RawServer.with(answering: answer, tls: certificates.context(.good, newest: newest)) { server in
            guard isOld else {
                let response = try await network.get("https://localhost:\(server.port)/")
                #expect(response.status == 200)
                return
            }
            await #expect {
                _ = try await network.get("https://localhost:\(server.port)/")
            } throws: { error in
                if case .tls("localhost", .handshake) = error as? TransportError { true } else { false }
            }
        }
    }

    @Test("a server without TLS fails the handshake")
    func plain() async throws {
        let certificates = try await Certificates.all()
        let limits = TransportLimits(connect: .milliseconds(1_200))
        let network = Network(authority: certificates.authority, limits: limits)
        await #expect {
            try await RawServer.with(answering: answer) {
                _ = try await network.get("https://localhost:\($0.port)/")
            }
        } throws: { error in
            switch error as? TransportError {
            case .tls("localhost", .handshake), .connectTimedOut("localhost", _): true
            default: false
            }
        }
    }

    @Test("what TLS does not understand after the request is no failed handshake: the request may have arrived")
    func garbled() async throws {
        let certificates = try await Certificates.all()
        let network = Network(authority: certificates.authority)
        for answer in ["", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"] {
            try await RawServer.with(answering: answer, then: .garbled, tls: certificates.context(.good)) { server in
                await #expect(throws: TransportError.closed(host: "localhost")) {
                    try await network.get("https://localhost:\(server.port)/")
                }
                #expect(await server.requests.count == 1)
            }
        }
    }

    @Test(
        "an answer that is cut off is told from a complete one, with a length and in chunks",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        ]
    )
    func cut(answer: String) async throws {
        let certificates = try await Certificates.all()
        let network = Network(authority: certificates.authority)
        await #expect(throws: TransportError.closed(host: "localhost")) {
            try await RawServer.with(answering: answer, then: .cut, tls: certificates.context(.good)) {
                _ = try await network.get("https://localhost:\($0.port)/")
            }
        }
    }

    @Test("a server that does not take the connection is given up at the deadline of connecting")
    func fullBacklog() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        // Linux drops what comes once the queue of connections that nobody accepts is full.
        let server = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 0)
            .serverChannelOption(.autoRead, value: false)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(server.localAddress?.port)
        let filler = try await ClientBootstrap(group: group).connect(host: "127.0.0.1", port: port).get()
        let network = Network(limits: TransportLimits(connect: .milliseconds(1_200)))
        await #expect(throws: TransportError.connectTimedOut(host: "127.0.0.1", seconds: 1)) {
            try await network.get("http://127.0.0.1:\(port)/")
        }
        let report = try await network.with { await $0.probe("http://127.0.0.1:\(port)/") }
        #expect(report.failure == .connectTimedOut(host: "127.0.0.1", seconds: 1))
        try await filler.close()
        try await server.close()
    }

    @Test("a body that never ends is given up at the deadline")
    func hangingBody() async throws {
        let network = Network(limits: TransportLimits(total: .milliseconds(1_200)))
        await #expect(throws: TransportError.timedOut(host: "127.0.0.1", seconds: 1)) {
            try await RawServer.with(answering: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", then: .keepOpen) {
                _ = try await network.get("http://127.0.0.1:\($0.port)/")
            }
        }
    }

    @Test("the limit of a body holds without a length as well")
    func bodyLimit() async throws {
        let network = Network(limits: TransportLimits(body: 1_000))
        let answer = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + String(repeating: "x", count: 1_001)
        await #expect(throws: TransportError.oversized(host: "127.0.0.1", limit: 1_000)) {
            try await RawServer.with(answering: answer) { _ = try await network.get("http://127.0.0.1:\($0.port)/") }
        }
    }

    @Test("a file that is missing, empty or no certificate is refused before anything is sent")
    func badFile() async throws {
        func refusal(_ path: String) -> NetworkSettings.CertificateFileProblem? {
            do {
                let settings = try NetworkSettings(environment: [:], certificateFile: path)
                _ = try LiveTransport(eventLoops: MultiThreadedEventLoopGroup.singleton, settings: settings)
            } catch NetworkSettings.Refusal.certificateFile(let file, let problem) {
                #expect(file.path == path)
                return problem
            } catch {
                Issue.record(error)
            }
            return nil
        }
        #expect(refusal("/nowhere/ca.pem") == .unreadable("No such file or directory"))
        #expect(refusal("/") == .unreadable("Is a directory"))
        try await TemporaryFolder.withFile("") { #expect(refusal($0) == .noCertificate) }
        try await TemporaryFolder.withFile("garbage\n") { #expect(refusal($0) == .noCertificate) }
        let begun = "-----BEGIN CERTIFICATE-----\ngarbage\n-----END CERTIFICATE-----\n"
        try await TemporaryFolder.withFile(begun) { #expect(refusal($0) == .malformed) }
    }

    @Test("a transport that sent nothing ends quietly, twice, and sends nothing afterwards")
    func shutdown() async throws {
        let live = LiveTransport(eventLoops: MultiThreadedEventLoopGroup.singleton)
        await live.shutdown()
        await live.shutdown()
        await #expect(throws: TransportError.cancelled) {
            try await live.transport.send(HTTPRequest(method: .get, url: "http://127.0.0.1:1/"))
        }
    }
}
