import FoundationEssentials
import GenesysCloud
import OAuth
import SessionStore
public import SignIn

/// What an attempt needs from the world.
extension Engine {
    func openListener(_ id: AttemptID, _ redirectURI: RedirectURI) {
        track(id) { [dependencies] engine in
            do throws(ListenerFailure) {
                let expects = { @Sendable [weak engine] query in await engine?.expects(id, query) ?? false }
                let listener = try await dependencies.listen(redirectURI, expects) { [weak engine] arrival in
                    await engine?.arrived(id, arrival)
                }
                await engine.opened(id, listener)
            } catch {
                await engine.send(.listenerFailed(id, error))
            }
        }
    }

    /// Whether the query is an answer to the attempt, as far as it says itself.
    private func expects(_ id: AttemptID, _ query: Secret) -> Bool {
        guard case .awaitingCallback(let attempt) = state, attempt.id == id else { return false }
        return attempt.isAnswered(by: query)
    }

    func opened(_ id: AttemptID, _ listener: any CallbackListener) {
        // The attempt may have ended while the port was being bound.
        guard case .awaitingCallback(let attempt) = state, attempt.id == id else {
            return close(listener, .cancelled)
        }
        listeners[id] = listener
        send(.listenerOpened(id, listener.redirectURI))
        early.removeValue(forKey: id)?.forEach { arrived(id, $0) }
    }

    func arrived(_ id: AttemptID, _ arrival: Arrival) {
        // What comes after the end is answered by the listener itself.
        guard case .awaitingCallback(let attempt) = state, attempt.id == id else { return }
        guard listeners[id] != nil else { return early[id, default: []].append(arrival) }
        switch arrival {
        case .callback(let reply, let query): send(.callbackReceived(id, reply, query: query))
        case .refused(let refusal): send(.requestRefused(id, refusal))
        }
    }

    func openBrowser(_ id: AttemptID, _ url: Secret) {
        // Not tracked: a browser that stays in the foreground outlives the attempt that opened it.
        Task { [dependencies, weak self] in
            do throws(BrowserFailure) {
                try await dependencies.openBrowser(url.reveal()) { [weak self] in await self?.send(.browserOpened(id)) }
            } catch {
                await self?.send(.browserFailed(id, error))
            }
        }
    }

    /// Opens a page that belongs to no attempt; returns why it could not be, or when the browser's command has ended.
    public func open(_ page: String) async -> BrowserFailure? {
        do throws(BrowserFailure) {
            try await dependencies.openBrowser(page) {}
            return nil
        } catch {
            return error
        }
    }

    /// Not given up with the attempt: the code is spent, and tokens that nobody waits for any more must not live on.
    func exchange(_ id: AttemptID, _ request: TokenRequest) {
        guard case .awaitingCallback(let attempt) = state else { return }
        let settings = attempt.settings
        let key = keepUntilDone { [transport = dependencies.transport, weak self] _ in
            do throws(TokenRequestError) {
                let tokens = try await transport.tokens(request)
                guard await self?.received(id, tokens) != true else { return }
                await self?.giveBack(tokens, settings)
            } catch {
                await self?.refused(id, error)
            }
        }
        exchanges.insert(key)
    }

    /// Takes the tokens of an attempt that is still waiting for them.
    func received(_ id: AttemptID, _ tokens: TokenResponse) -> Bool {
        guard case .awaitingCallback(let attempt) = state, attempt.id == id else { return false }
        send(.tokenReceived(id, tokens))
        return true
    }

    /// Tells the attempt, if it still waits; the server may have issued tokens all the same.
    private func refused(_ id: AttemptID, _ error: TokenRequestError) {
        if error.mayLeaveTokens { mayHaveLeftToken = true }
        send(.tokenRequestFailed(id, error))
    }

    /// Has the server delete tokens that nobody waits for any more, and notes where it does not.
    private func giveBack(_ tokens: TokenResponse, _ settings: SignInSettings) async {
        let session = Session(
            tokens: tokens,
            receivedAt: dependencies.now(),
            clientID: settings.clientID,
            loginURL: settings.environment.loginURL,
            apiURL: settings.environment.apiURL,
            profileName: settings.profileName
        )
        guard await !isInUse(session) else { return }
        let client = APIClient(apiURL: session.apiURL, transport: dependencies.transport)
        do throws(APIError) {
            try await client.deleteToken(accessToken: tokens.accessToken)
        } catch {
            if !error.isUnauthorized { hasLeftToken = true }
        }
    }

    func conclude(_ id: AttemptID, _ outcome: Effect.Outcome) {
        attemptWork.removeValue(forKey: id)?.forEach { $0.cancel() }
        early[id] = nil
        guard let listener = listeners.removeValue(forKey: id) else { return }
        close(listener, outcome)
    }

    func close(_ listener: any CallbackListener, _ outcome: Effect.Outcome) {
        keepUntilDone { _ in await listener.conclude(outcome) }
    }
}
