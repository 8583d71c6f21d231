import ArgumentParser
import GenesysCloud
import OAuth
import SignIn

/// The exit statuses that scripts rely on.
enum ExitStatus {
    /// Not done.
    static let failed = ExitCode(1)
    /// Nobody is signed in, or the session has ended.
    static let notSignedIn = ExitCode(4)
    /// Wrong usage or configuration (`EX_USAGE`).
    static let usage = ExitCode(64)
    /// The service cannot be reached, or is in trouble (`EX_UNAVAILABLE`).
    static let unavailable = ExitCode(69)
    /// The time was over (`EX_TEMPFAIL`).
    static let timedOut = ExitCode(75)
    /// The person or the server refused (`EX_NOPERM`).
    static let refused = ExitCode(77)
    /// Ctrl-C ended the program.
    static let interrupted = ExitCode(130)

    /// The status that belongs to a failure.
    static func of(_ failure: Failure) -> ExitCode {
        switch failure.problem {
        case .timedOut: timedOut
        case .authorization(let response): of(response)
        case .tokenRequest(let error), .refresh(let error):
            switch error {
            case .transport, .store, .answer(.rateLimited): unavailable
            case .answer(.errorResponse(let response, let status, _)): status >= 500 ? unavailable : of(response)
            case .answer(.unreadable(let status, _, _)): status >= 500 ? unavailable : failed
            case .answer(.redirected), .answer(.missingMember), .answer(.unusableMember),
                .answer(.unsupportedTokenType):
                failed
            case .endedLeavingToken: refused
            }
        case .api(let error), .deletion(let error):
            switch error {
            case .transport: unavailable
            case .rejected(let rejection):
                rejection.status >= 500 || rejection.status == 429
                    ? unavailable : [401, 403].contains(rejection.status) ? refused : failed
            case .unreadable(let status, _, _): status >= 500 ? unavailable : failed
            case .missingMember, .lateToken: failed
            }
        case .missingCode, .listener: failed
        }
    }

    private static func of(_ response: ErrorResponse) -> ExitCode {
        switch response.code {
        case .serverError, .temporarilyUnavailable: unavailable
        default: refused
        }
    }
}
