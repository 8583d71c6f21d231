import FoundationEssentials
import OAuth
import SessionStore
import Testing

@Suite("Memory store")
struct MemoryStoreTests {
    private func session(_ profileName: String, token: String = "token-1") throws -> Session {
        Session(
            tokens: TokenResponse(
                accessToken: Secret(token),
                expiresIn: 3600,
                refreshToken: Secret("refresh-\(token)"),
                scope: Scope("users:readonly")
            ),
            receivedAt: Date(timeIntervalSince1970: 1_000_000),
            clientID: try #require(ClientID("client-1")),
            loginURL: "https://login.mypurecloud.com",
            apiURL: "https://api.mypurecloud.com",
            profileName: profileName
        )
    }

    @Test("the store says what it is called")
    func name() {
        #expect(SessionStore.memory().name == "memory")
    }

    @Test("a fresh store has no session")
    func empty() async throws {
        #expect(try await SessionStore.memory().load("default") == nil)
    }

    @Test("what is saved is loaded, in full")
    func roundTrip() async throws {
        let store = SessionStore.memory()
        let saved = try session("default")
        try await store.save(saved)
        #expect(try await store.load("default") == saved)
        #expect(try await store.load("default") == saved, "loading takes nothing away")
    }

    @Test("a newer session of a profile takes the older one's place")
    func replacing() async throws {
        let store = SessionStore.memory()
        try await store.save(session("default", token: "old"))
        try await store.save(session("default", token: "new"))
        #expect(try await store.load("default")?.tokens.accessToken == Secret("new"))
    }

    @Test("profiles are kept side by side, their names to the letter")
    func sideBySide() async throws {
        let store = SessionStore.memory()
        let names = ["default", "Default", "work", "", "work/2"]
        for name in names { try await store.save(session(name, token: "token of \(name)")) }
        for name in names {
            #expect(try await store.load(name)?.tokens.accessToken == Secret("token of \(name)"))
        }
        #expect(try await store.load("other") == nil)
    }

    @Test("a forgotten session is gone, and the others stay")
    func forgetting() async throws {
        let store = SessionStore.memory()
        try await store.save(session("default"))
        try await store.save(session("work"))
        try await store.forget("default")
        #expect(try await store.load("default") == nil)
        #expect(try await store.load("work") == session("work"))
    }

    @Test("forgetting what is not there is no error, and saving afterwards works")
    func forgettingNothing() async throws {
        let store = SessionStore.memory()
        try await store.forget("default")
        try await store.save(session("default"))
        #expect(try await store.load("default") == session("default"))
    }

    @Test("two stores share nothing")
    func apart() async throws {
        let one = SessionStore.memory()
        let other = SessionStore.memory()
        try await one.save(session("default"))
        #expect(try await other.load("default") == nil)
    }
}
