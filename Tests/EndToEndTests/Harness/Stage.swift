import Foundation

/// What one test plays on: an empty home, a folder that is gone afterwards, and the actors that it starts. All of
/// them are ended with the test, however it ends, the last one first.
final class Stage {
    /// Everything of this test is below this folder.
    let folder: URL
    /// The home of the program under test, empty at first and not shared with the browser.
    let home: URL

    private var endings: [() async -> Void] = []

    /// Runs `play` on a stage of its own.
    static func with<Result>(_ play: (Stage) async throws -> Result) async throws -> Result {
        let stage = try Stage()
        do {
            let result = try await play(stage)
            await stage.end()
            return result
        } catch {
            await stage.end()
            throw error
        }
    }

    private init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "genesys-login-\(UUID().uuidString.prefix(8))")
        home = folder.appending(path: "home")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    }

    /// A new folder of the given name.
    func newFolder(_ name: String) throws -> URL {
        let new = folder.appending(path: "\(name)-\(endings.count)")
        try FileManager.default.createDirectory(at: new, withIntermediateDirectories: true)
        return new
    }

    /// Something to do when the test is over.
    func atTheEnd(_ ending: @escaping () async -> Void) {
        endings.append(ending)
    }

    private func end() async {
        for ending in endings.reversed() { await ending() }
        try? FileManager.default.removeItem(at: folder)
    }

    /// Starts the program, or another one, on a screen; see ``TmuxScreen``.
    func screen(
        _ arguments: [String],
        program: String? = nil,
        environment: [String: String] = [:],
        width: Int = 80,
        height: Int = 24
    ) async throws -> TmuxScreen {
        let screen = try TmuxScreen(home: home, folder: newFolder("screen"))
        atTheEnd { await screen.end() }
        try await screen.start(
            program: program ?? Tools.program(),
            arguments: arguments,
            environment: environment,
            width: width,
            height: height
        )
        return screen
    }

    /// A stand-in for the browser; see ``BrowserScript``.
    func browserScript() throws -> BrowserScript {
        try BrowserScript(folder: newFolder("browser-script"))
    }

    /// A browser; see ``Chromium``.
    func chromium() async throws -> Chromium {
        let driver = try ChildProcess(
            Tools.chromedriver(),
            ["--port=0"],
            environment: Tools.environment(home: newFolder("chromium-home")),
            filesIn: newFolder("chromedriver")
        )
        atTheEnd { await driver.end() }
        let chromium = try await Chromium(driver: driver, profile: newFolder("chromium-profile"))
        atTheEnd { await chromium.quit() }
        return chromium
    }

    /// An independent authorization server; see ``AuthorizationServer``.
    func authorizationServer(
        callbackPort: Int,
        accessTokenLifetime: Int = 3600
    ) async throws -> AuthorizationServer {
        let folder = try newFolder("authorization-server")
        let server = try await AuthorizationServer(
            redirectURI: "http://localhost:\(callbackPort)/callback",
            accessTokenLifetime: accessTokenLifetime,
            home: folder
        )
        atTheEnd { await server.end() }
        return server
    }

    /// A server that answers as the test wants; see ``StubServer``.
    func stubServer(_ answer: @escaping @Sendable (StubServer.Request) -> StubServer.Reply) throws -> StubServer {
        let server = try StubServer(answer: answer)
        atTheEnd { server.end() }
        return server
    }

    /// Starts the program without a terminal.
    func start(
        _ arguments: [String],
        environment: [String: String] = [:],
        inputStaysOpen: Bool = false
    ) throws -> ChildProcess {
        let child = try ChildProcess(
            Tools.program(),
            arguments,
            environment: Tools.environment(home: home).merging(environment) { $1 },
            filesIn: newFolder("run"),
            inputStaysOpen: inputStaysOpen
        )
        atTheEnd { await child.end() }
        return child
    }

    /// Runs the program without a terminal.
    func run(
        _ arguments: [String],
        environment: [String: String] = [:]
    ) async throws -> ChildProcess.Finished {
        try await ChildProcess.run(
            Tools.program(),
            arguments,
            environment: Tools.environment(home: home).merging(environment) { $1 },
            filesIn: newFolder("run")
        )
    }
}
