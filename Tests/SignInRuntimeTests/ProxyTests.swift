import NIOPosix
import OAuth
import SignInRuntime
import Testing

@Suite("A proxy, over real sockets")
struct ProxyTests {
    private let name = "login.genesys.test"

    /// Asks a TLS server for something through `proxy`, by a name that only the proxy knows.
    private func get(
        through proxy: ConnectProxy,
        credentials: String = "",
        certificate: Certificates.Name = .good,
        noProxy: String = "",
        host: String = "login.genesys.test",
        limits: TransportLimits = TransportLimits(connect: .seconds(60), total: .seconds(90))
    ) async throws -> (response: HTTPResponse, port: Int) {
        let certificates = try await Certificates.all()
        let network = Network(
            environment: ["HTTPS_PROXY": "http://\(credentials)127.0.0.1:\(proxy.port)", "NO_PROXY": noProxy],
            authority: certificates.authority,
            limits: limits
        )
        let answer = httpAnswer("200 OK", "{}")
        return try await RawServer.with(answering: answer, tls: certificates.context(certificate)) { server in
            (try await network.get("https://\(host):\(server.port)/"), server.port)
        }
    }

    private func expect(
        _ problem: TransportError.ProxyProblem,
        from manner: ConnectProxy.Manner,
        credentials: String = "",
        limits: TransportLimits = TransportLimits(connect: .seconds(60), total: .seconds(90)),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await ConnectProxy.with(manner) { proxy in
            let expected = TransportError.proxy(host: name, proxy: "127.0.0.1:\(proxy.port)", problem)
            await #expect(throws: expected, sourceLocation: sourceLocation) {
                _ = try await get(through: proxy, credentials: credentials, limits: limits)
            }
        }
    }

    @Test("a request reaches the TLS server by its name, through a tunnel, without credentials")
    func tunnel() async throws {
        try await ConnectProxy.with { proxy in
            let (response, port) = try await get(through: proxy)
            #expect(response.status == 200)
            let request = ConnectProxy.Request(line: "CONNECT login.genesys.test:\(port) HTTP/1.1", authorization: nil)
            #expect(await proxy.requests == [request])
        }
    }

    @Test("an http URL goes through a tunnel of HTTP_PROXY, and not through HTTPS_PROXY")
    func plain() async throws {
        try await ConnectProxy.with { proxy in
            try await RawServer.with(answering: httpAnswer("200 OK", "{}")) { server in
                let network = Network(
                    environment: ["HTTP_PROXY": "127.0.0.1:\(proxy.port)", "HTTPS_PROXY": "127.0.0.1:1"]
                )
                let response = try await network.get("http://\(name):\(server.port)/")
                #expect(response.status == 200)
                #expect(await proxy.requests.map(\.line) == ["CONNECT \(name):\(server.port) HTTP/1.1"])
            }
        }
    }

    @Test(
        "plain http to this machine never goes through a proxy: it would see the tokens",
        arguments: ["localhost", "127.0.0.1"]
    )
    func thisMachine(host: String) async throws {
        try await ConnectProxy.with { proxy in
            try await RawServer.with(answering: httpAnswer("200 OK", "{}")) { server in
                for variable in ["HTTP_PROXY", "http_proxy", "all_proxy"] {
                    let network = Network(environment: [variable: "127.0.0.1:\(proxy.port)"])
                    let response = try await network.get("http://\(host):\(server.port)/")
                    #expect(response.status == 200)
                }
                #expect(await proxy.requests.isEmpty)
            }
        }
    }

    @Test("user and password of the proxy's URL go to the proxy, percent-decoded")
    func credentials() async throws {
        try await ConnectProxy.with(.demand("Basic dXNlcjpwQHNz")) { proxy in
            let (response, _) = try await get(through: proxy, credentials: "user:p%40ss@")
            #expect(response.status == 200)
        }
    }

    @Test("a proxy that wants credentials, or others, is told as such", arguments: ["", "user:wrong@"])
    func missingCredentials(credentials: String) async throws {
        try await expect(.credentials, from: .demand("Basic dXNlcjpwQHNz"), credentials: credentials)
    }

    @Test("a proxy that refuses is told with its status", arguments: [(403, "Forbidden"), (502, "Bad Gateway")])
    func refusal(status: Int, words: String) async throws {
        try await expect(.denied(status: status), from: .refuse("\(status) \(words)"))
    }

    @Test("a proxy that hangs up is told as such")
    func closing() async throws {
        try await expect(.closed, from: .close)
    }

    @Test("a proxy that does not answer is given up at the deadline of connecting")
    func hanging() async throws {
        let limits = TransportLimits(connect: .milliseconds(1_200), total: .seconds(90))
        try await expect(.timedOut(seconds: 1), from: .hang, limits: limits)
    }

    @Test("silence behind a proxy that opened the way is not told as the proxy's")
    func silenceBehind() async throws {
        // Long enough for the proxy, on a machine that is busy.
        let limits = TransportLimits(connect: .milliseconds(5_200), total: .seconds(90))
        try await ConnectProxy.with(.openAndHang) { proxy in
            let expected = TransportError.tls(host: name, .handshake(ServerText("no answer came within 5 s")))
            await #expect(throws: expected) { _ = try await get(through: proxy, limits: limits) }
        }
    }

    @Test("what is no proxy is told as such")
    func nonsense() async throws {
        try await expect(.notHTTP, from: .talkNonsense)
    }

    @Test(
        "a handshake that fails is told with its reason alone",
        arguments: [
            ("HTTP/1.1 400 Bad Request\r\n\r\n", "wrong version number"),
            ("SSH-2.0-OpenSSH_9.2\r\n", "wrong version number"),
            ("", "the other side ended the connection"),
        ]
    )
    func handshake(answer: String, reason: String) async throws {
        try await ConnectProxy.with(.openTo(answer)) { proxy in
            await #expect(throws: TransportError.tls(host: name, .handshake(ServerText(reason)))) {
                _ = try await get(through: proxy)
            }
        }
    }

    @Test("a proxy that is not there is named by host and port, without its credentials")
    func absent() async throws {
        let taken = try QuietPort()
        let port = taken.number
        let network = Network(environment: ["HTTPS_PROXY": "http://user:hush@127.0.0.1:\(port)"])
        await #expect(throws: TransportError.proxy(host: name, proxy: "127.0.0.1:\(port)", .refused)) {
            _ = try await network.get("https://\(name)/")
        }
    }

    @Test("a proxy whose name does not exist is told from a server whose name does not exist")
    func unknownProxy() async throws {
        let network = Network(environment: ["HTTPS_PROXY": "proxy.genesys.invalid:3128"])
        let expected = TransportError.proxy(host: name, proxy: "proxy.genesys.invalid:3128", .nameResolution)
        await #expect(throws: expected) { _ = try await network.get("https://\(name)/") }
    }

    @Test("what NO_PROXY names goes direct, and so without the proxy's knowledge of names")
    func exception() async throws {
        try await ConnectProxy.with { proxy in
            await #expect(throws: TransportError.nameResolution(host: name)) {
                _ = try await get(through: proxy, noProxy: name)
            }
            #expect(await proxy.requests.isEmpty)
        }
    }

    @Test("https to this machine goes direct, although NO_PROXY does not name it")
    func secureThisMachine() async throws {
        try await ConnectProxy.with { proxy in
            let (response, _) = try await get(through: proxy, host: "localhost")
            #expect(response.status == 200)
            #expect(await proxy.requests.isEmpty)
        }
    }

    @Test("https to an address is not sent through a proxy: its certificate would be checked for the proxy's address")
    func address() async throws {
        try await ConnectProxy.with { proxy in
            let network = Network(environment: ["HTTPS_PROXY": "http://127.0.0.1:\(proxy.port)"])
            let error = await #expect(throws: TransportError.self) { _ = try await network.get("https://192.0.2.1/") }
            guard case .tls(host: "192.0.2.1", .handshake) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(await proxy.requests.isEmpty)
        }
    }

    @Test(
        "a request that may have arrived is not told as one that the proxy kept back, whatever the proxy says afterwards",
        arguments: [RawServer.Ending.close, .cut, .garbled],
        ["", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"]
    )
    func cut(ending: RawServer.Ending, answer: String) async throws {
        let certificates = try await Certificates.all()
        try await ConnectProxy.with(.openOnce) { proxy in
            let network = Network(
                environment: ["HTTPS_PROXY": "http://127.0.0.1:\(proxy.port)"],
                authority: certificates.authority
            )
            try await RawServer.with(answering: answer, then: ending, tls: certificates.context(.good)) { server in
                await #expect(throws: TransportError.closed(host: name)) {
                    try await network.get("https://\(name):\(server.port)/")
                }
                #expect(await server.requests.count == 1)
            }
            #expect(await proxy.requests.count == 1)
        }
    }

    @Test(
        "what is wrong with a certificate is told through a tunnel as well",
        arguments: [
            (.expired, .expired), (.future, .notYetValid), (.elsewhere, .wrongHost), (.stranger, .untrusted),
        ] as [(Certificates.Name, TransportError.TLSProblem)]
    )
    func certificates(name certificate: Certificates.Name, problem: TransportError.TLSProblem) async throws {
        try await ConnectProxy.with { proxy in
            await #expect(throws: TransportError.tls(host: name, problem)) {
                _ = try await get(through: proxy, certificate: certificate)
            }
        }
    }
}
