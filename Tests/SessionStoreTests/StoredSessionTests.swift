import FoundationEssentials
import OAuth
import Testing

@testable import SessionStore

@Suite("what is stored")
struct StoredSessionTests {
    private static func decode(_ text: String, for profile: String = "default") throws(StoreError) -> Session {
        try StoredSession.decode(SecretBytes(taking: Array(text.utf8)), for: profile, in: "kernel")
    }

    private static func encode(_ session: Session) throws -> String {
        try StoredSession.encode(session, for: "kernel").withBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// A stored session of version 1, with members exchanged or, for `nil`, left out.
    private static func text(_ changes: [String: String?] = [:]) -> String {
        var members: [String: String] = [
            "version": "1", "profile": #""default""#, "client_id": #""client-1""#,
            "login_url": #""https://login.mypurecloud.com""#, "api_url": #""https://api.mypurecloud.com""#,
            "received_at": "1700000000", "received_at_fraction": "0.25", "access_token": #""token-1""#,
            "expires_in": "3600", "refresh_token": #""refresh-1""#, "scope": #""users:readonly routing""#,
            "grant": #""0123456789-_ABCD""#, "granted_at": "1699990000",
        ]
        for (name, value) in changes { members[name] = value }
        return "{\(members.map { "\"\($0)\":\($1)" }.joined(separator: ","))}"
    }

    @Test("version 1 is this JSON object, times in seconds since 1970")
    func versionOne() throws {
        let expected = Session(
            tokens: TokenResponse(
                accessToken: Secret("token-1"),
                expiresIn: 3600,
                refreshToken: Secret("refresh-1"),
                scope: Scope("users:readonly routing")
            ),
            receivedAt: Date(timeIntervalSince1970: 1_700_000_000.25),
            clientID: try #require(ClientID("client-1")),
            loginURL: "https://login.mypurecloud.com",
            apiURL: "https://api.mypurecloud.com",
            profileName: "default",
            grant: GrantID("0123456789-_ABCD"),
            grantedAt: 1_699_990_000
        )
        #expect(try Self.decode(Self.text()) == expected)
        let members = try JSONDecoder().decode([String: Value].self, from: Data(Self.encode(expected).utf8))
        let known = try JSONDecoder().decode([String: Value].self, from: Data(Self.text().utf8))
        #expect(members == known)
    }

    @Test(
        "what may be missing is missing",
        arguments: ["expires_in", "refresh_token", "scope", "received_at_fraction"]
    )
    func optional(name: String) throws {
        let session = try Self.decode(Self.text([name: nil]))
        #expect(session.tokens.expiresIn == (name == "expires_in" ? nil : 3600))
        #expect(session.tokens.refreshToken == (name == "refresh_token" ? nil : Secret("refresh-1")))
        #expect((session.tokens.scope == nil) == (name == "scope"))
        #expect(try Self.decode(Self.encode(session)) == session)
        if name != "received_at_fraction" { #expect(try !Self.encode(session).contains(name)) }
    }

    @Test("a session is the same after it was stored, to the last bit of its time")
    func times() throws {
        for _ in 0..<2_000 {
            var session = try sampleSession("default")
            session.receivedAt = Date(timeIntervalSinceReferenceDate: .random(in: -1e9...2e9))
            #expect(try Self.decode(Self.encode(session)) == session)
        }
    }

    @Test("a profile is stored whatever it is called", arguments: ["", "ä \u{1F600}", "\"\\\n\u{1B}\u{0}", "../.."])
    func names(profile: String) throws {
        let session = try sampleSession(profile)
        #expect(try Self.decode(Self.encode(session), for: profile) == session)
    }

    @Test("members that are not known are ignored")
    func unknownMembers() throws {
        #expect(try Self.decode(Self.text(["more": #"{"version":[2]}"#])) == Self.decode(Self.text()))
    }

    @Test("another version is refused, whatever else there is", arguments: [0, 2, -1, 1_000_000])
    func version(number: Int) {
        for text in [Self.text(["version": "\(number)"]), #"{"version":\#(number)}"#] {
            #expect(throws: StoreError.unknownVersion(store: "kernel", number)) { try Self.decode(text) }
        }
    }

    static let unreadable: [String] =
        [
            "", "x", "[]", "{}", "null", "\u{0}", #"{"version":"1"}"#, #"{"version":1}"#, "{\"version\":1",
            String(repeating: "[", count: 30_000),
        ]
        + ["profile", "client_id", "login_url", "api_url", "received_at", "access_token"].map { text([$0: nil]) }
        + [
            ("access_token", #""""#), ("access_token", #""a\r\nb""#), ("access_token", "7"), ("access_token", #""ä""#),
            ("refresh_token", #""""#), ("refresh_token", #""a b""#), ("client_id", #""a b""#), ("expires_in", "0"),
            ("expires_in", "-1"), ("expires_in", "315360001"), ("expires_in", "1e99"), ("received_at", "1e99"),
            ("received_at", "9223372036854775807"), ("received_at", "-9223372036854775808"), ("profile", #""other""#),
            ("received_at_fraction", "1"), ("received_at_fraction", "-0.1"), ("login_url", "null"),
            ("login_url", #""""#), ("login_url", #""https://""#), ("login_url", #""file:///etc/passwd""#),
            ("api_url", #""http://api.mypurecloud.com""#), ("api_url", #""https://a\r\nb""#),
            ("api_url", #""https://a@b""#), ("api_url", #""http://localhost.evil.example""#),
        ].map { text([$0: $1]) }

    @Test("everything else is refused", arguments: unreadable)
    func refused(text: String) {
        #expect(throws: StoreError.unreadable(store: "kernel")) { try Self.decode(text) }
    }

    @Test("a session whose time makes no sense is not stored", arguments: [Double.nan, .infinity, -1e300, 1e13])
    func senseless(time: Double) throws {
        var session = try sampleSession("default")
        session.receivedAt = Date(timeIntervalSinceReferenceDate: time)
        #expect(throws: StoreError.unreadable(store: "kernel")) { try Self.encode(session) }
    }

    @Test("bytes are held as they are, and a copy that somebody else has stays")
    func bytes() {
        let array = Array("secret".utf8)
        let taken = SecretBytes(taking: array)
        #expect(taken.withBytes { Array($0) } == Array("secret".utf8))
        #expect(array == Array("secret".utf8))
        var filled = SecretBytes(capacity: 8)
        #expect(filled.count == 0)
        filled.fill { room in
            room.copyBytes(from: "secret".utf8)
            return 6
        }
        #expect(filled.withBytes { Array($0) } == array)
        filled.fill { $0.count + 1 }
        #expect(filled.count == 8, "no more than there is room for")
        filled.fill { _ in -1 }
        #expect(filled.count == 0)
    }

    /// A JSON value, to be compared.
    private enum Value: Decodable, Equatable {
        case number(Double)
        case text(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            do {
                self = .number(try container.decode(Double.self))
            } catch {
                self = .text(try container.decode(String.self))
            }
        }
    }
}
