import FoundationEssentials
import GenesysCloud
import Glibc
import OAuth
import TerminalUI
import Testing

@testable import genesys_login

@Suite("Saving a profile")
struct ConfigurationSaveTests {
    private func save(_ home: Home, profile: String = "default", id: String = "abc", _ region: String = "eu-west-1")
        throws
    {
        let file = try #require(ConfigurationFile(["HOME": home.path]))
        try file.save(profile: profile, clientID: try #require(ClientID(id)), region: try Region.named(region))
    }

    @Test(
        "changes two keys and leaves every other byte",
        arguments: [
            ("", "[default]\nclient_id = \"abc\"\nregion = \"eu-west-1\"\n"),
            ("# mine", "# mine\n\n[default]\nclient_id = \"abc\"\nregion = \"eu-west-1\"\n"),
            (
                "[work]\nregion='x' # keep\n",
                "[work]\nregion='x' # keep\n\n[default]\nclient_id = \"abc\"\nregion = \"eu-west-1\"\n"
            ),
            (
                "# top\n[default]  # d\n  client_id   =  'old'   # why\n\n  scope = \"a\"\n# end\n[work]\nregion = \"x\"\n",
                "# top\n[default]  # d\n  client_id   =  \"abc\"   # why\n\n  scope = \"a\"\n  region = \"eu-west-1\"\n"
                    + "# end\n[work]\nregion = \"x\"\n"
            ),
            (
                "[work]\n[ \"default\" ]\n# nothing yet\n[more]\n",
                "[work]\n[ \"default\" ]\nclient_id = \"abc\"\nregion = \"eu-west-1\"\n# nothing yet\n[more]\n"
            ),
            (
                "[default]\r\nclient_id = \"\"\"\r\nold \"\" # x\r\n\"\"\" # y\r\n",
                "[default]\r\nclient_id = \"abc\" # y\r\nregion = \"eu-west-1\"\r\n"
            ),
            (
                "default.client_id = \"old\"\ndefault.scope = \"a = b # c\"",
                "default.client_id = \"abc\"\ndefault.scope = \"a = b # c\"\ndefault.region = \"eu-west-1\"\n"
            ),
            (
                "\u{FEFF}[default]\nregion = \"us-west-2\"",
                "\u{FEFF}[default]\nregion = \"eu-west-1\"\nclient_id = \"abc\"\n"
            ),
            ("\u{FEFF}", "\u{FEFF}[default]\nclient_id = \"abc\"\nregion = \"eu-west-1\"\n"),
            (
                "[work]\nscope = '''\n[default]\nclient_id = 1'''\n",
                "[work]\nscope = '''\n[default]\nclient_id = 1'''\n\n[default]\nclient_id = \"abc\"\nregion = \"eu-west-1\"\n"
            ),
        ]
    )
    func bytes(before: String, after: String) throws {
        let home = try Home(own: before)
        try save(home)
        #expect(try home.text(home.own) == after)
        let settings = try home.settings()
        #expect(settings.clientID?.value == "abc")
        #expect(settings.environment.label == "eu-west-1")
        let inode = home.inode(home.own)
        try save(home)
        #expect(try home.text(home.own) == after)
        #expect(home.inode(home.own) == inode, "nothing to change, nothing written")
    }

    @Test("by the superuser in somebody's home: folders and file are that one's, whether they were there or not")
    func owner() throws {
        for before in [nil, "[work]\n"] {
            let home = try Home(own: before)
            // For anybody else it stays the own one.
            for file in [home.path] + (before == nil ? [] : [home.own]) { _ = chown(file, 61_237, 61_237) }
            let owner = home.owner(home.path)
            #expect(geteuid() != 0 || owner == 61_237)
            try save(home)
            #expect(home.owner(home.own) == owner)
            guard before == nil else { continue }
            for folder in ["\(home.path)/.config", "\(home.path)/.config/genesys-login"] {
                #expect(home.owner(folder) == owner && home.mode(folder) == 0o700)
            }
        }
    }

    @Test("a profile's name is quoted where it must be, and the client id too")
    func quoting() throws {
        let home = try Home()
        try save(home, profile: "my \"work\"", id: "a\"b\\c")
        #expect(try home.settings(["--profile", "my \"work\""]).clientID?.value == "a\"b\\c")
        #expect(throws: UsageError.self) { try save(home, profile: "a\nb") }
        #expect(throws: UsageError.self) { try save(home, profile: "") }
    }

    @Test("the file and the folders made for it are the person's alone")
    func modes() throws {
        let home = try Home()
        let mask = umask(0)
        defer { umask(mask) }
        try save(home)
        #expect(home.mode(home.own) == 0o600)
        #expect(home.mode("\(home.path)/.config/genesys-login") == 0o700)
        #expect(home.mode("\(home.path)/.config") == 0o700)
        chmod(home.own, 0o644)
        try save(home, id: "other")
        #expect(home.mode(home.own) == 0o600)
    }

    @Test("the file is replaced, not written over, and nothing is left beside it")
    func replaced() throws {
        let home = try Home(own: "[default]\nclient_id = \"old\"\n")
        let reader = open(home.own, O_RDONLY)
        defer { close(reader) }
        let inode = home.inode(home.own)
        try save(home)
        #expect(home.inode(home.own) != inode)
        var buffer = [UInt8](repeating: 0, count: 100)
        let count = read(reader, &buffer, buffer.count)
        #expect(String(decoding: buffer[..<max(0, count)], as: UTF8.self) == "[default]\nclient_id = \"old\"\n")
        let folder = "\(home.path)/.config/genesys-login"
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["config.toml"])
    }

    @Test("a symbolic link stays one, and its target is replaced", arguments: [true, false])
    func link(exists: Bool) throws {
        let home = try Home(own: "")
        if exists { try home.write(Array("# mine\n".utf8), to: "\(home.path)/dot/files.toml") }
        try FileManager.default.createDirectory(atPath: "\(home.path)/dot", withIntermediateDirectories: true)
        unlink(home.own)
        symlink("../../dot/link.toml", home.own)
        symlink("\(home.path)/dot/files.toml", "\(home.path)/dot/link.toml")
        try save(home)
        var status = stat()
        #expect(lstat(home.own, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
        let text = try home.text("\(home.path)/dot/files.toml")
        #expect(text.hasPrefix(exists ? "# mine\n\n[default]\n" : "[default]\n"))
        #expect(home.mode("\(home.path)/dot/files.toml") == 0o600)
    }

    @Test("many writers at once lose nothing of each other")
    func concurrent() async throws {
        let home = try Home(own: "# mine\n")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask { try save(home, profile: "p\(number)", id: "id-\(number)") }
            }
            try await group.waitForAll()
        }
        #expect(try home.text(home.own).hasPrefix("# mine\n"))
        let configuration = try home.configuration()
        #expect(Set(configuration.names) == Set((0..<20).map { "p\($0)" }))
        for number in 0..<20 {
            #expect(configuration.ownProfile("p\(number)")?.values[.clientID]?.text == "id-\(number)")
        }
    }

    @Test(
        "a file that is wrong, or written in a way that cannot be changed, is left as it is",
        arguments: ["[default\n", "[default]\nregoin = \"x\"\n", "default = { scope = \"a\" }\n", "default = {}\n"]
    )
    func refused(text: String) throws {
        let home = try Home(own: text)
        let error = #expect(throws: UsageError.self) { try save(home) }
        #expect(error?.problem.hasPrefix("\(home.own), line ") == true)
        #expect(try home.text(home.own) == text)
    }

    @Test("why nothing was saved is a sentence that names the file once", arguments: ["[default\n", nil])
    func whyNotSaved(text: String?) async throws {
        let home = try Home(own: "")
        let saving = try #require(try home.settings().saving)
        unlink(home.own)
        if let text { try home.write(Array(text.utf8), to: home.own) } else { mkdir(home.own, 0o700) }
        guard case .failure(let failure) = await saving.save(try #require(ClientID("abc")), "eu-west-1") else {
            return #expect(Bool(false), "it was saved")
        }
        let words = Strings.notSaved(why: failure.why)
        #expect(words.contains(". The values hold") && !words.contains(".."), "\(words)")
        #expect(words.ranges(of: home.own).count == 1, "\(words)")
    }

    @Test("a folder that cannot be is named")
    func noFolder() throws {
        let home = try Home()
        try home.write([], to: "\(home.path)/.config")
        let error = #expect(throws: UsageError.self) { try save(home) }
        #expect(error?.problem == "\(home.own) cannot be written: Not a directory.")
    }
}
