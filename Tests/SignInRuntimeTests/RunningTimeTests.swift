import Testing

@testable import SignInRuntime

@Suite("waiting by the time that the program has run for")
struct RunningTimeTests {
    @Test("no sleep is longer than a second, so that a stopped program finds nearly all of its time left")
    func slices() async throws {
        var slept: [Duration] = []
        try await RunningTime.sleep(for: .milliseconds(2_500)) { slept.append($0) }
        #expect(slept == [.seconds(1), .seconds(1), .milliseconds(500)])
    }

    @Test("a task that is cancelled waits no longer")
    func cancelled() async {
        let task = Task { try await RunningTime.sleep(for: .seconds(3_600)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
