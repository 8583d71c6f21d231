import FoundationEssentials
public import NIOCore
public import OAuth
public import SessionStore
import SignIn

extension Dependencies {
    /// The dependencies of the real program.
    ///
    /// - Parameters:
    ///   - browser: what opens URLs.
    ///   - eventLoops: what the listener runs on.
    ///   - transport: what sends requests.
    ///   - store: where the session is kept.
    ///   - otherStores: where it may stand from before.
    public static func live(
        browser: Browser,
        eventLoops: any EventLoopGroup,
        transport: HTTPTransport,
        store: SessionStore,
        otherStores: [SessionStore] = []
    ) -> Dependencies {
        let listeners = LoopbackListeners(eventLoops: eventLoops)
        return Dependencies(
            now: { Date() },
            sleepUntil: { date in try await WallClock.sleep(until: date) },
            entropy: {
                var generator = SystemRandomNumberGenerator()
                return Entropy(from: &generator)
            },
            listen: { redirectURI, expects, handler throws(ListenerFailure) in
                try await listeners.open(redirectURI, expects: expects, handler: handler)
            },
            openBrowser: { url, started throws(BrowserFailure) in try await browser.open(url, started: started) },
            transport: transport,
            store: store,
            otherStores: otherStores
        )
    }
}
