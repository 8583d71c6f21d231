import OAuth

extension DemoCloud {
    /// `GET /api/v2/users/me`.
    func giveProfile(_ request: Incoming) -> Answer {
        let family: Int
        switch bearer(request) {
        case .refused(let answer): return answer
        case .accepted(let index): family = index
        }
        let (person, count) = grants.countProfileRequest(family: family)
        switch configuration.scenario {
        case .rateLimited where count <= 2:
            return APIProblem(
                status: 429,
                code: "too.many.requests",
                message: "Rate limit exceeded the maximum. Retry the request in [5] seconds"
            ).answer.adding("Retry-After", "5").limited(count: 300)
        case .serverError where count <= 5:
            return APIProblem(
                status: 503,
                code: "service.unavailable",
                message: "The service is temporarily unavailable."
            ).answer
        default:
            return Answer.json(200, ProfileWire(person)).limited(count: count)
        }
    }

    /// `DELETE /api/v2/tokens/me`: ends the token that makes the request, and its family with it.
    func deleteToken(_ request: Incoming) -> Answer {
        switch bearer(request) {
        case .refused(let answer): return answer
        case .accepted(let family):
            grants.revoke(family: family)
            return Answer(status: 200)
        }
    }

    private enum BearerCheck {
        case accepted(Int)
        case refused(Answer)
    }

    /// The family of the request's access token (RFC 6750 §2.1), or 401 (§3).
    private func bearer(_ request: Incoming) -> BearerCheck {
        let parts = (request.authorization ?? "").split(separator: " ")
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            return .refused(
                APIProblem(
                    status: 401,
                    code: "authentication.required",
                    message: "No authentication bearer token specified in authorization header."
                ).answer.adding("WWW-Authenticate", "Bearer")
            )
        }
        guard let family = grants.family(accessToken: Secret(String(parts[1])), now: configuration.now()) else {
            return .refused(
                APIProblem(status: 401, code: "bad.credentials", message: "Invalid login credentials.")
                    .answer.adding("WWW-Authenticate", #"Bearer error="invalid_token""#)
            )
        }
        return .accepted(family)
    }
}

/// An error answer in the shape of Genesys Cloud's Platform API.
struct APIProblem: Encodable {
    let message: String
    let code: String
    let status: Int
    let contextId: String
    let details: [String] = []
    let errors: [String] = []

    init(status: Int, code: String, message: String) {
        self.status = status
        self.code = code
        self.message = message
        contextId = newCorrelationID()
    }

    enum CodingKeys: CodingKey {
        case message, code, status, contextId, details, errors
    }

    /// The problem as it goes out; `contextId` is the correlation id of the same answer.
    var answer: Answer {
        Answer.json(status, self).adding(correlationHeader, contextId)
    }
}

/// A person as `GET /api/v2/users/me` shows them; absent members are left out.
private struct ProfileWire: Encodable {
    struct Division: Encodable {
        let id, name, selfUri: String
    }

    struct Chat: Encodable {
        let jabberId: String
    }

    struct Contact: Encodable {
        let address: String
        let mediaType = "EMAIL"
        let type = "PRIMARY"

        enum CodingKeys: CodingKey {
            case address, mediaType, type
        }
    }

    let id, email, state, selfUri: String
    let name, username, title, department: String?
    let division: Division?
    let chat: Chat
    let primaryContactInfo: [Contact]
    let addresses: [Contact]
    let version: Int
    let acdAutoAnswer: Bool

    init(_ person: Person) {
        id = person.id
        email = person.email
        name = person.name
        username = person.username
        title = person.title
        department = person.department
        division = person.division.map { name in
            let id = "9d2c1c52-7c5b-4b0e-8f0d-5a1e7c2b9f10"
            return Division(id: id, name: name, selfUri: "/api/v2/authorization/divisions/\(id)")
        }
        state = "active"
        selfUri = "/api/v2/users/\(person.id)"
        chat = Chat(jabberId: "\(person.id)@demo.orgspan.com")
        primaryContactInfo = [Contact(address: person.email)]
        addresses = []
        version = 7
        acdAutoAnswer = false
    }
}

extension Answer {
    /// Genesys Cloud's rate limit headers: 300 requests a minute for each token.
    fileprivate func limited(count: Int) -> Answer {
        adding("inin-ratelimit-allowed", "300")
            .adding("inin-ratelimit-count", String(count))
            .adding("inin-ratelimit-reset", "60")
    }
}
