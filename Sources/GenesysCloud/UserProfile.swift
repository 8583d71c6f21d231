import FoundationEssentials
public import OAuth

/// The signed-in person, from `GET /api/v2/users/me` of the Platform API. All but `id` may be absent.
public struct UserProfile: Sendable, Hashable {
    /// `id`: the user's id.
    public let id: String
    /// `name`: what colleagues see.
    public let name: ServerText?
    /// `email`.
    public let email: ServerText?
    /// `username`, which is often the e-mail address.
    public let username: ServerText?
    /// `title`: the job title.
    public let title: ServerText?
    /// `department`.
    public let department: ServerText?
    /// `state`: `active`, `inactive` or `deleted`.
    public let state: ServerText?
    /// `division.name`.
    public let division: ServerText?

    /// A profile of these members.
    public init(
        id: String,
        name: ServerText? = nil,
        email: ServerText? = nil,
        username: ServerText? = nil,
        title: ServerText? = nil,
        department: ServerText? = nil,
        state: ServerText? = nil,
        division: ServerText? = nil
    ) {
        self.id = id
        self.name = name
        self.email = email
        self.username = username
        self.title = title
        self.department = department
        self.state = state
        self.division = division
    }

    /// What to call the person: the name, or where there is none the e-mail address, the user name, the id.
    public var displayName: String {
        for candidate in [name, email, username] {
            if let candidate, !candidate.isEmpty { return candidate.display }
        }
        return ServerText(id).display
    }

    /// Reads a JSON body; `nil` where it has no string member `id`.
    ///
    /// - Throws: `DecodingError` where it is no complete JSON object.
    init?(json: Data) throws {
        let wire = try JSONBody.decode(Wire.self, from: json)
        guard let id = wire.id?.value, !id.isEmpty else { return nil }
        self.init(
            id: id,
            name: wire.name?.text,
            email: wire.email?.text,
            username: wire.username?.text,
            title: wire.title?.text,
            department: wire.department?.text,
            state: wire.state?.text,
            division: wire.division?.name?.text
        )
    }

    /// The profile without what it repeats of `secrets`; see ``ServerText/striking(_:)``.
    func striking(_ secrets: [Secret]) -> UserProfile {
        let struckID = ServerText(id).striking(secrets)
        return UserProfile(
            // What is too long for a text to show may have it behind that.
            id: struckID.display.hasSuffix("…") || struckID != ServerText(id) ? struckID.display : id,
            name: name?.striking(secrets),
            email: email?.striking(secrets),
            username: username?.striking(secrets),
            title: title?.striking(secrets),
            department: department?.striking(secrets),
            state: state?.striking(secrets),
            division: division?.striking(secrets)
        )
    }

    private struct Wire: Decodable {
        let id, name, email, username, title, department, state: OptionalText?
        let division: Division?

        enum CodingKeys: String, CodingKey {
            case id, name, email, username, title, department, state, division
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            func text(_ key: CodingKeys) -> OptionalText? {
                try? container.decodeIfPresent(OptionalText.self, forKey: key)
            }
            (id, name, email, username) = (text(.id), text(.name), text(.email), text(.username))
            (title, department, state) = (text(.title), text(.department), text(.state))
            division = try? container.decodeIfPresent(Division.self, forKey: .division)
        }
    }

    private struct Division: Decodable {
        let name: OptionalText?
    }
}

/// A JSON string; any other kind of value reads as none, so that one odd member does not cost the whole answer.
struct OptionalText: Decodable {
    let value: String?

    var text: ServerText? {
        value.map(ServerText.init).flatMap { $0.isEmpty ? nil : $0 }
    }

    init(from decoder: any Decoder) throws {
        value = try? decoder.singleValueContainer().decode(String.self)
    }
}
