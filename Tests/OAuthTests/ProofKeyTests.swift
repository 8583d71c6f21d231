import OAuth
import Testing

@Suite("Proof key and state parameter")
struct ProofKeyTests {
    private static let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")

    @Test("the verifier of RFC 7636 Appendix B has the challenge of Appendix B")
    func appendixB() throws {
        let octets: [UInt8] = [
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191,
            240, 91, 88, 5, 88, 83, 132, 141, 121,
        ]
        let key = ProofKey(entropy: try #require(Entropy(octets)))
        #expect(key.verifier.reveal() == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        #expect(key.challenge.value == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
        let challenge = CodeChallenge(of: Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
        #expect(challenge.value == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
        #expect(challenge == key.challenge)
        #expect(CodeChallenge.method == "S256")
    }

    @Test(
        "base64url is RFC 4648's, without padding",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ]
    )
    func base64URLVectors(text: String, encoded: String) {
        #expect(Base64URL.encode(text.utf8) == encoded)
    }

    @Test("base64url writes - and _ where base64 writes + and /")
    func base64URLAlphabet() {
        #expect(Base64URL.encode([0xFB, 0xFF, 0xBF] as [UInt8]) == "-_-_")
        // RFC 7636 Appendix A.
        #expect(Base64URL.encode([3, 236, 255, 224, 193] as [UInt8]) == "A-z_4ME")
    }

    @Test(
        "verifier, challenge and state are 43 characters of the base64url alphabet",
        arguments: [[UInt8](repeating: 0, count: 32), [UInt8](repeating: 0xFF, count: 32), Array(0xE0...0xFF)]
    )
    func lengthAndAlphabet(bytes: [UInt8]) throws {
        let entropy = try #require(Entropy(bytes))
        let key = ProofKey(entropy: entropy)
        for value in [
            key.verifier.reveal(), key.challenge.value, StateParameter(entropy: entropy).value.reveal(),
        ] {
            #expect(value.count == 43)
            #expect(Self.alphabet.isSuperset(of: value))
        }
    }

    @Test("entropy is 32 bytes and no other number", arguments: [0, 1, 31, 33, 64])
    func entropyCount(count: Int) {
        #expect(Entropy([UInt8](repeating: 7, count: count)) == nil)
    }

    @Test("entropy is drawn from the generator that is handed in")
    func entropySource() {
        var one = Counter(), other = Counter()
        let first = Entropy(from: &one)
        #expect(first.bytes.count == 32)
        #expect(first == Entropy(from: &other))
        #expect(first != Entropy(from: &one))
    }

    @Test("two draws from the system's source give two verifiers")
    func systemSource() {
        var source = SystemRandomNumberGenerator()
        let verifiers = (0..<100).map { _ in ProofKey(entropy: Entropy(from: &source)).verifier }
        #expect(Set(verifiers).count == 100)
    }

    @Test("every byte of the entropy counts")
    func everyByteCounts() throws {
        let zero = [UInt8](repeating: 0, count: 32)
        var seen: Set<Secret> = []
        for index in zero.indices {
            var bytes = zero
            bytes[index] = 1
            seen.insert(ProofKey(entropy: try #require(Entropy(bytes))).verifier)
        }
        #expect(seen.count == 32)
    }
}

/// A generator whose numbers are known.
private struct Counter: RandomNumberGenerator {
    var last: UInt64 = 0

    mutating func next() -> UInt64 {
        last &+= 0x9E37_79B9_7F4A_7C15
        return last
    }
}
