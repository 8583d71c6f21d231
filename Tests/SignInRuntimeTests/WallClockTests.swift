import FoundationEssentials
import SignInRuntime
import Synchronization
import Testing

@Suite("waiting by the wall clock", .timeLimit(.minutes(1)))
struct WallClockTests {
    @Test("a clock that is put back makes nobody wait for longer than was left")
    func putBack() async throws {
        let isSet = Mutex(false)
        try await WallClock.sleep(until: Date().addingTimeInterval(0.2)) {
            let before = isSet.withLock { isSet in
                defer { isSet = true }
                return isSet
            }
            return before ? Date().addingTimeInterval(-100_000) : Date()
        }
    }

    @Test("a clock that is put forward ends the wait")
    func putForward() async throws {
        let asked = Mutex(0)
        try await WallClock.sleep(until: Date().addingTimeInterval(0.2)) {
            let times = asked.withLock { asked in
                asked += 1
                return asked
            }
            return times > 1 ? Date().addingTimeInterval(100_000) : Date()
        }
        #expect(asked.withLock { $0 } == 2)
    }

    @Test("what is past is not waited for, and the far future is a date like any other")
    func extremes() async throws {
        try await WallClock.sleep(until: .distantPast)
        let waiting = Task { try await WallClock.sleep(until: .distantFuture) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
    }
}
