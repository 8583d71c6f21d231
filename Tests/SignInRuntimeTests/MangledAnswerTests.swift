import FoundationEssentials
import NIOCore
import NIOPosix
import OAuth
import SignInRuntime
import Synchronization
import Testing

/// Answers that are nearly HTTP, each another one.
private final class Mangler: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let starts = [
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n{}",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 401 No\r\nWWW-Authenticate: Bearer\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nx",
    ]
    private static let pieces = [
        "HTTP/1.1 ", "HTTP/2.0 ", "\r\n", "\n", "\r\n\r\n", ":", " ", "0", "9", "000", "-1", "099", "199", "304", "600",
        "1234",
        "Content-Length: 2\r\n", "Content-Length: 18446744073709551616\r\n", "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip\r\n", "Connection: close\r\n", "Trailer: x\r\n", "0\r\n\r\n", "ffffffffffffffff\r\n",
        ";x=y", "\u{0}",
        "é", "HTTP/1.1 103 Early\r\nLink: x\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
    ]

    private let random: Mutex<Seeded>
    private let current = Mutex("")

    init(seed: UInt64) { random = Mutex(Seeded(state: seed)) }

    var last: String { current.withLock { $0 } }

    private func next() -> String {
        random.withLock { random in
            var bytes = Array((Self.starts.randomElement(using: &random) ?? "").utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                // Of the head rather than the body.
                let place = Int.random(in: 0...bytes.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes.removeSubrange(place..<min(place + Int.random(in: 1...4, using: &random), bytes.count))
                case 1: if place < bytes.count { bytes[place] = UInt8.random(in: .min ... .max, using: &random) }
                case 2: bytes.insert(contentsOf: bytes[place..<min(place + 20, bytes.count)], at: place)
                case 3:
                    if place >= 9, bytes.count > 12 {
                        bytes[Int.random(in: 9..<12, using: &random)] = UInt8(ascii: "0")
                    }
                default:
                    bytes.insert(contentsOf: Array((Self.pieces.randomElement(using: &random) ?? "").utf8), at: place)
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let text = next()
        current.withLock { $0 = text }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text))).whenComplete { _ in channel.close(promise: nil)
        }
    }
}

@Suite("answers that are nearly HTTP", .timeLimit(.minutes(5)))
struct MangledAnswerTests {
    @Test("two thousand of them: each is an answer or an error, and the next request is sent all the same")
    func mangled() async throws {
        let mangler = Mangler(seed: 7)
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { $0.pipeline.addHandler(mangler) }
            .bind(host: "127.0.0.1", port: 0)
            .get()
        let url = "http://127.0.0.1:\(server.localAddress?.port ?? 0)/"
        let live = LiveTransport(eventLoops: MultiThreadedEventLoopGroup.singleton)
        var answers = 0
        for number in 0..<2000 {
            do throws(TransportError) {
                let response = try await live.transport.send(HTTPRequest(method: .get, url: url))
                #expect(response.status >= 100, "\(mangler.last)")
                answers += 1
            } catch {
                switch error {
                case .closed, .notHTTP, .oversized: break
                default: Issue.record("\(number): \(error) for \(mangler.last.debugDescription)")
                }
            }
        }
        #expect(answers > 200)
        await live.shutdown()
        try await server.close()
    }
}
