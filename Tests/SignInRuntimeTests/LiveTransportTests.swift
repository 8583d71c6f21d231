import FoundationEssentials
import NIOPosix
import OAuth
import SignInRuntime
import Testing

@Suite("The transport")
struct LiveTransportTests {
    private func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let live = LiveTransport(eventLoops: MultiThreadedEventLoopGroup.singleton)
        let result: Result<HTTPResponse, TransportError>
        do throws(TransportError) {
            result = .success(try await live.transport.send(request))
        } catch {
            result = .failure(error)
        }
        await live.shutdown()
        return try result.get()
    }

    private func get(_ port: Int) async throws(TransportError) -> HTTPResponse {
        try await send(HTTPRequest(method: .get, url: "http://127.0.0.1:\(port)/x"))
    }

    @Test("a form goes out as it is, with its headers, without an Authorization header")
    func form() async throws {
        try await RawServer.with(answering: httpAnswer("200 OK", "{}")) { server in
            let response = try await send(
                HTTPRequest(
                    method: .post,
                    url: "http://127.0.0.1:\(server.port)/oauth/token",
                    headers: [.init("Content-Type", "application/x-www-form-urlencoded")],
                    body: Secret("grant_type=authorization_code&code=c")
                )
            )
            #expect(response.status == 200)
            #expect(String(decoding: response.body, as: UTF8.self) == "{}")
            let request = try #require(await server.requests.first)
            #expect(request.hasPrefix("POST /oauth/token HTTP/1.1\r\n"))
            #expect(request.hasSuffix("\r\n\r\ngrant_type=authorization_code&code=c"))
            #expect(request.lowercased().contains("content-type: application/x-www-form-urlencoded\r\n"))
            #expect(!request.lowercased().contains("authorization:"))
        }
    }

    @Test("a bearer token goes into the Authorization header")
    func bearer() async throws {
        try await RawServer.with(answering: httpAnswer("200 OK", "{}")) { server in
            _ = try await send(
                HTTPRequest(method: .get, url: "http://127.0.0.1:\(server.port)/me", bearer: Secret("t0ken"))
            )
            #expect(try #require(await server.requests.first).contains("Authorization: Bearer t0ken\r\n"))
        }
    }

    @Test("a redirect is an answer and is not followed", arguments: ["301", "302", "303", "307", "308"])
    func redirect(status: String) async throws {
        try await RawServer.with(answering: httpAnswer("200 OK", "{}")) { other in
            let answer = httpAnswer("\(status) Elsewhere", "", headers: "Location: http://127.0.0.1:\(other.port)/\r\n")
            try await RawServer.with(answering: answer) { server in
                let response = try await get(server.port)
                #expect(response.isRedirect)
                #expect(await other.requests.isEmpty)
            }
        }
    }

    @Test("a body of more than 1 MiB is refused")
    func oversized() async throws {
        let answer = httpAnswer("200 OK", String(repeating: "x", count: LiveTransport.bodyLimit + 1))
        await #expect(throws: TransportError.oversized(host: "127.0.0.1", limit: 1_048_576)) {
            try await RawServer.with(answering: answer) { _ = try await get($0.port) }
        }
    }

    @Test("a body that is cut short is told from a complete one")
    func truncated() async throws {
        await #expect(throws: TransportError.closed(host: "127.0.0.1")) {
            try await RawServer.with(answering: "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}") {
                _ = try await get($0.port)
            }
        }
    }

    @Test("a port where nothing listens is told at once")
    func refused() async throws {
        let taken = try QuietPort()
        let port = taken.number
        await #expect(throws: TransportError.refused(host: "127.0.0.1", port: port)) { _ = try await get(port) }
    }

    @Test("a name that does not exist is told as such")
    func nameResolution() async throws {
        await #expect(throws: TransportError.nameResolution(host: "login.genesys.invalid")) {
            _ = try await send(HTTPRequest(method: .get, url: "https://login.genesys.invalid/"))
        }
    }

    @Test("what is not HTTP is told as such")
    func notHTTP() async throws {
        await #expect(throws: TransportError.notHTTP(host: "127.0.0.1")) {
            try await RawServer.with(answering: "SSH-2.0-OpenSSH_9.2\r\n\r\n") { _ = try await get($0.port) }
        }
    }
}
