import Foundation

/// What went wrong, in words that tell where to look; it also says what to do where a tool is missing.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// How long things may take. Generous, since machines that run tests are often busy with something else too.
enum Patience {
    /// For what takes a moment on an idle machine.
    static let usual = Duration.seconds(30)
    /// For what the contract promises within three seconds, with a second for the polling and the machine.
    static let portRelease = Duration.seconds(4)
}

/// Asks `question` again and again until it has an answer.
///
/// - Parameters:
///   - wanted: what is waited for, as the end of the sentence "waited for …".
///   - evidence: what there is instead; asked for once, when the time is over.
/// - Throws: ``Failure`` after `limit`, and whatever `question` throws.
func poll<Answer>(
    _ wanted: String,
    within limit: Duration = Patience.usual,
    evidence: () async -> String = { "" },
    until question: () async throws -> Answer?
) async throws -> Answer {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while true {
        if let answer = try await question() { return answer }
        guard clock.now < deadline else {
            throw Failure("waited \(limit) in vain for \(wanted)\n\(await evidence())")
        }
        try await Task.sleep(for: .milliseconds(30))
    }
}

/// Waits until `condition` holds.
func waitUntil(
    _ wanted: String,
    within limit: Duration = Patience.usual,
    evidence: () async -> String = { "" },
    until condition: () async throws -> Bool
) async throws {
    let _: Void = try await poll(wanted, within: limit, evidence: evidence) { try await condition() ? () : nil }
}
