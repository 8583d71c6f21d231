import GenesysCloud
import Testing

@Suite("Explicit URLs of an environment")
struct ExplicitURLTests {
    @Test(
        "an explicit URL is taken in its normal form, without the slash at its end",
        arguments: [
            ("https://login.example.com", "https://login.example.com"),
            ("https://login.example.com/", "https://login.example.com"),
            ("https://login.example.com//", "https://login.example.com"),
            ("https://login.example.com:8443/", "https://login.example.com:8443"),
            ("https://example.com/genesys/", "https://example.com/genesys"),
            ("HTTPS://Login.Example.com", "https://login.example.com"),
            ("https://Example.com/Genesys/%2F", "https://example.com/Genesys/%2F"),
            ("HTTPS://Login.MyPureCloud.de:443/", "https://login.mypurecloud.de"),
            ("https://login.example.com:00443", "https://login.example.com"),
            ("https://login.example.com:08443/a", "https://login.example.com:8443/a"),
            ("https://login.example.com:80", "https://login.example.com:80"),
            ("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443"),
            ("https://10.0.0.1", "https://10.0.0.1"),
        ]
    )
    func taken(text: String, expected: String) throws {
        let environment = try Environment(loginURL: text, apiURL: text)
        #expect(environment.loginURL == expected)
        #expect(environment.apiURL == expected)
        #expect(environment.authorizationEndpoint == expected + "/oauth/authorize")
        #expect(environment.tokenEndpoint == expected + "/oauth/token")
    }

    @Test(
        "plain http is taken where it stays on this machine",
        arguments: [
            ("http://localhost", "http://localhost"), ("http://localhost:8443", "http://localhost:8443"),
            ("HTTP://LOCALHOST:01", "http://localhost:1"), ("http://127.0.0.1:8443", "http://127.0.0.1:8443"),
            ("http://127.8.9.1", "http://127.8.9.1"), ("http://[::1]:8443", "http://[::1]:8443"),
            ("http://[::1]:80", "http://[::1]"), ("http://localhost:443", "http://localhost:443"),
        ]
    )
    func loopback(text: String, expected: String) throws {
        #expect(try Environment(loginURL: text).loginURL == expected)
        #expect(try Environment(apiURL: text).apiURL == expected)
    }

    @Test("a region's own URL in capitals is the region")
    func region() throws {
        let typed = try Environment(loginURL: "HTTPS://Login.MyPureCloud.de", apiURL: "HTTPS://API.MyPureCloud.de:443")
        #expect(try typed == Environment(region: "eu-central-1"))
    }

    @Test(
        "plain http to another machine is refused",
        arguments: [
            "http://login.mypurecloud.com", "HTTP://login.mypurecloud.com", "http://10.0.0.1", "http://0.0.0.0",
            "http://[::]", "http://[::2]", "http://localhost.evil.com", "http://127.0.0.1.evil.com", "http://127.1",
            "http://2130706433", "http://127.0.0.256", "http://127.0.0.01", "http://128.0.0.1",
            "http://localhost.", "http://[::ffff:127.0.0.1]",
        ]
    )
    func plainHTTP(text: String) {
        #expect(throws: Environment.Refusal.plainHTTP(text)) { try Environment(loginURL: text) }
        #expect(throws: Environment.Refusal.plainHTTP(text)) { try Environment(apiURL: text) }
    }

    @Test(
        "what is no base URL is refused, with the words that were typed",
        arguments: [
            "", "login.example.com", "login.example.com:443", "//login.example.com", "https:", "https://", "https:///",
            "https:/login.example.com", "https:login.example.com", "ftp://login.example.com", "file:///etc/passwd",
            "javascript:alert(1)", "https://login.example.com?", "https://login.example.com/?a=b",
            "https://login.example.com/#", "https://login.example.com#a", "https://login.example.com?%AA",
            "https://login.example.com/#%AA", "https://user@login.example.com", "https://%AA@login.example.com",
            "https://user:password@login.example.com", "https://@login.example.com", "https://:@login.example.com",
            "https://login.example.com@evil.com", "https://login.example.com:0", "https://login.example.com:65536",
            "https://login.example.com:x", "https://login.example.com:-1", "https://login.example.com:",
            "https://login.example.com\\@evil.com", "https:\\\\login.example.com", "https://login example.com",
            " https://login.example.com", "https://login.example.com\n", "https://login.example.com\r\nHost: evil.com",
            "https://login.example.com/\u{0}", "https://login.example.com/\u{1B}[2J", "https://l\u{F6}gin.example.com",
            "https://login.ex%61mple.com", "http://%6cocalhost", "http://localhost%00.evil.com",
            "http://[::1%25eth0]", "https://[::1", "https://[login.example.com]", "http://[localhost]",
            "http://[127.0.0.1]", "https://login.example.com/<a>", "https://login.example.com/%zz",
            "https://.", "https://..", "https://login..example.com", "http://127.+1.0.1", "https://:443", "https://a,b",
            "https://a;b", "https://login.example.com:99999999999999999999", "https://login.example.com:+443",
        ]
    )
    func noURL(text: String) {
        #expect(throws: Environment.Refusal.notAURL(text)) { try Environment(loginURL: text) }
        #expect(throws: Environment.Refusal.notAURL(text)) { try Environment(apiURL: text) }
    }

    @Test(
        "the host of a URL is what stands between the slashes",
        arguments: [
            ("https://login.example.com", "login.example.com"), ("https://login.example.com/a/b", "login.example.com"),
            ("http://localhost:8443/", "localhost:8443"), ("http://[::1]:8443", "[::1]:8443"),
            ("https://login.example.com?a=b", "login.example.com"), ("no URL", "no URL"),
        ]
    )
    func host(url: String, expected: String) {
        #expect(Environment.host(of: url) == expected)
    }
}
