import Foundation
import Synchronization
import Testing

extension EndToEndTests {
    /// Many connections that bring no callback.
    @Suite struct JunkTests {
        /// Connections that stay open until the end of the test.
        private final class Open: Sendable {
            private let sockets = Mutex<[Socket]>([])
            func keep(_ socket: Socket) { sockets.withLock { $0.append(socket) } }
            func close() { sockets.withLock { $0 }.forEach { $0.close() } }
        }

        /// A thousand connections at most, fifty at once, to this machine alone.
        private func flood(_ request: AuthorizationURL, _ open: Open, _ numbers: Range<Int>) async throws {
            let port = try request.callbackPort
            let state = try request["state"]
            let junk: [String?] = [
                nil,
                "GET /callback?code=c&state=\(state) HTTP/1.1\r\nHos",
                "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\r\n\r\n",
                "GET /favicon.ico HTTP/1.1\r\nHost: localhost:\(port)\r\n\r\n",
                "GET /callback?code=c&state=another HTTP/1.1\r\nHost: localhost:\(port)\r\n\r\n",
                "GET /callback?code=c&state=\(state) HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n",
                "GET /callback?code=c&state=\(state)&state=\(state) HTTP/1.1\r\nHost: localhost:\(port)\r\n\r\n",
                "GET /callback?code=\(String(repeating: "a", count: 200_000)) HTTP/1.1\r\n\r\n",
            ]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in numbers {
                    if number >= numbers.lowerBound + 50 { try await group.next() }
                    group.addTask {
                        try await PlainHTTP.inBackground {
                            let text = junk[number % junk.count]
                            let address = number.isMultiple(of: 3) ? Loopback.ipv6 : .ipv4
                            let socket = try Socket.connect(to: address, port: port)
                            if let text {
                                // The program may have refused it before all of it is sent.
                                try? socket.write(Data(text.utf8))
                            }
                            guard let text, text.hasSuffix("\r\n\r\n") else { return open.keep(socket) }
                            while let more = try? socket.read(), !more.isEmpty {}
                            socket.close()
                        }
                    }
                }
                try await group.waitForAll()
            }
        }

        @Test("a thousand connections leave notices and nothing else; the real callback comes through, and twice")
        func thousand() async throws {
            try await Stage.with { stage in
                let exchange = DispatchSemaphore(value: 0)
                let server = try stage.stubServer { request in
                    // The first callback is still being answered when the second one comes.
                    if request.path == "/oauth/token" { exchange.wait() }
                    return .json(
                        request.path == "/oauth/token"
                            ? #"{"access_token": "junk-access", "token_type": "bearer", "expires_in": 60}"#
                            : #"{"id": "1", "name": "Ada Okafor"}"#
                    )
                }
                let browser = try stage.browserScript()
                let screen = try await stage.screen([
                    "--client-id", "client-1", "--login-url", server.url, "--api-url", server.url, "--redirect-uri",
                    "http://localhost:0/callback", "--browser", browser.command,
                ])
                try await screen.wait(for: "Signed out")
                try await screen.press(.enter)
                let request = try await browser.authorizationURL(screen: screen)
                let callback = Callback(request: request)
                let open = Open()
                stage.atTheEnd { open.close() }

                try await flood(request, open, 0..<500)
                let noticed = try await screen.wait(for: "efused: ")
                #expect(noticed.contains("Waiting for your browser"), "\(noticed)")
                try await waitUntil(
                    "64 connections at most to be left",
                    evidence: { "\((try? Ports.connections(request.callbackPort)) ?? -1) connections" },
                    until: { try Ports.connections(request.callbackPort) <= 64 }
                )

                async let first = callback.answer("code=junk-code")
                try await flood(request, open, 500..<1000)
                async let second = callback.send(
                    "/callback?code=junk-code&state=\(try request["state"])",
                    to: .ipv6
                )
                try await screen.wait(for: "The callback came twice")
                exchange.signal()
                for answer in [try await first, try await second] {
                    #expect(answer.status == 303)
                    #expect(answer.headers["location"] == "/signed-in")
                }
                #expect(try await callback.send("/signed-in").status == 200)
                try await screen.wait(for: "Welcome, Ada Okafor")
                #expect(server.tokenRequests.map { $0.form["code"] } == ["junk-code"], "a code is sent once")
            }
        }
    }
}
