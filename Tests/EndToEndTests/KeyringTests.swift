import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// The program and a desktop's keyring that a person locks and unlocks, which takes its time.
    @Suite struct KeyringTests {
        /// A stand-in for `secret-tool` with one item, for a real keyring cannot be locked at a chosen moment.
        private struct Keyring {
            let folder: URL
            let environment: [String: String]

            init(_ stage: Stage, _ rig: SessionRig) throws {
                folder = try stage.newFolder("keyring")
                let script = """
                    #!/bin/sh
                    cd '\(folder.path)' || exit 2
                    if [ -e gone ]; then
                        echo 'secret-tool: The name org.freedesktop.secrets was not provided' >&2
                        exit 1
                    fi
                    case $1 in
                    lookup)
                        if [ -e slow-lookup ]; then sleep 3; fi
                        if [ -e before ]; then cat before; rm before; exit; fi
                        [ ! -e locked ] && cat item 2>/dev/null || exit 1
                        if [ -e gone-once-read ]; then rm item; fi ;;
                    search)
                        if [ -e comes-between ]; then mv comes-between item; fi
                        [ -e item ] || exit 0
                        printf '[/1]\\nlabel = genesys-login\\n'
                        [ -e locked ] || printf 'secret = %s\\n' "$(cat item)" ;;
                    store)
                        if [ -e telltale ]; then cat >&2; exit 1; fi
                        if [ -e full ]; then echo 'secret-tool: no room' >&2; exit 1; fi
                        if [ -e slow ]; then touch storing; sleep 5; fi
                        if [ -e locked ]; then
                            echo 'secret-tool: Cannot create an item in a locked collection' >&2
                            exit 1
                        fi
                        cat >new && mv new item
                        if [ -e silent ]; then sleep 60; fi ;;
                    clear)
                        if [ -e slow-clear ]; then sleep 5; fi
                        if [ -e stubborn-once ]; then rm stubborn-once; exit 1; fi
                        if [ -e stubborn ]; then echo 'secret-tool: not allowed' >&2; exit 1; fi
                        [ ! -e locked ] && rm -f item ;;
                    esac
                    """
                let file = folder.appending(path: "secret-tool")
                try script.write(to: file, atomically: true, encoding: .utf8)
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
                environment = rig.environment.merging(["PATH": "\(folder.path):/usr/bin:/bin"]) { $1 }
            }

            func set(_ name: String, _ isSet: Bool = true) throws {
                let file = folder.appending(path: name)
                if isSet { try Data().write(to: file) } else { try FileManager.default.removeItem(at: file) }
            }

            var item: String { (try? String(contentsOf: folder.appending(path: "item"), encoding: .utf8)) ?? "" }
            var isStoring: Bool { FileManager.default.fileExists(atPath: folder.appending(path: "storing").path) }
        }

        /// Gives `body` a server and a keyring of its own.
        private static func with(
            lifetimes: [Int] = [3600],
            _ body: (_ stage: Stage, _ rig: SessionRig, _ keyring: Keyring) async throws -> Void
        ) async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage, lifetimes: lifetimes, store: "secret-service")
                try await body(stage, rig, Keyring(stage, rig))
            }
        }

        /// Signs in with plain lines; the profile is loaded when this returns, and the session may be on its way.
        private func signIn(
            _ stage: Stage,
            _ keyring: Keyring,
            _ more: [String] = []
        ) async throws -> ChildProcess {
            let browser = try stage.browserScript()
            let login = try stage.start(
                ["login", "--browser", browser.command] + more,
                environment: keyring.environment
            )
            try await waitUntil("the browser", evidence: { login.errors }, until: { !browser.opened.isEmpty })
            _ = try await Callback(request: AuthorizationURL(browser.opened[0])).answer("code=the-code")
            return login
        }

        /// A screen that has signed in; its session may be on its way.
        private func signedInScreen(_ stage: Stage, _ keyring: Keyring) async throws -> TmuxScreen {
            let browser = try stage.browserScript()
            let screen = try await stage.screen(["--browser", browser.command], environment: keyring.environment)
            try await screen.press(.enter)
            try await waitUntil("the browser", evidence: screen.evidence, until: { !browser.opened.isEmpty })
            _ = try await Callback(request: AuthorizationURL(browser.opened[0])).answer("code=the-code")
            try await screen.wait(for: "Ada Okafor")
            return screen
        }

        @Test("logout finds the session that another store has, from before the one in force was chosen")
        func otherStoreChosen() async throws {
            try await Self.with { stage, rig, keyring in
                #expect(try await rig.signIn(["--session-store", "kernel"]).status == 0)
                let logout = try await stage.run(["logout", "--json"], environment: keyring.environment)
                #expect(logout.status == 0, "\(logout)")
                #expect(rig.server.deleted == ["access-token-0"], "\(logout)")
                #expect(try await rig.run("status", "--session-store", "kernel").status == 4)
                #expect(try await stage.run(["logout"], environment: keyring.environment).status == 4)
            }
        }

        @Test(
            "an expired session that the keyring forgets at the second try is refreshed, so that the server can delete it"
        )
        func forgottenAtSecondTry() async throws {
            try await Self.with(lifetimes: [1, 3600]) { stage, rig, keyring in
                let browser = try stage.browserScript()
                let login = try stage.start(["login", "--browser", browser.command], environment: keyring.environment)
                try await waitUntil("the browser", until: { !browser.opened.isEmpty })
                _ = try await Callback(request: AuthorizationURL(browser.opened[0])).answer("code=the-code")
                #expect(try await login.finished("login").status == 0)
                try await Task.sleep(for: .milliseconds(1_200))
                try keyring.set("stubborn-once")
                let logout = try await stage.run(["logout"], environment: keyring.environment)
                #expect(logout.status == 0, "\(logout)")
                #expect(rig.server.deleted.count == 1, "\(logout)")
                #expect(logout.errors.contains("The token was deleted at the server"), "\(logout)")
                #expect(keyring.item.isEmpty)
            }
        }

        @Test(
            "locked or gone when a refresh comes due, and when the token expires: each of two screens waits with it",
            arguments: [("locked", "is locked"), ("gone", "is not available")]
        )
        func cannotBeAsked(how: String, words: String) async throws {
            try await Self.with(lifetimes: [10, 3600]) { stage, rig, keyring in
                #expect(try await signIn(stage, keyring).finished("login").status == 0)
                var screens: [TmuxScreen] = []
                for _ in 1...2 {
                    screens.append(try await stage.screen(["--no-browser"], environment: keyring.environment))
                    try await screens[screens.count - 1].wait(for: "Ada Okafor")
                }
                try keyring.set(how)
                for screen in screens { try await screen.wait(for: words) }
                try await screens[0].press(.text("r"))
                for screen in screens { try await screen.wait(for: "expired") }
                try await Task.sleep(for: .seconds(3))
                #expect(rig.server.refreshes == 0)
                try keyring.set(how, false)
                try await waitUntil("the refresh", until: { rig.server.refreshes > 0 })
                for screen in screens {
                    try await waitUntil(
                        "the end of the trouble",
                        evidence: screen.evidence,
                        until: { try await !screen.capture().contains(words) }
                    )
                }
                try await waitUntil("the keyring", until: { keyring.item.contains("refresh-token-1") })
                #expect(rig.server.refreshes == 1)
            }
        }

        @Test("a screen that finds it locked takes up the session when it is unlocked")
        func foundLocked() async throws {
            try await Self.with { stage, rig, keyring in
                #expect(try await signIn(stage, keyring).finished("login").status == 0)
                try keyring.set("locked")
                let screen = try await stage.screen(["--no-browser"], environment: keyring.environment)
                try await screen.wait(for: "is locked")
                try keyring.set("locked", false)
                try await screen.wait(for: "Ada Okafor")
            }
        }

        @Test("refreshed elsewhere the moment after it was found, and expired: refresh and token refresh that one")
        func expiredMeanwhile() async throws {
            for command in ["refresh", "token"] {
                try await Self.with(lifetimes: [1, 3600]) { stage, rig, keyring in
                    #expect(try await signIn(stage, keyring).finished("login").status == 0)
                    try await Task.sleep(for: .seconds(2))
                    try keyring.item.replacing("-token-0", with: "-token-x")
                        .write(to: keyring.folder.appending(path: "before"), atomically: true, encoding: .utf8)
                    let result = try await stage.run([command], environment: keyring.environment)
                    #expect(result.status == 0, "\(result)")
                    #expect(result.output == (command == "token" ? "access-token-1\n" : ""), "\(result)")
                    #expect(!result.errors.contains("expired"), "\(result)")
                    #expect(rig.server.refreshes == 1)
                    #expect(keyring.item.contains("refresh-token-1"))
                }
            }
        }

        @Test("signed out elsewhere the moment after whoami has found the session: it says so, and ends")
        func signedOutMeanwhile() async throws {
            try await Self.with { stage, rig, keyring in
                #expect(try await signIn(stage, keyring).finished("login").status == 0)
                try keyring.set("gone-once-read")
                let result = try await stage.run(["whoami"], environment: keyring.environment)
                #expect(result.status == 4, "\(result)")
                #expect(result.errors.contains("not_signed_in"), "\(result)")
                #expect(result.output.isEmpty)
            }
        }

        @Test("a tool that writes down what it is given: that is not repeated")
        func telltale() async throws {
            try await Self.with { stage, rig, keyring in
                try keyring.set("telltale")
                let result = try await signIn(stage, keyring, ["--json"]).finished("login")
                #expect(result.status == 1 && result.errors.contains("repeats the session"), "\(result)")
                for secret in ["access-token-0", "refresh-token-0"] {
                    #expect(!result.errors.contains(secret) && !result.output.contains(secret))
                }
            }
        }

        @Test("left at once while what it has not taken is refreshed: what that brings is deleted")
        func leftAtOnce() async throws {
            try await Self.with { stage, rig, keyring in
                try keyring.set("full")
                let screen = try await signedInScreen(stage, keyring)
                try await screen.wait(for: "This session is not kept")
                rig.server.closeGate()
                try await screen.press(.letter("r"))
                try await waitUntil("the request", until: { rig.server.refreshes == 1 })
                try await screen.press(.letter("q"))
                try await screen.wait(for: "Finishing the refresh first")
                // Time for one wish to leave to be another one than the next.
                try await Task.sleep(for: .milliseconds(700))
                try await screen.press(.letter("q"))
                try await screen.wait(for: "telling the server to delete its token")
                rig.server.openGate()
                try await screen.wait(for: "so its token was deleted at the server")
                #expect(rig.server.refreshes == 1 && rig.server.deleted == ["access-token-1"])
            }
        }

        @Test("a new session that it does not take: login says so and fails, and has the server delete the token")
        func newOneNotTaken() async throws {
            try await Self.with { stage, rig, keyring in
                try keyring.set("full")
                let result = try await signIn(stage, keyring).finished("login")
                #expect(result.status == 1, "\(result)")
                #expect(result.errors.contains("could not be kept, so its token was deleted"), "\(result)")
                #expect(rig.server.deleted == ["access-token-0"])
            }
            try await Self.with { stage, rig, keyring in
                try keyring.set("full")
                let told = try await signIn(stage, keyring, ["--json"]).finished("login")
                let object = try JSONSerialization.jsonObject(with: Data(told.output.utf8)) as? [String: Any]
                #expect(object?["signed_in"] as? Bool == false, "\(told) \(told.output)")
                #expect(object?["expires_at"] is NSNull)
            }
        }

        @Test("a session that is over still says to which region a token from the variable belongs")
        func regionOfTheLast() async throws {
            try await Self.with(lifetimes: [1]) { stage, rig, keyring in
                #expect(try await signIn(stage, keyring).finished("login").status == 0)
                // As of a client without refresh tokens.
                let item = keyring.item.replacing(#/"refresh_?[tT]oken":"[^"]*",?/#, with: "")
                try item.write(to: keyring.folder.appending(path: "item"), atomically: true, encoding: .utf8)
                try await waitUntil("its end") {
                    try await stage.run(["status"], environment: keyring.environment).status == 4
                }
                try "[\(rig.profile)]\nclient_id = \"client-1\"\n".write(
                    to: stage.home.appending(path: ".config/genesys-login/config.toml"),
                    atomically: true,
                    encoding: .utf8
                )
                let variables = ["GENESYSCLOUD_ACCESS_TOKEN": "access-token-0", "HTTPS_PROXY": "http://127.0.0.1:1"]
                let whoami = try await stage.run(["whoami"], environment: keyring.environment.merging(variables) { $1 })
                #expect(whoami.output == "Ada Okafor <ada@example.com>\n", "\(whoami)")
            }
        }

        @Test("a keyring that takes its time is not told as nobody being signed in")
        func slowLook() async throws {
            try await Self.with { stage, rig, keyring in
                #expect(try await signIn(stage, keyring).finished("login").status == 0)
                try keyring.set("slow-lookup")
                let screen = try await stage.screen(["--no-browser"], environment: keyring.environment)
                try await screen.wait(for: "Looking for your session")
                try await screen.wait(for: "Ada Okafor")
            }
        }

        @Test("a session that is kept while the keyring is looked into is found, and the keyring not said to be locked")
        func comesBetween() async throws {
            try await Self.with { stage, rig, keyring in
                #expect(try await signIn(stage, keyring).finished("login").status == 0)
                try FileManager.default.moveItem(
                    at: keyring.folder.appending(path: "item"),
                    to: keyring.folder.appending(path: "comes-between")
                )
                let result = try await stage.run(["token"], environment: keyring.environment)
                #expect(result.output == "access-token-0\n", "\(result)")
                #expect(result.status == 0)
            }
        }

        @Test("logout waits for a session that is on its way into it, and signs out of that")
        func logoutWhileKeeping() async throws {
            try await Self.with { stage, rig, keyring in
                try keyring.set("slow")
                let login = try await signIn(stage, keyring)
                try await waitUntil("the keyring to be asked", evidence: { login.errors }, until: { keyring.isStoring })
                let result = try await stage.run(["logout"], environment: keyring.environment)
                #expect(result.status == 0, "\(result)")
                #expect(rig.server.deleted == ["access-token-0"])
                #expect(keyring.item.isEmpty)
                _ = try await login.finished("login")
            }
        }

        @Test(
            "the keyring does not forget what the screen signs out of: that is said, and it is not taken up again"
        )
        func stubborn() async throws {
            try await Self.with { stage, rig, keyring in
                #expect(try await signIn(stage, keyring).finished("login").status == 0)
                let screen = try await stage.screen(["--no-browser"], environment: keyring.environment)
                try await screen.wait(for: "Ada Okafor")
                try keyring.set("stubborn")
                try await screen.press(.text("l"))
                try await screen.wait(for: "but the session is still")
                try await Task.sleep(for: .seconds(2))
                let shown = try await screen.capture()
                #expect(shown.contains("but the session is still"), "\(shown)")
                #expect(rig.server.deleted == ["access-token-0"])
                #expect(rig.server.refreshes == 0)
            }
        }

        @Test("the same told, by the exit status too, to who leaves before the screen has said so")
        func stubbornWhileLeaving() async throws {
            try await Self.with { stage, rig, keyring in
                #expect(try await signIn(stage, keyring).finished("login").status == 0)
                let screen = try await stage.screen(["--no-browser"], environment: keyring.environment)
                try await screen.wait(for: "Ada Okafor")
                try keyring.set("stubborn")
                rig.server.closeGate()
                try await screen.press(.text("l"))
                try await screen.wait(for: "the session store forgets the session")
                try await screen.press(.text("q"))
                rig.server.openGate()
                #expect(try await screen.exitStatus() == 1)
                try await screen.wait(for: "but the session is still")
            }
        }

        @Test("a session that has ended, and that the keyring does not give up, is not taken up again and again")
        func stubbornAtTheEnd() async throws {
            try await Self.with(lifetimes: [1]) { stage, rig, keyring in
                #expect(try await signIn(stage, keyring).finished("login").status == 0)
                rig.server.revokeAll()
                try keyring.set("stubborn")
                let screen = try await stage.screen(["--no-browser"], environment: keyring.environment)
                try await screen.wait(for: "invalid_grant")
                try await Task.sleep(for: .seconds(2))
                #expect(rig.server.refreshes == 1)
                #expect(try await screen.capture().contains("invalid_grant"))
            }
        }

        @Test("logout that is interrupted says what came of it all the same")
        func interruptedLogout() async throws {
            try await Self.with { stage, rig, keyring in
                #expect(try await signIn(stage, keyring).finished("login").status == 0)
                rig.server.closeGate()
                let logout = try stage.start(["logout"], environment: keyring.environment)
                try await waitUntil("the keyring", until: { keyring.item.isEmpty })
                kill(logout.id, SIGINT)
                try await waitUntil("the words", until: { logout.errors.contains("Finishing the sign-out first") })
                rig.server.openGate()
                let result = try await logout.finished("logout")
                #expect(result.status == 130, "\(result)")
                #expect(result.errors.contains("The token was deleted"), "\(result)")
            }
        }

        @Test(
            "a new session that it does not take, and whose token is refused: login says what becomes of it, and why it failed"
        )
        func refusedNewOne() async throws {
            for isClientOff in [false, true] {
                try await Self.with { stage, rig, keyring in
                    try keyring.set("full")
                    if isClientOff {
                        rig.server.refuseNextProfile()
                        rig.server.setClientOff(true)
                    } else {
                        rig.server.revokeAll()
                    }
                    let result = try await signIn(stage, keyring).finished("login")
                    #expect(result.status == 77, "\(result)")
                    #expect(result.errors.contains("A session that was not kept has ended"), "\(result)")
                    #expect(!result.errors.contains("is kept"), "\(result)")
                    #expect(rig.server.deleted == (isClientOff ? ["access-token-0"] : []))
                }
            }
        }

        @Test("one that it does not take in an open screen has its token deleted when another program signs in anew")
        func displacedUnkept() async throws {
            try await Self.with { stage, rig, keyring in
                try keyring.set("full")
                let screen = try await signedInScreen(stage, keyring)
                try await screen.wait(for: "This session is not kept")
                try keyring.set("full", false)
                rig.server.beginAnew()
                // The clock of a sign-in is one of seconds.
                try await Task.sleep(for: .seconds(1))
                let login = try await signIn(stage, keyring).finished("login")
                #expect(login.status == 0, "\(login)")
                try await waitUntil("the deletion", evidence: screen.evidence) {
                    rig.stub.requests.contains { $0.method == "DELETE" && $0.bearer == "access-token-0" }
                }
                try await screen.press(.letter("q"))
            }
        }

        @Test("a refreshed session that it does not take: refresh says that and fails; the others give what there is")
        func notTaken() async throws {
            for (command, status, output) in [
                ("refresh", 1, ""), ("token", 0, "access-token-1\n"), ("whoami", 1, "Ada Okafor <ada@example.com>\n"),
            ] {
                try await Self.with(lifetimes: [1, 3600]) { stage, rig, keyring in
                    #expect(try await signIn(stage, keyring).finished("login").status == 0)
                    try keyring.set("full")
                    let result = try await stage.run([command], environment: keyring.environment)
                    #expect(result.status == Int32(status), "\(result)")
                    #expect(result.errors.contains("not kept"), "\(result)")
                    #expect(result.output == output, "\(result)")
                    #expect(keyring.item.isEmpty, "the spent token is there still")
                    #expect(rig.server.deleted == (command == "token" ? [] : ["access-token-1"]))
                }
            }
        }

        @Test(
            "a signal while it is about to refuse what a refresh brought: that is said, and the token deleted",
            arguments: ["refresh", "token", "whoami"]
        )
        func refusedAfterSignal(command: String) async throws {
            try await Self.with(lifetimes: [1, 3600]) { stage, rig, keyring in
                #expect(try await signIn(stage, keyring).finished("login").status == 0)
                try keyring.set("slow")
                let child = try stage.start([command], environment: keyring.environment)
                try await waitUntil("the keyring", evidence: { child.errors }, until: { keyring.isStoring })
                kill(child.id, SIGINT)
                try await waitUntil("the words", until: { child.errors.contains("Finishing the refresh first") })
                try keyring.set("locked")
                let result = try await child.finished(command)
                #expect(result.status == 130 && result.output.isEmpty, "\(result)")
                #expect(result.errors.contains("so its token was deleted at the server"), "\(result)")
                #expect(rig.server.deleted == ["access-token-1"])
            }
        }

        @Test(
            "a signal while the token of a session is deleted that it has not taken: that is heard, and the rest told",
            arguments: ["login", "refresh", "whoami"],
            [SIGINT, SIGTERM]
        )
        func signalWhileDeleting(command: String, number: Int32) async throws {
            // What has expired is refreshed first.
            try await Self.with(lifetimes: command == "login" ? [3600] : [1, 3600]) { stage, rig, keyring in
                let child: ChildProcess
                if command == "login" {
                    try keyring.set("full")
                    rig.server.closeGate()
                    child = try await signIn(stage, keyring)
                } else {
                    #expect(try await signIn(stage, keyring).finished("login").status == 0)
                    try keyring.set("slow")
                    child = try stage.start([command], environment: keyring.environment)
                    try await waitUntil("the keyring", evidence: { child.errors }, until: { keyring.isStoring })
                    rig.server.closeGate()
                    try keyring.set("locked")
                }
                try await waitUntil("the deletion", within: .seconds(20), evidence: { child.errors }) {
                    rig.stub.requests.contains { $0.method == "DELETE" }
                }
                kill(child.id, number)
                try await waitUntil("the words", evidence: { child.errors }) {
                    child.errors.contains("once more ends the program at once")
                }
                rig.server.openGate()
                let result = try await child.finished(command)
                #expect(result.status == (number == SIGINT ? 130 : 128 + number), "\(result)")
                #expect(result.errors.contains("so its token was deleted at the server"), "\(result)")
            }
        }

        @Test(
            "after the screen, while such a token is deleted, a signal is heard too",
            arguments: [SIGINT, SIGTERM, SIGINT, SIGTERM]
        )
        func signalAfterTheScreen(number: Int32) async throws {
            try await Self.with { stage, rig, keyring in
                try keyring.set("full")
                let screen = try await signedInScreen(stage, keyring)
                try await screen.wait(for: "This session is not kept")
                rig.server.closeGate()
                let id = try await screen.processID()
                try await screen.press(.text("q"))
                try await screen.wait(for: "telling the server to delete its token")
                kill(id, number)
                try await screen.wait(for: "Waiting for the server's answer first")
                rig.server.openGate()
                try await screen.wait(for: "so its token was deleted at the server")
            }
        }

        @Test("one that can be read alone: what refresh has had deleted is not said to live")
        func readAloneDeleted() async throws {
            try await Self.with(lifetimes: [1, 3600]) { stage, rig, keyring in
                #expect(try await signIn(stage, keyring).finished("login").status == 0)
                try keyring.set("full")
                try keyring.set("stubborn")
                let first = try await stage.run(["refresh"], environment: keyring.environment)
                #expect(
                    first.status == 1 && first.errors.contains("so its token was deleted at the server"),
                    "\(first)"
                )
                let second = try await stage.run(["token"], environment: keyring.environment)
                #expect(second.status == 4 && !second.errors.contains("may live on"), "\(second)")
                #expect(rig.server.refreshes == 1 && rig.server.deleted == ["access-token-1"])
            }
        }

        @Test("one that can be read alone: the second of two tokens does not send the spent refresh token")
        func readAlone() async throws {
            try await Self.with(lifetimes: [1, 3600]) { stage, rig, keyring in
                #expect(try await signIn(stage, keyring).finished("login").status == 0)
                try keyring.set("full")
                try keyring.set("stubborn")
                let first = try await stage.run(["token"], environment: keyring.environment)
                #expect(first.status == 0 && first.output == "access-token-1\n", "\(first)")
                #expect(keyring.item.contains("refresh-token-0"))
                let second = try await stage.run(["token"], environment: keyring.environment)
                #expect(second.status == 4 && second.output.isEmpty, "\(second)")
                #expect(second.errors.contains("what that one brought may live on"), "\(second)")
                #expect(rig.server.refreshes == 1)
            }
        }

        @Test("one that takes the session and never says so: it is kept, and that is said")
        func silentStore() async throws {
            try await Self.with { stage, rig, keyring in
                try keyring.set("silent")
                let result = try await signIn(stage, keyring).finished("login", within: .seconds(90))
                #expect(result.status == 0, "\(result)")
                #expect(result.errors.contains("The session is kept"), "\(result)")
                #expect(rig.server.deleted.isEmpty)
                #expect(try await stage.run(["token"], environment: keyring.environment).output == "access-token-0\n")
            }
        }

        @Test("given up while it takes what a refresh brought: that is said, and the spent token not sent again")
        func refreshGivenUp() async throws {
            try await Self.with(lifetimes: [1, 3600]) { stage, rig, keyring in
                #expect(try await signIn(stage, keyring).finished("login").status == 0)
                try keyring.set("slow")
                let token = try stage.start(["token"], environment: keyring.environment)
                try await waitUntil("the keyring to be asked", evidence: { token.errors }, until: { keyring.isStoring })
                kill(token.id, SIGINT)
                try await waitUntil("the words", until: { token.errors.contains("Finishing the refresh first") })
                try await Task.sleep(for: .milliseconds(700))
                kill(token.id, SIGINT)
                let result = try await token.finished("token")
                #expect(result.status == 130 && result.output.isEmpty, "\(result)")
                #expect(result.errors.contains("Ended at once"), "\(result)")
                try keyring.set("slow", false)
                #expect(keyring.item.contains("refresh-token-0"))
                let next = try await stage.run(["token"], environment: keyring.environment)
                #expect(next.status == 4, "\(next)")
                #expect(rig.server.refreshes == 1)
            }
        }

        @Test("given up while the session is on its way into it, the session does not come later, over another one")
        func givenUpWhileKeeping() async throws {
            try await Self.with { stage, rig, keyring in
                try keyring.set("slow")
                let login = try await signIn(stage, keyring)
                try await waitUntil("the keyring to be asked", evidence: { login.errors }, until: { keyring.isStoring })
                kill(login.id, SIGINT)
                try await waitUntil("the words", until: { login.errors.contains("Keeping the session first") })
                try await Task.sleep(for: .milliseconds(700))
                kill(login.id, SIGINT)
                let result = try await login.finished("login")
                #expect(result.status == 130, "\(result)")
                #expect(result.errors.contains("The session may be kept, or not"), "\(result)")
                try await Task.sleep(for: .seconds(6))
                #expect(keyring.item.isEmpty, "it was kept after the program's end")
            }
        }

        @Test("the screen does not say that a session is kept before it is, and leaving it then is told")
        func screenWhileKeeping() async throws {
            try await Self.with { stage, rig, keyring in
                try keyring.set("slow")
                let screen = try await signedInScreen(stage, keyring)
                let shown = try await screen.capture()
                #expect(shown.contains("on its way into the session store"), "\(shown)")
                #expect(!shown.contains("in the desktop's keyring"), "\(shown)")
                try await screen.press(.text("q"))
                try await screen.wait(for: "Keeping the session first")
                try await waitUntil("the keyring", until: { keyring.item.contains("refresh-token-0") })
            }
        }

        @Test("who does not wait for it to take the session is told, and the exit status is 1")
        func screenGivenUpWhileKeeping() async throws {
            try await Self.with { stage, rig, keyring in
                try keyring.set("slow")
                let screen = try await signedInScreen(stage, keyring)
                try await screen.press(.text("q"))
                try await screen.wait(for: "Keeping the session first")
                try await Task.sleep(for: .milliseconds(700))
                try await screen.press(.text("q"))
                #expect(try await screen.exitStatus() == 1)
                let shown = try await screen.capture()
                #expect(shown.contains("The session may be kept, or not"), "\(shown)")
                try await screen.expectRestoredTerminal()
            }
        }

        @Test(
            "a session that it does not take, while the person leaves: that is said, the token deleted, exit status 1",
            arguments: [false, true]
        )
        func notTakenWhileLeaving(isRefresh: Bool) async throws {
            try await Self.with { stage, rig, keyring in
                let screen: TmuxScreen
                if isRefresh {
                    #expect(try await signIn(stage, keyring).finished("login").status == 0)
                    screen = try await stage.screen(["--no-browser"], environment: keyring.environment)
                    try await screen.wait(for: "Ada Okafor")
                    rig.server.closeGate()
                    try await screen.press(.text("r"))
                    try await waitUntil("its request", until: { rig.server.refreshes == 1 })
                    try await screen.press(.text("q"))
                    try await screen.wait(for: "Finishing the refresh first")
                    try keyring.set("full")
                    rig.server.openGate()
                } else {
                    try keyring.set("slow")
                    screen = try await signedInScreen(stage, keyring)
                    try await screen.press(.text("q"))
                    try await screen.wait(for: "Keeping the session first")
                    try keyring.set("locked")
                }
                #expect(try await screen.exitStatus() == 1)
                try await screen.wait(for: "so its token was deleted at the server")
                #expect(rig.server.deleted == [isRefresh ? "access-token-1" : "access-token-0"])
                #expect(keyring.item.isEmpty)
            }
        }

        @Test(
            "signed out of a keyring that is slow, to take the session or to give it up: left at once, it is gone there and at the server",
            arguments: ["slow", "slow-clear"]
        )
        func signedOutAndLeft(how: String) async throws {
            try await Self.with { stage, rig, keyring in
                try keyring.set(how)
                let screen = try await signedInScreen(stage, keyring)
                try await screen.press(.text("l"))
                try await screen.wait(for: "the session store forgets the session")
                try await screen.press(.text("q"))
                try await screen.wait(for: "Forgetting the session first")
                try await waitUntil("the deletion", evidence: screen.evidence) {
                    rig.stub.requests.contains { $0.method == "DELETE" && $0.bearer == "access-token-0" }
                }
                #expect(keyring.item.isEmpty)
            }
        }

        @Test("who does not wait for that is told that the session may still be there, by the exit status too")
        func removalGivenUp() async throws {
            try await Self.with { stage, rig, keyring in
                #expect(try await signIn(stage, keyring).finished("login").status == 0)
                try keyring.set("slow-clear")
                let line = "\(try Tools.program()) --no-browser; echo exit status $?; sleep 60"
                let screen = try await stage.screen(["-c", line], program: "/bin/sh", environment: keyring.environment)
                try await screen.wait(for: "Ada Okafor")
                try await screen.press(.text("l"))
                try await screen.wait(for: "the session store forgets the session")
                try await screen.press(.text("q"))
                try await screen.wait(for: "Forgetting the session first")
                try await Task.sleep(for: .milliseconds(700))
                try await screen.press(.text("q"))
                try await screen.wait(for: "The sign-out was not finished")
                try await screen.wait(for: "exit status 1")
            }
        }

        @Test("signed out of while another program refreshes it: what comes of the refresh is deleted, however late")
        func signedOutWhileRefreshing() async throws {
            try await Self.with { stage, rig, keyring in
                #expect(try await signIn(stage, keyring).finished("login").status == 0)
                try keyring.set("slow")
                rig.server.closeGate()
                let refresh = try stage.start(["refresh"], environment: keyring.environment)
                try await waitUntil("its request", until: { rig.server.refreshes == 1 })
                let logout = try stage.start(["logout"], environment: keyring.environment)
                try await Task.sleep(for: .milliseconds(2500))
                rig.server.openGate()
                #expect(try await refresh.finished("refresh").status == 0)
                let result = try await logout.finished("logout")
                #expect(result.status == 0, "\(result)")
                #expect(result.errors.contains("The token was deleted"), "\(result)")
                #expect(keyring.item.isEmpty)
                #expect(rig.server.deleted == ["access-token-1"])
                #expect(rig.server.refreshes == 1)
            }
        }

        @Test("a sign-in elsewhere with other settings while this one waits: whose place it took is said")
        func takesPlaceMeanwhile() async throws {
            try await Stage.with { stage in
                let rig = try SessionRig(stage)
                let browser = try stage.browserScript()
                let screen = try await stage.screen(["--browser", browser.command], environment: rig.environment)
                try await screen.press(.enter)
                try await waitUntil("the browser", evidence: screen.evidence, until: { !browser.opened.isEmpty })
                #expect(try await rig.signIn(["--client-id", "client-2"]).status == 0)
                _ = try await Callback(request: AuthorizationURL(browser.opened[0])).answer("code=the-code")
                try await screen.wait(for: "took the place of a sign-in of the client client-2")
            }
        }

        @Test(
            "a signal while the session is on its way into it waits; then the program dies of it",
            arguments: [
                SIGTERM, SIGHUP,
            ]
        )
        func signalWhileKeeping(signal: Int32) async throws {
            try await Self.with { stage, rig, keyring in
                try keyring.set("slow")
                let login = try await signIn(stage, keyring)
                try await waitUntil("the keyring to be asked", evidence: { login.errors }, until: { keyring.isStoring })
                kill(login.id, signal)
                let result = try await login.finished("login")
                #expect(result.status == 128 + signal, "\(result)")
                #expect(result.errors.contains("Keeping the session first"), "\(result)")
                #expect(keyring.item.contains("refresh-token-0"))
            }
        }
    }
}
