import FoundationEssentials
import OAuth

/// Where the answer to an authorization request goes.
struct ReplyAddress: Sendable, Equatable {
    let redirectURI: String
    /// `state` as it came; returned as it came (RFC 6749 §4.1.2).
    let state: String?

    /// The redirect that carries `fields` (RFC 6749 §4.1.2).
    func url(_ fields: [FormEncoding.Field]) -> String {
        let all = fields + (state.map { [.init("state", $0)] } ?? [])
        return "\(redirectURI)\(redirectURI.contains("?") ? "&" : "?")\(FormEncoding.encode(all))"
    }

    /// The redirect that carries an error (RFC 6749 §4.1.2.1).
    func error(_ code: String, _ description: String) -> String {
        url([.init("error", code), .init("error_description", description)])
    }
}

/// An authorization request that passed every check: what the person is asked to approve.
struct AuthorizationQuestion: Sendable, Equatable {
    let clientID: String
    let replyTo: ReplyAddress
    /// `code_challenge`, by S256.
    let challenge: String
    let scope: Scope?
}

/// What becomes of an authorization request.
enum AuthorizationVerdict: Equatable {
    /// Refused with a page. Where client or redirect URI are in doubt nothing is sent to the redirect URI, or the
    /// server would send people wherever a link says (RFC 6749 §4.1.2.1).
    case refused(RefusalReason)
    /// Refused with an error at the redirect URI.
    case redirected(String)
    /// The person is asked.
    case asked(AuthorizationQuestion)

    /// Judges the query of an authorization request (RFC 6749 §4.1.1, RFC 7636 §4.4.1).
    init(query: String, registration: ClientRegistration) {
        guard let fields = FormEncoding.decode(query) else {
            self = .refused(.malformed)
            return
        }
        let values = Dictionary(grouping: fields, by: \.name).mapValues { $0.map(\.value) }
        func only(_ name: String) -> String? {
            guard let all = values[name], all.count == 1, let value = all.first, !value.isEmpty else { return nil }
            return value
        }
        guard let clientID = only("client_id"), clientID == registration.clientID else {
            self = .refused(.unknownClient)
            return
        }
        guard let redirectURI = only("redirect_uri"), registration.permits(redirectURI: redirectURI) else {
            self = .refused(.redirectURI)
            return
        }
        let reply = ReplyAddress(redirectURI: redirectURI, state: only("state"))
        func refuse(_ code: String, _ description: String) -> AuthorizationVerdict {
            .redirected(reply.error(code, description))
        }
        guard values.values.allSatisfy({ $0.count == 1 }) else {
            self = refuse("invalid_request", FormProblem.repeated("").words)
            return
        }
        guard let type = only("response_type") else {
            self = refuse("invalid_request", "response_type is missing")
            return
        }
        guard type == "code" else {
            self = refuse("unsupported_response_type", "response_type must be code")
            return
        }
        guard let challenge = only("code_challenge") else {
            self = refuse("invalid_request", "code_challenge is missing")
            return
        }
        // A missing method means plain (RFC 7636 §4.3), which gives a thief of the request the verifier.
        guard only("code_challenge_method") == CodeChallenge.method else {
            self = refuse("invalid_request", "code_challenge_method must be S256")
            return
        }
        guard challenge.utf8.count == 43, challenge.utf8.allSatisfy(Self.isBase64URL) else {
            self = refuse("invalid_request", "code_challenge is not 43 characters of base64url")
            return
        }
        let scope = only("scope")
        guard scope == nil || scope.flatMap(Scope.init) != nil else {
            self = refuse("invalid_scope", "the scope is malformed")
            return
        }
        self = .asked(
            AuthorizationQuestion(
                clientID: clientID,
                replyTo: reply,
                challenge: challenge,
                scope: scope.flatMap(Scope.init)
            )
        )
    }

    private static func isBase64URL(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

/// Why a request gets a page and no redirect.
enum RefusalReason: Equatable {
    case malformed, unknownClient, redirectURI
    /// The choice is for a request that is unknown, answered already, or older than ten minutes.
    case staleChoice
    /// The choice is none of those on the page.
    case unknownChoice
    /// After signing out, the address to go on to is not registered.
    case signOutAddress

    /// The page's heading.
    var title: String {
        switch self {
        case .malformed: "This link is damaged"
        case .unknownClient: "This app is not known here"
        case .redirectURI, .signOutAddress: "This address is not registered"
        case .staleChoice: "This page is out of date"
        case .unknownChoice: "This choice was not understood"
        }
    }

    /// The page's explanation.
    var words: String {
        switch self {
        case .malformed: "Its parameters cannot be read. Start the sign-in again."
        case .unknownClient: "client_id is missing, there twice, or not the one that is registered."
        case .redirectURI: "redirect_uri is missing, there twice, or not one that is registered for this app."
        case .staleChoice: "It was answered already, or stood open for over ten minutes. Start the sign-in again."
        case .unknownChoice: "Start the sign-in again."
        case .signOutAddress: "redirect_uri is not one that is registered for this app."
        }
    }
}
