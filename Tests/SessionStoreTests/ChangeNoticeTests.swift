import FoundationEssentials
import Glibc
import OAuth
import Synchronization
import Testing

@testable import SessionStore

extension SharedStores {
    @Suite("notices of changes")
    struct ChangeNoticeTests {
        private static func notices(_ folder: String) -> ChangeNotices {
            ChangeNotices(folder: UserFolder(folder))
        }

        /// Waits for the next element; `false` where the stream has ended.
        private static func next(_ stream: AsyncStream<Void>) async throws -> Bool {
            try await withDeadline("a notice") {
                var iterator = stream.makeAsyncIterator()
                return await iterator.next() != nil
            }
        }

        @Test("saving and forgetting are told, here and by another process")
        func told() async throws {
            try await withFolder { root in
                let folder = "\(root)/own"
                let profile = unique()
                let store = SessionStore.kernel(folder: folder)
                let changes = store.changes(profile)
                try await store.save(sampleSession(profile))
                #expect(try await Self.next(changes))
                try await store.forget(profile)
                #expect(try await Self.next(changes))
                #expect(try await OtherProcess.helper(folder, "save", profile, "theirs") == "saved")
                #expect(try await Self.next(changes))
                #expect(try await store.load(profile)?.tokens.accessToken == Secret("theirs"))
                #expect(try await OtherProcess.helper(folder, "forget", profile) == "forgotten")
                #expect(try await Self.next(changes))
            }
        }

        @Test("another profile's changes are not told")
        func otherProfiles() async throws {
            try await withFolder { root in
                let folder = UserFolder("\(root)/own")
                let notices = ChangeNotices(folder: folder)
                let count = Count()
                let watch = FolderWatch(folder, file: "mine.changed", onChange: { count.increase() }, onEnd: {})
                let mine = try #require(watch)
                let theirs = notices.stream("theirs")
                for _ in 0..<20 {
                    notices.post("theirs")
                    #expect(try await Self.next(theirs))
                }
                // A watch tells in order: what it told before this notice is counted with it.
                notices.post("mine")
                try await eventually("the notice of mine") { count.value > 0 }
                #expect(count.value == 1)
                mine.cancel()
            }
        }

        @Test("every reader is told")
        func several() async throws {
            try await withFolder { root in
                let notices = Self.notices("\(root)/own")
                let readers = (0..<5).map { _ in notices.stream("default") }
                notices.post("default")
                for reader in readers {
                    let isTold = try await Self.next(reader)
                    #expect(isTold)
                }
            }
        }

        @Test("the file holds one byte, however often is told")
        func size() async throws {
            try await withFolder { root in
                let notices = Self.notices("\(root)/own")
                for _ in 0..<10 { notices.post("default") }
                #expect(FileManager.default.contents(atPath: "\(root)/own/default.changed")?.count == 1)
            }
        }

        @Test("the folder may be removed and made anew, by us or by somebody else", arguments: [false, true])
        func folderMadeAnew(bySomebodyElse: Bool) async throws {
            try await withFolder { root in
                let folder = "\(root)/own"
                let notices = Self.notices(folder)
                let changes = notices.stream("default")
                for _ in 0..<3 {
                    try FileManager.default.removeItem(atPath: folder)
                    if bySomebodyElse { mkdir(folder, 0o700) }
                    notices.post("default")
                    #expect(try await Self.next(changes))
                    // The folder is watched again, once it is told that it went.
                    try await eventually("the folder") { access(folder, F_OK) == 0 }
                }
                #expect(rename(folder, "\(folder)-moved") == 0)
                #expect(try await Self.next(changes))
                notices.post("default")
                #expect(try await Self.next(changes))
            }
        }

        @Test("who began to watch before a login made its folder is told after it, and the other way round")
        func loginBetween() async throws {
            try await withFolder { root in
                let folder = UserFolder(run: "\(root)/run", temporary: root)
                let notices = ChangeNotices(folder: folder)
                let before = notices.stream("default")
                #expect(mkdir("\(root)/run", 0o700) == 0)
                let after = notices.stream("default")
                notices.post("default")
                #expect(try await Self.next(before))
                #expect(try await Self.next(after))
                // Put aside first, or our watch would make a folder in it anew while it is being removed.
                #expect(rename("\(root)/run", "\(root)/aside") == 0)
                try FileManager.default.removeItem(atPath: "\(root)/aside")
                #expect(try await Self.next(after), "its folder went")
                notices.post("default")
                #expect(try await Self.next(before))
                #expect(try await Self.next(after))
            }
        }

        @Test("a folder that cannot be made anew ends the notices, and nothing else")
        func folderLost() async throws {
            try await withFolder { root in
                #expect(mkdir("\(root)/parent", 0o700) == 0)
                let changes = Self.notices("\(root)/parent/own").stream("default")
                // Where its parent was is a file, before it goes: nobody can make it.
                #expect(rename("\(root)/parent", "\(root)/aside") == 0)
                try "".write(toFile: "\(root)/parent", atomically: false, encoding: .utf8)
                try FileManager.default.removeItem(atPath: "\(root)/aside/own")
                try await withDeadline("the end") { for await _ in changes {} }
            }
        }

        @Test("where nothing can be watched there is one now and then")
        func nothingToWatch() async throws {
            var notices = Self.notices("/dev/null/folder")
            notices.period = .milliseconds(10)
            notices.post("default")
            let changes = notices.stream("default")
            try await withDeadline("two notices") {
                var count = 0
                for await _ in changes {
                    count += 1
                    if count == 2 { break }
                }
            }
        }

        @Test("when the reading task is cancelled the notices end, and their descriptor is closed")
        func ends() async throws {
            try await withFolder { root in
                let notices = Self.notices("\(root)/own")
                let reading = Task { for await _ in notices.stream("default") {} }
                reading.cancel()
                try await withDeadline("the end") { await reading.value }
                // Of this folder no watch is left: the last lines of each inotify's description name what it watches.
                try await eventually("the watch to go") { try Self.watches("\(root)/own") == 0 }
                let stream = notices.stream("default")
                #expect(try Self.watches("\(root)/own") == 1)
                withExtendedLifetime(stream) {}
            }
        }

        /// How many of this process's inotify descriptors watch the folder.
        private static func watches(_ folder: String) throws -> Int {
            var status = stat()
            guard lstat(folder, &status) == 0 else { throw Trouble("there is no \(folder)") }
            let inode = "ino:\(String(status.st_ino, radix: 16)) "
            return try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fdinfo").count { entry in
                let text = try? String(contentsOfFile: "/proc/self/fdinfo/\(entry)", encoding: .utf8)
                return text?.contains(inode) ?? false
            }
        }
    }
}

private final class Count: Sendable {
    private let number = Mutex(0)

    var value: Int { number.withLock { $0 } }

    func increase() {
        number.withLock { $0 += 1 }
    }
}
