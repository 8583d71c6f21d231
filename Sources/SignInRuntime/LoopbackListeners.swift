public import NIOCore
public import OAuth
public import SignIn

/// The listeners of one program: at most one waits for a callback, and others may still be serving their last page.
///
/// A new attempt on the same port does not wait for them: it takes the port over, together with that page.
public actor LoopbackListeners {
    private let eventLoops: any EventLoopGroup
    private let person: Set<UInt32>
    private var ending: [ObjectIdentifier: (listener: LoopbackListener, end: Task<Void, Never>)] = [:]

    /// Listeners that run on `eventLoops`.
    ///
    /// - Parameter person: the users of this machine, by number, whose programs may bring a callback, beside root's; those that
    ///   the person is here unless given.
    public init(eventLoops: any EventLoopGroup, person: Set<UInt32>? = nil) {
        self.eventLoops = eventLoops
        self.person = person ?? CallbackSender.person
    }

    /// Binds all addresses of `redirectURI`, on one port.
    ///
    /// - Parameter expects: whether a callback's query, still encoded, has this attempt's `state`: then it matters whose program
    ///   sent it.
    /// - Throws: ``ListenerFailure``; a port that another program has on one of the two addresses is taken.
    public func open(
        _ redirectURI: RedirectURI,
        expects: @escaping @Sendable (Secret) async -> Bool = { _ in true },
        handler: @escaping CallbackHandler
    ) async throws(ListenerFailure) -> any CallbackListener {
        var previousOutcome: CallbackPage?
        for (listener, end) in ending.values where listener.redirectURI.port == redirectURI.port {
            previousOutcome = await listener.hurry()
            await end.value
        }
        let listener = try await LoopbackListener.open(
            redirectURI,
            previousOutcome: previousOutcome,
            person: person,
            eventLoops: eventLoops,
            expects: expects,
            handler: handler
        )
        return Ending(listener: listener, listeners: self)
    }

    fileprivate func conclude(_ listener: LoopbackListener, _ outcome: Effect.Outcome) async {
        let end = Task { await listener.conclude(outcome) }
        ending[ObjectIdentifier(listener)] = (listener, end)
        await end.value
        ending[ObjectIdentifier(listener)] = nil
    }

    /// A listener whose end its port's next user can hasten.
    private struct Ending: CallbackListener {
        let listener: LoopbackListener
        let listeners: LoopbackListeners

        var redirectURI: RedirectURI { listener.redirectURI }
        var addresses: [String] { listener.addresses }

        func refuse(_ reply: ReplyID, _ refusal: AuthorizationResponse.Refusal) async {
            await listener.refuse(reply, refusal)
        }

        func conclude(_ outcome: Effect.Outcome) async {
            await listeners.conclude(listener, outcome)
        }
    }
}
