import FoundationEssentials
import OAuth

/// The questions on open sign-in pages, each under the one-time id in its page's form.
struct OpenQuestions {
    /// How many pages may be open; the oldest gives way.
    static let limit = 100

    private var questions: [(id: Secret, question: AuthorizationQuestion, askedAt: Date)] = []

    /// Keeps `question` and returns its id.
    mutating func open(_ question: AuthorizationQuestion, now: Date) -> Secret {
        if questions.count == Self.limit { questions.removeFirst() }
        let id = Secret(randomIdentifier())
        questions.append((id, question, now))
        return id
    }

    /// Hands out the question of `id`, once, and only within ten minutes.
    mutating func close(_ id: Secret, now: Date) -> AuthorizationQuestion? {
        guard let index = questions.firstIndex(where: { $0.id.matchesInConstantTime(id) }) else { return nil }
        let open = questions.remove(at: index)
        return now < open.askedAt.addingTimeInterval(Grants.codeLifetime) ? open.question : nil
    }
}

/// What the person chose.
enum Choice: String {
    case approve, deny
}

extension DemoCloud {
    /// `GET /oauth/authorize` (RFC 6749 §3.1): asks the person, or says what is wrong.
    func showSignInPage(_ request: Incoming) -> Answer {
        switch AuthorizationVerdict(query: request.query, registration: registration) {
        case .refused(let reason): return Page.refusal(reason)
        case .redirected(let location): return .redirect(to: location)
        case .asked(let question):
            let id = questions.open(question, now: configuration.now())
            return Page.signIn(question, id: id, people: Person.everyone)
        }
    }

    /// `POST /oauth/authorize`: the person's choice on the sign-in page.
    func takeChoice(_ request: Incoming) -> Answer {
        guard let form = try? request.form(), let id = form["request"] else { return Page.refusal(.unknownChoice) }
        guard let question = questions.close(Secret(id), now: configuration.now()) else {
            return Page.refusal(.staleChoice)
        }
        guard let choice = form["choice"].flatMap(Choice.init), let person = form["person"].flatMap(Int.init),
            Person.everyone.indices.contains(person)
        else { return Page.refusal(.unknownChoice) }
        return .redirect(to: reply(to: question, choice: choice, person: Person.everyone[person]))
    }

    /// Where the browser goes with `choice` (RFC 6749 §4.1.2).
    func reply(to question: AuthorizationQuestion, choice: Choice, person: Person) -> String {
        guard choice == .approve else {
            return question.replyTo.error("access_denied", "The person declined to sign in.")
        }
        guard configuration.scenario != .denied else {
            return question.replyTo.error("access_denied", "The organization does not allow this app.")
        }
        let code = grants.issueCode(
            for: Approval(request: question, person: person),
            now: configuration.now()
        )
        return question.replyTo.url([.init("code", code.reveal())])
    }

    /// `GET /logout`: ends the browser's session, which the demo does not have.
    func signOutOfBrowser(_ request: Incoming) -> Answer {
        guard let fields = FormEncoding.decode(request.query), let values = try? Incoming.unique(fields) else {
            return Page.refusal(.malformed)
        }
        guard values["client_id"] == registration.clientID else { return Page.refusal(.unknownClient) }
        guard let redirectURI = values["redirect_uri"] else { return Page.signedOut }
        guard registration.permits(redirectURI: redirectURI) else { return Page.refusal(.signOutAddress) }
        return .redirect(to: redirectURI)
    }
}
