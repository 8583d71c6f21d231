import FoundationEssentials
import NIOPosix
import OAuth
import SignIn
import SignInRuntime
import Testing

/// RFC 9700 §4.12: a 307 makes a client or a browser send once more, elsewhere, what it has just sent.
@Suite("Attack: 307", .timeLimit(.minutes(1)))
struct CredentialRedirectTests {
    @Test(
        "a token endpoint that points elsewhere gets no second request, nor does the other place",
        arguments: [307, 308]
    )
    func tokenEndpoint(status: Int) async throws {
        try await RawServer.with(answering: httpAnswer("200 OK", #"{"access_token":"a"}"#)) { thief in
            let elsewhere = "Location: http://127.0.0.1:\(thief.port)/\r\n"
            try await RawServer.with(answering: httpAnswer("\(status) X", "", headers: elsewhere)) { server in
                let live = LiveTransport(eventLoops: MultiThreadedEventLoopGroup.singleton)
                let stage = AttackStage { request, _ throws(TransportError) in try await live.transport.send(request) }
                let attempt = try await stage.begin(.sample(login: "http://127.0.0.1:\(server.port)"))
                _ = try await stage.get("/callback?code=c0de&state=\(attempt.state)", from: attempt)
                let state = try await stage.reach("a failure") { $0.failure != nil }
                #expect(state.failure?.problem == .tokenRequest(.answer(.redirected(status: status))))
                #expect(await server.requests.count == 1)
                #expect(await thief.requests.isEmpty)
                await stage.end()
                await live.shutdown()
            }
        }
    }

    @Test("the listener itself redirects by 303, after which a browser asks by GET and sends no body")
    func listener() async throws {
        let stage = AttackStage()
        let attempt = try await stage.begin()
        #expect(try await stage.get("/callback?code=c0de&state=\(attempt.state)", from: attempt).status == 303)
        await stage.end()
    }
}
