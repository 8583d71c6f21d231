import Foundation
import SignIn
import TerminalUI
import Testing

@Suite("the next tick")
struct NextTickTests {
    private static let size = Size(columns: 80, rows: 24)

    private func model(_ name: String) throws -> ScreenModel {
        try #require(try Fixtures.all().first { $0.name == name }).model
    }

    @Test(
        "nothing that stands still wants a tick",
        arguments: ["signed-out", "signed-out-timed-out", "help-waiting", "profile-minimal"]
    )
    func still(name: String) throws {
        #expect(nextTick(for: try model(name), size: Self.size) == nil)
    }

    @Test("a terminal that is too small shows no time")
    func small() throws {
        #expect(nextTick(for: try model("waiting"), size: Size(columns: 39, rows: 24)) == nil)
    }

    @Test(
        "until the tick the screen is the same, and at the tick it is another",
        arguments: try Fixtures.all().map(\.name)
    )
    func exact(name: String) throws {
        var model = try model(name)
        for _ in 0..<30 {
            guard let tick = nextTick(for: model, size: Self.size) else { return }
            #expect(tick > .zero)
            let seconds = Double(tick.components.seconds) + Double(tick.components.attoseconds) / 1e18
            let before = render(model, size: Self.size)
            let start = model.now
            model.now = start + seconds * 0.9
            #expect(render(model, size: Self.size) == before, "\(name): too late")
            model.now = start + seconds
            #expect(render(model, size: Self.size) != before, "\(name): nothing changed after \(seconds) s")
        }
    }

    @Test("a wait ticks by the second, a long session by the minute, its last two minutes by the second")
    func grain() throws {
        let waiting = try #require(nextTick(for: try model("waiting"), size: Self.size))
        #expect(waiting <= .milliseconds(1_010))
        var profile = try model("profile-no-refresh-token")
        let long = try #require(nextTick(for: profile, size: Self.size))
        #expect(long > .seconds(10))
        profile.now = Fixtures.at(3_600)
        let short = try #require(nextTick(for: profile, size: Self.size))
        #expect(short <= .milliseconds(1_010))
    }
}
