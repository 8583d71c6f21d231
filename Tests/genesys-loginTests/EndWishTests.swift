import Testing

@testable import genesys_login

@Suite("The wish that the program end")
struct EndWishTests {
    @Test("what comes in the same moment is the same wish; later it is another one, unless it is a hangup")
    func meanings() {
        let wish = EndWish()
        let start = ContinuousClock.now
        let taken = [(0, false), (0, true), (499, false), (500, true), (500, false), (60_000, true), (60_001, false)]
            .map { wish.take(isHangup: $0.1, at: start + .milliseconds($0.0)) }
        #expect(taken == [.first, .same, .same, .same, .atOnce, .same, .atOnce])
    }
}
