import Foundation
import Testing

extension EndToEndTests {
    /// `make install` and `make uninstall`, into a folder that is gone afterwards.
    @Suite struct InstallTests {
        private static let files = [
            "bin/genesys-login", "share/bash-completion/completions/genesys-login",
            "share/fish/vendor_completions.d/genesys-login.fish", "share/man/man1/genesys-login.1",
            "share/zsh/site-functions/_genesys-login",
        ]

        @Test("what is installed is the program, its manual page and completions; all of it goes again")
        func installAndRemove() async throws {
            try await Stage.with { stage in
                let root = stage.folder.appending(path: "a root")
                let prefix = root.appending(path: "opt/x")
                try await make("install", root, stage)
                #expect(try Self.found(below: prefix) == Self.files)

                let installed = prefix.appending(path: "bin/genesys-login").path
                let version = try await run(installed, ["--version"], stage)
                #expect(version.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil, "\(version)")
                let symbols = try await run("/usr/bin/env", ["nm", installed], stage)
                #expect(symbols.errors.contains("no symbols"), "stripped: \(symbols.errors)")

                let page = try Self.text(prefix, Self.files[3])
                #expect(
                    page.contains(#".TH GENESYS\-LOGIN 1"#)
                        && page.contains("genesys\\-login \(version.output.dropLast())")
                )
                #expect(try Self.text(prefix, Self.files[4]).hasPrefix("#compdef genesys-login"))
                #expect(try Self.text(prefix, Self.files[2]).contains("complete -c 'genesys-login'"))

                try await make("uninstall", root, stage)
                #expect(try Self.found(below: prefix) == [])
            }
        }

        @Test(
            "bash completes commands, options and their values",
            arguments: [
                (["genesys-login", "st"], ["status"]), (["genesys-login", "demo", "--sc"], ["--scenario", "--scope"]),
                (["genesys-login", "demo", "--scenario", "sl"], ["slow"]),
                (["genesys-login", "login", "--region", "eu-c"], ["eu-central-1", "eu-central-2"]),
                (["genesys-login", "--session-store", "k"], ["kernel"]),
            ]
        )
        func bash(words: [String], expected: [String]) async throws {
            try await Stage.with { stage in
                let root = stage.folder.appending(path: "root")
                try await make("install", root, stage)
                let script = root.appending(path: "opt/x/\(Self.files[1])").path
                let line = words.joined(separator: " ")
                let result = try await run(
                    Tools.bash(),
                    [
                        "-c",
                        """
                        shopt -s extglob; source '\(script)'
                        COMP_WORDS=(\(line)) COMP_CWORD=\(words.count - 1) COMP_LINE='\(line)' COMP_POINT=${#COMP_LINE}
                        function=$(complete -p genesys-login | sed 's/.*-F \\([^ ]*\\).*/\\1/')
                        "$function" genesys-login '\(words.last ?? "")' '\(words.dropLast().last ?? "")'
                        printf '%s\\n' "${COMPREPLY[@]}"
                        """,
                    ],
                    stage
                )
                let offered = Set(result.output.split { $0.isWhitespace }.map(String.init))
                #expect(offered == Set(expected), "\(result)")
            }
        }

        /// `make -o`: the program is there already, and the package manager that runs this test must not be asked again.
        private func make(_ target: String, _ root: URL, _ stage: Stage) async throws {
            let result = try await run(
                "/usr/bin/env",
                [
                    "make", "-C", Tools.packageRoot.path, "-o", ".build/release/genesys-login", target,
                    "DESTDIR=\(root.path)", "PREFIX=/opt/x",
                ],
                stage
            )
            #expect(result.status == 0, "\(result)")
        }

        private func run(_ program: String, _ arguments: [String], _ stage: Stage) async throws -> ChildProcess.Finished
        {
            try await ChildProcess.run(
                program,
                arguments,
                environment: Tools.environment(home: stage.home),
                filesIn: stage.folder
            )
        }

        private static func found(below folder: URL) throws -> [String] {
            try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { path in
                var isFolder: ObjCBool = false
                return FileManager.default.fileExists(atPath: "\(folder.path)/\(path)", isDirectory: &isFolder)
                    && !isFolder.boolValue
            }.sorted()
        }

        private static func text(_ folder: URL, _ path: String) throws -> String {
            try String(contentsOf: folder.appending(path: path), encoding: .utf8)
        }
    }
}
