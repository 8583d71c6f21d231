import Foundation
import Testing

extension Chromium {
    /// Chooses the first person of the demo cloud's sign-in page, and approves.
    func approveDemo(at url: String) async throws {
        try await open(url)
        try await click("input[name=person]")
        try await savePicture("demo-sign-in")
        try await click("#approve")
    }
}

extension TmuxScreen {
    /// Once the program has ended: the terminal is as it was, with what stood on it before.
    func expectRestoredTerminal(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let left = try await wait(for: "exit status")
        #expect(
            left.contains(Self.lineBefore),
            "the first screen must be back:\n\(left)",
            sourceLocation: sourceLocation
        )
        for headline in ["Signed out", "Waiting for your browser", "Welcome, ", "Token held"] {
            #expect(
                !left.contains(headline),
                "the program's screen must be gone:\n\(left)",
                sourceLocation: sourceLocation
            )
        }
        #expect(try await !isOnAlternateScreen(), sourceLocation: sourceLocation)
        #expect(try await isCursorVisible(), sourceLocation: sourceLocation)
        try await waitForNoModes()
        let settings = try settings()
        #expect(settings.before == settings.after, "the terminal's settings", sourceLocation: sourceLocation)
    }
}

/// The callback as a browser brings it, by hand.
struct Callback: Sendable {
    let request: AuthorizationURL

    /// Asks the listener for `target`.
    func send(
        _ target: String,
        method: String = "GET",
        to address: Loopback = .ipv4,
        host: String? = nil
    ) async throws -> PlainHTTP.Answer {
        try await PlainHTTP.send(method, to: address, port: request.callbackPort, target: target, host: host)
    }

    /// The callback with the right `state` and `parameters`, as a server would put them.
    func answer(_ parameters: String) async throws -> PlainHTTP.Answer {
        try await send("/callback?\(parameters)&state=\(request["state"])")
    }
}
