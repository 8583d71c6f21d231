import Foundation
import Testing

extension EndToEndTests {
    /// The search for secrets itself: where it finds nothing, there must be nothing.
    @Suite struct SecretSearchTests {
        private static let planted = "planted-3f9a2c7d-secret"

        @Test("a planted secret is found in a file, a file's name, arguments, environment, and bytes")
        func finds() async throws {
            try await Stage.with { stage in
                let folder = stage.home.appending(path: "deep/down")
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                try Data("x\u{0}\(Self.planted)y".utf8).write(to: folder.appending(path: "file"))
                try Data().write(to: folder.appending(path: "\(Self.planted).txt"))
                func sleeper(_ arguments: [String], _ environment: [String: String]) throws -> ChildProcess {
                    let child = try ChildProcess(
                        "/bin/sh",
                        ["-c", "echo started; sleep 60"] + arguments,
                        environment: Tools.environment(home: stage.home).merging(environment) { $1 },
                        filesIn: stage.newFolder("run")
                    )
                    stage.atTheEnd { await child.end() }
                    return child
                }
                let talker = try sleeper([Self.planted], [:])
                let carrier = try sleeper([], ["TOKEN": Self.planted])
                let innocent = try sleeper([], [:])
                for child in [talker, carrier, innocent] {
                    _ = try await child.ready("the start") { $0.contains("started") ? true : nil }
                }

                var search = SecretSearch()
                search.add(filesBelow: stage.home)
                for child in [talker, carrier, innocent] { try search.add(process: child.id, isClosed: false) }
                search.add("the terminal", Data("…\(Self.planted)…".utf8))
                let places = Set(search.places(of: Self.planted))
                #expect(
                    places == [
                        folder.appending(path: "file").path, "the name of \(folder.path)/\(Self.planted).txt",
                        "/proc/\(talker.id)/cmdline", "/proc/\(carrier.id)/environ", "the terminal",
                    ]
                )
                #expect(search.places(of: "not-planted-anywhere-at-all") == [])
            }
        }

        @Test("a secret in a process's memory is counted")
        func memory() async throws {
            try await Stage.with { stage in
                let child = try ChildProcess(
                    "/bin/sh",
                    ["-c", "a=planted; b=$a-3f9a2c7d; c=$b-secret; echo started; read x"],
                    environment: Tools.environment(home: stage.home),
                    filesIn: stage.newFolder("run")
                )
                stage.atTheEnd { await child.end() }
                _ = try await child.ready("the start") { $0.contains("started") ? true : nil }
                let found = try ProcessMemory.count([Self.planted, "not-planted-anywhere"], in: child.id)
                #expect(found[Self.planted, default: 0] >= 1)
                #expect(found["not-planted-anywhere"] == nil)
            }
        }
    }
}
