import DemoCloud
import Foundation
import Testing

@Suite("Serving", .timeLimit(.minutes(1)))
struct ServingTests {
    @Test("a port that is taken is an error that names it, and onReady is not called")
    func portInUse() async throws {
        try await withCloud { rig in
            let port = try #require(URL(string: rig.baseURL)?.port)
            let second = DemoCloud(DemoConfiguration(port: port))
            let error = await #expect(throws: DemoCloudError.self) {
                try await second.run { _ in Issue.record("the port is taken") }
            }
            #expect(error == .portInUse(port))
            #expect(error?.description.contains("\(port)") == true)
        }
    }

    @Test("onReady may itself send requests, and the port is free again once run has returned")
    func readiness() async throws {
        let (statuses, status) = AsyncStream<Int?>.makeStream()
        let first = DemoCloud(DemoConfiguration())
        let (urls, url) = AsyncStream<String>.makeStream()
        let server = Task {
            try await first.run { baseURL in
                let rig = Rig(cloud: first, baseURL: baseURL, clock: TestClock())
                status.yield(try? await rig.profile("never-given").status)
                url.yield(baseURL)
            }
        }
        var statusIterator = statuses.makeAsyncIterator()
        #expect(await statusIterator.next() == 401)
        var urlIterator = urls.makeAsyncIterator()
        let baseURL = try #require(await urlIterator.next())
        let port = try #require(URL(string: baseURL)?.port)
        server.cancel()
        try await server.value

        let again = Task { try await DemoCloud(DemoConfiguration(port: port)).run { url.yield($0) } }
        #expect(await urlIterator.next() == "http://127.0.0.1:\(port)")
        again.cancel()
        try await again.value
    }
}
