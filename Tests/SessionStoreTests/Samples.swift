import FoundationEssentials
import Glibc
import OAuth
import Testing

@testable import SessionStore

/// A session that was received now, or `age` seconds ago.
func sampleSession(
    _ profileName: String,
    token: String = "token-1",
    refreshToken: String? = "refresh-1",
    expiresIn: Int? = 3600,
    scope: String? = "users:readonly",
    age: TimeInterval = 0
) throws -> Session {
    Session(
        tokens: TokenResponse(
            accessToken: Secret(token),
            expiresIn: expiresIn,
            refreshToken: refreshToken.map(Secret.init),
            scope: scope.flatMap(Scope.init)
        ),
        receivedAt: Date(timeIntervalSinceNow: -age),
        clientID: try #require(ClientID("client-1")),
        loginURL: "https://login.mypurecloud.com",
        apiURL: "https://api.mypurecloud.com",
        profileName: profileName,
        grant: GrantID("0123456789abcdef")
    )
}

/// A word that no other test uses.
func unique() -> String {
    "test-\(UInt64.random(in: .min ... .max))"
}

/// Gives `body` the path of a folder of its own, readable to all users as `/tmp` is, and removes it afterwards.
func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let path = "/tmp/genesys-login-\(unique())"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: path) }
    chmod(path, 0o755)
    return try await body(path)
}

/// What is wrong with a test's surroundings.
struct Trouble: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Waits until `condition` holds; half a minute at most.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let start = ContinuousClock.now
    while try await !condition() {
        guard ContinuousClock.now - start < .seconds(30) else { throw Trouble("waited in vain for \(what)") }
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// Runs `body` and ends it after half a minute.
func withDeadline<Result: Sendable>(
    _ what: String,
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: .seconds(30))
            throw Trouble("waited in vain for \(what)")
        }
        defer { group.cancelAll() }
        guard let result = try await group.next() else { throw Trouble("nothing to wait for") }
        return result
    }
}

/// The error that `body` throws; `nil` where it throws none.
func storeError(_ body: () async throws(StoreError) -> Void) async -> StoreError? {
    do throws(StoreError) {
        try await body()
        return nil
    } catch {
        return error
    }
}
