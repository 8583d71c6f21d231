public import FoundationEssentials
public import Logging
public import OAuth
public import SessionStore
public import SignIn

/// Everything that running effects needs from the world, as closures, wired in one place.
public struct Dependencies: Sendable {
    /// The wall clock.
    public var now: @Sendable () -> Date
    /// Returns once the wall clock has reached the date; throws when the task is cancelled.
    public var sleepUntil: @Sendable (Date) async throws -> Void
    /// Thirty-two bytes from the system's secure random source.
    public var entropy: @Sendable () -> Entropy
    /// A factor that varies a wait, from 0.8 to 1.2.
    public var jitter: @Sendable () -> Double
    /// Binds the loopback listener; what arrives goes to the handler. Of a query that is expected it matters whose it is.
    public var listen:
        @Sendable (RedirectURI, _ expects: @escaping @Sendable (Secret) async -> Bool, @escaping CallbackHandler)
            async throws(ListenerFailure) -> any CallbackListener
    /// Opens the URL in the browser; `started` is called once the command runs, and the call returns when the command
    /// has ended well.
    public var openBrowser:
        @Sendable (_ url: String, _ started: @escaping @Sendable () async -> Void) async throws(BrowserFailure) -> Void
    /// Sends requests.
    public var transport: HTTPTransport
    /// Keeps the session.
    public var store: SessionStore
    /// Where a session may stand from before; see ``SharedSession``.
    public var otherStores: [SessionStore]
    /// Takes the steps of the state machine; see ``logged(to:)``.
    public internal(set) var log = Logger.silent

    /// Dependencies of these parts.
    public init(
        now: @escaping @Sendable () -> Date,
        sleepUntil: @escaping @Sendable (Date) async throws -> Void,
        entropy: @escaping @Sendable () -> Entropy,
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0.8...1.2) },
        listen:
            @escaping @Sendable (
                RedirectURI, _ expects: @escaping @Sendable (Secret) async -> Bool, @escaping CallbackHandler
            )
            async throws(ListenerFailure) -> any CallbackListener,
        openBrowser:
            @escaping @Sendable (String, @escaping @Sendable () async -> Void) async throws(BrowserFailure) -> Void,
        transport: HTTPTransport,
        store: SessionStore,
        otherStores: [SessionStore] = []
    ) {
        self.now = now
        self.sleepUntil = sleepUntil
        self.entropy = entropy
        self.jitter = jitter
        self.listen = listen
        self.openBrowser = openBrowser
        self.transport = transport
        self.store = store
        self.otherStores = otherStores
    }
}

/// What arrives at the listener.
public enum Arrival: Sendable, Hashable {
    /// A `GET` of the exact path, its query still encoded; its answer is held until told.
    case callback(ReplyID, query: Secret)
    /// Any other request; it has been answered.
    case refused(RequestRefusal)
}

/// Takes what arrives at the listener.
public typealias CallbackHandler = @Sendable (Arrival) async -> Void

/// A bound loopback listener.
public protocol CallbackListener: Sendable {
    /// The redirect URI with its real port.
    var redirectURI: RedirectURI { get }
    /// The addresses that are bound; of `localhost` the IPv6 one may be absent.
    var addresses: [String] { get }
    /// Answers one held callback with 400 and the reason.
    func refuse(_ reply: ReplyID, _ refusal: AuthorizationResponse.Refusal) async
    /// Answers all held callbacks with what really happened, serves the last page, frees the port, and returns then.
    func conclude(_ outcome: Effect.Outcome) async
}

extension CallbackListener {
    /// All addresses of the redirect URI's host.
    public var addresses: [String] { redirectURI.host.addresses }
}
