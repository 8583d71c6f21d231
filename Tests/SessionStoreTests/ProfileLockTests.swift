import Foundation
import Glibc
import OAuth
import Testing

@testable import SessionStore

extension SharedStores {
    @Suite("a profile's lock")
    struct ProfileLockTests {
        private static func store(_ folder: String, patience: Duration = .seconds(45)) -> SessionStore {
            SessionStore.kernel(folder: "\(folder)/own", patience: patience)
        }

        /// Expects that somebody else held the lock, for however long.
        private static func expectBusy(_ error: StoreError?, sourceLocation: SourceLocation = #_sourceLocation) {
            if case .busy(profileName: "default", seconds: 0...) = error { return }
            Issue.record("\(String(describing: error))", sourceLocation: sourceLocation)
        }

        @Test("one holder at a time: 8 tasks, each with a store of its own, never overlap")
        func exclusive() async throws {
            try await withFolder { folder in
                let inside = Inside()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<8 {
                        group.addTask {
                            for _ in 0..<20 {
                                let lock = try await Self.store(folder).lock("default")
                                await inside.enter()
                                await Task.yield()
                                await inside.leave()
                                lock.release()
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(await inside.most == 1)
                #expect(await inside.total == 160)
            }
        }

        @Test("what is noted as spent is known to whoever has the lock later, also in another place, and is no secret")
        func spent() async throws {
            try await withFolder { root in
                let locks = ProfileLocks(
                    storeName: "kernel",
                    folder: UserFolder(run: "\(root)/run", temporary: root),
                    patience: .zero
                )
                let (one, other) = (try sampleSession("default"), try sampleSession("default", age: 1))
                var held = try await locks.acquire("default")
                #expect(!held.hasNoted(.spent, of: one))
                let file = "\(root)/genesys-login-\(getuid())/default.lock"
                #expect(try Data(contentsOf: URL(filePath: file)).count == 512, "the room is there before it is needed")
                held.note(.spent, of: one)
                #expect(held.hasNoted(.spent, of: one))
                #expect(!held.hasNoted(.spent, of: other))
                held.release()
                #expect(!held.hasNoted(.spent, of: one), "it is looked at without the lock")
                #expect(mkdir("\(root)/run", 0o700) == 0)
                held = try await locks.acquire("default")
                #expect(held.hasNoted(.spent, of: one))
                held.note(.spent, of: other)
                held.release()
                held = try await locks.acquire("default")
                #expect(held.hasNoted(.spent, of: other) && held.hasNoted(.spent, of: one))
                // A screen that goes on, and then others, until there is no room for the first.
                for age in 2...8 {
                    let session = try sampleSession("default", age: TimeInterval(age))
                    for _ in 0..<2 { held.note(.spent, of: session) }
                }
                #expect(held.hasNoted(.spent, of: other) && held.hasNoted(.spent, of: one))
                let last = try sampleSession("default", age: 9)
                held.note(.spent, of: last)
                #expect(held.hasNoted(.spent, of: other) && !held.hasNoted(.spent, of: one))
                held.note(.left, of: last)
                #expect(held.hasNoted(.left, of: last) && held.hasNoted(.spent, of: last))
                held.retract(.left, of: last)
                #expect(!held.hasNoted(.left, of: last) && held.hasNoted(.spent, of: last))
                held.release()
                let files = try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.hasSuffix(".lock") }
                #expect(files.count == 2, "\(files)")
                for file in files {
                    let text = try String(contentsOfFile: "\(root)/\(file)", encoding: .utf8)
                    #expect(text.hasPrefix("spent ") && text.utf8.count == 8 * 64, "\(text)")
                    #expect(!text.contains(other.tokens.accessToken.reveal()))
                }
            }
        }

        @Test("a lock that was taken before the login's folder was there holds on")
        func otherPlace() async throws {
            try await withFolder { root in
                let locks = ProfileLocks(
                    storeName: "kernel",
                    folder: UserFolder(run: "\(root)/run", temporary: root),
                    patience: .zero
                )
                let held = try await locks.acquire("default")
                #expect(mkdir("\(root)/run", 0o700) == 0)
                let error = await storeError { () throws(StoreError) in _ = try await locks.acquire("default") }
                Self.expectBusy(error)
                held.release()
                try await locks.acquire("default").release()
            }
        }

        @Test("who waits too long is told how long")
        func busy() async throws {
            try await withFolder { folder in
                let held = try await Self.store(folder).lock("default")
                let error = await storeError { () throws(StoreError) in
                    _ = try await Self.store(folder, patience: .milliseconds(20)).lock("default")
                }
                Self.expectBusy(error)
                held.release()
                try await Self.store(folder, patience: .zero).lock("default").release()
            }
        }

        @Test("a wait that is cancelled ends")
        func cancelled() async throws {
            try await withFolder { folder in
                let held = try await Self.store(folder).lock("default")
                let waiting = Task { try await Self.store(folder, patience: .seconds(3600)).lock("default") }
                waiting.cancel()
                let result = try await withDeadline("the end of a cancelled wait") { await waiting.result }
                #expect(throws: StoreError.self) { try result.get() }
                held.release()
            }
        }

        @Test("a lock that is let go is released")
        func letGo() async throws {
            try await withFolder { folder in
                do {
                    let lock = try await Self.store(folder).lock("default")
                    withExtendedLifetime(lock) {}
                }
                try await Self.store(folder, patience: .zero).lock("default").release()
            }
        }

        @Test("a second release does not release the next holder's lock")
        func releasedTwice() async throws {
            try await withFolder { folder in
                let first = try await Self.store(folder).lock("default")
                first.release()
                let second = try await Self.store(folder).lock("default")
                first.release()
                let error = await storeError { () throws(StoreError) in
                    _ = try await Self.store(folder, patience: .zero).lock("default")
                }
                Self.expectBusy(error)
                second.release()
            }
        }

        @Test("the profiles' locks are apart, whatever the profiles are called")
        func apart() async throws {
            try await withFolder { folder in
                var held: [any ProfileLock] = []
                let long = String(repeating: "ä", count: 300)
                for name in ["default", "Default", "", ".", "..", "a/b", "a%2Fb", "\u{1B}[31m", long] {
                    held.append(try await Self.store(folder, patience: .zero).lock(name))
                }
                for lock in held { lock.release() }
            }
        }

        @Test("a holder that is killed loses the lock, which another process then has")
        func killed() async throws {
            try await withFolder { folder in
                try await OtherProcess.whileHelperRuns(
                    "\(folder)/own",
                    "lock",
                    "default",
                    body: { pid in
                        let waiting = Task { try await Self.store(folder).lock("default") }
                        let error = await storeError { () throws(StoreError) in
                            _ = try await Self.store(folder, patience: .zero).lock("default")
                        }
                        Self.expectBusy(error)
                        #expect(kill(pid, SIGKILL) == 0)
                        try await withDeadline("the lock of a killed process") { try await waiting.value }.release()
                    },
                    after: "locked"
                )
                try await Self.store(folder, patience: .zero).lock("default").release()
            }
        }

        @Test("a holder in another session and this one take turns: of 4 processes' 200 additions none is lost")
        func processes() async throws {
            try await withFolder { folder in
                let profile = unique()
                let store = Self.store(folder)
                let helper = try OtherProcess.helperPath()
                try await withThrowingTaskGroup(of: String.self) { group in
                    for _ in 0..<4 {
                        group.addTask {
                            let count = [helper, "\(folder)/own", "count", profile, "50"]
                            return try await OtherProcess.output("keyctl", ["session", "-"] + count)
                        }
                    }
                    for try await output in group { #expect(output.hasSuffix("counted"), "\(output)") }
                }
                #expect(try await store.load(profile)?.tokens.accessToken == Secret("200"))
                try await store.forget(profile)
            }
        }

        @Test("the file of a lock that is waited for may go: the wait goes on with the new one")
        func removed() async throws {
            try await withFolder { folder in
                let held = try await Self.store(folder).lock("default")
                let waiting = Task { try await Self.store(folder).lock("default") }
                try FileManager.default.removeItem(atPath: "\(folder)/own")
                try await withDeadline("the lock of the new file") { try await waiting.value }.release()
                held.release()
            }
        }

        @Test("no program that is started inherits the lock or a watch")
        func notInherited() async throws {
            try await withFolder { folder in
                let store = Self.store(folder)
                let lock = try await store.lock("default")
                let changes = store.changes("default")
                var found = 0
                for entry in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
                    let link = "/proc/self/fd/\(entry)"
                    guard let descriptor = Int32(entry),
                        let target = try? FileManager.default.destinationOfSymbolicLink(atPath: link),
                        target.hasPrefix(folder) || target == "anon_inode:inotify"
                    else { continue }
                    found += 1
                    #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0, "\(target)")
                }
                #expect(found >= 2)
                withExtendedLifetime(changes) {}
                lock.release()
            }
        }

        @Test("where there can be no file, as on a full disk, the folder is locked")
        func noFile() async throws {
            try await withFolder { folder in
                // A file that cannot be opened, whatever the reason.
                let taken = "\(folder)/own/default.lock"
                try FileManager.default.createDirectory(atPath: taken, withIntermediateDirectories: true)
                let held = try await Self.store(folder).lock("default")
                let error = await storeError { () throws(StoreError) in
                    _ = try await Self.store(folder, patience: .zero).lock("default")
                }
                Self.expectBusy(error)
                held.release()
                try await Self.store(folder, patience: .zero).lock("default").release()
            }
        }

        @Test("who found no room for a file and who finds room a moment later keep each other out")
        func roomAgain() async throws {
            try await withFolder { folder in
                let taken = "\(folder)/own/default.lock"
                for (first, second) in [(true, false), (false, true)] {
                    if first {
                        try FileManager.default.createDirectory(atPath: taken, withIntermediateDirectories: true)
                    }
                    let held = try await Self.store(folder).lock("default")
                    try FileManager.default.removeItem(atPath: taken)
                    if second {
                        try FileManager.default.createDirectory(atPath: taken, withIntermediateDirectories: true)
                    }
                    let error = await storeError { () throws(StoreError) in
                        _ = try await Self.store(folder, patience: .zero).lock("default")
                    }
                    Self.expectBusy(error)
                    held.release()
                    try await Self.store(folder, patience: .zero).lock("default").release()
                    try? FileManager.default.removeItem(atPath: taken)
                }
            }
        }

        @Test("a lock that was taken in the home, where /tmp had no room, holds on when it has")
        func homeAndBack() async throws {
            try await withFolder { root in
                let folder = UserFolder(run: "\(root)/run", temporary: "\(root)/tmp", home: "\(root)/home")
                let locks = ProfileLocks(storeName: "kernel", folder: folder, patience: .zero)
                #expect(mkdir("\(root)/home", 0o700) == 0)
                let held = try await locks.acquire("default")
                #expect(mkdir("\(root)/tmp", 0o700) == 0)
                let error = await storeError { () throws(StoreError) in _ = try await locks.acquire("default") }
                Self.expectBusy(error)
                held.release()
                try await locks.acquire("default").release()
            }
        }

        @Test("where there can be no folder, there is no lock, and the reason is said")
        func noFolder() async throws {
            let error = await storeError { () throws(StoreError) in
                _ = try await Self.store("/dev/null").lock("default")
            }
            guard case .unavailable("kernel", let words) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(words.display.contains("/dev/null/own"))
        }
    }
}

/// How many are inside at once.
private actor Inside {
    private var now = 0
    private(set) var most = 0
    private(set) var total = 0

    func enter() {
        now += 1
        total += 1
        most = max(most, now)
    }

    func leave() {
        now -= 1
    }
}
