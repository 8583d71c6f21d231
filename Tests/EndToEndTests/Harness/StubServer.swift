import Foundation
import Synchronization

/// A server on 127.0.0.1 that answers as a test wants, and counts: for what no real server can be made to say.
final class StubServer: Sendable {
    /// A request as it came in.
    struct Request: Sendable {
        let method: String
        let path: String
        /// The fields of a form-encoded body.
        let form: [String: String]
        /// The bearer token.
        let bearer: String?
    }

    /// What to answer.
    struct Reply: Sendable {
        var status = 200
        var type = "application/json"
        var body: String
        var headers: [String: String] = [:]

        static func json(_ body: String, status: Int = 200) -> Reply { Reply(status: status, body: body) }
        static func html(_ body: String, status: Int) -> Reply { Reply(status: status, type: "text/html", body: body) }
    }

    let port: Int

    private let listener: Socket
    private let answer: @Sendable (Request) -> Reply
    private let received = Mutex<[Request]>([])

    init(answer: @escaping @Sendable (Request) -> Reply) throws {
        self.answer = answer
        listener = try Socket.listen(on: .ipv4, port: 0)
        port = try listener.port
        Thread.detachNewThread { [self] in
            while let connection = listener.accept() {
                Thread.detachNewThread { [self] in serve(connection) }
            }
            listener.close()
        }
    }

    /// For `--login-url` and `--api-url`.
    var url: String { "http://127.0.0.1:\(port)" }

    /// Every request so far.
    var requests: [Request] { received.withLock(\.self) }

    /// The requests to the token endpoint so far.
    var tokenRequests: [Request] { requests.filter { $0.path == "/oauth/token" } }

    func end() {
        listener.shutDown()
    }

    private func serve(_ connection: Socket) {
        defer { connection.close() }
        guard let request = try? Self.request(from: connection) else { return }
        received.withLock { $0.append(request) }
        let reply = answer(request)
        let head = """
            HTTP/1.1 \(reply.status) Answer\r
            Content-Type: \(reply.type)\r
            Content-Length: \(reply.body.utf8.count)\r
            Connection: close\r
            \(reply.headers.map { "\($0): \($1)\r\n" }.joined())\r

            """
        try? connection.write(Data((head + reply.body).utf8))
    }

    private static func request(from connection: Socket) throws -> Request {
        var bytes = Data()
        while true {
            if let message = PlainHTTP.Message(bytes) {
                if message.isComplete || message.headers["content-length"] == nil { return Request(message) }
            }
            let more = try connection.read()
            guard !more.isEmpty else { throw Failure("half a request") }
            bytes += more
        }
    }
}

extension StubServer.Request {
    fileprivate init(_ message: PlainHTTP.Message) {
        let words = message.firstLine.split(separator: " ").map(String.init)
        method = words.first ?? ""
        bearer = message.headers["authorization"].map { String($0.dropFirst("Bearer ".count)) }
        path = String((words.dropFirst().first ?? "").prefix { $0 != "?" })
        // A form's fields look like a query, but for the plus sign.
        let query = String(decoding: message.body, as: UTF8.self).replacing("+", with: "%20")
        let fields = URLComponents(string: "?\(query)")?.queryItems ?? []
        form = Dictionary(fields.map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { $1 })
    }
}
