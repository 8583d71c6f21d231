import OAuth
import SignInRuntime
import Testing

@Suite("The network settings")
struct NetworkSettingsTests {
    private func proxy(_ environment: [String: String], _ url: String = "https://api.mypurecloud.com/x") throws
        -> String?
    {
        try NetworkSettings(environment: environment).proxy(for: url)?.address
    }

    @Test("without variables there is no proxy, and the system's authorities are believed")
    func none() throws {
        #expect(try NetworkSettings(environment: [:]) == .direct)
        #expect(try proxy([:]) == nil)
    }

    @Test(
        "each scheme has its variables, lower case first, and ALL_PROXY serves where they are missing",
        arguments: [
            (["HTTPS_PROXY": "http://a:1"], "a:1", nil),
            (["https_proxy": "http://a:1", "HTTPS_PROXY": "http://b:2"], "a:1", nil),
            (["https_proxy": "", "HTTPS_PROXY": "http://b:2"], "b:2", nil),
            (["HTTP_PROXY": "http://a:1"], nil, "a:1"),
            (["http_proxy": "http://a:1", "HTTP_PROXY": "http://b:2"], nil, "a:1"),
            (["ALL_PROXY": "http://a:1"], "a:1", "a:1"),
            (["all_proxy": "http://a:1", "ALL_PROXY": "http://b:2"], "a:1", "a:1"),
            (["all_proxy": "http://a:1", "HTTPS_PROXY": "http://b:2"], "b:2", "a:1"),
            (["all_proxy": "socks5://a:1", "HTTPS_PROXY": "http://b:2", "HTTP_PROXY": "c"], "b:2", "c:80"),
        ] as [([String: String], String?, String?)]
    )
    func variables(environment: [String: String], https: String?, http: String?) throws {
        #expect(try proxy(environment) == https)
        #expect(try proxy(environment, "http://a.test:4000/") == http)
    }

    @Test(
        "a proxy's URL may lack scheme, port and credentials, and may have what follows a port",
        arguments: [
            ("http://proxy.corp:3128", "proxy.corp:3128"), ("HTTP://proxy.corp:3128/", "proxy.corp:3128"),
            ("proxy.corp:3128", "proxy.corp:3128"), ("proxy.corp", "proxy.corp:80"),
            ("http://10.0.0.1", "10.0.0.1:80"), ("http://[fd00::1]:8080", "[fd00::1]:8080"),
            ("http://[fd00::1]", "[fd00::1]:80"), ("http://u:p@proxy.corp:3128/x?y#z", "proxy.corp:3128"),
        ]
    )
    func proxyURL(value: String, address: String) throws {
        #expect(try proxy(["HTTPS_PROXY": value]) == address)
    }

    @Test("user and password are percent-decoded, and the password does not print")
    func credentials() throws {
        let settings = try NetworkSettings(environment: ["https_proxy": "http://DOM%5Cuser:p%40ss%3A%25@proxy:3128"])
        let proxy = try #require(settings.proxy(for: "https://x.test/"))
        #expect(proxy.user == #"DOM\user"#)
        #expect(proxy.password == Secret("p@ss:%"))
        #expect(proxy.variable == "https_proxy")
        #expect(!"\(settings) \(proxy)".contains("p@ss"))
    }

    @Test(
        "a value that names no usable proxy is refused, the variable named and the password not",
        arguments: [
            ("https://u:hush@proxy:3128", .unsupported(scheme: "https")),
            ("socks5h://u:hush@proxy:1080", .unsupported(scheme: "socks5h")),
            ("u:hush://x@proxy", .unknownScheme), ("http://u:hush@", .host), ("http://u:hush@a b", .host),
            ("http://u:hush@[::z]:1", .host), ("http://u:hush@proxy:0", .port), ("http://u:hush@proxy:70000", .port),
            ("http://u:hush@proxy:hush", .port), ("http://u:hush%@proxy:1", .credentials),
        ] as [(String, NetworkSettings.ProxyProblem)]
    )
    func refusals(value: String, problem: NetworkSettings.ProxyProblem) throws {
        let refusal = NetworkSettings.Refusal.proxy(variable: "HTTPS_PROXY", problem)
        #expect(throws: refusal) { try proxy(["HTTPS_PROXY": value]) }
        #expect(refusal.problem.contains("HTTPS_PROXY"))
        #expect(!"\(refusal) \(refusal.problem) \(refusal.remedy)".contains("hush"))
    }

    @Test(
        "NO_PROXY names hosts, domains, ports, addresses and networks",
        arguments: [
            ("*", "https://a.test/", true), ("a.test", "https://a.test/", true), ("A.Test", "https://a.TEST/", true),
            ("a.test", "https://b.a.test/", true), (".a.test", "https://a.test/", true),
            (".a.test", "https://b.a.test/", true), ("*.a.test", "https://b.a.test/", true),
            ("a.test", "https://ba.test/", false), ("a.test", "https://a.test.evil/", false),
            ("b, a.test", "https://a.test/", true), ("b a.test\tc", "https://a.test/", true),
            ("a.test:443", "https://a.test/", true), ("a.test:443", "https://a.test:8443/", false),
            ("a.test:8443", "https://b.a.test:8443/", true), ("a.test:x", "https://a.test/", false),
            ("a.test.", "https://a.test/", true), ("a.test", "https://a.test./", true),
            ("10.1.2.3", "https://10.1.2.3/", true), ("2.3", "https://10.1.2.3/", false),
            ("10.0.0.0/8", "https://10.1.2.3/", true), ("10.0.0.0/8", "https://11.1.2.3/", false),
            ("10.1.2.0/23", "https://10.1.3.3/", true), ("10.1.2.0/23", "https://10.1.4.3/", false),
            ("0.0.0.0/0", "https://8.8.8.8/", true), ("10.0.0.0/33", "https://10.0.0.0/", false),
            ("fd::1", "https://[fd::1]:8443/", true), ("[fd::1]:8443", "https://[fd::1]:8443/", true),
            ("[fd::1]:8443", "https://[fd::1]/", false), ("fd00::/8", "https://[fd12::5]/", true),
            ("fd00::/8", "https://[fe80::5]/", false), ("10.0.0.0/8", "https://[fd::1]/", false),
            ("", "https://a.test/", false), (" , ,", "https://a.test/", false),
        ]
    )
    func exceptions(list: String, url: String, isDirect: Bool) throws {
        let found = try proxy(["HTTPS_PROXY": "http://proxy:1", "NO_PROXY": list], url)
        #expect(found == (isDirect ? nil : "proxy:1"))
    }

    @Test(
        "a host that is this machine goes through no proxy, without a word in NO_PROXY; one that looks like it does",
        arguments: [
            ("localhost", true), ("LocalHost", true), ("127.0.0.1", true), ("127.8.9.10", true), ("[::1]", true),
            ("localhost.evil.example", false), ("127.0.0.1.evil.example", false), ("10.0.0.1", false),
            ("[fd::1]", false),
        ],
        ["http", "https"]
    )
    func thisMachine(host: (name: String, isDirect: Bool), scheme: String) throws {
        for variable in ["\(scheme)_proxy", "all_proxy"] {
            let found = try proxy([variable: "http://proxy:1"], "\(scheme)://\(host.name):4000/oauth/token")
            #expect(found == (host.isDirect ? nil : "proxy:1"))
        }
    }

    @Test("no_proxy beats NO_PROXY")
    func lowerCaseException() throws {
        let environment = ["HTTPS_PROXY": "http://proxy:1", "no_proxy": "a.test", "NO_PROXY": "b.test"]
        #expect(try proxy(environment, "https://a.test/") == nil)
        #expect(try proxy(environment, "https://b.test/") == "proxy:1")
    }

    @Test("--ca-file beats SSL_CERT_FILE")
    func certificateFile() throws {
        let environment = ["SSL_CERT_FILE": "/a.pem"]
        let fromVariable = try #require(NetworkSettings(environment: environment).certificateFile)
        #expect(fromVariable.path == "/a.pem")
        #expect(fromVariable.origin == "SSL_CERT_FILE")
        let settings = try NetworkSettings(environment: environment, certificateFile: "/b.pem")
        #expect(settings.certificateFile?.path == "/b.pem")
        #expect(settings.certificateFile?.origin == "--ca-file")
        #expect(try NetworkSettings(environment: ["SSL_CERT_FILE": ""]).certificateFile == nil)
    }
}
