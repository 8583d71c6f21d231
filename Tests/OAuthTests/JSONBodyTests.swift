import FoundationEssentials
import OAuth
import Testing

@Suite("JSON from outside")
struct JSONBodyTests {
    private struct Anything: Decodable {
        init(from decoder: any Decoder) throws {}
    }

    private func read(_ text: String) throws {
        _ = try JSONBody.decode(Anything.self, from: Data(text.utf8))
    }

    @Test("is refused where it nests deeper than 256, wherever it ends", arguments: ["[", "{\"a\":", "[{\"a\":"])
    func depth(opening: String) throws {
        for count in [129, 256, 257, 512, 513, 514, 100_000] {
            let open = String(repeating: opening, count: count)
            #expect(throws: (any Error).self) { try read(open) }
            #expect(throws: (any Error).self) { try read(" \(open)]") }
        }
    }

    @Test("nests as deep as is allowed, and brackets in strings do not count")
    func shallow() throws {
        try read(String(repeating: "[", count: 256) + String(repeating: "]", count: 256))
        #expect(throws: JSONBody.Refusal.depth) {
            try read(String(repeating: "[", count: 257) + String(repeating: "]", count: 257))
        }
        try read("[\"\(String(repeating: "[{", count: 1_000))\", \"\\\"[[\\\\\", {}]")
    }

    @Test("has 10,000 values at most; what stands in a string does not count")
    func count() throws {
        func members(_ count: Int) -> String {
            "{\((0..<count).map { "\"\($0)\":1" }.joined(separator: ","))}"
        }
        try read(members(9_999))
        #expect(throws: JSONBody.Refusal.count) { try read(members(10_001)) }
        #expect(throws: JSONBody.Refusal.count) { try read("[\(String(repeating: "[],", count: 5_001))1]") }
        try read("[\"\(String(repeating: "a,", count: 20_000))\"]")
    }

    @Test("is not UTF-16 or UTF-32, in which a bracket is no single byte; a byte order mark is taken")
    func encoding() throws {
        try read("\u{FEFF}{\"a\": \"ä\"}")
        for bytes in [[0xFF, 0xFE, 0x5B, 0, 0x5D, 0], [0, 0x5B, 0, 0x5D], [0x5B, 0, 0, 0], [0x5B, 0x5D, 0]] as [[UInt8]]
        {
            #expect(throws: JSONBody.Refusal.encoding) { try JSONBody.decode(Anything.self, from: Data(bytes)) }
        }
    }

    @Test("has names of 1,024 bytes at most; a value may be longer")
    func names() throws {
        func member(_ bytes: Int) -> String { "{\"\(String(repeating: "a", count: bytes - 1))\" : 1}" }
        try read(member(1_024))
        #expect(throws: JSONBody.Refusal.name) { try read(member(1_025)) }
        try read("{\"a\": \"\(String(repeating: "b", count: 5_000))\", \"c\":\"d\"}")
    }

    /// A million bytes of combining marks, which a comparison by normal form takes minutes for.
    private static let marks = "A" + String(repeating: "\u{316}\u{301}", count: 240_000)

    @Test(
        "a megabyte of combining marks is read in no time, wherever it stands",
        .serialized,
        .timeLimit(.minutes(1)),
        arguments: [
            #"{"error": "*"}"#, #"{"access_token": "t", "token_type": "*"}"#, #"{"access_token": "t", "scope": "*"}"#,
            #"{"access_token": "*"}"#, #"{"access_token": "t", "refresh_token": "*"}"#, #"{"*": 1, "error": "x"}"#,
            #"{"error": "x", "error_description": "*"}"#, #"{"access_token": "t", "expires_in": "*"}"#, "*",
        ]
    )
    func combining(body: String) throws {
        let text = body.replacing("*", with: Self.marks)
        let response = HTTPResponse(
            status: body.contains("error") ? 400 : 200,
            headers: ["content-type": "application/json"],
            body: Data(text.utf8)
        )
        _ = try? TokenResponse(response)
    }
}
