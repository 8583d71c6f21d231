import FoundationEssentials
public import GenesysCloud
public import OAuth
import SessionStore
public import SignIn

/// Signing out.
extension SharedSession {
    /// The longest `Retry-After` (RFC 6585 §4) that a sign-out waits for, in seconds: a person waits for it too.
    private static let longestWait = 10

    /// Removes the session from every store at once, then has the server delete the newest token there is of it.
    ///
    /// - Parameters:
    ///   - isKept: whether the store has the session.
    ///   - reached: told how far it has got.
    /// - Returns: why the server deleted nothing, where it did not; and why the store still has the session, where it has.
    public func signOut(
        _ held: Session,
        isKept: Bool,
        reached: @Sendable (LoggedOut.Stage) -> Void = { _ in }
    ) async -> (revocation: Result<Void, APIError>, notForgotten: StoreError?) {
        let removed = await remove(held, isKept: isKept)
        guard removed.notForgotten == nil else { return await revoke(removed) }
        reached(.telling)
        return await revoke(removed) { reached(.refreshing) }
    }

    /// A session that was removed from the stores.
    struct Removed: Sendable {
        let held: Session
        /// The newest tokens there are of it.
        let newest: Session
        /// Whether its refresh token is known to be the newest: what another process has taken out of the store, or what the
        /// store does not say, may be spent.
        let isNewest: Bool
        /// What other stores had, and what this one had that is older than the session in hand.
        let strays: [Session]
        let forgottenAt: Date
        /// Why the store still has the session, where it has.
        let notForgotten: StoreError?
    }

    /// Removes the session from every store: the first half of ``signOut(_:isKept:)``.
    func remove(_ held: Session, isKept: Bool) async -> Removed {
        var (removed, notForgotten): (Session?, StoreError?)
        do throws(StoreError) {
            // Another sign-in that has taken the profile's place is not this one's to forget. What cannot be read is
            // nobody's.
            // Where the store did not take this one, what it has may be the sign-in before.
            removed = try await store.remove(held.profileName) { kept in
                guard let kept else { return true }
                return kept.isSameGrant(as: held)
                    || !isKept && kept.isSameClient(as: held) && !kept.isLater(than: held)
            }
        } catch {
            if isKept { notForgotten = error }
        }
        let forgottenAt = now()
        // A store that takes nothing has an older one.
        let isOlder = !isKept && removed.map { !$0.isSameGrant(as: held) || held.isLater(than: $0) } == true
        let newest = isOlder ? held : removed ?? held
        let found = await forgetElsewhere(held) + (isOlder ? [removed].compactMap(\.self) : [])
        let strays = found.filter { $0.tokens.accessToken != newest.tokens.accessToken }
        return Removed(
            held: held,
            newest: newest,
            isNewest: removed != nil || !isKept,
            strays: strays,
            forgottenAt: forgottenAt,
            notForgotten: notForgotten
        )
    }

    /// Has the server delete what was removed: the second half of ``signOut(_:isKept:)``.
    ///
    /// - Parameter whenDeleted: called once the server takes the token no more; what follows may wait for a refresh.
    func revoke(
        _ removed: Removed,
        whenDeleted: @Sendable () async -> Void = {}
    ) async -> (revocation: Result<Void, APIError>, notForgotten: StoreError?) {
        let (held, newest, forgottenAt) = (removed.held, removed.newest, removed.forgottenAt)
        let client = APIClient(apiURL: newest.apiURL, transport: transport)
        let strayFailure = await deleteStrays(removed.strays, of: held, client)
        let wasLive = newest.isLive(at: forgottenAt)
        var outcome = wasLive ? await delete(newest, client) : .success(())
        if wasLive, outcome.isNoFailure, strayFailure == nil { await whenDeleted() }
        // A refresh that was under way may have been about to save. What it brought is of this session too.
        var (lock, isAlone, isBusy): ((any ProfileLock)?, Bool, Bool)
        do throws(TokenRequestError) {
            lock = try await self.lock(held.profileName)
            (isAlone, isBusy) = (lock?.hadToWait != true, false)
        } catch {
            (lock, isAlone, isBusy) = (nil, false, true)
        }
        defer { lock?.release() }
        var notForgotten = removed.notForgotten
        let seen = await load(held.profileName)
        var late: Session?
        var isNewest = removed.isNewest
        if case .success(let kept?) = seen, kept.isSameGrant(as: held), kept.receivedAt <= forgottenAt {
            // The store did not forget it, or a refresh put back what it had looked at the moment before. A new sign-in has
            // received its tokens later than that, and is not touched.
            if kept.tokens != newest.tokens { late = kept }
            do throws(StoreError) {
                try await store.forget(held.profileName)
                notForgotten = nil
                // Nobody has refreshed it meanwhile.
                if kept.tokens == newest.tokens { isNewest = true }
            } catch {
                notForgotten = error
            }
        } else if case .success(let kept) = seen {
            // A removal that did its work, and whose answer failed.
            if kept == nil, removed.notForgotten != nil { isNewest = true }
            notForgotten = nil
        }
        if let late {
            outcome = await delete(late, client)
        } else if !wasLive {
            // Where a refresh was under way, it has sent the refresh token, and has deleted what it brought.
            let mayRefresh = isAlone && isNewest && lock?.hasNoted(.spent, of: newest) != true
            outcome = mayRefresh ? await deleteRefreshed(newest, client) : await delete(newest, client)
        } else if outcome.isUnknownToken, isAlone, isNewest,
            lock?.hasNoted(.spent, of: newest) != true
        {
            // A server may end an access token before its time, and not the refresh token with it.
            outcome = await deleteRefreshed(newest, client, unless: outcome)
        }
        // A refresh that has ended meanwhile has done it.
        if outcome.isUnknownToken, late == nil, lock?.hasNoted(.deleted, of: newest) == true { outcome = .success(()) }
        // Who still has the lock may get an answer yet; a refresh may have brought what nobody has, or another program alone.
        let last = late ?? newest
        func isSpentElsewhere(_ session: Session) -> Bool {
            lock?.hasNoted(.spent, of: session) == true && lock?.hasNoted(.deleted, of: session) != true
        }
        let isElsewhere = isSpentElsewhere(last)
        let isLeft = ([last] + removed.strays.filter { !$0.isSameGrant(as: held) }).contains {
            isSpentElsewhere($0) || lock?.hasNoted(.left, of: $0) == true
        }
        if outcome.isNoFailure, isBusy || isLeft { outcome = .failure(.lateToken) }
        // It may have been put back.
        if isBusy || isElsewhere, case .failure(let error) = seen { notForgotten = error }
        if outcome.isNoFailure, let strayFailure { outcome = .failure(strayFailure) }
        return (outcome, notForgotten)
    }

    /// Has the server delete the token of a session that no store has taken, and that nobody will have.
    ///
    /// - Parameters:
    ///   - spent: the session that it came of, where a store may have that still.
    ///   - canRefresh: whether its refresh token may serve for that.
    /// - Returns: why it may live on, or what a refresh without an answer has brought.
    public func discard(
        _ session: Session,
        of spent: Session? = nil,
        canRefresh: Bool = true
    ) async -> Result<Void, APIError> {
        let client = APIClient(apiURL: session.apiURL, transport: transport)
        var outcome = session.isLive(at: now()) ? await delete(session, client) : nil
        let lock: (any ProfileLock)?
        do throws(TokenRequestError) {
            lock = try await self.lock(session.profileName)
        } catch {
            // Perhaps it is this session that is being refreshed.
            guard let outcome, !outcome.isNoFailure else { return .failure(.lateToken) }
            return outcome
        }
        defer { lock?.release() }
        // A refresh that was under way has done it.
        let isDone = lock?.hasNoted(.deleted, of: session) == true
        let isLeft =
            lock?.hasNoted(.left, of: session) == true || lock?.hasNoted(.spent, of: session) == true && !isDone
        if outcome?.isUnknownToken ?? true, !isLeft {
            outcome =
                if isDone { .success(()) } else if canRefresh {
                    await deleteRefreshed(session, client, unless: outcome)
                } else { outcome }
        }
        guard let outcome, !(isLeft && outcome.isNoFailure) else { return .failure(.lateToken) }
        if let spent, outcome.isNoFailure { lock?.note(.deleted, of: spent) }
        return outcome
    }

    /// Has the server delete what other stores had.
    ///
    /// - Returns: why one of them may live on.
    private func deleteStrays(_ strays: [Session], of held: Session, _ client: APIClient) async -> APIError? {
        var failure: APIError?
        for stray in strays {
            // Of the same sign-in, its refresh token was spent on that of the session in hand.
            let isSame = stray.isSameGrant(as: held)
            var outcome = isSame || stray.isLive(at: now()) ? await delete(stray, client) : nil
            if !isSame, outcome?.isUnknownToken ?? true {
                outcome = await deleteRefreshed(stray, client, unless: outcome)
            }
            if case .failure(let error) = outcome, !error.isUnauthorized { failure = error }
        }
        return failure
    }

    func delete(_ session: Session, _ client: APIClient) async -> Result<Void, APIError> {
        await patiently { await deleteOnce(session.tokens.accessToken, isLive: session.isLive(at: now()), client) }
    }

    /// Once more where the connection ended before an answer: it may be an old one that the server has given up (RFC 9112
    /// §9.3.1), and to delete twice is to delete once. Twice more where the server asks for a short wait.
    private func patiently(_ once: () async -> Result<Void, APIError>) async -> Result<Void, APIError> {
        var outcome = await once()
        if case .failure(.transport(.closed)) = outcome {
            let again = await once()
            // The first request may have arrived, whatever kept the second one back.
            if case .failure(.transport(let error)) = again, !error.mayHaveArrived { return outcome }
            outcome = again
        }
        for _ in 0..<2 {
            guard case .failure(.rejected(let rejection)) = outcome, rejection.status == 429,
                let seconds = rejection.retryAfter, seconds <= Self.longestWait, await wait(seconds)
            else { break }
            outcome = await once()
        }
        return outcome
    }

    private func deleteOnce(_ token: Secret, isLive: Bool, _ client: APIClient) async -> Result<Void, APIError> {
        do throws(APIError) {
            return .success(try await client.deleteToken(accessToken: token, isLive: isLive))
        } catch {
            return .failure(error)
        }
    }

    /// An access token that has expired cannot sign out; what its refresh token brings can. A 401 for the expired one would mean
    /// nothing, where the server only does not refresh it now.
    ///
    /// - Parameter before: what the server has said of the access token; it is asked unless given.
    private func deleteRefreshed(
        _ session: Session,
        _ client: APIClient,
        unless before: Result<Void, APIError>? = nil
    ) async -> Result<Void, APIError> {
        func unrefreshed() async -> Result<Void, APIError> {
            if let before { before } else { await delete(session, client) }
        }
        guard let refreshToken = session.tokens.refreshToken else { return await unrefreshed() }
        let request = TokenRequest(
            refreshing: refreshToken,
            clientID: session.clientID,
            endpoint: "\(session.loginURL)/oauth/token"
        )
        var refreshed = session
        do throws(TokenRequestError) {
            refreshed.tokens = try await transport.tokens(request)
            refreshed.receivedAt = now()
        } catch {
            guard !error.endsSession else { return await unrefreshed() }
            return .failure(APIError(error))
        }
        return await delete(refreshed, client)
    }

    /// Removes sessions of the same client from the other stores, and returns them. A store that fails here was not the one
    /// in use.
    private func forgetElsewhere(_ held: Session) async -> [Session] {
        var sessions: [Session] = []
        for store in otherStores {
            let removed = try? await store.remove(held.profileName) { $0?.isSameClient(as: held) ?? false }
            if let removed { sessions.append(removed) }
        }
        return sessions
    }
}

extension Result<Void, APIError> {
    /// Whether the server has said that it does not know the token.
    fileprivate var isUnknownToken: Bool {
        if case .failure(let error) = self { error.isUnauthorized } else { false }
    }

    /// Whether the server knows the token no more, as far as this says.
    fileprivate var isNoFailure: Bool {
        if case .success = self { true } else { isUnknownToken }
    }
}

extension APIError {
    /// The same of a request for which a token was to be refreshed first.
    fileprivate init(_ error: TokenRequestError) {
        switch error {
        case .transport(let error): self = .transport(error)
        case .answer(.errorResponse(let response, let status, let id)):
            // A 401 would say that there is nothing to delete.
            let status = status == 401 ? 400 : status
            self = .rejected(.init(status: status, message: response.words, correlationID: id))
        case .answer(.rateLimited(_, let seconds, let id)):
            self = .rejected(.init(status: 429, correlationID: id, retryAfter: seconds))
        case .answer(.unreadable(let status, let found, let id)):
            self = .unreadable(status: status, found: found, correlationID: id)
        case .answer(.redirected(let status)): self = .rejected(.init(status: status))
        case .answer(.missingMember(let member, _)), .answer(.unusableMember(let member)): self = .missingMember(member)
        case .answer(.unsupportedTokenType): self = .missingMember("token_type")
        case .store: self = .transport(.cancelled)
        case .endedLeavingToken: self = .lateToken
        }
    }
}
