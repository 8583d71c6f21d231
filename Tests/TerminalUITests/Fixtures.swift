import Foundation
import GenesysCloud
import OAuth
import SignIn
import TerminalUI

/// States as the state machine makes them, from fixed times and fixed random bytes.
enum Fixtures {
    /// A fixed clock: no test reads another one.
    static let start = Date(timeIntervalSince1970: 1_800_000_000)

    static func at(_ seconds: Double) -> Date { start.addingTimeInterval(seconds) }

    static let attempt = AttemptID(1)
    static let session = SessionID(1)
    static let verifierEntropy = Entropy(Array(0..<32))
    static let stateEntropy = Entropy(Array(100..<132))
    static let accessToken = "access-token-that-nobody-may-see"
    static let refreshToken = "refresh-token-that-nobody-may-see"
    static let code = "code-that-nobody-may-see"
    static let clientID = "6f1c2d3e-4a5b-4c6d-8e7f-901234567890"

    struct Unusable: Error {}

    /// What anything secret looks like, for searching. The value of `state` may stand in the URL alone.
    static func secrets() throws -> (hidden: [String], state: String) {
        let verifier = ProofKey(entropy: try unwrap(verifierEntropy)).verifier.reveal()
        let state = StateParameter(entropy: try unwrap(stateEntropy)).value.reveal()
        return ([verifier, accessToken, refreshToken, code], state)
    }

    static func unwrap<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw Unusable() }
        return value
    }

    static func settings(redirectURI: String = "http://localhost:3000/callback", opensBrowser: Bool = true) throws
        -> SignInSettings
    {
        SignInSettings(
            clientID: try unwrap(ClientID(clientID)),
            environment: try Environment(region: "eu-central-1"),
            redirectURI: try RedirectURI(redirectURI),
            opensBrowser: opensBrowser
        )
    }

    static func plan(_ settings: SignInSettings, id: AttemptID = attempt) throws -> SignInPlan {
        SignInPlan(
            attempt: id,
            session: session,
            grant: GrantID(entropy: try unwrap(verifierEntropy)),
            settings: settings,
            verifierEntropy: try unwrap(verifierEntropy),
            stateEntropy: try unwrap(stateEntropy)
        )
    }

    /// The state after `events`, each with its second.
    static func state(_ events: [(Double, Event.Kind)], from state: State = .initial) -> State {
        var state = state
        for (second, kind) in events { _ = reduce(&state, Event(at: at(second), kind)) }
        return state
    }

    static func context(
        isDemo: Bool = false,
        isRemote: Bool = false,
        clientID: String? = clientID,
        region: String? = "eu-central-1",
        charset: Charset = .unicode
    ) -> ScreenContext {
        ScreenContext(
            isDemo: isDemo,
            isRemote: isRemote,
            remoteDestination: isRemote ? "ada@build.example" : nil,
            storeName: "in memory, gone when this program ends",
            environmentLabel: "eu-central-1",
            clientID: clientID,
            region: region,
            saveTarget: isDemo ? nil : saveTarget,
            redirectURI: "http://localhost:3000/callback",
            signOutPage: "https://login.mypurecloud.de/logout?client_id=x",
            charset: charset,
            canApproveHere: isDemo
        )
    }

    static func model(
        _ state: State,
        at seconds: Double,
        overlay: Overlay? = nil,
        flash: String? = nil,
        complaint: String? = nil,
        context: ScreenContext = context()
    ) -> ScreenModel {
        ScreenModel(
            state: state,
            now: at(seconds),
            overlay: overlay,
            flash: flash,
            complaint: complaint,
            context: context
        )
    }

    /// A screen whose store has not said yet whether there is a session.
    static func looking() -> ScreenModel {
        var looking = model(.initial, at: 1)
        looking.isLooking = true
        return looking
    }
}
