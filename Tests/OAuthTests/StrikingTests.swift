import FoundationEssentials
import OAuth
import Testing

@Suite("Words that repeat a secret")
struct StrikingTests {
    private static let token = "Zm9v/YmFy+cXV4-x_9.8~7=="

    private func struck(_ text: String, _ secrets: [String] = [token]) -> String {
        ServerText(text).striking(secrets.map { Secret($0) }).display
    }

    @Test(
        "a secret is struck out, however the server writes it",
        arguments: [
            (token, "‹redacted›"),
            ("Invalid refresh token: \(token).", "Invalid refresh token: ‹redacted›."),
            ("Bearer \(token)", "Bearer ‹redacted›"),
            ("«\(token)\(token)»", "«‹redacted›»"),
            ("\(token), \(token)", "‹redacted›, ‹redacted›"),
            ("refresh_token=Zm9v%2FYmFy%2BcXV4-x_9.8~7%3D%3D&client_id=c", "refresh_token=‹redacted›&client_id=c"),
            ("Zm9v%2fYmFy%2bcXV4%2Dx%5F9%2E8%7e7%3d%3d", "‹redacted›"),
            ("Zm9v%252FYmFy%252BcXV4-x_9.8~7%253D%253D", "‹redacted›"),
            ("%5A%6D%39%76%2F%59%6D%46%79%2B%63%58%56%34%2D%78%5F%39%2E%38%7E%37%3D%3D", "‹redacted›"),
            ("Zm9v/YmFy cXV4-x_9.8~7==", "‹redacted›"),
            (#"{\"token\":\"Zm9v\/YmFy+cXV4-x_9.8~7==\"}"#, #"{\"token\":\"‹redacted›\"}"#),
            (#"Zm9v\u002FYmFy\u002bcXV4-x_9.8~7\u003d="#, "‹redacted›"),
            ("Zm9v&#x2F;YmFy&#43;cXV4-x_9.8~7&#x3d;&#61;", "‹redacted›"),
            (token.lowercased(), "‹redacted›"),
            ("Zm9v\u{200B}/YmFy+cXV4-\u{1B}x_9.8~7==", "‹redacted›"),
            ("Zm9v/YmFy+cX…", "‹redacted›…"),
            ("token Zm9v/YmFy+cXV4-x… expired", "token ‹redacted›… expired"),
            ("…+cXV4-x_9.8~7==", "…‹redacted›"),
        ]
    )
    func struck(text: String, shown: String) {
        #expect(struck(text) == shown)
    }

    @Test(
        "what is no repetition is left as it is",
        arguments: [
            "", "gone", "Zm9v/YmFy+c", "Zm9v/YmFy+c… and 4-x_9.8~7==", "100 % of it\\", "%", "%4", "%zz", "%+F",
            #"\u00"#,
            #"\"#, "&#;", "&#x;", "&#x99999999;", "&amp;&", "🇩🇪 e\u{301} % é", "%C3%A9",
        ]
    )
    func left(text: String) {
        #expect(struck(text) == ServerText(text).display)
    }

    @Test("of twelve characters in a row no more than eleven stay, wherever they are in the secret")
    func runs() {
        let secret = (0..<43).map { _ in "0123456789abcdefXYZ-_".randomElement().map(String.init) ?? "" }.joined()
        for length in 1...43 {
            for start in 0...(43 - length) {
                let part = String(secret.dropFirst(start).prefix(length))
                #expect(struck("<\(part)>", [secret]) == (length < 12 ? "<\(part)>" : "<‹redacted›>"))
            }
        }
    }

    @Test("a short secret is struck out as a whole; of fewer than four characters it is none")
    func short() {
        #expect(struck("code CODE1.", ["CODE1"]) == "code ‹redacted›.")
        #expect(struck("code CODE.", ["CODE1"]) == "code CODE.")
        #expect(struck("the end", ["e", "", "the"]) == "the end")
    }

    @Test("all of several secrets, those that run into each other as one")
    func several() {
        let secrets = ["first-secret", "second-secret"]
        #expect(struck("a first-secret, second-secret", secrets) == "a ‹redacted›, ‹redacted›")
        #expect(struck("first-secretsecond-secret", secrets) == "‹redacted›")
    }

    @Test("a secret of 100 000 characters, in a text of as many, takes no time", .timeLimit(.minutes(1)))
    func long() {
        for character in ["c", "%63"] {
            let text = String(repeating: character, count: 100_000)
            #expect(struck(text, [String(repeating: "c", count: 100_000)]).hasPrefix("‹redacted›"))
        }
    }

    @Test("an answer knows what it was asked with, and a success keeps its values")
    func answers() async throws {
        let body = #"{"access_token":"\#(Self.token)","token_type":"Bearer","refresh_token":"\#(Self.token)"}"#
        let transport = HTTPTransport { _ throws(TransportError) in
            HTTPResponse(status: 200, headers: ["inin-correlation-id": Self.token], body: Data(body.utf8))
        }
        let clientID = try #require(ClientID("client-1234-5678"))
        let request = TokenRequest(refreshing: Secret(Self.token), clientID: clientID, endpoint: "https://a.example")
        let response = try await transport.send(request.httpRequest)
        #expect(response.correlationID == ServerText("‹redacted›"))
        #expect(response.words("\(clientID) with \(Self.token)") == ServerText("client-1234-5678 with ‹redacted›"))
        #expect(try TokenResponse(response).refreshToken?.reveal() == Self.token)
        #expect(try TokenResponse(response).accessToken.reveal() == Self.token)
    }
}
