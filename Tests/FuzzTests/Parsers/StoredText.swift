import FoundationEssentials
import OAuth

@testable import SessionStore

/// A stored session, which any program of the same person could have written.
func checkStoredSession(_ bytes: [UInt8]) throws(Violation) {
    guard let session = decoded(Data(bytes)) else { return }
    try demand(session.profileName == "default", "the session of another profile")
    for token in [session.tokens.accessToken, session.tokens.refreshToken].compactMap({ $0 }) {
        try demand(!token.isEmpty, "an empty token")
        try demand(token.reveal().utf8.allSatisfy { (0x21...0x7E).contains($0) }, "a token breaks a header")
    }
    if let lifetime = session.tokens.expiresIn {
        try demand((1...TokenResponse.longestLifetime).contains(lifetime), "\(lifetime) seconds")
    }
    for date in [session.receivedAt, session.expiresAt, session.refreshDueAt].compactMap({ $0 }) {
        try demand(date.timeIntervalSince1970.isFinite, "no time: \(date)")
    }
    guard let again = try? StoredSession.encode(session, for: "kernel") else {
        throw Violation(description: "what was read cannot be written")
    }
    let bytes = again.withBytes { Data($0) }
    try demand(decoded(bytes) == session, "written and read again it is another session")
}

private func decoded(_ data: Data) -> Session? {
    try? StoredSession.decode(SecretBytes(taking: data), for: "default", in: "kernel")
}
