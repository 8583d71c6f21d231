import ArgumentParser
import FoundationEssentials
import GenesysCloud
import OAuth
import SessionStore
import SignIn
import SignInRuntime
import Synchronization
import TerminalUI

/// `genesys-login logout`: has the server delete the token, and forgets the session.
struct LogoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout",
        abstract: "Sign out: have the server delete the token, and forget the session here.",
        discussion: """
            The session is forgotten here whatever the server says; the report tells which of the two happened. Open \
            screens follow. Exit status: 0 signed out; 4 nobody was signed in, or the session belongs to other settings; \
            69 forgotten here, but the server could not be reached and the token lives on; 1 forgotten here, but the \
            server refused, or the session store failed and may have it still.

            Examples:
              genesys-login logout
              genesys-login logout --profile work --json
            """
    )

    @Flag(help: "Write one JSON object to standard output.")
    var json = false

    @OptionGroup var options: Options

    func run() async throws {
        let kept = try KeptSession(options, json: json)
        // Another program may be at work with the session, or a keyring or the server may take its time.
        let waiting = Task {
            try await Task.sleep(for: .seconds(1))
            Console.line(Strings.signingOut)
        }
        defer { waiting.cancel() }
        let (session, store) = try await reportingFailure(json: json, log: kept.settings.log) {
            if let session = try await kept.find(isUnknownRefused: false) { return (session, kept.store) }
            // One may be on its way into the store.
            (try? await kept.store.lock(kept.settings.profileName))?.release()
            if let session = try await kept.find(isUnknownRefused: false) { return (session, kept.store) }
            // Another one may have been chosen since then.
            if let found = await kept.findElsewhere() { return found }
            return (try await kept.require(), kept.store)
        }
        let revocation = try await kept.online { live in
            let shared = SharedSession(
                store: store,
                otherStores: kept.settings.otherStores.filter { $0.name != store.name },
                transport: live.transport,
                now: { Date() }
            )
            let stage = Mutex(LoggedOut.Stage.forgetting)
            return await DeferredSignals.during(
                words: { Strings.finishingSignOut($0) },
                givenUp: { Strings.signOutUnfinished(stage.withLock { $0 }) }
            ) {
                let (result, notForgotten) = await shared.signOut(session, isKept: true) { reached in
                    stage.withLock { $0 = reached }
                }
                waiting.cancel()
                let revocation = LoggedOut.Revocation(result, notForgotten: notForgotten, .init(session))
                // A person who interrupts it wants to know too.
                tell(revocation, kept.settings.signOutPage(of: session))
                return revocation
            }
        }
        switch revocation {
        case .revoked, .alreadyInvalid, .underWay: break
        case .onlyForgotten(let failure):
            throw ExitStatus.of(failure) == ExitStatus.unavailable ? ExitStatus.unavailable : ExitStatus.failed
        case .notForgotten: throw ExitStatus.failed
        }
    }
}

extension LogoutCommand {
    private func tell(_ revocation: LoggedOut.Revocation, _ page: String) {
        for line in plainLines(signedOut: revocation, page: page) { Console.line(line) }
        AccessTokenVariable.remind()
        if json { Console.data(LogoutJSON(revocation, page)) }
    }
}

/// `logout --json`. The keys are stable, and all of them are there every time.
private struct LogoutJSON: Encodable {
    let signedOut: Bool
    /// `revoked`, `already_invalid` or `only_forgotten`; with `signed_out` false `not_revoked` too.
    let token: String
    let browserSignOutPage: String
    let error: FailureJSON.Words?

    init(_ revocation: LoggedOut.Revocation, _ page: String) {
        browserSignOutPage = page
        signedOut = if case .notForgotten = revocation { false } else { true }
        switch revocation {
        case .revoked, .underWay: (token, error) = ("revoked", nil)
        case .alreadyInvalid: (token, error) = ("already_invalid", nil)
        case .onlyForgotten(let failure): (token, error) = ("only_forgotten", FailureJSON(failure.report).error)
        case .notForgotten(let why, .deleted): (token, error) = ("revoked", FailureJSON(why.report).error)
        case .notForgotten(let why, .unknown): (token, error) = ("already_invalid", FailureJSON(why.report).error)
        case .notForgotten(let why, _): (token, error) = ("not_revoked", FailureJSON(why.report).error)
        }
    }

    enum CodingKeys: String, CodingKey {
        case signedOut = "signed_out"
        case token
        case browserSignOutPage = "browser_sign_out_page"
        case error
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(signedOut, forKey: .signedOut)
        try container.encode(token, forKey: .token)
        try container.encode(browserSignOutPage, forKey: .browserSignOutPage)
        try container.encode(error, forKey: .error)
    }
}
