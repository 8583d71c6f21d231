import Foundation
import GenesysCloud
import OAuth
import SignIn
import TerminalUI

extension Fixtures {
    static func beginning(_ settings: SignInSettings) throws -> [(Double, Event.Kind)] {
        [
            (0, .signInChosen(try plan(settings))),
            (0.1, .listenerOpened(attempt, settings.redirectURI)),
        ]
    }

    static func waiting() throws -> [(Double, Event.Kind)] {
        try beginning(settings()) + [(0.4, .browserOpened(attempt))]
    }

    static func callback(_ query: String) -> Event.Kind {
        .callbackReceived(attempt, ReplyID(1), query: Secret(query))
    }

    static func exchanging() throws -> [(Double, Event.Kind)] {
        try waiting() + [(23.4, callback("code=\(code)&state=\(secrets().state)"))]
    }

    static func tokens(
        expiresIn: Int? = 86_400,
        refreshToken: String? = refreshToken,
        scope: String? = "users:readonly authorization:readonly"
    ) -> TokenResponse {
        TokenResponse(
            accessToken: Secret(accessToken),
            expiresIn: expiresIn,
            refreshToken: refreshToken.map(Secret.init),
            scope: scope.flatMap(Scope.init)
        )
    }

    static let ada = UserProfile(
        id: "0b1c2d3e-ffff-4c6d-8e7f-901234567890",
        name: ServerText("Ada Lovelace"),
        email: ServerText("ada.lovelace@analytical.example"),
        title: ServerText("Analyst"),
        department: ServerText("Analytical Engines"),
        state: ServerText("active"),
        division: ServerText("Home")
    )

    static let long = UserProfile(
        id: "1",
        name: ServerText("नारायणन् Александра-Констанция Фон Дер Мюлен-Шварценберг 山田太郎 👩‍👩‍👧‍👦"),
        email: ServerText("a.very.long.address.that.goes.on.and.on@a-subsidiary-with-a-long-name.example"),
        title: ServerText("主任研究員・音声応答システム担当およびお客様窓口の総合責任者"),
        department: ServerText("Zażółć gęślą jaźń"),
        state: ServerText("inactive"),
        division: ServerText("Home")
    )

    static let hostile = UserProfile(
        id: "2",
        name: ServerText(
            "\u{1B}]0;owned\u{7}\u{1B}[2J\u{1B}[31mMal\u{202E}lory\u{9B}5A\0 e\(String(repeating: "\u{301}", count: 1_000))"
        ),
        email: ServerText("mallory\r\n@\u{1B}[Hexample.org"),
        title: ServerText("\u{2066}Line\u{2028}break\tTab")
    )

    static func signedIn(_ tokens: TokenResponse, _ profile: UserProfile = ada) throws -> [(Double, Event.Kind)] {
        try exchanging() + [
            (23.9, .tokenReceived(attempt, tokens)), (24, .sessionKept(session)),
            (24.2, .profileLoaded(session, profile)),
        ]
    }

    /// The profile's request with the token in hand failed.
    static func profileFailed(_ error: APIError) -> Event.Kind {
        .profileFailed(session, error, using: Secret(accessToken))
    }

    static let limited = rejection(429, "Rate limit exceeded the maximum.", retryAfter: 30)

    /// Another program has signed in anew.
    static func succeeded() throws -> [(Double, Event.Kind)] {
        let newer = try renewed(
            TokenResponse(accessToken: Secret("another"), expiresIn: 86_400),
            at: 4_001,
            isNew: true
        )
        return try signedIn(tokens()) + [
            (4_001, .sessionReplaced(session, newer, label: "eu-central-1", successor: SessionID(2)))
        ]
    }

    static var placeTaken: StoreError {
        get throws {
            .placeTaken(
                profileName: "default",
                clientID: try unwrap(ClientID("99999999-8888-7777-6666-555555555555")),
                loginURL: "https://login.mypurecloud.ie"
            )
        }
    }

    /// A session of other settings.
    static func theirs() throws -> Session {
        let ours = try renewed(tokens(), at: 0)
        return Session(
            tokens: ours.tokens,
            receivedAt: ours.receivedAt,
            clientID: try unwrap(ClientID("99999999-8888-7777-6666-555555555555")),
            loginURL: "https://login.mypurecloud.ie",
            apiURL: ours.apiURL,
            profileName: ours.profileName
        )
    }

    /// The session of ``signedIn(_:_:)`` with fresh tokens.
    ///
    /// - Parameter isNew: whether they are another sign-in's.
    static func renewed(_ tokens: TokenResponse, at seconds: Double, isNew: Bool = false) throws -> Session {
        let settings = try settings()
        return Session(
            tokens: tokens,
            receivedAt: at(seconds),
            clientID: settings.clientID,
            loginURL: settings.environment.loginURL,
            apiURL: settings.environment.apiURL,
            profileName: settings.profileName,
            grant: isNew ? nil : try plan(settings).grant
        )
    }

    static func rejection(_ status: Int, _ message: String, retryAfter: Int? = nil) -> APIError {
        .rejected(
            APIError.Rejection(
                status: status,
                message: ServerText(message),
                correlationID: ServerText("c0ffee00-1234-4abc-9def-0123456789ab"),
                retryAfter: retryAfter
            )
        )
    }

    static func tokenError(_ code: String, _ words: String?) -> TokenRequestError {
        .answer(
            .errorResponse(
                ErrorResponse(code: ErrorCode(code), words: words.map(ServerText.init)),
                status: 400,
                correlationID: ServerText("c0ffee00-1234-4abc-9def-0123456789ab")
            )
        )
    }
}
