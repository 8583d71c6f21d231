/// A parser of bytes that come from outside, by the name of its folder in `Cases`.
///
/// For each there is one function that hands it any bytes and demands what must hold of what it makes of them. The
/// fuzzer (`make fuzz`) calls it with bytes that it makes up; the tests call it with the seeds and with every case that
/// the fuzzer ever found.
enum FuzzedParser: String, CaseIterable {
    case callbackRequest = "callback-request"
    case callbackQuery = "callback-query"
    case pastedText = "pasted-text"
    case redirectURI = "redirect-uri"
    case tokenResponse = "token-response"
    case errorResponse = "error-response"
    case profile
    case retryAfter = "retry-after"
    case configuration
    case storedSession = "stored-session"
    case serverText = "server-text"
    case layout
    case screen
    case keyboard

    /// Hands `bytes` to the parser.
    ///
    /// - Throws: ``Violation`` where it does what it never may.
    func check(_ bytes: [UInt8]) throws(Violation) {
        switch self {
        case .callbackRequest: try checkCallbackRequest(bytes)
        case .callbackQuery: try checkCallbackQuery(bytes)
        case .pastedText: try checkPastedText(bytes)
        case .redirectURI: try checkRedirectURI(bytes)
        case .tokenResponse: try checkTokenResponse(bytes)
        case .errorResponse: try checkErrorResponse(bytes)
        case .profile: try checkProfile(bytes)
        case .retryAfter: try checkRetryAfter(bytes)
        case .configuration: try checkConfiguration(bytes)
        case .storedSession: try checkStoredSession(bytes)
        case .serverText: try checkServerText(bytes)
        case .layout: try checkLayout(bytes)
        case .screen: try checkScreen(bytes)
        case .keyboard: try checkKeyboard(bytes)
        }
    }
}
