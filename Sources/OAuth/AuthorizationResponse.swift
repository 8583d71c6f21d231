/// The authorization response (RFC 6749 §4.1.2): the query that the browser brings to the redirect URI.
///
/// A value exists only once the query has passed every check, in this order: no parameter twice (RFC 6749 §3.1) or, where
/// it matters, empty; `state` (§10.12), `iss` (RFC 9207 §2.4), `error` (§4.1.2.1), `code`. A token request takes nothing
/// else, so a code from an unchecked callback cannot be sent.
public struct AuthorizationResponse: Sendable, Hashable {
    /// `code`: good for one token request.
    public let code: Secret

    /// Why a query is no authorization response.
    public enum Problem: Error, Sendable, Equatable {
        /// It does not belong to this attempt, or cannot be trusted: refuse it, and go on waiting.
        case refused(Refusal)
        /// The authorization server answered this attempt with an error: the attempt is over.
        case denied(ErrorResponse)
        /// The answer belongs to this attempt and has neither `code` nor `error`: the attempt is over.
        case missingCode
    }

    /// Why a query was refused while the wait goes on.
    public enum Refusal: Error, Sendable, Hashable {
        /// The query is not form-encoded UTF-8.
        case malformed
        /// A parameter stands there twice (RFC 6749 §3.1 forbids it).
        case repeated(Parameter)
        /// A parameter that matters has no value.
        case empty(Parameter)
        /// There is no `state`.
        case missingState
        /// `state` is not the one of this attempt: a stale tab, or a forged callback.
        case foreignState
        /// `iss` names another authorization server (RFC 9207: a mix-up).
        case foreignIssuer
    }

    /// The parameters of the response that mean something to a client; all others count as ``other``.
    public enum Parameter: String, Sendable, Equatable, CaseIterable {
        case code, state, iss, error
        case errorDescription = "error_description"
        case errorURI = "error_uri"
        /// A parameter that is not of the response.
        case other
    }

    /// Checks `query`, the callback's part after `?`, still encoded.
    ///
    /// - Parameters:
    ///   - state: what the authorization request of this attempt sent.
    ///   - issuer: the environment's login URL, which `iss` must equal to the letter where it is sent.
    /// - Throws: ``Problem``, the first one found in the order above.
    public init(query: String, state: StateParameter, issuer: String) throws(Problem) {
        guard let fields = FormEncoding.decode(query) else { throw .refused(.malformed) }
        var values: [String: String] = [:]
        for field in fields {
            let parameter = Parameter(rawValue: field.name) ?? .other
            guard values.updateValue(field.value, forKey: field.name) == nil else {
                throw .refused(.repeated(parameter))
            }
            switch parameter {
            case .code, .state, .iss, .error:
                guard !field.value.isEmpty else { throw .refused(.empty(parameter)) }
            case .errorDescription, .errorURI, .other: break
            }
        }
        guard let received = values["state"] else { throw .refused(.missingState) }
        guard state.matches(Secret(received)) else { throw .refused(.foreignState) }
        // By bytes: strings that Unicode holds equivalent compare as equal (RFC 9207 §2.4 wants RFC 3986 §6.2.1).
        if let sent = values["iss"], !sent.utf8.elementsEqual(issuer.utf8) { throw .refused(.foreignIssuer) }
        if let error = values["error"] {
            let response = ErrorResponse(
                code: ErrorCode(error),
                words: values["error_description"].map(ServerText.init),
                page: values["error_uri"].map(ServerText.init)
            )
            // An error has no code beside it; where there is one all the same, it may be good.
            throw .denied(response.striking([state.value] + (values["code"].map { [Secret($0)] } ?? [])))
        }
        guard let code = values["code"] else { throw .missingCode }
        self.code = Secret(code)
    }
}
