import FoundationEssentials
import OAuth

@testable import GenesysCloud

private let statuses = [200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 429, 500, 503]

/// The first byte chooses the status, the rest is the body.
private func answer(_ bytes: [UInt8]) -> HTTPResponse {
    HTTPResponse(
        status: statuses[Int(bytes.first ?? 0) % statuses.count],
        headers: ["inin-correlation-id": String(decoding: bytes.suffix(20), as: UTF8.self)],
        body: Data(bytes.dropFirst())
    )
}

/// The token endpoint's answer: a token that fits into a header line, or a reason that fits onto a screen.
func checkTokenResponse(_ bytes: [UInt8]) throws(Violation) {
    let response = answer(bytes)
    switch Result(catching: { () throws(OAuthError) in try TokenResponse(response) }) {
    case .success(let tokens):
        try demand((200...299).contains(response.status), "a token from a status of \(response.status)")
        for token in [tokens.accessToken, tokens.refreshToken].compactMap({ $0 }) {
            try demand(!token.isEmpty, "an empty token")
            try demand(token.reveal().utf8.allSatisfy { (0x21...0x7E).contains($0) }, "a token breaks a header")
        }
        if let lifetime = tokens.expiresIn {
            try demand((1...TokenResponse.longestLifetime).contains(lifetime), "\(lifetime) seconds")
        }
        if let scope = tokens.scope { try demand(Scope(scope.description) == scope, "a scope that is none") }
        let again = try? TokenResponse(HTTPResponse(status: 200, body: json(of: tokens)))
        try demand(again == tokens, "written out and read again it is another token")
    case .failure(.errorResponse(let error, let status, let id)):
        try demand(status == response.status, "another status")
        try demandInert(error, id)
    case .failure(.rateLimited(let error, let seconds, let id)):
        try demand(response.status == 429, "another status")
        try demand(seconds == nil, "a wait that nobody asked for")
        if let error { try demandInert(error, id) }
    case .failure(.unreadable(_, _, let id)): try demandInert(id, "the correlation id")
    case .failure(.unsupportedTokenType(let type)): try demandInert(type, "the token type")
    case .failure(.redirected): try demand(response.isRedirect, "no redirect")
    case .failure(.missingMember), .failure(.unusableMember): break
    }
}

private func json(of tokens: TokenResponse) -> Data {
    var members: [String: String] = ["access_token": tokens.accessToken.reveal(), "token_type": "bearer"]
    members["expires_in"] = tokens.expiresIn.map(String.init)
    members["refresh_token"] = tokens.refreshToken?.reveal()
    members["scope"] = tokens.scope?.description
    return (try? JSONEncoder().encode(members)) ?? Data()
}

private func demandInert(_ error: ErrorResponse, _ id: ServerText?) throws(Violation) {
    try demandInert(error.code.name, "the error's code")
    try demandInert(error.words, "the error's words")
    try demandInert(error.page, "the error's page")
    try demandInert(id, "the correlation id")
}

/// Error bodies of both servers.
func checkErrorResponse(_ bytes: [UInt8]) throws(Violation) {
    if let error = ErrorResponse(HTTPResponse(status: 400, body: Data(bytes))) {
        try demandInert(error, nil)
        try demand(error.words?.isEmpty != true && error.page?.isEmpty != true, "words that say nothing")
    }
    let rejection = APIError.Rejection(answer(bytes))
    for text in [rejection.code, rejection.message, rejection.contextID, rejection.correlationID] {
        try demandInert(text, "the rejection")
        try demand(text?.isEmpty != true, "words that say nothing")
    }
}

/// `GET /api/v2/users/me`.
func checkProfile(_ bytes: [UInt8]) throws(Violation) {
    guard let profile = (try? UserProfile(json: Data(bytes))) ?? nil else { return }
    try demand(!profile.id.isEmpty, "a profile without an id")
    let texts = [
        profile.name, profile.email, profile.username, profile.title, profile.department, profile.state,
        profile.division,
    ]
    for text in texts {
        try demandInert(text, "the profile")
        try demand(text?.isEmpty != true, "a text that shows nothing")
    }
    try demandInert(profile.displayName, "the display name")
}

/// `Retry-After` and `Date`: the text is in front of the first `|`, the date behind it.
func checkRetryAfter(_ bytes: [UInt8]) throws(Violation) {
    let parts = bytes.split(separator: UInt8(ascii: "|"), maxSplits: 1, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
    let text = parts.first ?? ""
    var headers = ["Retry-After": text]
    if parts.count > 1 { headers["Date"] = parts[1] }
    let seconds = HTTPResponse(status: 503, headers: headers).retryAfter
    if let seconds { try demand(seconds >= 0, "\(seconds) seconds") }
    let isNumber = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    if isNumber {
        try demand(seconds == Int(text), "\(text) reads as \(String(describing: seconds))")
    }
    for part in parts {
        guard let date = HTTPDate.parse(part) else { continue }
        // The year 9999 is the last; its 31 February is in March.
        try demand((0...253_402_560_000).contains(date.timeIntervalSince1970), "\(part) is \(date)")
    }
}
