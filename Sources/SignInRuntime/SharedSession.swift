public import FoundationEssentials
import GenesysCloud
public import OAuth
public import SessionStore
public import SignIn

/// The session as all processes of the person share it: of any number of them one refreshes it, under the profile's
/// lock, and the others use what it got. A refresh token that rotates must not be sent twice: the second use ends the
/// session for everybody (RFC 9700 §4.14.2).
public struct SharedSession: Sendable {
    /// Where the session is kept.
    public let store: SessionStore
    let otherStores: [SessionStore]
    /// How requests go out.
    public let transport: HTTPTransport
    let now: @Sendable () -> Date
    let wait: @Sendable (_ seconds: Int) async -> Bool

    /// The sessions of `store`, refreshed and revoked by `transport`. In the other stores a session of the same client may
    /// stand, from when another one was chosen; signing out means it too. `wait` says whether it has waited to the end.
    public init(
        store: SessionStore,
        otherStores: [SessionStore] = [],
        transport: HTTPTransport,
        now: @escaping @Sendable () -> Date,
        wait: @escaping @Sendable (_ seconds: Int) async -> Bool = { (try? await Task.sleep(for: .seconds($0))) != nil }
    ) {
        self.store = store
        self.otherStores = otherStores
        self.transport = transport
        self.now = now
        self.wait = wait
    }

    /// What became of a wish for fresh tokens.
    public enum Refreshed: Sendable, Hashable {
        /// The server gave new tokens; `notKept` says why the store did not take them, where it did not.
        case renewed(Session, notKept: StoreError?)
        /// Another process had refreshed it already, or signed in anew.
        case replaced(Session)
        /// Another process had signed out, or this one has let go of it meanwhile.
        case forgotten
    }

    /// Refreshes `held`, unless another process has done so.
    ///
    /// The refresh token is the newest one: the store's. Where the store has the session and does not give it (a keyring that
    /// is locked, or gone with the desktop's session), nothing is sent: another process may have sent the token in hand, and
    /// what came of this one's would not be kept. Run it in a task that nobody cancels: an answer that is not kept is a session
    /// lost.
    ///
    /// - Parameters:
    ///   - isKept: whether the store has the session; what it has otherwise is another one, which goes unless it is newer.
    ///   - isShared: whether the store has had these tokens; as `isKept` says unless given. Where another client's session has
    ///     taken their place there, other programs may have them still, and none of them sends the refresh token.
    ///   - maySend: asked under the lock, the moment before the request is sent. From `true` on the answer must not be
    ///     lost; with `false` nothing is sent.
    ///   - mayAsk: whether the store may ask the person to unlock it.
    ///   - isSignedOut: whether this program has signed out of it meanwhile: what came of the request is deleted then.
    ///   - taking: takes the new session, with why the store did not take it, in one step with whether this program has signed
    ///     out meanwhile, or let go of what no store has, which `false` says. The spent one is removed from the store after
    ///     that: who watches it must not take that for a sign-out.
    /// - Throws: why there are no fresh tokens; ``TokenRequestError/store(_:)`` where another process holds the lock or the
    ///   store does not say what it has, ``TransportError/cancelled`` where nothing may be sent.
    public func refresh(
        _ held: Session,
        isKept: Bool,
        isShared: Bool? = nil,
        mayAsk: Bool = true,
        maySend: @Sendable () async -> Bool = { true },
        isSignedOut: @Sendable () async -> Bool = { false },
        taking: @Sendable (Session, _ notKept: StoreError?) async -> Bool = { _, _ in true }
    ) async throws(TokenRequestError) -> Refreshed {
        let lock = try await lock(held.profileName)
        defer { lock?.release() }
        let isShared = isShared ?? isKept
        if isShared, !mayAsk, await store.isLocked(held.profileName) { throw .store(.locked(store: store.name)) }
        let seen = await load(held.profileName)
        if isShared, case .failure(let error) = seen, mustWait(error) { throw .store(error) }
        // A store that did not take it may have taken it since then.
        let isKept = isKept || (try? seen.get())?.tokens == held.tokens
        // The place of a session that came from other settings is left to it.
        var other = seen.foreigner(to: held)
        if let other, isShared { throw .store(.placeTaken(by: other)) }
        if other == nil, case .success(let kept) = seen {
            // A store keeps a session for a time; that this is over is no sign-out.
            guard kept != nil || !isKept || held.storedUntil <= now() else { return .forgotten }
            if let kept, kept.replaces(held, isKept: isKept) { return .replaced(kept) }
        }
        guard let refreshToken = held.tokens.refreshToken else {
            throw .answer(.errorResponse(ErrorResponse(code: .invalidGrant), status: 400, correlationID: nil))
        }
        // Another process may have sent it, whose store took neither what came of it nor its removal; or what came of it was of
        // no use.
        if let lock, lock.hasNoted(.spent, of: held) {
            let ended = OAuthError.errorResponse(ErrorResponse(code: .invalidGrant), status: 400, correlationID: nil)
            throw lock.hasNoted(.deleted, of: held) ? .answer(ended) : .endedLeavingToken(ended)
        }
        let request = TokenRequest(
            refreshing: refreshToken,
            clientID: held.clientID,
            endpoint: "\(held.loginURL)/oauth/token"
        )
        guard await maySend() else { throw .transport(.cancelled) }
        var session = held
        // Until there is an answer: a sign-out that waits for the lock, or comes later, says what may live on.
        let wasLeft = lock?.hasNoted(.left, of: held) == true
        lock?.note(.left, of: held)
        do throws(TokenRequestError) {
            session.tokens = try await transport.tokens(request).refreshing(held.tokens)
        } catch {
            if error.spendsRefreshToken { lock?.note(.spent, of: held) }
            if !error.mayLeaveTokens, !wasLeft { lock?.retract(.left, of: held) }
            // Another process, which sees the store and not the lock (in a container), may have been quicker.
            if error.endsSession, case .success(let kept?) = await load(held.profileName), kept.isSameClient(as: held),
                kept.replaces(held, isKept: isKept)
            {
                return .replaced(kept)
            }
            if wasLeft, error.endsSession, case .answer(let answer) = error { throw .endedLeavingToken(answer) }
            throw error
        }
        session.receivedAt = now()
        lock?.retract(.left, of: held)
        // What no store has is in this program's hand alone, which goes on with the new one.
        if isKept, session.spends(held) { lock?.note(.spent, of: held) }
        if await isSignedOut() {
            await delete(session, of: held, lock)
            return .forgotten
        }
        if other == nil, !isKept || seen != .success(nil), case .success(let newer) = await load(held.profileName) {
            guard newer != nil || !isKept else {
                // Somebody who signed out while the server was busy meant these tokens too.
                await delete(session, of: held, lock)
                return .forgotten
            }
            // Somebody who signed in anew meanwhile did so without the lock, and is not to be replaced by what was before.
            other = Result.success(newer).foreigner(to: held)
            if other == nil, let newer, newer.replaces(held, isKept: isKept) {
                // Nobody will have what came of this.
                if !newer.isSameGrant(as: held), !newer.sharesToken(with: session) {
                    await delete(session, of: held, lock)
                }
                return .replaced(newer)
            }
        }
        let notKept = if let other { StoreError.placeTaken(by: other) } else { await save(session) }
        // The sign-out may have looked into the store before, and a new sign-in take this one's place before it looks again.
        guard await taking(session, notKept) else {
            if notKept == nil { try? await store.forget(session.profileName) }
            await delete(session, of: held, lock)
            return .forgotten
        }
        // What the store still has is the spent refresh token: nobody must send it again. One that was not replaced is good.
        if other == nil, isKept, notKept != nil, session.spends(held) { try? await store.forget(session.profileName) }
        return .renewed(session, notKept: notKept)
    }

    /// Deletes what came of a refresh of `held`, which nobody waits for any more, and notes how that ended.
    private func delete(_ session: Session, of held: Session, _ lock: (any ProfileLock)?) async {
        // First, for this process may be ended.
        if session.spends(held) { lock?.note(.spent, of: held) }
        lock?.note(.left, of: held)
        switch await delete(session, APIClient(apiURL: session.apiURL, transport: transport)) {
        case .failure(let error) where !error.isUnauthorized: break
        case .success, .failure:
            lock?.note(.deleted, of: held)
            lock?.retract(.left, of: held)
        }
    }

    /// Whether nothing is sent because of what the store says. One that cannot be asked may have the session still, and with it
    /// another process, which would send the same refresh token.
    private func mustWait(_ error: StoreError) -> Bool {
        switch error {
        case .locked, .unknownVersion, .unavailable, .programMissing, .busy: true
        case .tooLarge, .quotaExceeded, .unreadable, .placeTaken: false
        }
    }

    /// Puts what came of `spent` in its place, if the store has it still; nothing where `newest` says so. Nobody is asked to
    /// unlock anything.
    ///
    /// - Returns: whether the store has `spent` no more.
    func replace(_ spent: Session, by newest: @Sendable () async -> Session?) async -> Bool {
        let lock: (any ProfileLock)?
        do throws(TokenRequestError) {
            lock = try await self.lock(spent.profileName)
        } catch {
            return false
        }
        defer { lock?.release() }
        guard await !store.isLocked(spent.profileName), case .success(let kept) = await load(spent.profileName) else {
            return false
        }
        guard kept?.tokens == spent.tokens else { return true }
        if let session = await newest(), await save(session) == nil { return true }
        return (try? await store.forget(spent.profileName)) != nil
    }

    /// Keeps a new session, in place of an older one of its profile. One of a later sign-in stays, and later tokens of this one:
    /// which of two that wait for the lock gets it first is chance.
    ///
    /// - Returns: another client's or another server's session, whose place it took.
    /// - Throws: why the store did not take it.
    public func keep(_ session: Session) async throws(StoreError) -> Session? {
        let lock = try? await lock(session.profileName)
        defer { lock?.release() }
        let seen = await load(session.profileName)
        if case .success(let kept?) = seen, kept.isLater(than: session) {
            // It was refreshed before it got the lock.
            if kept.isSameGrant(as: session) { return nil }
            // One from the future was made while the clock was wrong.
            if let grantedAt = kept.grantedAt, TimeInterval(grantedAt) <= now().timeIntervalSince1970 {
                throw .placeTaken(by: kept)
            }
        }
        if let error = await save(session) { throw error }
        return seen.foreigner(to: session)
    }

    /// Removes `session` from the store, unless a newer one of its profile is there.
    public func forget(_ session: Session) async {
        _ = try? await store.remove(session.profileName) { $0?.tokens == session.tokens }
    }

    /// The lock; none where the system has no place for it, for a session in hand is worth more.
    func lock(_ profileName: String) async throws(TokenRequestError) -> (any ProfileLock)? {
        do throws(StoreError) {
            return try await store.lock(profileName)
        } catch {
            guard case .busy = error else { return nil }
            throw .store(error)
        }
    }

    func load(_ profileName: String) async -> Result<Session?, StoreError> {
        do throws(StoreError) {
            return .success(try await store.load(profileName))
        } catch {
            return .failure(error)
        }
    }

    private func save(_ session: Session) async -> StoreError? {
        do throws(StoreError) {
            try await store.save(session)
            return nil
        } catch {
            // A program that was ended may have done its work before; one that says nothing is taken for a keyring that is
            // locked, which is not asked again.
            switch error {
            case .unavailable: break
            case .locked: if await store.isLocked(session.profileName) { return error }
            default: return error
            }
            if case .success(let kept?) = await load(session.profileName), kept.tokens == session.tokens { return nil }
            return error
        }
    }
}

extension StoreError {
    /// The profile's place is `other`'s.
    static func placeTaken(by other: Session) -> Self {
        .placeTaken(profileName: other.profileName, clientID: other.clientID, loginURL: other.loginURL)
    }
}

extension Result<Session?, StoreError> {
    /// What the store has, where it is another client's or another server's.
    fileprivate func foreigner(to held: Session) -> Session? {
        guard case .success(let kept?) = self, !kept.isSameClient(as: held) else { return nil }
        return kept
    }
}

extension Session {
    /// Whether deleting what the server gave for `other` would end this one too: a server may give the same access token again, or
    /// leave a refresh token as it is.
    func sharesToken(with other: Session) -> Bool {
        guard isSameClient(as: other) else { return false }
        let refreshToken = tokens.refreshToken
        return tokens.accessToken == other.tokens.accessToken
            || refreshToken != nil && refreshToken == other.tokens.refreshToken
    }

    /// Whether both come from the same sign-in.
    func isSameGrant(as other: Session) -> Bool {
        grant == other.grant && isSameClient(as: other)
    }

    /// Whether a refresh has put another refresh token in the place of `old`'s.
    public func spends(_ old: Session) -> Bool {
        tokens.refreshToken != old.tokens.refreshToken
    }

    /// Whether this one, which the store has, is to be used in place of `held`. Of a session that the store did not take
    /// it may have an older one still.
    fileprivate func replaces(_ held: Session, isKept: Bool) -> Bool {
        isKept ? tokens != held.tokens : isLater(than: held)
    }

    /// Whether both come from the same client at the same server.
    func isSameClient(as other: Session) -> Bool {
        clientID == other.clientID && loginURL == other.loginURL && apiURL == other.apiURL
    }
}

extension HTTPTransport {
    /// Sends a token request once and reads the answer. Neither a code nor a refresh token is ever sent twice.
    func tokens(_ request: TokenRequest) async throws(TokenRequestError) -> TokenResponse {
        let response: HTTPResponse
        do throws(TransportError) {
            response = try await send(request.httpRequest)
        } catch {
            throw .transport(error)
        }
        do throws(OAuthError) {
            return try TokenResponse(response)
        } catch {
            throw .answer(error)
        }
    }
}
