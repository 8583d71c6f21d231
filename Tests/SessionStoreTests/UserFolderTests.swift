import FoundationEssentials
import Glibc
import OAuth
import Testing

@testable import SessionStore

@Suite("the folder of locks and notices")
struct UserFolderTests {
    private static func mode(_ path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
    }

    private static func refusal(_ folder: UserFolder) -> String? {
        do throws(UserFolder.Refusal) {
            _ = try folder.open()
            return nil
        } catch {
            return error.words.display
        }
    }

    @Test("it depends on the user alone")
    func path() {
        let path = UserFolder(nil).path
        #expect(["/run/user/\(getuid())/genesys-login", "/tmp/genesys-login-\(getuid())"].contains(path))
        #expect(UserFolder("/elsewhere").path == "/elsewhere")
    }

    @Test("it is in the login's folder where there is one of this user, and else in the other place")
    func places() async throws {
        try await withFolder { root in
            let folder = UserFolder(run: "\(root)/run", temporary: root)
            let inTemporary = "\(root)/genesys-login-\(getuid())"
            #expect(folder.path == inTemporary)
            #expect(symlink(root, "\(root)/run") == 0)
            #expect(folder.path == inTemporary, "a link is no folder")
            #expect(unlink("\(root)/run") == 0)
            #expect(mkdir("\(root)/run", 0o700) == 0)
            #expect(folder.path == "\(root)/run/genesys-login")
            #expect(folder.others(than: folder.path) == [inTemporary])
        }
    }

    @Test("where somebody else has taken its name, it is in the user's home, made with all that leads there")
    func taken() async throws {
        try await withFolder { root in
            let folder = UserFolder(run: "\(root)/run", temporary: root, home: "\(root)/home")
            #expect(mkdir("\(root)/home", 0o700) == 0)
            let name = "\(root)/genesys-login-\(getuid())"
            #expect(folder.path == name)
            // A link, as whoever may write in /tmp could make it.
            #expect(symlink("/", name) == 0)
            let inHome = "\(root)/home/.local/state/genesys-login"
            #expect(folder.path == inHome)
            #expect(Self.refusal(folder) == nil)
            #expect(Self.mode(inHome) == 0o700)
            #expect(unlink(name) == 0)
            if getuid() == 0 {
                #expect(mkdir(name, 0o755) == 0 && chown(name, 61234, 61234) == 0)
                #expect(folder.path == inHome)
            }
        }
    }

    @Test("it is made for this user alone")
    func made() async throws {
        try await withFolder { root in
            #expect(Self.refusal(UserFolder("\(root)/new")) == nil)
            #expect(Self.mode("\(root)/new") == 0o700)
        }
    }

    @Test("a folder that is open to others is closed to them", arguments: [0o777, 0o750, 0o701, 0o500] as [mode_t])
    func open(mode: mode_t) async throws {
        try await withFolder { root in
            #expect(mkdir("\(root)/new", 0o700) == 0 && chmod("\(root)/new", mode) == 0)
            #expect(Self.refusal(UserFolder("\(root)/new")) == nil)
            #expect(Self.mode("\(root)/new") == 0o700)
        }
    }

    @Test("what somebody else could put into it does not take a lock's place")
    func foreignFile() async throws {
        try await withFolder { root in
            let path = "\(root)/new"
            #expect(mkdir(path, 0o700) == 0)
            try "".write(toFile: "\(path)/file", atomically: false, encoding: .utf8)
            // Only the superuser can give a file away.
            if getuid() == 0 { #expect(chown("\(path)/file", 61234, 61234) == 0) }
            #expect(symlink("/etc/passwd", "\(path)/link") == 0)
            let opened = try UserFolder(path).open()
            for name in ["file", "link"] {
                let isOpen = opened.handle.openFile(name) != nil
                var status = stat()
                #expect(isOpen && lstat("\(path)/\(name)", &status) == 0)
                #expect(status.st_uid == getuid() && status.st_mode & S_IFMT == S_IFREG)
            }
        }
    }

    @Test("where it cannot be made, it is in the user's home")
    func cannotBeMade() async throws {
        try await withFolder { root in
            #expect(mkdir("\(root)/home", 0o700) == 0)
            let folder = UserFolder(run: "\(root)/run", temporary: "\(root)/missing", home: "\(root)/home")
            let opened = try folder.open()
            #expect(opened.path == "\(root)/home/.local/state/genesys-login")
        }
    }

    @Test("a link is refused, wherever it leads, and so is a file")
    func link() async throws {
        try await withFolder { root in
            #expect(mkdir("\(root)/real", 0o700) == 0 && symlink("\(root)/real", "\(root)/link") == 0)
            #expect(Self.refusal(UserFolder("\(root)/link")) == "\(root)/link is no folder of its own")
            try "".write(toFile: "\(root)/file", atomically: false, encoding: .utf8)
            #expect(Self.refusal(UserFolder("\(root)/file")) == "\(root)/file is no folder of its own")
        }
    }

    @Test("somebody else's folder is refused")
    func somebodyElses() async throws {
        try await withFolder { root in
            // Only the superuser can give a folder away; to everybody else the root folder is somebody else's.
            let path = getuid() == 0 ? "\(root)/given" : "/"
            if getuid() == 0 { #expect(mkdir(path, 0o700) == 0 && chown(path, 61234, 61234) == 0) }
            #expect(Self.refusal(UserFolder(path)) == "\(path) belongs to somebody else")
        }
    }
}

@Suite("a profile's name in keys, files and arguments")
struct StoredNameTests {
    @Test(
        "plain names stay, everything else is escaped",
        arguments: [
            ("default", "default"), ("My_profile-2.eu", "My_profile-2.eu"), ("", "%"), (".", "%2E"), ("..", "%2E."),
            ("--help", "%2D-help"), ("a/b", "a%2Fb"), ("a%2Fb", "a%252Fb"), ("a b", "a%20b"), ("ä", "%C3%A4"),
            ("\u{1B}[31m\n", "%1B%5B31m%0A"),
        ]
    )
    func escaped(name: String, text: String) {
        #expect(StoredName(name).description == text)
    }

    @Test("long names are cut and stay apart")
    func long() {
        let names = ["a", "b"].map { StoredName(String(repeating: "ä", count: 500) + $0).description }
        #expect(names[0] != names[1])
        for name in names {
            #expect(name.utf8.count == StoredName.longest)
            #expect(name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") })
        }
        let fits = String(repeating: "a", count: StoredName.longest)
        #expect(StoredName(fits).description == fits)
    }
}
