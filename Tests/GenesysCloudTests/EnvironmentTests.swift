import GenesysCloud
import Testing

@Suite("Environment")
struct EnvironmentTests {
    /// The table of Genesys Cloud's SDKs, written out.
    static let regions = [
        ("us-east-1", "mypurecloud.com"),
        ("us-east-2", "use2.us-gov-pure.cloud"),
        ("us-west-2", "usw2.pure.cloud"),
        ("ca-central-1", "cac1.pure.cloud"),
        ("sa-east-1", "sae1.pure.cloud"),
        ("mx-central-1", "mxc1.pure.cloud"),
        ("eu-west-1", "mypurecloud.ie"),
        ("eu-west-2", "euw2.pure.cloud"),
        ("eu-central-1", "mypurecloud.de"),
        ("eu-central-2", "euc2.pure.cloud"),
        ("eusc-de-east-1", "edee1.eusc-pure.cloud"),
        ("ap-south-1", "aps1.pure.cloud"),
        ("ap-southeast-1", "apse1.pure.cloud"),
        ("ap-southeast-2", "mypurecloud.com.au"),
        ("ap-northeast-1", "mypurecloud.jp"),
        ("ap-northeast-2", "apne2.pure.cloud"),
        ("ap-northeast-3", "apne3.pure.cloud"),
        ("me-central-1", "mec1.pure.cloud"),
    ]

    @Test("there are eighteen regions, and no other")
    func allRegions() {
        #expect(Set(Region.all.map(\.name)) == Set(Self.regions.map(\.0)))
        #expect(Region.all.count == 18)
        #expect(Region.all.contains(Region.default))
    }

    @Test("a region is found by its name, its domain and its hosts, in any case", arguments: regions)
    func regionForms(name: String, domain: String) throws {
        for form in [
            name, domain, name.uppercased(), domain.uppercased(), "login.\(domain)", "api.\(domain)",
            "apps.\(domain)", "https://login.\(domain)", "https://api.\(domain)/", "https://\(domain)",
        ] {
            let environment = try Environment(region: form)
            #expect(environment.loginURL == "https://login.\(domain)")
            #expect(environment.apiURL == "https://api.\(domain)")
            #expect(environment.label == name)
        }
    }

    @Test("without a setting the region is us-east-1")
    func defaultRegion() throws {
        let environment = try Environment()
        #expect(environment.loginURL == "https://login.mypurecloud.com")
        #expect(environment.apiURL == "https://api.mypurecloud.com")
        #expect(environment.label == "us-east-1")
        #expect(environment.authorizationEndpoint == "https://login.mypurecloud.com/oauth/authorize")
        #expect(environment.tokenEndpoint == "https://login.mypurecloud.com/oauth/token")
    }

    @Test(
        "what is no region is refused, with the words that were typed",
        arguments: [
            "", "eu", "eu-central-9", "mypurecloud", "mypurecloud.com.evil.com", "evil.com", "evil-mypurecloud.com",
            "login.evil.com", "evil.mypurecloud.com", " us-east-1", "us-east-1\n", "http://login.mypurecloud.com",
            "mypurecloud.com/path", "mypurecloud.com@evil.com", "region", "domain",
        ]
    )
    func unknownRegion(text: String) {
        #expect(throws: Environment.Refusal.unknownRegion(text)) { try Environment(region: text) }
    }

    @Test(
        "an organization signs in at its own host, and the API stays the region's",
        arguments: [("acme", "acme"), ("ACME", "acme"), ("a", "a"), ("acme-2", "acme-2"), ("2acme", "2acme")]
    )
    func organization(typed: String, host: String) throws {
        let environment = try Environment(region: "eu-central-1", organization: typed)
        #expect(environment.loginURL == "https://\(host).mygen.com")
        #expect(environment.apiURL == "https://api.mypurecloud.de")
        #expect(environment.label == "eu-central-1")
        #expect(environment.tokenEndpoint == "https://\(host).mygen.com/oauth/token")
    }

    @Test(
        "an organization that is no short name is refused",
        arguments: [
            "", "-acme", "acme-", "acme corp", "acme.evil.com", "acme/", "acme@evil.com", "evil.com/", "evil.com#",
            "acme_2", "acmé", "acme\n", "\u{212A}acme", String(repeating: "a", count: 64),
        ]
    )
    func noOrganization(text: String) {
        #expect(throws: Environment.Refusal.organization(text)) { try Environment(organization: text) }
    }

    @Test("the longest organization is 63 characters")
    func longestOrganization() throws {
        let name = String(repeating: "a", count: 63)
        #expect(try Environment(organization: name).loginURL == "https://\(name).mygen.com")
    }

    @Test("an explicit URL beats the organization, which beats the region")
    func precedence() throws {
        let environment = try Environment(
            region: "eu-west-1",
            organization: "acme",
            loginURL: "https://sign-in.example.com",
            apiURL: "https://api.example.com:8443"
        )
        #expect(environment.loginURL == "https://sign-in.example.com")
        #expect(environment.apiURL == "https://api.example.com:8443")
        #expect(environment.label == "api.example.com:8443")
        let half = try Environment(region: "eu-west-1", organization: "acme", apiURL: "https://api.example.com")
        #expect(half.loginURL == "https://acme.mygen.com")
        #expect(half.apiURL == "https://api.example.com")
    }

    @Test("a region's own URL stands for its region, where no region is given")
    func regionOfURL() throws {
        let frankfurt = try Environment(region: "eu-central-1")
        #expect(try Environment(loginURL: "https://login.mypurecloud.de") == frankfurt)
        #expect(try Environment(apiURL: "https://API.mypurecloud.de/") == frankfurt)
        let mixed = try Environment(loginURL: "https://login.mypurecloud.de", apiURL: "https://api.example.com")
        #expect(mixed.apiURL == "https://api.example.com" && mixed.loginURL == frankfurt.loginURL)
        let org = try Environment(organization: "acme", apiURL: "https://api.mypurecloud.de")
        #expect(org.loginURL == "https://acme.mygen.com" && org.apiURL == frankfurt.apiURL)
        let other = try Environment(region: "us-west-2", loginURL: "https://login.mypurecloud.de")
        #expect(other.apiURL == "https://api.usw2.pure.cloud")
        #expect(try Environment(loginURL: "https://sign-in.example.com").apiURL == Environment().apiURL)
    }
}
