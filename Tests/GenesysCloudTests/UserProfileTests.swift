import GenesysCloud
import OAuth
import Testing

@Suite("User profile")
struct UserProfileTests {
    private func profile(_ json: String) async throws -> UserProfile {
        try await StubTransport(json).client().currentUser(accessToken: Secret("t"))
    }

    @Test("an id that is longer than any text shows nothing of a token behind that")
    func longID() async throws {
        let (letters, token) = (String(repeating: "x", count: 1_100), "AT-Ada-7-581f-0011223344")
        let client = StubTransport(#"{"id":"\#(letters)\#(token)"}"#).client()
        let id = try await client.currentUser(accessToken: Secret(token)).id
        #expect(!id.contains("AT-Ada") && id.hasPrefix("xxx"))
    }

    @Test("a profile with every member is read")
    func everything() async throws {
        let profile = try await profile(
            """
            {"id":"u-1","name":"Ana Lima","email":"ana@example.com","username":"ana","title":"Engineer",
             "department":"Platform","state":"active","division":{"id":"d-1","name":"Home","selfUri":"/d"},
             "chat":{"jabberId":"x"},"version":7,"selfUri":"/api/v2/users/u-1"}
            """
        )
        let expected = UserProfile(
            id: "u-1",
            name: ServerText("Ana Lima"),
            email: ServerText("ana@example.com"),
            username: ServerText("ana"),
            title: ServerText("Engineer"),
            department: ServerText("Platform"),
            state: ServerText("active"),
            division: ServerText("Home")
        )
        #expect(profile == expected)
    }

    @Test(
        "an id is enough, and a member of an odd type or without text reads as none",
        arguments: [
            #"{"id":"u-1"}"#,
            #"{"id":"u-1","name":null,"email":null,"division":null}"#,
            #"{"id":"u-1","name":7,"email":["a"],"username":{"a":1},"title":true,"department":1.5,"state":[]}"#,
            #"{"id":"u-1","name":"","email":"  ","title":"\u001b\u202e"}"#,
            #"{"id":"u-1","division":"Home"}"#, #"{"id":"u-1","division":["Home"]}"#,
            #"{"id":"u-1","division":{}}"#, #"{"id":"u-1","division":{"name":7}}"#,
            #"{"id":"u-1","division":{"name":null}}"#,
        ]
    )
    func idAlone(json: String) async throws {
        #expect(try await profile(json) == UserProfile(id: "u-1"))
    }

    @Test("one odd member does not cost the others")
    func oddMember() async throws {
        let read = try await profile(#"{"id":"u-1","name":{"first":"Ana"},"email":"ana@example.com","division":7}"#)
        #expect(read == UserProfile(id: "u-1", email: ServerText("ana@example.com")))
    }

    @Test(
        "a profile without a usable id is an error that names it",
        arguments: [
            "{}", #"{"name":"Ana"}"#, #"{"id":""}"#, #"{"id":null}"#, #"{"id":7}"#, #"{"id":["u-1"]}"#,
            #"{"ID":"u-1"}"#,
        ]
    )
    func noID(json: String) async {
        await #expect(throws: APIError.missingMember("id")) { try await profile(json) }
    }

    @Test(
        "a profile cut short, or no object, is unreadable: nobody can say what it lacks",
        arguments: [#"{"id":"u-1","na"#, #"{"id":"u-1""#, "[]", #"[{"id":"u-1"}]"#]
    )
    func noObject(json: String) async {
        await #expect(throws: APIError.unreadable(status: 200, found: .json, correlationID: nil)) {
            try await profile(json)
        }
    }

    @Test("escape sequences in a name are not kept")
    func hostileName() async throws {
        let read = try await profile(#"{"id":"u-1","name":"Ana\u001b]0;x\u0007\u202eamiL\r\nEvil"}"#)
        #expect(read.name?.display == "Ana]0;xamiL Evil")
        #expect(read.displayName == "Ana]0;xamiL Evil")
    }

    @Test(
        "a person is called by the name, or the e-mail address, or the user name, or the id",
        arguments: [
            (UserProfile(id: "u", name: "Ana", email: "a@x", username: "ana"), "Ana"),
            (UserProfile(id: "u", email: "a@x", username: "ana"), "a@x"),
            (UserProfile(id: "u", username: "ana"), "ana"),
            (UserProfile(id: "u"), "u"),
            (UserProfile(id: "u", name: "\u{1B}", email: " ", username: "ana"), "ana"),
            (UserProfile(id: "u", name: "\u{200D}"), "u"),
            (UserProfile(id: "u\u{1B}[2J\n1"), "u[2J 1"),
        ]
    )
    func displayName(profile: UserProfile, expected: String) {
        #expect(profile.displayName == expected)
    }
}

extension UserProfile {
    fileprivate init(id: String, name: String? = nil, email: String? = nil, username: String? = nil) {
        self.init(
            id: id,
            name: name.map(ServerText.init),
            email: email.map(ServerText.init),
            username: username.map(ServerText.init),
            title: nil
        )
    }
}
