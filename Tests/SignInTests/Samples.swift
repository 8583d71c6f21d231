import Foundation
import GenesysCloud
import OAuth
import SignIn
import Testing

/// A clock that stands still: seconds since the tests began.
func second(_ seconds: Double) -> Date {
    Date(timeIntervalSince1970: 1_000_000 + seconds)
}

/// Values that many tests need. Whatever is secret in them contains `SECRET` or is found by ``secrets``.
enum Sample {
    static func clientID() throws -> ClientID {
        try #require(ClientID("client-1"))
    }

    static func settings(
        redirectURI: String = "http://localhost:0/callback",
        opensBrowser: Bool = true,
        profileName: String = "default"
    ) throws -> SignInSettings {
        SignInSettings(
            clientID: try clientID(),
            environment: try Environment(region: "eu-central-1"),
            redirectURI: try RedirectURI(redirectURI),
            opensBrowser: opensBrowser,
            timeout: 300,
            profileName: profileName
        )
    }

    static func entropy(_ byte: UInt8) throws -> Entropy {
        try #require(Entropy([UInt8](repeating: byte, count: Entropy.count)))
    }

    /// The plan of attempt `number`, which may lead to session `number * 10`. Each has a verifier and a state of its own.
    static func plan(_ number: UInt8 = 1, settings: SignInSettings? = nil) throws -> SignInPlan {
        SignInPlan(
            attempt: AttemptID(UInt64(number)),
            session: SessionID(UInt64(number) * 10),
            grant: GrantID(entropy: try entropy(255 - number)),
            settings: try settings ?? Sample.settings(),
            verifierEntropy: try entropy(number),
            stateEntropy: try entropy(100 + number)
        )
    }

    /// What the callback of attempt `number` must bring back.
    static func stateText(_ number: UInt8 = 1) throws -> String {
        StateParameter(entropy: try entropy(100 + number)).value.reveal()
    }

    /// The verifier of attempt `number`.
    static func verifier(_ number: UInt8 = 1) throws -> String {
        ProofKey(entropy: try entropy(number)).verifier.reveal()
    }

    static func boundURI() throws -> RedirectURI {
        try RedirectURI("http://localhost:49152/callback")
    }

    static func query(_ parameters: String, _ number: UInt8 = 1) throws -> Secret {
        Secret("\(parameters)&state=\(try stateText(number))")
    }

    static func tokens(_ name: String = "1", expiresIn: Int? = 3600, refresh: Bool = true) -> TokenResponse {
        TokenResponse(
            accessToken: Secret("SECRETaccess\(name)"),
            expiresIn: expiresIn,
            refreshToken: refresh ? Secret("SECRETrefresh\(name)") : nil
        )
    }

    /// A session received at second `time`.
    ///
    /// - Parameters:
    ///   - grant: the number of the attempt that it came of.
    ///   - grantedAt: when that had its tokens.
    static func session(
        _ tokens: TokenResponse = tokens(),
        at time: Double = 0,
        grant: UInt8 = 1,
        grantedAt: Double = 0
    ) throws -> Session {
        Session(
            tokens: tokens,
            receivedAt: second(time),
            clientID: try clientID(),
            loginURL: "https://login.mypurecloud.de",
            apiURL: "https://api.mypurecloud.de",
            profileName: "default",
            grant: GrantID(entropy: try entropy(255 - grant)),
            grantedAt: Int(second(grantedAt).timeIntervalSince1970)
        )
    }

    static let ada = UserProfile(id: "u1", name: ServerText("Ada"))
    static let tokenEndpoint = "https://login.mypurecloud.de/oauth/token"
    static let apiURL = "https://api.mypurecloud.de"

    static let storeError = StoreError.quotaExceeded(store: "kernel")

    /// 429 with 20 seconds to wait.
    static let limited = APIError.rejected(.init(status: 429, retryAfter: 20))

    static let noAnswer = TokenRequestError.transport(.timedOut(host: "login.mypurecloud.de", seconds: 30))

    static func refused(_ code: ErrorCode, status: Int = 400) -> TokenRequestError {
        .answer(.errorResponse(ErrorResponse(code: code), status: status, correlationID: nil))
    }

    static func api(_ status: Int) -> APIError {
        .rejected(.init(status: status))
    }

    /// The context of failures of a session.
    static func sessionContext() throws -> Failure.Context {
        .init(try session())
    }

    /// The context of failures of an attempt whose listener is bound.
    static func attemptContext(_ redirectURI: String = "http://localhost:49152/callback") throws -> Failure.Context {
        .init(try settings(), redirectURI: try RedirectURI(redirectURI))
    }

    /// The request that exchanges `code` for attempt `number`.
    static func exchange(_ code: String, _ number: UInt8 = 1) throws -> TokenRequest {
        TokenRequest(
            exchanging: try AuthorizationResponse(
                query: try query("code=\(code)", number).reveal(),
                state: StateParameter(entropy: try entropy(100 + number)),
                issuer: "https://login.mypurecloud.de"
            ),
            proofKey: ProofKey(entropy: try entropy(number)),
            redirectURI: try boundURI(),
            clientID: try clientID(),
            endpoint: tokenEndpoint
        )
    }
}

/// The state machine with its state, driven by a test.
struct Machine {
    var state = State.initial

    /// Takes an event and returns the effects it asks for.
    @discardableResult
    mutating func send(_ kind: Event.Kind, at time: Double = 0) -> [Effect] {
        reduce(&state, Event(at: second(time), kind))
    }

    var attempt: Attempt? {
        if case .awaitingCallback(let attempt) = state { attempt } else { nil }
    }

    var tokenHeld: TokenHeld? {
        if case .tokenHeld(let tokenHeld) = state { tokenHeld } else { nil }
    }

    var signedIn: SignedIn? {
        if case .userProfile(let signedIn) = state { signedIn } else { nil }
    }

    var held: HeldSession? {
        signedIn?.held ?? tokenHeld?.held
    }

    /// An attempt that has begun, its listener not bound yet.
    static func begun(_ plan: SignInPlan? = nil) throws -> Machine {
        var machine = Machine()
        machine.send(.signInChosen(try plan ?? Sample.plan()))
        return machine
    }

    /// An attempt whose listener is bound.
    static func listening(_ plan: SignInPlan? = nil) throws -> Machine {
        var machine = try begun(plan)
        machine.send(.listenerOpened(AttemptID(1), try Sample.boundURI()))
        return machine
    }

    /// An attempt whose code is on its way.
    static func exchanging() throws -> Machine {
        var machine = try listening()
        machine.send(.browserOpened(AttemptID(1)))
        machine.send(.callbackReceived(AttemptID(1), ReplyID(1), query: try Sample.query("code=SECRETcode")))
        return machine
    }

    /// A token in hand since second 0, the profile being loaded: session 10.
    static func loading(_ tokens: TokenResponse = Sample.tokens()) throws -> Machine {
        var machine = try exchanging()
        machine.send(.tokenReceived(AttemptID(1), tokens))
        machine.send(.sessionKept(SessionID(10)))
        return machine
    }

    /// Signed in since second 0: session 10.
    static func signedIn(_ tokens: TokenResponse = Sample.tokens()) throws -> Machine {
        var machine = try loading(tokens)
        machine.send(.profileLoaded(SessionID(10), Sample.ada))
        return machine
    }

    /// Attempt 2, begun from session 10, which has no refresh token.
    static func begunFromSession() throws -> Machine {
        var machine = try signedIn(Sample.tokens(refresh: false))
        machine.send(.refreshChosen(try Sample.plan(2)))
        return machine
    }

    /// Attempt 2 with its listener bound, begun from session 10.
    static func listeningFromSession() throws -> Machine {
        var machine = try begunFromSession()
        machine.send(.listenerOpened(AttemptID(2), try Sample.boundURI()))
        return machine
    }

    /// Attempt 2 with its code on its way, begun from session 10.
    static func exchangingFromSession() throws -> Machine {
        var machine = try listeningFromSession()
        machine.send(.callbackReceived(AttemptID(2), ReplyID(2), query: try Sample.query("code=SECRETcode", 2)))
        return machine
    }
}
