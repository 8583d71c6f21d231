import CKeyutils
import FoundationEssentials
import Glibc
import OAuth
import Testing

@testable import SessionStore

extension SharedStores {
    /// Every test uses profiles of its own and removes their keys.
    @Suite("the kernel's keyring")
    struct KernelStoreTests {
        /// Gives `body` a store and a profile that nobody else uses; its key is removed afterwards.
        private static func withStore(
            now: @escaping @Sendable () -> Date = { Date() },
            _ body: (_ store: SessionStore, _ profile: String, _ folder: String) async throws -> Void
        ) async throws {
            try await withFolder { root in
                let folder = "\(root)/own"
                let profile = unique()
                defer { try? KernelKeyring.remove(description(profile)) }
                try await body(SessionStore.kernel(folder: folder, now: now), profile, folder)
            }
        }

        private static func description(_ profile: String) -> String { "genesys-login:\(StoredName(profile))" }

        /// The key's number, looked up from outside.
        private static func key(_ profile: String) async throws -> String {
            try await OtherProcess.keyctl("search", "@u", "user", description(profile))
        }

        @Test("the store says what it is called, and that others share it")
        func name() {
            #expect(SessionStore.kernel().name == "kernel")
            #expect(SessionStore.kernel().isShared)
        }

        @Test("it works here, which is found out without leaving a key behind")
        func works() async throws {
            for _ in 0..<3 { #expect(SessionStore.kernelWorks()) }
            // The kernel clears away in its own time.
            try await eventually("the key to go") {
                try await !OtherProcess.output("cat", ["/proc/keys"]).contains(" genesys-login: 1")
            }
        }

        @Test("no thread is left with a keyring, which would count against the user's quota")
        func threads() throws {
            let name = "genesys-login:\(unique())"
            // None of these calls is suspended: they are all on this thread.
            #expect(keyctl_get_keyring_ID(KEY_SPEC_THREAD_KEYRING, 0) == -1)
            try KernelKeyring.probe()
            try KernelKeyring.write(SecretBytes(taking: Array("x".utf8)), name, seconds: 60)
            #expect(try KernelKeyring.read(name)?.count == 1)
            try KernelKeyring.remove(name)
            #expect(keyctl_get_keyring_ID(KEY_SPEC_THREAD_KEYRING, 0) == -1)
        }

        @Test(
            "what is saved is loaded, in full",
            arguments: [nil, "refresh-1"] as [String?],
            [nil, 1, 86_400, TokenResponse.longestLifetime] as [Int?]
        )
        func roundTrip(refreshToken: String?, expiresIn: Int?) async throws {
            try await Self.withStore { store, profile, _ in
                #expect(try await store.load(profile) == nil)
                let scope = refreshToken == nil ? nil : "users:readonly routing"
                let session = try sampleSession(
                    profile,
                    refreshToken: refreshToken,
                    expiresIn: expiresIn.map { $0 + 5 - $0 / TokenResponse.longestLifetime * 5 },
                    scope: scope
                )
                try await store.save(session)
                #expect(try await store.load(profile) == session)
                #expect(try await store.load(profile) == session, "loading takes nothing away")
            }
        }

        @Test("a newer session takes the older one's place, and a forgotten one is gone")
        func replacing() async throws {
            try await Self.withStore { store, profile, _ in
                try await store.save(sampleSession(profile, token: "old"))
                try await store.save(sampleSession(profile, token: "new"))
                #expect(try await store.load(profile)?.tokens.accessToken == Secret("new"))
                try await store.forget(profile)
                #expect(try await store.load(profile) == nil)
                try await store.forget(profile)
                try await store.save(sampleSession(profile, token: "again"))
                #expect(try await store.load(profile)?.tokens.accessToken == Secret("again"))
            }
        }

        @Test("what is removed is what was looked at: a session that takes its place meanwhile stays")
        func removing() async throws {
            try await Self.withStore { store, profile, _ in
                let old = try sampleSession(profile, token: "old")
                try await store.save(old)
                #expect(try await store.remove(profile) { _ in false } == nil)
                #expect(try await store.load(profile) == old)
                let new = try sampleSession(profile, token: "new")
                let description = Self.description(profile)
                @Sendable func isMeant(_ found: Session?) -> Bool {
                    #expect(found == old)
                    // Another process signs in between the look and the removal.
                    #expect(throws: Never.self) {
                        try KernelKeyring.write(StoredSession.encode(new, for: "kernel"), description, seconds: 60)
                    }
                    return true
                }
                let removed = try await store.remove(profile, isMeant)
                #expect(removed == old)
                #expect(try await store.load(profile) == new)
                #expect(try await store.remove(profile) { $0 == new } == new)
                #expect(try await store.load(profile) == nil)
                #expect(try await store.remove(profile) { _ in true } == nil)
            }
        }

        @Test("what cannot be read can be removed")
        func removingJunk() async throws {
            try await Self.withStore { store, profile, _ in
                try KernelKeyring.write(SecretBytes(taking: [1, 2, 3]), Self.description(profile), seconds: 60)
                #expect(try await store.remove(profile) { $0 == nil } == nil)
                #expect(try KernelKeyring.read(Self.description(profile)) == nil)
            }
        }

        @Test("a session received later than now, by a clock that was ahead, is due for a refresh")
        func fromTheFuture() async throws {
            try await Self.withStore { store, profile, _ in
                let ahead = Date().addingTimeInterval(3_000_000)
                var session = try sampleSession(profile, expiresIn: 86_400)
                session.receivedAt = ahead
                try await store.save(session)
                let loaded = try #require(try await store.load(profile))
                let due = try #require(loaded.refreshDueAt)
                #expect(due <= Date() && loaded.isLive(at: Date()) && loaded.tokens == session.tokens)
            }
        }

        @Test("profiles are kept side by side, whatever they are called")
        func sideBySide() async throws {
            try await Self.withStore { store, profile, _ in
                let endings = ["", "%", "/", " ", "\n", "ä", "A", "a", String(repeating: "x", count: 5000)]
                let names = endings.map { profile + $0 }
                defer { for name in names { try? KernelKeyring.remove(Self.description(name)) } }
                for (number, name) in names.enumerated() {
                    try await store.save(sampleSession(name, token: "token-\(number)"))
                }
                for (number, name) in names.enumerated() {
                    #expect(try await store.load(name)?.tokens.accessToken == Secret("token-\(number)"))
                }
                try await store.forget(names[1])
                #expect(try await store.load(names[1]) == nil)
                #expect(try await store.load(names[0]) != nil)
            }
        }

        // MARK: From outside

        @Test("there is one key in the user keyring, for this user alone, and the kernel drops it at the session's end")
        func fromOutside() async throws {
            try await Self.withStore { store, profile, _ in
                try await store.save(sampleSession(profile, token: "first"))
                try await store.save(sampleSession(profile, token: "second"))
                let key = try await Self.key(profile)
                let described = try await OtherProcess.keyctl("rdescribe", key)
                #expect(described == "user;\(getuid());\(getgid());003f0000;\(Self.description(profile))")
                // The key that was replaced is cleared away in the kernel's own time.
                var lines: [Substring] = []
                try await eventually("a single key") {
                    let keys = try await OtherProcess.output("cat", ["/proc/keys"])
                    lines = keys.split(separator: "\n").filter {
                        $0.contains(Self.description(profile)) && $0.contains(" 003f0000 ")
                    }
                    return lines.count == 1
                }
                // A week, rounded down by the kernel to days.
                #expect(lines.allSatisfy { $0.contains(" 6d ") || $0.contains(" 7d ") || $0.contains(" 1w ") })
            }
        }

        @Test("a key that another process holds its number of is gone too once it is forgotten")
        func invalidated() async throws {
            try await Self.withStore { store, profile, _ in
                try await store.save(sampleSession(profile, token: "SECRET"))
                let key = try await Self.key(profile)
                #expect(try await OtherProcess.keyctl("print", key).contains("SECRET"))
                try await store.forget(profile)
                let afterwards = try await OtherProcess.keyctl("print", key)
                #expect(!afterwards.contains("SECRET"), "\(afterwards)")
            }
        }

        @Test("another process reads and replaces it, in another session keyring too")
        func otherProcess() async throws {
            try await Self.withStore { store, profile, folder in
                let helper = try OtherProcess.helperPath()
                try await store.save(sampleSession(profile, token: "ours"))
                for words in [[], ["keyctl", "session", "-"], ["keyctl", "session", "other"], ["setsid", "--wait"]] {
                    let load = words + [helper, folder, "load", profile]
                    #expect(try await OtherProcess.output(load[0], Array(load.dropFirst())).hasSuffix("ours"))
                }
                let save = ["session", "-", helper, folder, "save", profile, "theirs"]
                #expect(try await OtherProcess.output("keyctl", save).hasSuffix("saved"))
                #expect(try await store.load(profile)?.tokens.accessToken == Secret("theirs"))
                #expect(try await OtherProcess.helper(folder, "forget", profile) == "forgotten")
                #expect(try await store.load(profile) == nil)
            }
        }

        @Test("another user cannot read it")
        func otherUser() async throws {
            try await Self.withStore { store, profile, _ in
                try await store.save(sampleSession(profile, token: "SECRET"))
                let key = try await Self.key(profile)
                #expect(Int(key) != nil)
                // Not for another user to try: the permissions, which `fromOutside` compares, say it.
                guard let words = OtherProcess.asAnotherUser else { return }
                for command in [["print", key], ["rdescribe", key], ["link", key, "@u"], ["update", key, "x"]] {
                    let output = try await OtherProcess.output(words[0], words.dropFirst() + ["keyctl"] + command)
                    #expect(output.contains("Permission denied"), "\(command): \(output)")
                }
                #expect(try await OtherProcess.keyctl("print", key).contains("SECRET"))
            }
        }

        @Test("another user whom su or sudo gave this user's session keyring neither reads it nor plants another")
        func inheritedKeyring() async throws {
            try await Self.withStore { store, profile, _ in
                try await store.save(sampleSession(profile, token: "SECRET"))
                let key = try await Self.key(profile)
                guard let words = OtherProcess.asAnotherUser else { return }
                let script = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).sh")
                defer { try? FileManager.default.removeItem(at: script) }
                // As a login makes it (pam_keyinit): a session keyring that holds the user keyring.
                func inherited(_ commands: String) async throws -> String {
                    try "exec 2>&1\n\(commands)\n".write(to: script, atomically: true, encoding: .utf8)
                    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: script.path)
                    let line = "keyctl link @u @s; exec \(words.joined(separator: " ")) sh '\(script.path)'"
                    return try await OtherProcess.output("keyctl", ["session", "-", "sh", "-c", line])
                }
                for command in ["print \(key)", "update \(key) x", "setperm \(key) 0x3f3f3f3f", "rdescribe \(key)"] {
                    let output = try await inherited("keyctl \(command)")
                    #expect(output.contains("Permission denied") && !output.contains("SECRET"), "\(command): \(output)")
                }
                let payload = try await OtherProcess.keyctl("print", key)
                #expect(payload.contains("SECRET"))
                let planted = try await inherited(
                    """
                    ring=$(keyctl search @s keyring _uid.\(getuid()))
                    keyctl unlink \(key) $ring
                    key=$(keyctl add user '\(Self.description(profile))' '\(payload)' $ring)
                    keyctl setperm $key 0x3f3f3f3f
                    keyctl rdescribe $key
                    """
                )
                #expect(planted.contains("user;61234;"), "\(planted)")
                #expect(try await Self.key(profile) != key)
                #expect(try await store.load(profile) == nil)
                try await store.save(sampleSession(profile, token: "ours"))
                #expect(try await store.load(profile)?.tokens.accessToken == Secret("ours"))
            }
        }

        @Test("a key of an older version of this program is given the permissions of this one")
        func olderPermissions() async throws {
            try await Self.withStore { store, profile, _ in
                try await store.save(sampleSession(profile))
                let key = try await Self.key(profile)
                _ = try await OtherProcess.keyctl("setperm", key, "0x3f0f0000")
                #expect(try await OtherProcess.keyctl("rdescribe", key).contains(";3f0f0000;"))
                #expect(try await store.load(profile) != nil)
                #expect(try await OtherProcess.keyctl("rdescribe", key).contains(";003f0000;"))
            }
        }

        @Test("readers never find nothing, nor half a session, while it is replaced again and again")
        func replacedWhileRead() async throws {
            try await Self.withStore { store, profile, _ in
                let long = String(repeating: "x", count: 1000)
                try await store.save(sampleSession(profile, token: "a", refreshToken: long))
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for token in ["a", "b"] {
                        group.addTask {
                            let session = try sampleSession(profile, token: token, refreshToken: long)
                            for _ in 0..<300 { try await store.save(session) }
                        }
                    }
                    for _ in 0..<2 {
                        group.addTask {
                            for _ in 0..<600 {
                                let session = try await store.load(profile)
                                #expect(session?.tokens.refreshToken == Secret(long))
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }

        // MARK: The session's end

        @Test("the kernel drops the key when the session is over")
        func timeout() async throws {
            try await Self.withStore { store, profile, _ in
                try await store.save(sampleSession(profile, refreshToken: nil, expiresIn: 2))
                try await eventually("the key to go") { try await store.load(profile) == nil }
                let answer = try await Self.key(profile)
                #expect(answer.contains("expired") || answer.contains("not available"), "\(answer)")
            }
        }

        @Test("a session that is over is none, although its key is still there")
        func over() async throws {
            let later = Date(timeIntervalSinceNow: 8 * 24 * 3600)
            try await Self.withStore { store, profile, folder in
                try await store.save(sampleSession(profile))
                #expect(try await SessionStore.kernel(folder: folder, now: { later }).load(profile) == nil)
                #expect(try await store.load(profile) != nil)
            }
        }

        @Test("saving a session that is over forgets the one that was kept")
        func savedOver() async throws {
            try await Self.withStore { store, profile, _ in
                try await store.save(sampleSession(profile))
                try await store.save(sampleSession(profile, refreshToken: nil, expiresIn: 60, age: 60))
                #expect(try await store.load(profile) == nil)
                let key = try await Self.key(profile)
                #expect(Int(key) == nil, "\(key)")
            }
        }

        // MARK: What goes wrong

        @Test("a session that is larger than a key is refused, and the one that was kept stays")
        func tooLarge() async throws {
            try await Self.withStore { store, profile, _ in
                let kept = try sampleSession(profile)
                try await store.save(kept)
                let large = try sampleSession(profile, token: String(repeating: "x", count: 32_767))
                let error = await storeError { () throws(StoreError) in try await store.save(large) }
                guard case .tooLarge("kernel", let size, limit: 32_767) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(size > 32_767)
                #expect(try await store.load(profile) == kept)
            }
        }

        @Test("a key holds a session up to its last byte")
        func largest() async throws {
            try await Self.withStore { store, profile, _ in
                let empty = try StoredSession.encode(sampleSession(profile, token: "x"), for: "kernel").count
                // An ordinary user's quota is smaller than a key may be. The fraction of the second may take some
                // characters more or less.
                let room = (getuid() == 0 ? 32_767 : 16_000) - empty - 30
                let session = try sampleSession(profile, token: String(repeating: "x", count: room))
                try await store.save(session)
                #expect(try await store.load(profile) == session)
            }
        }

        @Test("a quota that is used up is said, by the system's own quota of a user")
        func quota() async throws {
            try await withFolder { root in
                // The superuser has a quota of his own, a thousand times as large.
                let words = OtherProcess.asAnotherUser ?? ["env"]
                let helper = "\(root)/helper"
                try FileManager.default.copyItem(atPath: OtherProcess.helperPath(), toPath: helper)
                chmod(helper, 0o755)
                let profile = unique()
                func ask(_ arguments: String...) async throws -> String {
                    try await OtherProcess.output(words[0], words.dropFirst() + [helper, "\(root)/none"] + arguments)
                }
                #expect(try await ask("save-bytes", profile, "21000") == "quotaExceeded(store: \"kernel\")")
                #expect(try await ask("load", profile) == "none")
                #expect(try await ask("works", profile) == "true")
                // Room for one session and not for two: it is replaced in place.
                #expect(try await ask("save-bytes", profile, "10500") == "saved")
                #expect(try await ask("save-bytes", profile, "11000") == "saved")
                #expect(try await ask("load", profile) == String(repeating: "x", count: 11_000))
                #expect(try await ask("save-bytes", profile, "21000") == "quotaExceeded(store: \"kernel\")")
                #expect(try await ask("load", profile) == String(repeating: "x", count: 11_000))
                #expect(try await ask("full", profile) == "false")
                #expect(try await ask("fill", profile, "21000") == "filled")
                #expect(try await ask("full", profile) == "true")
                // Room for a key, and for no session.
                #expect(try await ask("save-bytes", profile, "19000") == "saved")
                #expect(try await ask("full", profile) == "true")
                #expect(try await ask("forget", profile) == "forgotten")
                #expect(try await ask("load", profile) == "none")
            }
        }

        @Test("where keyctl is forbidden, as in many containers, the store says so and is not chosen")
        func forbidden() async throws {
            let helper = try OtherProcess.helperPath()
            func forbidden(_ arguments: String...) async throws -> String {
                try await OtherProcess.output("python3", ["-c", Self.forbidKeys, helper, "/dev/null/none"] + arguments)
            }
            #expect(try await forbidden("works", "default") == "false")
            for command in ["load", "save", "forget"] {
                #expect(
                    try await forbidden(command, "default", "x")
                        == "unavailable(store: \"kernel\", Operation not permitted)"
                )
            }
        }

        /// Runs its arguments under a seccomp filter that answers the three system calls of keyrings(7) with EPERM.
        private static let forbidKeys = """
            import ctypes, os, platform, struct, sys
            numbers = {"x86_64": (248, 249, 250), "aarch64": (217, 218, 219)}[platform.machine()]
            code = [(0x20, 0, 0, 0)]
            for left, number in zip((3, 2, 1), numbers):
                code.append((0x15, left, 0, number))
            code += [(0x06, 0, 0, 0x7fff0000), (0x06, 0, 0, 0x00050001)]
            program = b"".join(struct.pack("HBBI", *line) for line in code)
            text = ctypes.create_string_buffer(program)
            class Program(ctypes.Structure):
                _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
            filter = Program(len(code), ctypes.addressof(text))
            libc = ctypes.CDLL(None, use_errno=True)
            assert libc.prctl(38, 1, 0, 0, 0) == 0
            assert libc.prctl(22, 2, ctypes.byref(filter), 0, 0) == 0
            os.execv(sys.argv[1], sys.argv[1:])
            """

        @Test("what another version wrote is refused, and so is what is no session")
        func strangers() async throws {
            try await Self.withStore { store, profile, _ in
                for (text, expected) in [
                    (#"{"version":2,"anything":true}"#, StoreError.unknownVersion(store: "kernel", 2)),
                    ("{}", .unreadable(store: "kernel")), ("x", .unreadable(store: "kernel")),
                ] {
                    _ = try await OtherProcess.keyctl("add", "user", Self.description(profile), text, "@u")
                    let error = await storeError { () throws(StoreError) in _ = try await store.load(profile) }
                    #expect(error == expected)
                }
                try await store.save(sampleSession(profile))
                #expect(try await store.load(profile) != nil, "a new session takes its place")
            }
        }

        @Test("where nobody can be told of it, the session is kept all the same")
        func noFolder() async throws {
            let profile = unique()
            defer { try? KernelKeyring.remove(Self.description(profile)) }
            let store = SessionStore.kernel(folder: "/dev/null/folder")
            try await store.save(sampleSession(profile))
            #expect(try await store.load(profile) != nil)
            try await store.forget(profile)
            #expect(try await store.load(profile) == nil)
        }
    }
}
