import Foundation
import Testing

extension EndToEndTests {
    /// One sign-in for every terminal and script of a person.
    @Suite struct SessionTests {
        private func object(_ text: String) throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        }

        @Test("what login signed in to, token, whoami, status and refresh use; logout ends it")
        func wholeLife() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                let login = try await rig.signIn()
                #expect(login.status == 0, "\(login)")
                #expect(login.output == "Ada Okafor <ada@example.com>\n")

                let token = try await rig.run("token")
                #expect(token.status == 0 && token.output == "access-token-0\n" && token.errors.isEmpty, "\(token)")
                let header = try await rig.run("token", "--header")
                #expect(header.output == "Authorization: Bearer access-token-0\n", "\(header)")
                let json = try object(try await rig.run("token", "--json").output)
                #expect(json["access_token"] as? String == "access-token-0")
                #expect(json["token_type"] as? String == "Bearer")
                #expect(try #require(json["expires_in"] as? Int) > 3500)
                let whoami = try await rig.run("whoami")
                #expect(whoami.status == 0 && whoami.output == "Ada Okafor <ada@example.com>\n", "\(whoami)")
                #expect(try object(try await rig.run("whoami", "--json").output)["user_id"] as? String == "1")

                let status = try await rig.run("status")
                #expect(status.status == 0 && status.output.contains("kernel"), "\(status)")
                let facts = try object(try await rig.run("status", "--json").output)
                #expect(facts["signed_in"] as? Bool == true)
                #expect(facts["store"] as? String == "kernel")
                #expect(facts["client_id"] as? String == "client-1")
                #expect(facts["refreshable"] as? Bool == true)

                #expect(rig.server.refreshes == 0)
                let refresh = try await rig.run("refresh")
                #expect(refresh.status == 0 && refresh.output.isEmpty, "\(refresh)")
                #expect(try await rig.run("token").output == "access-token-1\n")

                let logout = try await rig.run("logout", "--json")
                #expect(logout.status == 0, "\(logout)")
                #expect(try object(logout.output)["token"] as? String == "revoked")
                #expect(logout.errors.contains("/logout?client_id=client-1"), "the browser's own session: \(logout)")
                #expect(rig.server.deleted == ["access-token-1"])
                for command in ["token", "whoami", "refresh", "logout"] {
                    let after = try await rig.run(command)
                    #expect(after.status == 4 && after.output.isEmpty, "\(command): \(after)")
                    #expect(after.errors.contains("genesys-login login"), "\(command): \(after)")
                }
                let gone = try await rig.run("status", "--json")
                #expect(gone.status == 4, "\(gone)")
                #expect(try object(gone.output)["signed_in"] as? Bool == false)
            }
        }

        @Test("a profile that only its kept session knows is used by its name, and unknown once it is signed out")
        func keptProfile() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                // As if options had described it all.
                try FileManager.default.removeItem(at: stage.home.appending(path: ".config/genesys-login/config.toml"))
                #expect(try await rig.run("token").output == "access-token-0\n")
                #expect(try await rig.run("whoami").output == "Ada Okafor <ada@example.com>\n")
                #expect(try await rig.run("refresh").status == 0)
                #expect(try await rig.run("status").status == 0)
                let variable = ["GENESYSCLOUD_ACCESS_TOKEN": "access-token-1"]
                #expect(try await rig.run("whoami", with: variable).output == "Ada Okafor <ada@example.com>\n")
                let elsewhere = variable.merging(["GENESYSCLOUD_API_URL": "http://127.0.0.1:1"]) { $1 }
                #expect(try await rig.run("whoami", with: elsewhere).status == 69, "that is where it was sent")
                #expect(try await rig.run("logout").status == 0)
                #expect(rig.server.deleted == ["access-token-1"])
                for command in ["token", "whoami", "refresh", "status", "logout"] {
                    let after = try await rig.run(command)
                    #expect(after.status == 64 && after.output.isEmpty, "\(command): \(after)")
                    #expect(after.errors.contains("GENESYSCLOUD_PROFILE \(rig.profile) is no profile"), "\(after)")
                }
                #expect(try await rig.run("whoami", with: variable).status == 64)
                #expect(try await rig.run("status", with: variable).status == 0)
            }
        }

        @Test("a session kept under a URL in capitals, with a port in zeros, is one under the URL")
        func unusualURL() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                let unusual = "HTTP://127.0.0.1:0\(rig.stub.port)/"
                let login = try await rig.signIn(["--login-url", unusual, "--api-url", unusual])
                #expect(login.status == 0, "\(login)")
                let token = try await rig.run("token", "--login-url", unusual, "--api-url", unusual)
                #expect(token.output == "access-token-0\n", "\(token)")
                // The configuration file has the normal form.
                #expect(try await rig.run("token").output == "access-token-0\n")
                let logout = try await rig.run("logout")
                #expect(logout.status == 0, "\(logout)")
                #expect(rig.server.deleted == ["access-token-0"])
            }
        }

        @Test("twelve that need a fresh token at once: twelve good tokens, one refresh request")
        func twelve() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage, lifetimes: [1, 3600])
                #expect(try await rig.signIn().status == 0)
                try await waitUntil("the token to expire", until: { try await expired(rig) })
                let results = try await withThrowingTaskGroup(of: ChildProcess.Finished.self) { group in
                    for _ in 0..<12 {
                        let child = try rig.start("token")
                        group.addTask { try await child.finished("token") }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(results.map(\.output) == Array(repeating: "access-token-1\n", count: 12), "\(results)")
                #expect(results.allSatisfy { $0.status == 0 }, "\(results)")
                #expect(rig.server.refreshes == 1)
            }
        }

        private func expired(_ rig: SessionRig) async throws -> Bool {
            try await secondsLeft(rig) == 0
        }

        private func secondsLeft(_ rig: SessionRig) async throws -> Int {
            try #require(try object(try await rig.run("status", "--json").output)["expires_in"] as? Int)
        }

        @Test("an open screen takes up the session, and follows a refresh and a sign-out in another terminal")
        func openScreen() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                let screen = try await rig.screen()
                try await screen.wait(for: "Signed out")
                #expect(try await rig.signIn().status == 0)
                let greeting = try await screen.wait(for: "Welcome, Ada Okafor")
                #expect(greeting.contains("kernel"), "where it is kept:\n\(greeting)")
                #expect(try await rig.run("refresh").status == 0)
                try await screen.wait(for: "Token refreshed.")
                #expect(rig.server.refreshes == 1, "the screen sent none of its own")
                try await screen.press(.letter("r"))
                try await waitUntil("the screen's refresh", until: { rig.server.refreshes == 2 })
                #expect(try await rig.run("token").output == "access-token-2\n", "with the newest refresh token")
                #expect(try await rig.run("logout").status == 0)
                try await screen.wait(for: "Your session was signed out, or ended, in another terminal.")
            }
        }

        @Test("a screen that was told no client id takes up a session all the same, and refreshes it")
        func noClientID() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                let file = stage.home.appending(path: ".config/genesys-login/config.toml")
                try "[\(rig.profile)]\n".write(to: file, atomically: true, encoding: .utf8)
                // The session says where its token belongs, also where that comes from the environment.
                let variable = ["GENESYSCLOUD_ACCESS_TOKEN": "access-token-0"]
                for more in [[], ["--client-id", "client-1"]] {
                    let greeting = try await stage.run(
                        ["whoami"] + more,
                        environment: rig.environment.merging(variable) { $1 }
                    )
                    #expect(greeting.output == "Ada Okafor <ada@example.com>\n", "\(greeting)")
                }
                let refused = try await stage.run(
                    ["whoami", "--client-id", "client-2"],
                    environment: rig.environment.merging(variable) { $1 }
                )
                #expect(refused.status == 4 && refused.output.isEmpty, "nobody says where it belongs: \(refused)")
                let screen = try await rig.screen()
                try await screen.wait(for: "Welcome, Ada Okafor")
                try await screen.press(.letter("r"))
                try await screen.wait(for: "Token refreshed.")
                #expect(rig.server.refreshes == 1)
                #expect(try await rig.run("whoami").output == "Ada Okafor <ada@example.com>\n")
                #expect(try await rig.run("logout").status == 0)
            }
        }

        @Test("a second screen shows the session of the first, and signing out of one ends both")
        func twoScreens() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                let one = try await rig.screen()
                let other = try await rig.screen()
                try await one.wait(for: "Welcome, Ada Okafor")
                try await other.wait(for: "Welcome, Ada Okafor")
                try await one.press(.letter("l"))
                try await one.wait(for: "Signed out")
                try await other.wait(for: "Your session was signed out, or ended, in another terminal.")
                let revoked = try await one.wait(for: "deleted at the server")
                #expect(revoked.contains("B opens"), "how to sign the browser out:\n\(revoked)")
            }
        }

        @Test(
            "signed out elsewhere while the profile is loaded: nothing is said to be kept, and exit status 4",
            arguments: [true, false]
        )
        func endedWhileSigningIn(isDeleted: Bool) async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                // The service asks to wait a second with the profile.
                rig.server.limitProfiles(1)
                let browser = try stage.browserScript()
                let login = try rig.start("login", "--json", "--browser", browser.command)
                try await waitUntil("the browser", evidence: { login.errors }, until: { !browser.opened.isEmpty })
                _ = try await Callback(request: AuthorizationURL(browser.opened[0])).answer("code=the-code")
                try await waitUntil(
                    "the wait",
                    evidence: { login.errors },
                    until: { login.errors.contains("Waiting as long as the service asks") }
                )
                // The token is good as long as the server has not deleted it.
                rig.server.setAway(!isDeleted)
                _ = try await rig.run("logout")
                #expect(rig.server.deleted.isEmpty == !isDeleted)
                let result = try await login.finished("login")
                #expect(result.status == 4, "\(result)")
                #expect(!result.errors.contains("is kept"), "\(result)")
                let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
                #expect((object?["error"] as? [String: Any])?["code"] as? String == "ended_elsewhere", "\(result)")
            }
        }

        @Test(
            "a signal while the profile is loaded: that the session is kept is said",
            arguments: [(SIGINT, Int32(130)), (SIGTERM, 128 + SIGTERM)]
        )
        func signalWhileLoading(signal: Int32, status: Int32) async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                // The service asks to wait a second with the profile, each time.
                rig.server.limitProfiles(100)
                let browser = try stage.browserScript()
                let login = try rig.start("login", "--browser", browser.command)
                try await waitUntil("the browser", evidence: { login.errors }, until: { !browser.opened.isEmpty })
                _ = try await Callback(request: AuthorizationURL(browser.opened[0])).answer("code=the-code")
                try await waitUntil(
                    "the wait",
                    evidence: { login.errors },
                    until: { login.errors.contains("Waiting as long as the service asks") }
                )
                kill(login.id, signal)
                let result = try await login.finished("login")
                #expect(result.status == status, "\(result)")
                #expect(result.errors.contains("The session itself is kept"), "\(result)")
                #expect(try await rig.run("status").status == 0)
            }
        }

        @Test("a signal while login refreshes a token that the API does not take is heard, and a second one ends it")
        func signalWhileCuring() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                rig.server.revokeAll()
                rig.server.closeGate()
                defer { rig.server.openGate() }
                let browser = try stage.browserScript()
                let login = try rig.start("login", "--browser", browser.command)
                try await waitUntil("the browser", evidence: { login.errors }, until: { !browser.opened.isEmpty })
                _ = try await Callback(request: AuthorizationURL(browser.opened[0])).answer("code=the-code")
                try await waitUntil("the refresh", evidence: { login.errors }, until: { rig.server.refreshes == 1 })
                kill(login.id, SIGINT)
                try await waitUntil(
                    "the words",
                    evidence: { login.errors },
                    until: { login.errors.contains("Finishing the refresh first") }
                )
                try await Task.sleep(for: .milliseconds(700))
                kill(login.id, SIGINT)
                let result = try await login.finished("login")
                #expect(result.status == 130, "\(result)")
                #expect(result.errors.contains("What a refresh was about to bring is lost"), "\(result)")
            }
        }

        @Test("one that is killed while it refreshes frees the lock; the next one gets the token")
        func killedHolder() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage, lifetimes: [1, 3600])
                #expect(try await rig.signIn().status == 0)
                try await waitUntil("the token to expire", until: { try await expired(rig) })
                rig.server.loseNextRefresh()
                rig.server.closeGate()
                let holder = try rig.start("token")
                try await waitUntil("its request", until: { rig.server.refreshes == 1 })
                let waiting = try rig.start("token")
                holder.kill()
                try await waitUntil("the next one's request", until: { rig.server.refreshes == 2 })
                rig.server.openGate()
                let result = try await waiting.finished("token")
                #expect(result.status == 0 && result.output == "access-token-1\n", "\(result)")
            }
        }

        @Test(
            "a signal while a refresh is under way waits for the answer and keeps it; then the program dies of it",
            arguments: ["token", "whoami", "refresh"],
            [(SIGINT, Int32(130)), (SIGTERM, 128 + SIGTERM)]
        )
        func interrupted(command: String, ending: (signal: Int32, status: Int32)) async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage, lifetimes: [1, 3600])
                #expect(try await rig.signIn().status == 0)
                try await waitUntil("the token to expire", until: { try await expired(rig) })
                rig.server.closeGate()
                let child = try rig.start(command)
                try await waitUntil("its request", until: { rig.server.refreshes == 1 })
                kill(child.id, ending.signal)
                try await waitUntil("its word", until: { child.errors.contains("Finishing the refresh") })
                rig.server.openGate()
                let result = try await child.finished(command)
                #expect(result.status == ending.status && result.output.isEmpty, "\(result)")
                #expect(try await rig.run("token").output == "access-token-1\n")
                #expect(rig.server.refreshes == 1)
            }
        }

        @Test(
            "a window that is closed hangs up several times: a refresh that is under way is kept all the same",
            arguments: [true, false]
        )
        func hangups(isIgnored: Bool) async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage, lifetimes: [1, 3600])
                #expect(try await rig.signIn().status == 0)
                try await waitUntil("the token to expire", until: { try await expired(rig) })
                rig.server.closeGate()
                let child = try ChildProcess(
                    "/bin/sh",
                    ["-c", (isIgnored ? "trap '' HUP; " : "") + "exec '\(try Tools.program())' token"],
                    environment: Tools.environment(home: stage.home).merging(rig.environment) { $1 },
                    filesIn: stage.newFolder("run")
                )
                try await waitUntil("its request", until: { rig.server.refreshes == 1 })
                for _ in 1...3 {
                    kill(child.id, SIGHUP)
                    // Far enough apart for the system to tell them apart.
                    try await Task.sleep(for: .milliseconds(300))
                }
                rig.server.openGate()
                let result = try await child.finished("token")
                #expect(result.status == (isIgnored ? 0 : 128 + SIGHUP), "\(result)")
                #expect(result.output == (isIgnored ? "access-token-1\n" : ""), "\(result)")
                #expect(try await rig.run("token").output == "access-token-1\n")
                #expect(rig.server.refreshes == 1)
            }
        }

        @Test("leaving the screen while a refresh is under way says so, waits for the answer and keeps it")
        func leftWhileRefreshing() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                let screen = try await rig.screen()
                try await screen.wait(for: "Welcome, Ada Okafor")
                rig.server.closeGate()
                try await screen.press(.letter("r"))
                try await waitUntil("its request", until: { rig.server.refreshes == 1 })
                try await screen.press(.letter("q"))
                try await screen.wait(for: "Finishing the refresh first")
                rig.server.openGate()
                #expect(try await screen.exitStatus() == 0)
                #expect(try await rig.run("token").output == "access-token-1\n")
                #expect(rig.server.refreshes == 1)
            }
        }

        @Test(
            "leaving the screen while a refresh is under way that ends the session, or fails, says that too",
            arguments: [false, true]
        )
        func leftWhileRefreshFails(isEnd: Bool) async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                let screen = try await rig.screen()
                try await screen.wait(for: "Welcome, Ada Okafor")
                rig.server.closeGate()
                try await screen.press(.letter("r"))
                try await waitUntil("its request", until: { rig.server.refreshes == 1 })
                try await screen.press(.letter("q"))
                try await screen.wait(for: "Finishing the refresh first")
                if isEnd { rig.server.revokeAll() } else { rig.server.setAway(true) }
                rig.server.openGate()
                #expect(try await screen.exitStatus() == 0)
                try await screen.wait(for: isEnd ? "invalid_grant" : "service_error")
                #expect(try await rig.run("status").status == (isEnd ? 4 : 0))
            }
        }

        @Test("who leaves from the help while something is waited for may still end that at once")
        func leftFromHelp() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                let screen = try await rig.screen()
                try await screen.wait(for: "Welcome, Ada Okafor")
                rig.server.closeGate()
                defer { rig.server.openGate() }
                try await screen.press(.letter("r"))
                try await waitUntil("its request", until: { rig.server.refreshes == 1 })
                try await screen.press(.letter("?"))
                try await screen.wait(for: "Esc")
                try await screen.press(.letter("q"))
                try await screen.wait(for: "Finishing the refresh first")
                try await Task.sleep(for: .milliseconds(700))
                try await screen.press(.controlC)
                try await screen.wait(for: "What a refresh was about to bring is lost")
                #expect(try await screen.exitStatus() == 0)
            }
        }

        @Test("who does not wait for a refresh is told what may be lost, and later, on signing out, what may be left")
        func leftAtOnceWhileRefreshing() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                let screen = try await rig.screen()
                try await screen.wait(for: "Welcome, Ada Okafor")
                rig.server.closeGate()
                try await screen.press(.letter("r"))
                try await waitUntil("its request", until: { rig.server.refreshes == 1 })
                try await screen.press(.letter("q"))
                try await screen.wait(for: "Finishing the refresh first")
                try await Task.sleep(for: .milliseconds(700))
                try await screen.press(.letter("q"))
                try await screen.wait(for: "What a refresh was about to bring is lost")
                #expect(try await screen.exitStatus() == 0)
                rig.server.openGate()
                let logout = try await rig.run("logout", "--json")
                #expect(logout.status == 1, "\(logout)")
                let error = try #require(try object(logout.output)["error"] as? [String: Any])
                #expect(error["code"] as? String == "token_left")
            }
        }

        @Test(
            "stopping the screen, or refresh, while a refresh is under way comes after it: others wait for its lock",
            arguments: ["--no-browser", "refresh"]
        )
        func stoppedWhileRefreshing(arguments: String) async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                let shell = try await stage.shell()
                let settings = rig.environment.map { "\($0)=\($1)" }.joined(separator: " ")
                rig.server.closeGate()
                try await shell.enter("\(settings) \(try Tools.program()) \(arguments)")
                let screen = shell.screen
                if arguments == "--no-browser" {
                    try await screen.wait(for: "Welcome, Ada Okafor")
                    try await screen.press(.letter("r"))
                }
                try await waitUntil("its request", until: { rig.server.refreshes == 1 })
                let id = try await shell.program()
                func isStopped() throws -> Bool {
                    try String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8).contains(") T ")
                }
                try await screen.press(.controlZ)
                try await screen.wait(for: "once more stops the program")
                #expect(try !isStopped())
                rig.server.openGate()
                try await waitUntil("it to stop", until: { try isStopped() })
                #expect(try await rig.run("token").output == "access-token-1\n")
                kill(id, SIGCONT)
            }
        }

        @Test("a stopped screen that another hand continues while its shell and its window end, ends too")
        func orphanedWhileStopped() async throws {
            try await Stage.with { stage in
                let shell = try await stage.shell()
                try await shell.start(["demo"])
                try await shell.screen.wait(for: "Signed out")
                let id = try await shell.program()
                try await shell.screen.press(.controlZ)
                try await waitUntil(
                    "it to stop",
                    until: { try String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8).contains(") T ") }
                )
                kill(id, SIGCONT)
                await shell.screen.end()
                try await waitUntil("its end", until: { kill(id, 0) != 0 })
            }
        }

        @Test(
            "leaving the screen before the server has answered a sign-out says that the token may live on; nothing new begins"
        )
        func leftWhileSigningOut() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                let screen = try await rig.screen()
                try await screen.wait(for: "Welcome, Ada Okafor")
                rig.server.closeGate()
                try await screen.press(.letter("l"))
                try await screen.wait(for: "telling the server")
                try await screen.press(.letter("q"))
                try await screen.wait(for: "Finishing the sign-out first")
                try await screen.press(.enter)
                try await screen.press(.letter("e"))
                #expect(try await screen.exitStatus() == 0)
                let left = try await screen.wait(for: "The server has not answered")
                #expect(!left.contains("token lives"), "\(left)")
                rig.server.openGate()
                let requests = rig.stub.requests
                #expect(requests.count { $0.path == "/oauth/token" } == 1, "\(requests)")
            }
        }

        @Test(
            "leaving where only another program's refresh is waited for says that the token is gone, and what may be left"
        )
        func leftWhileRefreshingElsewhere() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                let screen = try await rig.screen()
                try await screen.wait(for: "Welcome, Ada Okafor")
                rig.server.closeGate()
                let refresh = try rig.start("refresh")
                try await waitUntil("its request", until: { rig.server.refreshes == 1 })
                // It has the profile's lock, and does nothing with the answer.
                kill(refresh.id, SIGSTOP)
                rig.server.setAway(true)
                rig.server.openGate()
                try await Task.sleep(for: .milliseconds(300))
                rig.server.setAway(false)
                try await screen.press(.letter("l"))
                try await screen.wait(for: "the server takes the token no more")
                try await screen.press(.letter("q"))
                #expect(try await screen.exitStatus() == 0)
                try await screen.wait(for: "comes of a refresh may live")
                kill(refresh.id, SIGCONT)
                _ = try await refresh.finished("refresh")
            }
        }

        /// When the person leaves.
        enum Leaving: CaseIterable {
            case beforeTheAnswer, afterIt, fromAnotherSignIn
        }

        @Test("what the server then answers is said too, where it deleted nothing", arguments: Leaving.allCases)
        func refusedWhileLeaving(leaving: Leaving) async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                let screen = try await rig.screen()
                try await screen.wait(for: "Welcome, Ada Okafor")
                rig.server.setAway(true)
                rig.server.closeGate()
                try await screen.press(.letter("l"))
                try await screen.wait(for: "telling the server")
                switch leaving {
                case .beforeTheAnswer:
                    try await screen.press(.letter("q"))
                    rig.server.openGate()
                case .afterIt:
                    rig.server.openGate()
                    try await screen.wait(for: "(HTTP 503)")
                    try await screen.press(.letter("q"))
                case .fromAnotherSignIn:
                    try await screen.press(.enter)
                    try await screen.wait(for: "Waiting for your browser")
                    rig.server.openGate()
                    try await Task.sleep(for: .milliseconds(500))
                    try await screen.press(.letter("q"))
                }
                #expect(try await screen.exitStatus() == 0)
                let told = try await screen.wait(for: "(HTTP 503)")
                #expect(told.contains("has not confirmed that the token"), "\(told)")
                let isEarlier = told.contains("Of the session that you signed out of before:")
                #expect(isEarlier == (leaving == .fromAnotherSignIn), "\(told)")
            }
        }

        @Test("signed out of while it is refreshed: leaving waits for what comes of the refresh, and says so")
        func leftWhileRefreshingSignedOut() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                let screen = try await rig.screen()
                try await screen.wait(for: "Welcome, Ada Okafor")
                rig.server.closeGate()
                try await screen.press(.letter("r"))
                try await waitUntil("its request", until: { rig.server.refreshes == 1 })
                try await screen.press(.letter("l"))
                try await screen.wait(for: "telling the server")
                try await screen.press(.letter("q"))
                try await screen.wait(for: "Finishing the refresh first")
                rig.server.openGate()
                #expect(try await screen.exitStatus() == 0)
                #expect(try await rig.run("status").status == 4)
            }
        }

        @Test("a refresh that only waits for another program's ends at once of a signal")
        func endedWhileWaiting() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                rig.server.closeGate()
                let first = try rig.start("refresh")
                try await waitUntil("its request", until: { rig.server.refreshes == 1 })
                let second = try rig.start("refresh")
                try await Task.sleep(for: .seconds(1))
                kill(second.id, SIGINT)
                let result = try await second.finished("refresh")
                #expect(result.status == 130 && result.errors.isEmpty, "\(result)")
                rig.server.openGate()
                #expect(try await first.finished("refresh").status == 0)
                #expect(rig.server.refreshes == 1)
            }
        }

        @Test("with a token in the variable login and logout say that the session is not what counts")
        func variableBesideSession() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await !rig.signIn().errors.contains("GENESYSCLOUD_ACCESS_TOKEN"))
                let logout = try await rig.run("logout", with: ["GENESYSCLOUD_ACCESS_TOKEN": "some-token"])
                #expect(logout.status == 0)
                #expect(logout.errors.contains("GENESYSCLOUD_ACCESS_TOKEN is set"), "\(logout)")
                #expect(!logout.errors.contains("some-token"))
            }
        }

        @Test("logout that takes its time says what it is at")
        func slowLogout() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                rig.server.closeGate()
                let logout = try rig.start("logout")
                try await waitUntil("the words", until: { logout.errors == "Signing out…\n" })
                rig.server.openGate()
                #expect(try await logout.finished("logout").status == 0)
            }
        }

        @Test("logout that is ended at once says how far it has got")
        func logoutGivenUp() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                rig.server.closeGate()
                defer { rig.server.openGate() }
                let logout = try rig.start("logout")
                try await waitUntil("the words", until: { logout.errors == "Signing out…\n" })
                kill(logout.id, SIGINT)
                try await waitUntil("the words", until: { logout.errors.contains("Finishing the sign-out first") })
                try await Task.sleep(for: .milliseconds(700))
                kill(logout.id, SIGINT)
                let result = try await logout.finished("logout")
                #expect(result.status == 130 && result.errors.contains("The server has not answered"), "\(result)")
                #expect(!result.errors.contains("still be kept"), "\(result)")
            }
        }

        @Test("an answer that is not the refresh token's end leaves the session in the store: exit status 77, not 4")
        func refusedForNow() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage, lifetimes: [1, 3600])
                #expect(try await rig.signIn().status == 0)
                try await waitUntil("the token to expire", until: { try await expired(rig) })
                rig.server.setClientOff(true)
                for command in ["token", "whoami", "refresh"] {
                    let result = try await rig.run(command)
                    #expect(result.status == 77 && result.errors.contains("invalid_client"), "\(command): \(result)")
                }
                rig.server.setClientOff(false)
                #expect(try await rig.run("whoami").output.hasPrefix("Ada Okafor"), "the session was not lost")
            }
        }

        @Test("a session that the server ended: exit status 4, the reason, and nothing left behind")
        func invalidGrant() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage, lifetimes: [1, 3600])
                #expect(try await rig.signIn().status == 0)
                rig.server.revokeAll()
                try await waitUntil("the token to expire", until: { try await expired(rig) })
                let token = try await rig.run("token", "--json")
                #expect(token.status == 4, "\(token)")
                let error = try #require(try object(token.output)["error"] as? [String: Any])
                #expect(error["code"] as? String == "invalid_grant")
                #expect(try await rig.run("status").status == 4)
            }
        }

        @Test("a token that expires while its refresh is waited for is not given as one that is good")
        func expiredWhileRefreshing() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage, lifetimes: [8, 3600])
                #expect(try await rig.signIn().status == 0)
                try await Task.sleep(for: .seconds(5))
                rig.server.closeGate()
                let token = try rig.start("token")
                try await waitUntil("the request", until: { rig.server.refreshes == 1 })
                try await waitUntil("the token to expire", until: { try await expired(rig) })
                rig.server.setAway(true)
                rig.server.openGate()
                let result = try await token.finished("token")
                #expect(result.status == 69 && result.output.isEmpty, "\(result)")
                rig.server.setAway(false)
            }
        }

        @Test(
            "a refresh whose answer was lost, and which has used up the refresh token: that what it brought may live is said"
        )
        func endedByLostAnswer() async throws {
            for command in ["token", "refresh", "whoami", "screen"] {
                try await Stage.with { stage in
                    let rig = try SessionRig(stage, lifetimes: [1, 3600])
                    #expect(try await rig.signIn().status == 0)
                    try await waitUntil("the token to expire", until: { try await expired(rig) })
                    rig.server.loseNextAnswer()
                    #expect(try await rig.run("token").status == 69)
                    if command == "screen" {
                        let screen = try await rig.screen()
                        try await screen.wait(for: "may live on")
                        try await screen.press(.letter("q"))
                    } else {
                        let result = try await rig.run(command)
                        #expect(result.status == 4 && result.output.isEmpty, "\(result)")
                        #expect(result.errors.contains("what that one brought may live on"), "\(result)")
                    }
                    #expect(rig.server.refreshes == 2)
                }
            }
        }

        @Test("a service that is away: a token that is still good is given, with a word; an expired one is not")
        func serviceAway() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage, lifetimes: [12, 3600])
                #expect(try await rig.signIn().status == 0)
                rig.server.setAway(true)
                try await waitUntil("the refresh to be due", until: { try await rig.run("token").errors != "" })
                let good = try await rig.run("token")
                #expect(good.status != 0 || good.output == "access-token-0\n", "\(good)")
                #expect(good.errors.contains("still good") || good.status == 69, "\(good)")
                try await waitUntil("the token to expire", until: { try await rig.run("token").status != 0 })
                let late = try await rig.run("token")
                #expect(late.status == 69 && late.output.isEmpty, "\(late)")
                rig.server.setAway(false)
                #expect(try await rig.run("token").output == "access-token-1\n", "the session was not lost")
            }
        }

        @Test("while one process waits for a server that hangs, others give a token that is still good at once")
        func hangingServer() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage, lifetimes: [16, 3600])
                #expect(try await rig.signIn().status == 0)
                rig.server.closeGate()
                let holder = try rig.start("refresh")
                try await waitUntil("its request", until: { rig.server.refreshes == 1 })
                try await waitUntil("a refresh to be due", until: { try await secondsLeft(rig) < 8 })
                let token = try await rig.run("token")
                #expect(token.status == 0 && token.output == "access-token-0\n", "\(token)")
                #expect(token.errors.contains("still good"), "\(token)")
                rig.server.openGate()
                #expect(try await holder.finished("refresh").status == 0)
            }
        }

        @Test("a token that the API refuses is refreshed once; whoami knows the person then")
        func cured() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                // Somebody else's program refreshed with the same refresh token: the access token is dead.
                let stolen = try await PlainHTTP.send(
                    "POST",
                    to: .ipv4,
                    port: rig.stub.port,
                    target: "/oauth/token",
                    body: Data("grant_type=refresh_token&refresh_token=refresh-token-0".utf8)
                )
                #expect(stolen.status == 200)
                let whoami = try await rig.run("whoami")
                #expect(whoami.status == 4, "the family is dead, and that is said: \(whoami)")
                #expect(whoami.errors.contains("invalid_grant"), "\(whoami)")
            }
        }

        @Test("429 is waited for as long as the server asks, and said")
        func rateLimited() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                rig.server.limitProfiles(2)
                let whoami = try await rig.run("whoami")
                #expect(whoami.status == 0 && whoami.output == "Ada Okafor <ada@example.com>\n", "\(whoami)")
                #expect(whoami.errors.contains("Waiting as long as the service asks"), "\(whoami)")
            }
        }

        @Test("a sign-out that the server does not hear is told from one that it does, and forgets all the same")
        func logoutAway() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                rig.server.setAway(true)
                let logout = try await rig.run("logout", "--json")
                #expect(logout.status == 69, "\(logout)")
                #expect(try object(logout.output)["token"] as? String == "only_forgotten")
                #expect(try await rig.run("status").status == 4)
            }
        }

        @Test("a token that was dead already is told too")
        func logoutDead() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                rig.server.revokeAll()
                let logout = try await rig.run("logout", "--json")
                #expect(logout.status == 0, "\(logout)")
                #expect(try object(logout.output)["token"] as? String == "already_invalid")
            }
        }

        @Test("GENESYSCLOUD_ACCESS_TOKEN is used by token and whoami, and said by status")
        func variable() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                let given = ["GENESYSCLOUD_ACCESS_TOKEN": "access-token-0"]
                #expect(try await rig.run("token", with: given).output == "access-token-0\n")
                #expect(try await rig.run("whoami", with: given).output == "Ada Okafor <ada@example.com>\n")
                let status = try await rig.run("status", with: given)
                #expect(status.status == 0 && status.output.contains("GENESYSCLOUD_ACCESS_TOKEN"), "\(status)")
                #expect(!status.output.contains("access-token-0"))
                let dead = try await rig.run("whoami", with: ["GENESYSCLOUD_ACCESS_TOKEN": "of-yesterday"])
                #expect(dead.status == 4 && dead.errors.contains("unauthorized"), "\(dead)")
                let odd = try await rig.run("token", with: ["GENESYSCLOUD_ACCESS_TOKEN": "two words"])
                #expect(odd.status == 64 && !odd.errors.contains("two words"), "\(odd)")
            }
        }

        @Test(
            "the variable's token does not go to a region that nobody chose, where only the sign-in was given a place"
        )
        func variableWithoutRegion() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                for place in ["login_url = \"\(rig.stub.url)\"", "org = \"acme\""] {
                    try "[\(rig.profile)]\nclient_id = \"client-1\"\n\(place)\n".write(
                        to: stage.home.appending(path: ".config/genesys-login/config.toml"),
                        atomically: true,
                        encoding: .utf8
                    )
                    // Whatever is sent fails, for there is no such proxy.
                    let variables = ["GENESYSCLOUD_ACCESS_TOKEN": "token", "HTTPS_PROXY": "http://127.0.0.1:1"]
                    let whoami = try await rig.run("whoami", "--json", with: variables)
                    #expect(whoami.status == 4, "\(whoami)")
                    let error = try #require(try object(whoami.output)["error"] as? [String: Any])
                    #expect(error["code"] as? String == "other_session")
                }
            }
        }

        @Test("login whose profile could not be loaded says that one is signed in all the same")
        func profileForbidden() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                rig.server.forbidProfiles()
                let login = try await rig.signIn(["--json"])
                #expect(login.status == 77, "\(login)")
                let told = try object(login.output)
                #expect(told["signed_in"] as? Bool == true && told["store"] as? String == "kernel", "\(login)")
                #expect(told["expires_at"] is String, "\(login)")
                #expect((told["error"] as? [String: Any])?["code"] as? String == "forbidden", "\(login)")
                #expect(try await rig.run("status").status == 0)
            }
        }

        /// Why the refresh fails that is to cure a token which the API does not take.
        enum FailingCure: CaseIterable {
            case noAnswer, clientRefused
        }

        @Test(
            "login whose token is refused and not refreshed ends, with words and an object",
            arguments: FailingCure.allCases
        )
        func notCured(cure: FailingCure) async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                rig.server.revokeAll()
                switch cure {
                case .noAnswer: rig.server.loseNextRefresh()
                case .clientRefused: rig.server.setClientOff(true)
                }
                let login = try await rig.signIn(["--json"])
                #expect(login.status == (cure == .noAnswer ? 69 : 77), "\(login)")
                let told = try object(login.output)
                #expect(told["signed_in"] as? Bool == true && told["store"] as? String == "kernel", "\(login)")
                #expect(told["error"] is [String: Any] && told["expires_at"] is String, "\(login)")
                #expect(login.errors.contains("The session itself is kept"), "\(login)")
                #expect(!login.errors.contains("Your session has ended"), "\(login)")
                #expect(rig.server.refreshes == 1)
                #expect(try await rig.run("status").status == 0)
            }
        }

        @Test("a screen whose token is refused and not refreshed says so, when it tries again, and tries at once of r")
        func screenNotCured() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                rig.server.revokeAll()
                rig.server.loseNextRefresh()
                let screen = try await rig.screen()
                try await screen.wait(for: "The refresh failed; next try in")
                #expect(try await screen.capture().contains("Goes on once it is refreshed."))
                try await screen.press(.letter("r"))
                try await waitUntil("the next try", until: { rig.server.refreshes == 2 })
                try await screen.press(.letter("q"))
                _ = try await screen.exitStatus()
            }
        }

        @Test(
            "an interrupt while login refreshes a refused token is one, though the profile came: 130, and what is kept is said"
        )
        func interruptedCure() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                let browser = try stage.browserScript()
                rig.server.refuseNextProfile()
                rig.server.closeGate()
                let login = try rig.start("login", "--json", "--browser", browser.command)
                try await waitUntil("the browser", evidence: { login.errors }, until: { !browser.opened.isEmpty })
                _ = try await Callback(request: AuthorizationURL(browser.opened[0])).answer("code=the-code")
                try await waitUntil("the refresh", evidence: { login.errors }, until: { rig.server.refreshes == 1 })
                kill(login.id, SIGINT)
                try await waitUntil(
                    "the words",
                    evidence: { login.errors },
                    until: { login.errors.contains("Finishing the refresh first") }
                )
                rig.server.openGate()
                let result = try await login.finished("login")
                #expect(result.status == 130, "\(result)")
                #expect(result.errors.contains("The session itself is kept"), "\(result)")
                #expect(result.output.isEmpty && !result.errors.contains("Welcome"), "\(result)")
                #expect(try await rig.run("status").status == 0)
            }
        }

        @Test("the session of other settings is not used by mistake")
        func otherSettings() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                for options in [["--client-id", "client-2"], ["--region", "eu-west-1"]] {
                    let token = try await stage.run(["token", "--json"] + options, environment: rig.environment)
                    #expect(token.status == 4, "\(token)")
                    let error = try #require(try object(token.output)["error"] as? [String: Any])
                    #expect(error["code"] as? String == "other_session")
                }
            }
        }

        @Test("in memory a session ends with its program, and that is said")
        func memory() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage, store: "memory")
                let login = try await rig.signIn()
                #expect(login.status == 0, "\(login)")
                #expect(login.errors.contains("memory"), "\(login)")
                let token = try await rig.run("token")
                #expect(token.status == 4 && token.errors.contains("--session-store"), "\(token)")
            }
        }

        @Test("a reader that goes away is no crash")
        func closedPipe() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                #expect(try await rig.signIn().status == 0)
                let script = "\(try Tools.program()) token | true; \(try Tools.program()) status --json | true; echo ok"
                let result = try await ChildProcess.run(
                    "/bin/sh",
                    ["-c", script],
                    environment: Tools.environment(home: stage.home).merging(rig.environment) { $1 },
                    filesIn: stage.newFolder("pipe")
                )
                #expect(result.output == "ok\n" && result.errors.isEmpty, "\(result)")
            }
        }
    }
}
