import FoundationEssentials
import OAuth
import Testing

/// The values that tests share. The secrets are words that stand nowhere else, so that a leak can be found.
enum Sample {
    static let issuer = "https://login.mypurecloud.com"

    static func entropy(_ byte: UInt8 = 1) throws -> Entropy {
        try #require(Entropy([UInt8](repeating: byte, count: Entropy.count)))
    }

    static func state() throws -> StateParameter {
        StateParameter(entropy: try entropy(2))
    }

    static func clientID(_ text: String = "client-1") throws -> ClientID {
        try #require(ClientID(text))
    }

    static func scope(_ text: String) throws -> Scope {
        try #require(Scope(text))
    }

    /// A callback that passed every check, with `code` in it.
    static func response(code: String = "the-code") throws -> AuthorizationResponse {
        let state = try state()
        let query = FormEncoding.encode([.init("code", code), .init("state", state.value.reveal())])
        return try AuthorizationResponse(query: query, state: state, issuer: issuer)
    }

    static func answer(
        _ body: String,
        status: Int = 200,
        headers: [String: String] = [:]
    ) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers, body: Data(body.utf8))
    }
}
