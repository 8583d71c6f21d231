import OAuth
import SignIn
import Testing

@Suite("a session store's failures in words")
struct StoreReportTests {
    static let errors: [(StoreError, String, [String])] =
        [
            (
                .unavailable(store: "kernel", ServerText("No such thing")), "store_unavailable",
                ["kernel", "No such thing"]
            ),
            (
                .unavailable(store: "secret-service", ServerText("No D-Bus")), "store_unavailable",
                ["secret-service", "No D-Bus"]
            ),
            (.locked(store: "secret-service"), "store_locked", ["secret-service", "Unlock"]),
            (
                .programMissing(store: "secret-service", program: "secret-tool", package: "libsecret-tools"),
                "store_tool_missing", ["secret-tool", "libsecret-tools"]
            ),
            (
                .tooLarge(store: "kernel", size: 40_000, limit: 32_767), "session_too_large",
                ["40000", "32767", "--scope"]
            ),
            (.quotaExceeded(store: "kernel"), "store_quota", ["kernel", "keyctl show @u"]),
            (.unknownVersion(store: "kernel", 7), "store_version", ["version 7", "sign in again"]),
            (.unreadable(store: "kernel"), "store_unreadable", ["kernel", "Sign in again"]),
            (.busy(profileName: "work", seconds: 45), "store_busy", ["work", "45 seconds"]),
        ]
        + [ClientID("client-2")].compactMap(\.self).map { client in
            (
                .placeTaken(profileName: "work", clientID: client, loginURL: "https://login.example"),
                "profile_taken", ["work", "client-2", "https://login.example", "--profile"]
            )
        }

    @Test("each has a code of its own, what happened, why and what to do, with what is known", arguments: errors)
    func report(error: StoreError, code: String, words: [String]) {
        let report = error.report
        #expect(report.code == code)
        for line in [report.summary, report.cause, report.remedy] {
            #expect(line.hasSuffix(".") && line.count > 10)
            #expect(!line.contains("  ") && !line.contains("Optional(") && !line.contains("\n"), "\(line)")
        }
        let text = "\(report.summary) \(report.cause) \(report.remedy)"
        for word in words { #expect(text.contains(word), "\(text)") }
    }

    @Test("the list of all errors has every one of them")
    func catalogue() {
        let codes = Set(FailureCatalogue.reports.map(\.code))
        #expect(codes.isSuperset(of: Self.errors.map(\.1)))
    }

    @Test("a profile's name cannot speak to the terminal")
    func profileName() {
        let report = StoreError.busy(profileName: "a\u{1B}[2J\u{202E}b", seconds: 1).report
        #expect(report.summary.contains("a[2Jb"))
    }
}
