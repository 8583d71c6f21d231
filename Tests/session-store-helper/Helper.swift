import FoundationEssentials
import Glibc
import OAuth
import SessionStore

/// Another process, for the tests of the session stores: `session-store-helper FOLDER COMMAND PROFILE [WORD]`.
///
/// It prints a line for each thing that happens, and a store's error as Swift prints it. No part of the product.
@main
enum Helper {
    static func main() async {
        let words = CommandLine.arguments
        guard words.count >= 4 else {
            say("usage: session-store-helper FOLDER COMMAND PROFILE [WORD]")
            exit(64)
        }
        do throws(StoreError) {
            try await run(words[2], profile: words[3], word: words.dropFirst(4).first ?? "", in: words[1])
        } catch {
            say(error)
        }
    }

    private static func run(
        _ command: String,
        profile: String,
        word: String,
        in folder: String
    ) async throws(StoreError) {
        let store = SessionStore.kernel(folder: folder)
        switch command {
        case "works":
            say(SessionStore.kernelWorks())
        case "full":
            say(await SessionStore.kernelIsFull())
        case "load":
            say(try await store.load(profile)?.tokens.accessToken.reveal() ?? "none")
        case "save":
            try await save(word, profile, in: store)
            say("saved")
        case "save-bytes":
            // WORD is a token's length.
            try await save(String(repeating: "x", count: Int(word) ?? 0), profile, in: store)
            say("saved")
        case "fill":
            // Up to a token of WORD: the largest that there is room for.
            var (saved, refused) = (0, Int(word) ?? 0)
            while refused - saved > 1 {
                let size = (saved + refused) / 2
                do throws(StoreError) {
                    try await save(String(repeating: "x", count: size), profile, in: store)
                    saved = size
                } catch {
                    refused = size
                }
            }
            say("filled")
        case "forget":
            try await store.forget(profile)
            say("forgotten")
        case "lock":
            // Held until the standard input ends, or the process is killed.
            let lock = try await store.lock(profile)
            say("locked")
            while readLine() != nil {}
            lock.release()
        case "count":
            // Under the lock: reads a number, waits a moment, writes the next one.
            for _ in 0..<(Int(word) ?? 0) {
                let lock = try await store.lock(profile)
                let number = try await store.load(profile).flatMap { Int($0.tokens.accessToken.reveal()) } ?? 0
                usleep(500)
                try await save("\(number + 1)", profile, in: store)
                lock.release()
            }
            say("counted")
        default:
            say("unknown command \(command)")
        }
    }

    private static func save(_ token: String, _ profile: String, in store: SessionStore) async throws(StoreError) {
        guard let clientID = ClientID("client-1") else { return }
        try await store.save(
            Session(
                tokens: TokenResponse(accessToken: Secret(token), expiresIn: 60),
                receivedAt: Date(),
                clientID: clientID,
                loginURL: "https://login.mypurecloud.com",
                apiURL: "https://api.mypurecloud.com",
                profileName: profile
            )
        )
    }

    /// Not by `print`, which keeps the line back where the output is no terminal.
    private static func say(_ value: Any) {
        let bytes = Array("\(value)\n".utf8)
        _ = bytes.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
    }
}
