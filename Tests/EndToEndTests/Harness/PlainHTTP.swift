import Foundation

/// HTTP/1.1 by hand: a client that can send what a well-behaved one would not, and knows no proxy.
enum PlainHTTP {
    /// What a server answered.
    struct Answer: Sendable {
        let status: Int
        let headers: [String: String]
        let body: Data

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// Sends a request and reads the answer.
    ///
    /// - Parameters:
    ///   - target: the path and the query, sent as they are.
    ///   - host: the `Host` header; without one, the address and the port.
    static func send(
        _ method: String = "GET",
        to address: Loopback = .ipv4,
        port: Int,
        target: String,
        host: String? = nil,
        headers: [String: String] = [:],
        body: Data? = nil,
        limit: Int = 60
    ) async throws -> Answer {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: \(host ?? "localhost:\(port)")\r\nConnection: close\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        let request = Data((head + "\r\n").utf8) + (body ?? Data())
        return try await inBackground {
            let socket = try Socket.connect(to: address, port: port, limit: limit)
            defer { socket.close() }
            try socket.write(request)
            return try answer(from: socket)
        }
    }

    /// Runs blocking work on a thread that may block.
    static func inBackground<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Swift.Result(catching: work))
            }
        }
    }

    private static func answer(from socket: Socket) throws -> Answer {
        var received = Data()
        while true {
            if let message = Message(received), message.isComplete { return try answer(message) }
            let more = try socket.read()
            guard !more.isEmpty else { break }
            received += more
        }
        guard let message = Message(received) else {
            throw Failure("the connection was closed after «\(String(decoding: received, as: UTF8.self))»")
        }
        return try answer(message)
    }

    private static func answer(_ message: Message) throws -> Answer {
        let words = message.firstLine.split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else {
            throw Failure("not an HTTP answer: \(message.firstLine)")
        }
        return Answer(status: status, headers: message.headers, body: message.body)
    }

    /// A request or an answer as far as it has come in.
    struct Message {
        let firstLine: String
        /// The headers, their names in lower case.
        let headers: [String: String]
        let body: Data

        /// `nil` while the head is not there yet.
        init?(_ received: Data) {
            guard let end = received.range(of: Data("\r\n\r\n".utf8)) else { return nil }
            let lines = String(decoding: received[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
            firstLine = lines[0]
            headers = Dictionary(
                lines.dropFirst().compactMap { line -> (String, String)? in
                    guard let colon = line.firstIndex(of: ":") else { return nil }
                    let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
                    return (line[..<colon].lowercased(), value)
                },
                uniquingKeysWith: { first, _ in first }
            )
            body = Data(received[end.upperBound...])
        }

        /// Whether the body is there as far as its announced length; without one, the stream's end tells.
        var isComplete: Bool {
            headers["content-length"].flatMap(Int.init).map { body.count >= $0 } ?? false
        }
    }
}
