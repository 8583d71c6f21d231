import GenesysCloud
import OAuth
import SignIn
import SignInRuntime
import Testing

@testable import genesys_login

@Suite("The official CLI's file")
struct OfficialFileTests {
    private let text = """
        [default]
        client_credentials = "secret-kind"
        client_secret = "s3cr3t"
        environment = "mypurecloud.de"
        grant_type = "1"
        redirect_uri = "https://example.com/"

        [PKCE]
        access_token = "t0ken"
        client_credentials = "public"
        environment = "mypurecloud.ie"
        grant_type = "3"
        redirect_uri = "http://localhost:8080/cb"
        oauth_token_data = "{}"

        [implicit]
        client_credentials = "other"
        grant_type = "2"

        [old]
        client_credentials = "older"
        """

    @Test("a PKCE profile gives client id, region and redirect URI, under its name in any case")
    func pkce() throws {
        let settings = try Home(official: text).settings(["--profile", "pkce"])
        #expect(settings.clientID?.value == "public")
        #expect(settings.environment.label == "eu-west-1")
        #expect(settings.redirectURI.value == "http://localhost:8080/cb")
    }

    @Test("the client of another grant type is not taken, its region is", arguments: ["default", "implicit", "old"])
    func otherGrantTypes(profile: String) throws {
        let settings = try Home(official: text).settings(["--profile", profile])
        #expect(settings.clientID == nil)
        #expect(settings.redirectURI.value == Settings.defaultRedirectURI)
        #expect(settings.environment.label == (profile == "default" ? "eu-central-1" : "us-east-1"))
    }

    @Test("its redirect URI belongs to its client, and is not used for another one")
    func foreignRedirectURI() throws {
        let home = try Home(official: text)
        let arguments = ["--profile", "PKCE", "--client-id"]
        #expect(try home.settings(arguments + ["mine"]).redirectURI.value == Settings.defaultRedirectURI)
        #expect(try home.settings(arguments + ["public"]).redirectURI.value == "http://localhost:8080/cb")
    }

    @Test("its unknown keys and values of any kind are passed over")
    func unknownKeys() throws {
        let home = try Home(
            official: "top = 1\nlist = [1, 2]\n[default]\nanything = { a = 1 }\nenvironment = \"mypurecloud.jp\"\n"
        )
        #expect(try home.settings().environment.label == "ap-northeast-1")
    }

    @Test("a wrong value of it is refused by file, line and value")
    func wrongValue() throws {
        let home = try Home(official: "[default]\nenvironment = \"mars.example\"\n")
        let error = #expect(throws: UsageError.self) { try home.settings() }
        #expect(error?.problem.hasPrefix("\(home.official), line 2: environment mars.example ") == true)
    }

    @Test(
        "its secrets stay out of every complaint",
        arguments: [
            "[default]\nclient_secret = s3cr3t\n", "[default]\nclient_secret = 's3cr3t\n",
            "[default]\naccess_token = \"s3cr3t\" \"s3cr3t\"\n", "[default]\ns3cr3t\n", "[default]\nx = 12s3cr3t\n",
            "[default]\nclient_secret = \"s3cr3t\"\nclient_secret = \"s3cr3t\"\n",
            "[default]\nclient_secret = \"s3cr3t\"\nenvironment = 3\n", "[default]\nx = \"s3cr3t\\q\"\n",
        ]
    )
    func secrets(text: String) throws {
        let home = try Home(official: text)
        let error = #expect(throws: UsageError.self) { try home.settings() }
        let words = "\(error?.problem ?? "") \(error?.remedy ?? "")"
        #expect(words.contains("\(home.official), line "))
        #expect(!words.contains("s3cr3t"))
    }
}
