import ArgumentParser
import FoundationEssentials
import OAuth

/// `genesys-login token`: a valid access token, for scripts.
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Write a valid access token to standard output, refreshed if need be.",
        discussion: """
            The session of an earlier sign-in is used; of any number of programs at once, one refreshes it. \
            GENESYSCLOUD_ACCESS_TOKEN, when set, is written as it is.
            Exit status: 0 written; 1 failed; 4 not signed in, or the session has ended; 69 service unreachable; 77 refused.

            Examples:
              genesys-login token --header |
                curl -H @- https://api.mypurecloud.com/api/v2/users/me
              GENESYSCLOUD_ACCESS_TOKEN=$(genesys-login token) gc users me get
            """
    )

    @Flag(help: "Write the whole header: Authorization: Bearer …")
    var header = false

    @Flag(help: "Write one JSON object.")
    var json = false

    @OptionGroup var options: Options

    func validate() throws {
        if header && json { throw ValidationError("--header and --json exclude each other.") }
    }

    func run() async throws {
        if let token = try reportingUsage(json: json, { () throws(UsageError) in try AccessTokenVariable.token() }) {
            return write(TokenJSON(token))
        }
        let kept = try KeptSession(options, json: json)
        let session = try await reportingFailure(json: json, log: kept.settings.log) {
            try await kept.fresh(kept.require())
        }
        write(TokenJSON(session))
    }

    private func write(_ token: TokenJSON) {
        if json {
            Console.data(token)
        } else if header {
            Console.output("Authorization: Bearer \(token.accessToken)")
        } else {
            Console.output(token.accessToken)
        }
    }
}

/// `token --json`. The keys are stable, and all of them are there every time.
private struct TokenJSON: Encodable {
    let accessToken: String
    let expiresAt: String?
    let expiresIn: Int?
    let scope: String?
    let source: String

    init(_ token: Secret) {
        accessToken = token.reveal()
        (expiresAt, expiresIn, scope) = (nil, nil, nil)
        source = AccessTokenVariable.name
    }

    init(_ session: Session) {
        accessToken = session.tokens.accessToken.reveal()
        expiresAt = session.expiresAt?.formatted(.iso8601)
        expiresIn = session.expiresAt.map { max(0, Int($0.timeIntervalSinceNow)) }
        scope = session.tokens.scope?.description
        source = "session"
    }

    enum CodingKeys: String, CodingKey {
        case accessToken = "access_token"
        case tokenType = "token_type"
        case expiresAt = "expires_at"
        case expiresIn = "expires_in"
        case scope, source
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(accessToken, forKey: .accessToken)
        try container.encode("Bearer", forKey: .tokenType)
        try container.encode(expiresAt, forKey: .expiresAt)
        try container.encode(expiresIn, forKey: .expiresIn)
        try container.encode(scope, forKey: .scope)
        try container.encode(source, forKey: .source)
    }
}
