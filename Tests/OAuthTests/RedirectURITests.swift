import OAuth
import Testing

@Suite("Redirect URI")
struct RedirectURITests {
    struct Accepted: Sendable, CustomTestStringConvertible {
        let text: String
        let host: RedirectURI.Host
        let port: Int
        let path: String

        init(_ text: String, _ host: RedirectURI.Host, _ port: Int, _ path: String) {
            (self.text, self.host, self.port, self.path) = (text, host, port, path)
        }

        var testDescription: String { text }
    }

    @Test(
        "a loopback URI is accepted and kept to the letter",
        arguments: [
            Accepted("http://localhost:3000/callback", .localhost, 3000, "/callback"),
            Accepted("http://LOCALHOST:3000/callback", .localhost, 3000, "/callback"),
            Accepted("HTTP://LocalHost:3000/CallBack", .localhost, 3000, "/CallBack"),
            Accepted("http://127.0.0.1:3000/callback", .ipv4("127.0.0.1"), 3000, "/callback"),
            Accepted("http://127.8.9.1:3000/callback", .ipv4("127.8.9.1"), 3000, "/callback"),
            Accepted("http://127.255.255.254:1/", .ipv4("127.255.255.254"), 1, "/"),
            Accepted("http://[::1]:3000/callback", .ipv6, 3000, "/callback"),
            Accepted("http://[::1]/callback", .ipv6, 80, "/callback"),
            Accepted("http://[::1]", .ipv6, 80, "/"),
            Accepted("http://localhost:0/callback", .localhost, 0, "/callback"),
            Accepted("http://localhost/callback", .localhost, 80, "/callback"),
            Accepted("http://localhost:3000", .localhost, 3000, "/"),
            Accepted("http://localhost", .localhost, 80, "/"),
            Accepted("http://localhost:65535/", .localhost, 65_535, "/"),
            Accepted("http://localhost:3000/a/b//c%20d;e", .localhost, 3000, "/a/b//c%20d;e"),
            Accepted("http://localhost:3000/signed-in/callback", .localhost, 3000, "/signed-in/callback"),
        ]
    )
    func accepted(_ expected: Accepted) throws {
        let uri = try RedirectURI(expected.text)
        #expect(uri.value == expected.text)
        #expect(uri.description == expected.text)
        #expect(uri.host == expected.host)
        #expect(uri.port == expected.port)
        #expect(uri.path == expected.path)
    }

    @Test(
        "a URI of another kind is refused, and the refusal says why",
        arguments: [
            ("https://localhost:3000/callback", .scheme("https")),
            ("HTTPS://localhost:3000/callback", .scheme("HTTPS")),
            ("ftp://localhost/callback", .scheme("ftp")),
            ("javascript:alert(1)", .scheme("javascript")),
            ("com.example.app:/callback", .scheme("com.example.app")),
            ("localhost:3000/callback", .scheme("localhost")),
            ("http://localhost:3000/callback#", .fragment),
            ("http://localhost:3000/callback#code", .fragment),
            ("http://localhost:3000/callback?", .query),
            ("http://localhost:3000/callback?a=b", .query),
            ("http://user@localhost:3000/callback", .userInfo),
            ("http://user:password@localhost:3000/callback", .userInfo),
            ("http://@localhost:3000/callback", .userInfo),
            ("http://localhost:3000/signed-in", .reservedPath("/signed-in")),
            ("http://localhost:3000/failed", .reservedPath("/failed")),
            ("http://localhost:3000/pending", .reservedPath("/pending")),
            ("http://localhost:/callback", .port),
            ("", .notAURI), ("/callback", .notAURI), ("http", .notAURI), ("http:localhost", .notAURI),
            ("http:/localhost/callback", .notAURI), ("//localhost:3000/callback", .notAURI),
            (" http://localhost:3000/callback", .notAURI), ("http://localhost:3000/callback ", .notAURI),
        ] as [(String, RedirectURI.Refusal)]
    )
    func refused(text: String, refusal: RedirectURI.Refusal) {
        #expect(throws: refusal) { try RedirectURI(text) }
    }

    @Test(
        "a host that only looks like this machine is refused by its name",
        arguments: [
            "localhost.evil.com", "127.0.0.1.evil.com", "evil.com", "localhost.", "localhos", "localhostt",
            "0.0.0.0", "[::]", "[::2]", "[::ffff:127.0.0.1]", "[0:0:0:0:0:0:0:1]", "2130706433", "0x7f000001",
            "127.1", "127.0.1", "127", "127.0.0.1.", "127.0.0.256", "127.0.0.01", "127.0.0.0x1", "127.0.0.+1",
            "0177.0.0.1", "128.0.0.1", "10.0.0.1", "192.168.0.1", "169.254.169.254", "%6cocalhost", "",
        ]
    )
    func foreignHost(host: String) {
        #expect(throws: RedirectURI.Refusal.notThisMachine(host)) { try RedirectURI("http://\(host)/callback") }
    }

    @Test(
        "a hostile form is refused",
        arguments: [
            "http://localhost@evil.com/callback", "http://localhost:3000@evil.com/callback",
            "http://evil.com\\@localhost:3000/callback", "http://localhost:3000\\@evil.com/callback",
            "http://localhost:3000/call\\back", "http:\\\\localhost:3000\\callback",
            "http://[::1]:x/callback", "http://[::1]3000/callback", "http://[::1/callback", "http://::1:3000/callback",
            "http://[::1]]:3000/callback", "http://[::1%25eth0]:3000/callback",
            "http://localhost:99999/callback", "http://localhost:65536/callback", "http://localhost:-1/callback",
            "http://localhost:+1/callback", "http://localhost:1e3/callback", "http://localhost:x/callback",
            "http://localhost:3000:4000/callback", "http://localhost:18446744073709551617/callback",
            "http://localhost:3000/call\u{0}back", "http://localhost:3000/call\nback",
            "http://localhost:3000/call\r\nback", "http://localhost:3000/call\tback",
            "http://localhost:3000/call\u{7F}back", "http://localhost:3000/call back",
            "http://localhost:3000/\u{1B}[2J", "http://localh\u{F6}st:3000/callback",
            "http://localhost:\u{0663}000/callback", "http://\u{24DB}ocalhost:3000/callback",
            "http://localhost:3000/%", "http://localhost:3000/%zz", "http://localhost:3000/<script>",
        ]
    )
    func hostile(text: String) {
        #expect(throws: RedirectURI.Refusal.self) { try RedirectURI(text) }
    }

    @Test(
        "port 0 takes the port that the system gave, and nothing else of the URI changes",
        arguments: [
            ("http://localhost:0/callback", "http://localhost:51234/callback"),
            ("HTTP://LOCALHOST:0/Callback", "HTTP://LOCALHOST:51234/Callback"),
            ("http://127.0.0.1:0", "http://127.0.0.1:51234"),
            ("http://[::1]:0/", "http://[::1]:51234/"),
        ]
    )
    func bound(text: String, expected: String) throws {
        let uri = try RedirectURI(text).bound(to: 51_234)
        #expect(uri.value == expected)
        #expect(uri.port == 51_234)
        #expect(try uri == RedirectURI(expected))
    }

    @Test("a port that was asked for is never replaced")
    func boundKeepsItsPort() throws {
        for text in ["http://localhost:3000/callback", "http://localhost/callback"] {
            let uri = try RedirectURI(text)
            #expect(uri.bound(to: 51_234) == uri)
        }
    }

    @Test("a port that cannot be is not taken", arguments: [0, -1, 65_536])
    func boundToNoPort(port: Int) throws {
        let uri = try RedirectURI("http://localhost:0/callback")
        #expect(uri.bound(to: port) == uri)
    }

    @Test(
        "paths that a browser would rewrite are refused: the callback would arrive on another one",
        arguments: ["/a/../callback", "/./signed-in", "/..", "/a/.", "/%2e%2E/callback", "/.%2e/x"]
    )
    func dotSegments(path: String) {
        #expect(throws: RedirectURI.Refusal.notAURI) { try RedirectURI("http://localhost:3000\(path)") }
    }

    @Test("dots that are no segment of their own are fine", arguments: ["/a..b", "/.well-known", "/...", "/a./b"])
    func otherDots(path: String) throws {
        #expect(try RedirectURI("http://localhost:3000\(path)").path == path)
    }

    @Test(
        "without its port the URI is otherwise the same",
        arguments: [
            ("http://localhost:3000/callback", "http://localhost/callback"),
            ("http://LOCALHOST:0/callback", "http://LOCALHOST/callback"),
            ("http://[::1]:3000", "http://[::1]"),
            ("http://127.0.0.1/callback", "http://127.0.0.1/callback"),
        ]
    )
    func withoutPort(text: String, expected: String) throws {
        #expect(try RedirectURI(text).withoutPort == expected)
    }

    @Test("the program's pages are on the same host and port")
    func page() throws {
        #expect(try RedirectURI("http://[::1]:3000/callback").page("/signed-in") == "http://[::1]:3000/signed-in")
        #expect(try RedirectURI("http://localhost/callback").page("/failed") == "http://localhost:80/failed")
    }

    @Test("localhost binds both loopback addresses, a literal itself alone")
    func addresses() {
        #expect(RedirectURI.Host.localhost.addresses == ["127.0.0.1", "::1"])
        #expect(RedirectURI.Host.ipv4("127.8.9.1").addresses == ["127.8.9.1"])
        #expect(RedirectURI.Host.ipv6.addresses == ["::1"])
    }

    @Test(
        "a Host header that names this machine is let in",
        arguments: [
            "localhost", "localhost:3000", "LOCALHOST:3000", "127.0.0.1:3000", "127.8.9.1", "[::1]:3000", "[::1]",
        ]
    )
    func hostHeaderOfThisMachine(header: String) {
        #expect(RedirectURI.isLoopback(hostHeader: header))
    }

    @Test(
        "a Host header that names another, or is no host, is not let in",
        arguments: [
            "", "evil.com", "evil.com:3000", "localhost.evil.com", "127.0.0.1.evil.com", "0.0.0.0", "[::]:3000",
            "127.1", "2130706433", "localhost:99999", "localhost:x", "localhost/", "localhost/path", "localhost?a",
            "localhost#a", "user@localhost", "localhost@evil.com", "localhost evil.com", "localhost\\", "localhost\n",
            "evil.com/localhost", "localhost,evil.com", "::1",
        ]
    )
    func foreignHostHeader(header: String) {
        #expect(!RedirectURI.isLoopback(hostHeader: header))
    }
}
