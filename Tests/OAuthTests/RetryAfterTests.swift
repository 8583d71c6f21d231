import FoundationEssentials
import OAuth
import Testing

@Suite("Retry-After")
struct RetryAfterTests {
    private static let now = "Tue, 24 Nov 2026 12:00:00 GMT"

    @Test(
        "is seconds, or a date that is counted from the answer's own clock (RFC 9110 §10.2.3)",
        arguments: [
            ("17", 17), ("0", 0), ("Tue, 24 Nov 2026 12:00:30 GMT", 30), ("Tue, 24 Nov 2026 11:00:00 GMT", 0),
            ("-1", nil), ("soon", nil), ("", nil), ("Tue, 24 Nov 2026", nil), ("99999999999999999999", nil),
        ] as [(String, Int?)]
    )
    func seconds(value: String, seconds: Int?) {
        let response = HTTPResponse(status: 429, headers: ["Retry-After": value, "Date": Self.now])
        #expect(response.retryAfter == seconds)
    }

    @Test("a date without a clock to count from names no time, and an answer without the header none either")
    func noClock() {
        #expect(HTTPResponse(status: 429, headers: ["Retry-After": Self.now]).retryAfter == nil)
        #expect(HTTPResponse(status: 429).retryAfter == nil)
    }

    @Test("a token endpoint's 429 says how long to wait, whatever its body")
    func tokenEndpoint() {
        let headers = ["Retry-After": "9", "inin-correlation-id": "c-1"]
        for (body, words) in [(#"{"error":"x","error_description":"Slow down"}"#, "Slow down"), ("<html>", nil)] {
            let response = HTTPResponse(status: 429, headers: headers, body: Data(body.utf8))
            do throws(OAuthError) {
                _ = try TokenResponse(response)
                Issue.record("a token")
            } catch {
                guard case .rateLimited(let said, retryAfter: 9, let id) = error else {
                    Issue.record("\(error)")
                    continue
                }
                #expect(said?.words?.display == words)
                #expect(id?.display == "c-1")
            }
        }
    }
}
