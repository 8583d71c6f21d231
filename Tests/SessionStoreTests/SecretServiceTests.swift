import FoundationEssentials
import Glibc
import OAuth
import Synchronization
import Testing

@testable import SessionStore

extension SharedStores {
    @Suite("the desktop's keyring")
    struct SecretServiceTests {
        private static func withDesktop(
            _ keyring: Desktop.Keyring = .unlocked,
            _ body: @escaping @Sendable (_ store: SessionStore, _ desktop: Desktop) async throws -> Void
        ) async throws {
            try await withFolder { root in
                try await Desktop.run(keyring, in: root) { desktop in
                    try await body(
                        SessionStore.secretService(folder: "\(root)/own", environment: desktop.environment),
                        desktop
                    )
                }
            }
        }

        @Test("the store says what it is called, and that others share it")
        func name() {
            #expect(SessionStore.secretService().name == "secret-service")
            #expect(SessionStore.secretService().isShared)
        }

        @Test("sessions are saved, replaced, kept side by side and forgotten")
        func wholeLife() async throws {
            try await Self.withDesktop { store, _ in
                #expect(try await store.load("default") == nil)
                let session = try sampleSession("default")
                try await store.save(session)
                #expect(try await store.load("default") == session)
                try await store.save(sampleSession("default", token: "new"))
                #expect(try await store.load("default")?.tokens.accessToken == Secret("new"))

                let names = ["--help", "", "Default", "ä\n\u{1B}[31m", "a b"]
                for name in names { try await store.save(sampleSession(name, token: "token-\(name.utf8.count)")) }
                for name in names {
                    #expect(try await store.load(name)?.tokens.accessToken == Secret("token-\(name.utf8.count)"))
                }
                try await store.forget("default")
                #expect(try await store.load("default") == nil)
                try await store.forget("default")
                #expect(try await store.load("Default") != nil)
            }
        }

        @Test("a session passes up to the last byte that the tool takes; a larger one is refused, the kept one stays")
        func large() async throws {
            try await Self.withDesktop { store, _ in
                var session = try sampleSession("default", token: "x")
                session.receivedAt = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded())
                let room = 8_192 - (try StoredSession.encode(session, for: "test").count)
                func size(_ size: Int) -> Session {
                    var larger = session
                    larger.tokens = TokenResponse(
                        accessToken: Secret(String(repeating: "x", count: 1 + size)),
                        expiresIn: session.tokens.expiresIn,
                        refreshToken: session.tokens.refreshToken,
                        scope: session.tokens.scope
                    )
                    return larger
                }
                try await store.save(size(room))
                #expect(try await store.load("default") == size(room))
                let error = await storeError { () throws(StoreError) in try await store.save(size(room + 1)) }
                #expect(error == .tooLarge(store: "secret-service", size: 8_193, limit: 8_192))
                #expect(try await store.load("default") == size(room))
            }
        }

        @Test("a session that is over is none, and saving one forgets the one that was kept")
        func over() async throws {
            try await withFolder { root in
                try await Desktop.run(in: root) { desktop in
                    let later = Date(timeIntervalSinceNow: 8 * 24 * 3600)
                    let store = SessionStore.secretService(folder: "\(root)/own", environment: desktop.environment)
                    let lateStore = SessionStore.secretService(
                        folder: "\(root)/own",
                        environment: desktop.environment,
                        now: { later }
                    )
                    try await store.save(sampleSession("default"))
                    #expect(try await lateStore.load("default") == nil)
                    #expect(try await store.load("default") != nil)
                    try await lateStore.save(sampleSession("default"))
                    #expect(try await store.load("default") == nil)
                }
            }
        }

        @Test("the item is found by its attributes, and its secret is JSON of version 1")
        func fromOutside() async throws {
            try await Self.withDesktop { store, desktop in
                try await store.save(sampleSession("my profile"))
                let output = try await OtherProcess.output(
                    "env",
                    desktop.environment.map { "\($0)=\($1)" } + [
                        "secret-tool", "lookup", "application", "genesys-login", "profile", "my%20profile",
                    ]
                )
                let bytes = SecretBytes(taking: Array(output.utf8))
                #expect(try StoredSession.decode(bytes, for: "my profile", in: "test").profileName == "my profile")
            }
        }

        @Test("saving and forgetting are told, and the profile has a lock")
        func told() async throws {
            try await Self.withDesktop { store, _ in
                let changes = store.changes("default")
                let lock = try await store.lock("default")
                try await store.save(sampleSession("default"))
                try await withDeadline("a notice") { for await _ in changes { break } }
                let more = store.changes("default")
                try await store.forget("default")
                try await withDeadline("a notice") { for await _ in more { break } }
                lock.release()
            }
        }

        @Test("removing looks first, and while it is at it nobody who takes the lock keeps another session")
        func removing() async throws {
            try await Self.withDesktop { store, _ in
                let session = try sampleSession("default")
                try await store.save(session)
                #expect(try await store.remove("default") { _ in false } == nil)
                #expect(try await store.load("default") == session)
                let saved = Mutex<Task<Void, any Error>?>(nil)
                let newer = try sampleSession("default", token: "newer")
                @Sendable func isMeant(_ found: Session?) -> Bool {
                    saved.withLock {
                        $0 = Task {
                            let lock = try await store.lock("default")
                            defer { lock.release() }
                            try await store.save(newer)
                        }
                    }
                    return found == session
                }
                let removed = try await store.remove("default", isMeant)
                #expect(removed == session)
                try await saved.withLock { $0 }?.value
                #expect(try await store.load("default") == newer)
            }
        }

        @Test("saving ends although its task is cancelled: the new refresh token must not be lost")
        func cancelled() async throws {
            try await Self.withDesktop { store, _ in
                let session = try sampleSession("default")
                let saving = Task { try await store.save(session) }
                saving.cancel()
                try await saving.value
                #expect(try await store.load("default") == session)
            }
        }

        // MARK: What goes wrong

        @Test("a locked keyring that nobody can unlock is said to be locked, by each action")
        func locked() async throws {
            try await Self.withDesktop { store, desktop in
                let session = try sampleSession("default")
                try await store.save(session)
                #expect(await !store.isLocked("default"))
                try await desktop.lock()
                #expect(await store.isLocked("default"))
                #expect(await !store.isLocked("other"), "what is not there is not locked")
                let loading = await storeError { () throws(StoreError) in _ = try await store.load("default") }
                #expect(loading == .locked(store: "secret-service"))
                let saving = await storeError { () throws(StoreError) in try await store.save(session) }
                #expect(saving == .locked(store: "secret-service"))
                let forgetting = await storeError { () throws(StoreError) in try await store.forget("default") }
                #expect(forgetting == .locked(store: "secret-service"))
                #expect(try await store.load("other") == nil, "what is not there is not locked")
            }
        }

        @Test("a keyring that was never made, and cannot be made without a display, holds nothing and keeps nothing")
        func noKeyring() async throws {
            try await Self.withDesktop(.none) { store, _ in
                #expect(try await store.load("default") == nil)
                let session = try sampleSession("default")
                let error = await storeError { () throws(StoreError) in try await store.save(session) }
                guard case .unavailable("secret-service", let words) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(!words.isEmpty && !words.display.contains("token-1") && !words.display.hasPrefix("secret-tool"))
            }
        }

        @Test("a session without such a service is said to be none, in the tool's words")
        func noService() async throws {
            try await Self.withDesktop(.noService) { store, _ in
                let error = await storeError { () throws(StoreError) in _ = try await store.load("default") }
                guard case .unavailable("secret-service", let words) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(words.display.contains("org.freedesktop.secrets"))
            }
        }

        @Test("without D-Bus each action says so")
        func noBus() async throws {
            let store = SessionStore.secretService(
                folder: "/dev/null/none",
                environment: ["PATH": "/usr/bin:/bin", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"]
            )
            let session = try sampleSession("default")
            let errors = [
                await storeError { () throws(StoreError) in _ = try await store.load("default") },
                await storeError { () throws(StoreError) in try await store.save(session) },
                await storeError { () throws(StoreError) in try await store.forget("default") },
            ]
            for error in errors {
                guard case .unavailable("secret-service", let words) = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
                #expect(words.display == "Could not connect: No such file or directory")
            }
        }

        @Test("where the tool is missing, the package that has it is named")
        func noTool() async throws {
            let store = SessionStore.secretService(folder: "/dev/null/none", environment: ["PATH": "/nonexistent"])
            let session = try sampleSession("default")
            let missing = StoreError.programMissing(
                store: "secret-service",
                program: "secret-tool",
                package: "libsecret-tools"
            )
            let loading = await storeError { () throws(StoreError) in _ = try await store.load("default") }
            #expect(loading == missing)
            let saving = await storeError { () throws(StoreError) in try await store.save(session) }
            #expect(saving == missing)
        }

        @Test("who is asked to unlock the keyring and does not is not waited for without end, and the tool is ended")
        func nobodyAnswers() async throws {
            try await withFolder { root in
                try "#!/bin/sh\necho $$ > '\(root)/pid'\nexec sleep 1000\n"
                    .write(toFile: "\(root)/secret-tool", atomically: false, encoding: .utf8)
                chmod("\(root)/secret-tool", 0o755)
                let store = SessionStore.secretService(
                    folder: "\(root)/own",
                    environment: ["PATH": "\(root):/usr/bin:/bin"],
                    unlockPatience: .milliseconds(500)
                )
                let error = await storeError { () throws(StoreError) in _ = try await store.load("default") }
                #expect(error == .locked(store: "secret-service"))
                try await eventually("the tool's end") {
                    guard let text = try? String(contentsOfFile: "\(root)/pid", encoding: .utf8),
                        let id = pid_t(text.split(separator: "\n").first ?? "")
                    else { return false }
                    return kill(id, 0) != 0
                }
            }
        }

        @Test("no secret is an argument or in the environment, the variable's token included; the tool need not read")
        func arguments() async throws {
            try await withFolder { root in
                try "#!/bin/sh\n{ printf '%s\\n' \"$@\"; env; } > '\(root)/words'\n"
                    .write(toFile: "\(root)/secret-tool", atomically: false, encoding: .utf8)
                chmod("\(root)/secret-tool", 0o755)
                let store = SessionStore.secretService(
                    folder: "\(root)/own",
                    environment: [
                        "PATH": "\(root):/usr/bin:/bin", "GENESYSCLOUD_ACCESS_TOKEN": "SECRET", "KEPT": "kept",
                    ]
                )
                let session = try sampleSession("default", token: "SECRET", refreshToken: "SECRET")
                for _ in 0..<5 { try await store.save(session) }
                let words = try String(contentsOfFile: "\(root)/words", encoding: .utf8)
                let arguments = words.split(separator: "\n").prefix(6)
                #expect(
                    arguments == [
                        "store", "--label=genesys-login: default", "application", "genesys-login", "profile", "default",
                    ]
                )
                #expect(!words.contains("SECRET"))
                #expect(words.contains("KEPT=kept\n") && words.contains("LC_ALL=C.UTF-8\n"))
            }
        }
    }
}
