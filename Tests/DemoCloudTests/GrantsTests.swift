import Testing

@testable import DemoCloud

@Suite("What the demo cloud remembers")
struct GrantsTests {
    @Test("is the latest thousand of the access and refresh tokens")
    func latest() async throws {
        try await withCloud { rig in
            let first = try await rig.tokens()
            var last = first.refresh
            for _ in 1...Grants.most { last = try await rig.refresh(last).member("refresh_token") }
            let secrets = await rig.cloud.issuedSecrets()
            #expect(!secrets.contains(first.access) && !secrets.contains(first.refresh))
            #expect(secrets.contains(last))
            #expect(secrets.count == 2 * Grants.most + 1, "and the code")
        }
    }
}
