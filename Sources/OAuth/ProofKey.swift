import Crypto

/// Proof Key for Code Exchange (RFC 7636): one pair of code verifier and code challenge, for one attempt.
public struct ProofKey: Sendable, Hashable {
    /// The code verifier (§4.1), sent in `code_verifier` with the token request: 43 characters.
    public let verifier: Secret

    /// The code challenge (§4.2), sent in `code_challenge` with the authorization request.
    public var challenge: CodeChallenge {
        CodeChallenge(of: verifier)
    }

    /// Makes the verifier of `entropy`, 32 bytes from the system's secure source, as §4.1 recommends.
    public init(entropy: Entropy) {
        verifier = Secret(Base64URL.encode(entropy.bytes))
    }
}

/// The S256 code challenge of a code verifier (RFC 7636 §4.2). `plain` is never used (RFC 9700 §2.1.1).
public struct CodeChallenge: Sendable, Hashable, CustomStringConvertible {
    /// The method as it goes on the wire in `code_challenge_method`.
    public static let method = "S256"

    /// `BASE64URL(SHA256(ASCII(code_verifier)))`, 43 characters.
    public let value: String

    /// The challenge that belongs to `verifier`.
    public init(of verifier: Secret) {
        value = Base64URL.encode(verifier.withBytes { SHA256.hash(data: $0) })
    }

    /// The same as ``value``.
    public var description: String { value }
}
