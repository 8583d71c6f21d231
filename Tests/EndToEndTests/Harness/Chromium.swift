import Foundation

/// A headless Chromium, driven over WebDriver (https://www.w3.org/TR/webdriver2/).
struct Chromium: Sendable {
    private let port: Int
    private let session: String

    /// Starts a browser with an empty profile through `driver`, a chromedriver that chooses its own port.
    init(driver: ChildProcess, profile: URL) async throws {
        port = try await driver.ready("chromedriver's port") { output in
            output.firstMatch(of: /started successfully on port (\d+)/).flatMap { Int($0.1) }
        }
        let capabilities = Capabilities(
            binary: try Tools.chromium(),
            arguments: [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage",
                "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--no-proxy-server", "--window-size=1000,800", "--user-data-dir=\(profile.path)",
            ]
        )
        let started: NewSession = try await Self.command(port, "POST", "/session", body: capabilities)
        session = started.sessionId
    }

    /// Goes to `url`, and waits until the page is loaded.
    func open(_ url: String) async throws {
        let _: Nothing = try await command("POST", "/url", body: ["url": url])
    }

    /// The address bar.
    func currentURL() async throws -> String {
        try await command("GET", "/url")
    }

    func title() async throws -> String {
        try await command("GET", "/title")
    }

    /// The page as it came from the server.
    func source() async throws -> String {
        try await command("GET", "/source")
    }

    /// What a person reads on the page.
    func text() async throws -> String {
        let body = try await element("body")
        return try await command("GET", "/element/\(body)/text")
    }

    /// Clicks on the first element that `selector` (CSS) finds, once it is there.
    func click(_ selector: String) async throws {
        let found = try await element(selector)
        let _: Nothing = try await command("POST", "/element/\(found)/click", body: [String: String]())
    }

    /// Types `keys` into the first element that `selector` finds, once it is there.
    func type(_ keys: String, into selector: String) async throws {
        let found = try await element(selector)
        let _: Nothing = try await command("POST", "/element/\(found)/value", body: ["text": keys])
    }

    /// Waits until the address bar satisfies `condition`, and returns what it shows then.
    @discardableResult
    func wait(forURL wanted: String, where condition: (String) -> Bool) async throws -> String {
        try await poll(
            "the browser to be at \(wanted)",
            evidence: evidence,
            until: {
                let url = try await currentURL()
                return condition(url) ? url : nil
            }
        )
    }

    /// Saves a picture of the page as `.build-pictures/NAME.png` in the package's folder, for people to look at.
    func savePicture(_ name: String) async throws {
        let picture: String = try await command("GET", "/screenshot")
        guard let data = Data(base64Encoded: picture) else { throw Failure("a picture that is no base64") }
        let folder = Tools.packageRoot.appending(path: ".build-pictures")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try data.write(to: folder.appending(path: "\(name).png"))
    }

    /// Ends the browser.
    func quit() async {
        let _: Nothing? = try? await command("DELETE", "")
    }

    /// What the browser shows, for a message.
    func evidence() async -> String {
        let url = try? await currentURL()
        let text = try? await text()
        return "the browser is at \(url ?? "(unknown)") and shows:\n\(text ?? "(nothing that can be read)")"
    }

    // MARK: WebDriver

    /// Waits for an element; its reference.
    private func element(_ selector: String) async throws -> String {
        try await poll(
            "an element «\(selector)» on the page",
            evidence: evidence,
            until: {
                let query = ["using": "css selector", "value": selector]
                do {
                    let found: [String: String] = try await command("POST", "/element", body: query)
                    return found.values.first
                } catch let error as WebDriverError where error.error == "no such element" {
                    return nil
                }
            }
        )
    }

    private func command<Value: Decodable>(_ method: String, _ path: String) async throws -> Value {
        try await Self.command(port, method, "/session/\(session)\(path)", body: Optional<String>.none)
    }

    private func command<Value: Decodable>(
        _ method: String,
        _ path: String,
        body: some Encodable
    ) async throws -> Value {
        try await Self.command(port, method, "/session/\(session)\(path)", body: body)
    }

    private static func command<Value: Decodable>(
        _ port: Int,
        _ method: String,
        _ path: String,
        body: (some Encodable)?
    ) async throws -> Value {
        let answer = try await PlainHTTP.send(
            method,
            port: port,
            target: path,
            headers: ["Content-Type": "application/json"],
            body: try body.map { try JSONEncoder().encode($0) }
        )
        guard answer.status == 200 else {
            throw (try? JSONDecoder().decode(Reply<WebDriverError>.self, from: answer.body).value)
                ?? WebDriverError(error: "status \(answer.status)", message: answer.text)
        }
        return try JSONDecoder().decode(Reply<Value>.self, from: answer.body).value
    }

    private struct Reply<Value: Decodable>: Decodable {
        let value: Value
    }

    /// `null`, or anything else that does not matter.
    private struct Nothing: Decodable {
        init(from decoder: any Decoder) throws {}
    }

    private struct NewSession: Decodable {
        let sessionId: String
    }

    private struct WebDriverError: Error, Decodable, CustomStringConvertible {
        let error: String
        let message: String

        var description: String { "WebDriver: \(error): \(message)" }
    }

    private struct Capabilities: Encodable {
        let capabilities: Matching

        init(binary: String, arguments: [String]) {
            capabilities = Matching(alwaysMatch: Wanted(options: Options(binary: binary, args: arguments)))
        }

        struct Matching: Encodable {
            let alwaysMatch: Wanted
        }

        struct Wanted: Encodable {
            let browserName = "chrome"
            let options: Options

            enum CodingKeys: String, CodingKey {
                case browserName
                case options = "goog:chromeOptions"
            }
        }

        struct Options: Encodable {
            let binary: String
            let args: [String]
        }
    }
}
