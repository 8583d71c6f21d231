import FoundationEssentials
import GenesysCloud
import OAuth
import SignIn

@testable import TerminalUI

/// A whole screen whose every text comes from outside: two bytes choose the size, one the screen, the rest is the text.
func checkScreen(_ bytes: [UInt8]) throws(Violation) {
    guard bytes.count > 3, let samples = Samples.all else { return }
    let size = Size(columns: Int(bytes[0]) % 140 + 1, rows: Int(bytes[1]) % 50 + 1)
    let parts = bytes.dropFirst(3).split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
    let model = samples.model(Int(bytes[2]), parts)
    let screen = render(model, size: size)
    try demand(screen.rows.count == size.rows, "\(screen.rows.count) rows of \(size.rows)")
    for row in screen.rows {
        try demand(row.width <= size.columns, "a row takes \(row.width) columns of \(size.columns)")
        try demandInert(row.text, "a row")
        if model.context.charset == .ascii {
            try demand(row.text.utf8.allSatisfy { $0 < 0x80 }, "an ASCII terminal gets another script")
        }
        for secret in samples.secrets { try demand(!row.text.contains(secret), "a secret is on the screen") }
    }
    if let cursor = screen.cursor {
        try demand(cursor.row < size.rows && cursor.column < size.columns, "the cursor is off the screen")
    }
    for region in screen.regions {
        try demand(region.row < size.rows && region.columns.upperBound <= size.columns, "a label is off the screen")
    }
}

/// The states that show what servers said.
private struct Samples {
    static let all = Samples()

    private static let start = Date(timeIntervalSince1970: 1_800_000_000)
    let secrets = ["access-secret", "refresh-secret", "code-secret"]
    private let plan: SignInPlan
    private let redirectURI: RedirectURI
    private let callback: String

    private init?() {
        guard let clientID = ClientID("0a1b"), let environment = try? Environment(),
            let redirectURI = try? RedirectURI("http://localhost:3000/callback"),
            let entropy = Entropy(Array(repeating: 0, count: Entropy.count))
        else { return nil }
        self.redirectURI = redirectURI
        plan = SignInPlan(
            attempt: AttemptID(1),
            session: SessionID(1),
            grant: GrantID(entropy: entropy),
            settings: SignInSettings(clientID: clientID, environment: environment, redirectURI: redirectURI),
            verifierEntropy: entropy,
            stateEntropy: entropy
        )
        callback = "code=code-secret&state=\(StateParameter(entropy: entropy).value.reveal())"
    }

    private func state(_ kinds: [Event.Kind]) -> State {
        var state = State.initial
        for (second, kind) in kinds.enumerated() {
            _ = reduce(&state, Event(at: Self.start.addingTimeInterval(Double(second)), kind))
        }
        return state
    }

    func model(_ choice: Int, _ parts: [String]) -> ScreenModel {
        func part(_ index: Int) -> String { parts.isEmpty ? "" : parts[index % parts.count] }
        func text(_ index: Int) -> ServerText { ServerText(part(index)) }
        let waiting: [Event.Kind] = [.signInChosen(plan), .listenerOpened(plan.attempt, redirectURI)]
        let held =
            waiting + [
                .callbackReceived(plan.attempt, ReplyID(1), query: Secret(callback)),
                .tokenReceived(
                    plan.attempt,
                    TokenResponse(
                        accessToken: Secret("access-secret"),
                        expiresIn: 3600,
                        refreshToken: Secret("refresh-secret"),
                        scope: Scope(part(0))
                    )
                ),
            ]
        let failure = ErrorResponse(code: ErrorCode(part(0)), words: text(1), page: text(2))
        let rejection = APIError.Rejection(status: 418, code: text(0), message: text(1), contextID: text(2))
        let person = UserProfile(
            id: part(0),
            name: text(1),
            email: text(2),
            username: text(3),
            title: text(4),
            department: text(5),
            state: text(6),
            division: text(7)
        )
        let states: [() -> State] = [
            { state(held + [.profileLoaded(plan.session, person)]) },
            { state(held + [.profileFailed(plan.session, .rejected(rejection), using: Secret("access-secret"))]) },
            {
                state(
                    Array(held.prefix(3)) + [
                        .tokenRequestFailed(
                            plan.attempt,
                            .answer(.errorResponse(failure, status: 400, correlationID: text(3)))
                        )
                    ]
                )
            },
            { state(waiting + [.browserFailed(plan.attempt, .notStarted(command: part(0), text(1)))]) },
            { state([waiting[0], .listenerFailed(plan.attempt, .portInUse(port: 3000, holder: part(0)))]) },
            { State.initial },
        ]
        let context = ScreenContext(
            isRemote: choice & 0x40 != 0,
            remoteDestination: part(3),
            storeName: part(4),
            environmentLabel: part(5),
            clientID: choice & 0x20 == 0 ? "0a1b" : part(6),
            region: part(7),
            saveTarget: SaveTarget(file: part(0), profile: part(1)),
            redirectURI: part(2),
            charset: [.unicode, .console, .ascii][choice / 6 % 3]
        )
        return ScreenModel(
            state: states[choice % states.count](),
            now: Self.start.addingTimeInterval(10),
            overlay: choice & 0x80 == 0 ? nil : .form(Form(context)),
            flash: choice & 0x10 == 0 ? nil : part(1),
            complaint: part(0),
            context: context
        )
    }
}
