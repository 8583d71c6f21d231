import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import OAuth
import Synchronization

@testable import SignInRuntime

/// The bytes of one connection to the listener, read as the listener reads them: NIO's decoder with the listener's
/// limits, the guard, then the listener's own judgement of the head.
func checkCallbackRequest(_ bytes: [UInt8]) throws(Violation) {
    let heads: [HTTPTypes.HTTPRequest]
    do {
        heads = try requestHeads(in: bytes)
    } catch {
        throw Violation(description: "the pipeline cannot be set up: \(error)")
    }
    try demand(heads.count <= 1, "a connection served \(heads.count) requests")
    for head in heads {
        guard let target = try? CallbackTarget(head) else { continue }
        let text = String(decoding: bytes, as: UTF8.self)
        let start = text.drop { $0.isNewline }
        try demand(start.hasPrefix("GET "), "not a GET: \(head.method)")
        let host = head.authority ?? ""
        try demand(RedirectURI.isLoopback(hostHeader: host), "a foreign host: \(host)")
        try demand(
            text.lowercased().contains("host:") && text.contains(host),
            "a host that nobody sent: \(host)"
        )
        try demand(hostFields(in: bytes) == 1, "another Host, which may name another machine")
        try demand(!target.path.contains("?"), "a query in the path")
        // Of a target with scheme and host (RFC 9112 §3.2.2) the library makes path and query in its own way.
        let isAbsolute = !start.hasPrefix("GET /")
        try demand(isAbsolute || text.contains(target.path), "a path that nobody asked for: \(target.path)")
        try demand(
            isAbsolute || target.query.isEmpty || text.contains("?\(target.query.reveal())"),
            "a query that nobody asked with: \(target.query.reveal())"
        )
    }
}

/// How often the first head among `bytes` has the field `Host`.
private func hostFields(in bytes: [UInt8]) -> Int {
    // Whatever of these stands before it is passed over (RFC 9112 §2.2).
    let head = bytes.drop { [UInt8(ascii: "\r"), UInt8(ascii: "\n")].contains($0) }
    let lines = head.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        .map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
    return lines.prefix { !$0.isEmpty }.count { String(decoding: $0, as: UTF8.self).lowercased().hasPrefix("host:") }
}

private func requestHeads(in bytes: [UInt8]) throws -> [HTTPTypes.HTTPRequest] {
    let channel = EmbeddedChannel()
    defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = ListenerLimits.read
    limits.maxHeaderListSize = ListenerLimits.read
    limits.maxHeaderFieldCount = ListenerLimits.fields
    let pipeline = channel.pipeline.syncOperations
    try pipeline.configureHTTPServerPipeline(
        withPipeliningAssistance: false,
        withErrorHandling: false,
        withOutboundHeaderValidation: false,
        withEncoderConfiguration: .init(),
        withDecoderLimitConfiguration: limits
    )
    let collector = HeadCollector()
    let gate = ConnectionGuard(ConnectionTable()) { _ in }
    try pipeline.addHandlers([HTTP1ToHTTPServerCodec(secure: false), gate, collector])
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 3000)).wait()
    // As a socket may bring them: in two pieces.
    let middle = bytes.count / 2
    for piece in [bytes[..<middle], bytes[middle...]] where channel.isActive && !piece.isEmpty {
        _ = try? channel.writeInbound(ByteBuffer(bytes: piece))
    }
    return collector.heads
}

private final class HeadCollector: ChannelInboundHandler {
    typealias InboundIn = HTTPRequestPart

    private(set) var heads: [HTTPTypes.HTTPRequest] = []

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data) { heads.append(head) }
    }
}
