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

    @Test(
        "a date is written as servers write it, and read back",
        arguments: [0, 784_111_777, 1_795_521_600, 4_102_444_799]
    )
    func dates(seconds: Int) {
        let date = Date(timeIntervalSince1970: TimeInterval(seconds))
        #expect(HTTPDate.parse(HTTPDate.text(date)) == date)
        #expect(HTTPDate.text(Date(timeIntervalSince1970: 784_111_777.9)) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }
}
