import GenesysCloud
import OAuth
import SignIn
import Testing

extension SignInSettings {
    static func sample(
        login: String = "https://login.mypurecloud.com",
        api: String = "https://api.mypurecloud.com",
        redirectURI: String = "http://localhost:0/callback",
        opensBrowser: Bool = true,
        timeout: Int = 300
    ) throws -> SignInSettings {
        SignInSettings(
            clientID: try #require(ClientID("client-1")),
            environment: try Environment(loginURL: login, apiURL: api),
            redirectURI: try RedirectURI(redirectURI),
            opensBrowser: opensBrowser,
            timeout: timeout
        )
    }
}
