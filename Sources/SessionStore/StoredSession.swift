import FoundationEssentials
import OAuth

/// A session as the stores keep it: a JSON object with `"version": 1`. Members that are not known are ignored.
///
/// Here alone secrets become text that is stored.
struct StoredSession {
    /// The only version there is so far. Another one is refused, not guessed at.
    static let version = 1

    /// What stands in every one.
    static let mark = Wire.CodingKeys.accessToken.rawValue

    /// The times that are believed, in seconds since 1970: some sixteen thousand years around it.
    private static let years = -500_000_000_000...500_000_000_000
    /// When a `Date` counts from, in seconds since 1970.
    private static let referenceSeconds = Int(Date.timeIntervalBetween1970AndReferenceDate)

    /// The session in JSON.
    ///
    /// - Throws: ``StoreError/unreadable(store:)`` for a session that could not be read again: its time is not within
    ///   ``years``.
    static func encode(_ session: Session, for store: String) throws(StoreError) -> SecretBytes {
        let tokens = session.tokens
        let sinceReference = session.receivedAt.timeIntervalSinceReferenceDate
        // Twice the years still fit into an `Int`.
        guard sinceReference.isFinite, abs(sinceReference) < Double(years.upperBound) * 2 else {
            throw .unreadable(store: store)
        }
        let whole = sinceReference.rounded(.down)
        guard years.contains(Int(whole) + referenceSeconds) else { throw .unreadable(store: store) }
        let wire = Wire(
            version: version,
            profile: session.profileName,
            clientID: session.clientID.value,
            loginURL: session.loginURL,
            apiURL: session.apiURL,
            receivedAt: Int(whole) + referenceSeconds,
            fraction: sinceReference - whole,
            accessToken: tokens.accessToken.reveal(),
            expiresIn: tokens.expiresIn,
            refreshToken: tokens.refreshToken?.reveal(),
            scope: tokens.scope?.description,
            grant: session.grant?.value,
            grantedAt: session.grantedAt
        )
        guard let data = try? JSONEncoder().encode(wire) else { throw .unreadable(store: store) }
        return SecretBytes(taking: data)
    }

    /// Reads what ``encode(_:)`` wrote for the profile `profileName`.
    ///
    /// - Throws: ``StoreError/unknownVersion(store:_:)``, and ``StoreError/unreadable(store:)`` for everything else that
    ///   is no session of this profile.
    static func decode(
        _ bytes: borrowing SecretBytes,
        for profileName: String,
        in store: String
    ) throws(StoreError) -> Session {
        try bytes.withBytes { buffer throws(StoreError) in
            guard let start = buffer.baseAddress else { throw .unreadable(store: store) }
            // The caller overwrites these bytes; a copy would stay.
            let data = Data(
                bytesNoCopy: UnsafeMutableRawPointer(mutating: start),
                count: buffer.count,
                deallocator: .none
            )
            guard let numbered = try? JSONBody.decode(Numbered.self, from: data) else {
                throw .unreadable(store: store)
            }
            guard numbered.version == version else { throw .unknownVersion(store: store, numbered.version) }
            guard let session = (try? JSONBody.decode(Wire.self, from: data))?.session,
                session.profileName == profileName
            else { throw .unreadable(store: store) }
            return session
        }
    }

    private struct Numbered: Decodable {
        let version: Int
    }

    /// The members. Times are seconds since 1970.
    private struct Wire: Codable {
        let version: Int
        let profile: String
        let clientID: String
        let loginURL: String
        let apiURL: String
        let receivedAt: Int
        /// What `receivedAt` leaves out: in one number the last bit of a `Date` would be lost, and the session that is
        /// loaded would not be equal to the one that was saved.
        let fraction: Double?
        let accessToken: String
        let expiresIn: Int?
        let refreshToken: String?
        let scope: String?
        let grant: String?
        let grantedAt: Int?

        enum CodingKeys: String, CodingKey {
            case version
            case profile
            case clientID = "client_id"
            case loginURL = "login_url"
            case apiURL = "api_url"
            case receivedAt = "received_at"
            case fraction = "received_at_fraction"
            case accessToken = "access_token"
            case expiresIn = "expires_in"
            case refreshToken = "refresh_token"
            case scope
            case grant
            case grantedAt = "granted_at"
        }

        /// `nil` where a member has a value that no session has.
        var session: Session? {
            let fraction = fraction ?? 0
            guard let clientID = ClientID(clientID), Self.isToken(accessToken), refreshToken.map(Self.isToken) ?? true,
                expiresIn.map({ (1...TokenResponse.longestLifetime).contains($0) }) ?? true,
                (0..<1).contains(fraction), years.contains(receivedAt), Self.isServer(loginURL), Self.isServer(apiURL)
            else { return nil }
            return Session(
                tokens: TokenResponse(
                    accessToken: Secret(accessToken),
                    expiresIn: expiresIn,
                    refreshToken: refreshToken.map(Secret.init),
                    scope: scope.flatMap(Scope.init)
                ),
                receivedAt: Date(timeIntervalSinceReferenceDate: Double(receivedAt - referenceSeconds) + fraction),
                clientID: clientID,
                loginURL: loginURL,
                apiURL: apiURL,
                profileName: profile,
                grant: grant.flatMap(GrantID.init),
                grantedAt: grantedAt.flatMap { years.contains($0) ? $0 : nil }
            )
        }

        /// Where tokens may go: to a server by https, or to this machine.
        private static func isServer(_ url: String) -> Bool {
            guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !url.contains("@") else { return false }
            if url.hasPrefix("https://") { return url.utf8.count > "https://".utf8.count }
            guard url.hasPrefix("http://") else { return false }
            return RedirectURI.isLoopback(hostHeader: String(url.dropFirst("http://".count).prefix { $0 != "/" }))
        }

        /// What `TokenResponse` takes from a server (RFC 6749 Appendix A.12 and A.17), and at least one character of it.
        private static func isToken(_ text: String) -> Bool {
            !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        }
    }
}
