import Foundation
import Glibc

/// An address of this machine that nobody else can reach.
enum Loopback: String, Sendable, CaseIterable {
    case ipv4 = "127.0.0.1"
    case ipv6 = "::1"
    /// A second address, for what plays another machine and needs the same port. The program never listens there.
    case another = "127.0.0.2"

    /// The two that `localhost` means.
    static let allCases: [Loopback] = [.ipv4, .ipv6]
}

/// A blocking TCP socket; not inherited by processes that are started while it is open.
struct Socket: Sendable {
    let descriptor: Int32

    /// Connects to `port`; every later read and write gives up after `limit` seconds.
    static func connect(to host: Loopback, port: Int, limit: Int = 30) throws -> Socket {
        try open(host, port: port) { socket, address, length in
            var time = timeval(tv_sec: limit, tv_usec: 0)
            for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
                setsockopt(socket.descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
            }
            return Glibc.connect(socket.descriptor, address, length)
        }
    }

    /// Listens on `port`; 0 asks the system for one.
    static func listen(on host: Loopback, port: Int) throws -> Socket {
        try open(host, port: port) { socket, address, length in
            var yes: Int32 = 1
            setsockopt(socket.descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
            guard bind(socket.descriptor, address, length) == 0 else { return -1 }
            return Glibc.listen(socket.descriptor, 64)
        }
    }

    private static func open(
        _ host: Loopback,
        port: Int,
        use: (Socket, UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws -> Socket {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host.rawValue, String(port), &hints, &found) == 0, let found else {
            throw Failure("\(host.rawValue) port \(port) is no address")
        }
        defer { freeaddrinfo(found) }
        guard let address = found.pointee.ai_addr else { throw Failure("\(host.rawValue) is no address") }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = Socket(descriptor: Glibc.socket(found.pointee.ai_family, type, 0))
        guard socket.descriptor >= 0, use(socket, address, found.pointee.ai_addrlen) == 0 else {
            let reason = String(cString: strerror(errno))
            socket.close()
            throw Failure("\(host.rawValue) port \(port): \(reason)")
        }
        return socket
    }

    /// The port that the socket is bound to.
    var port: Int {
        get throws {
            var address = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let number: UInt16? = withUnsafeMutableBytes(of: &address) { bytes in
                guard let start = bytes.baseAddress,
                    getsockname(descriptor, start.assumingMemoryBound(to: sockaddr.self), &length) == 0
                else { return nil }
                // sin_port and sin6_port stand at the same place, the first byte the higher one.
                return UInt16(bytes[2]) << 8 | UInt16(bytes[3])
            }
            guard let number else { throw Failure("a socket without a port") }
            return Int(number)
        }
    }

    /// Waits for somebody to connect; `nil` once the socket was shut down.
    func accept() -> Socket? {
        let accepted = Glibc.accept(descriptor, nil, nil)
        guard accepted >= 0 else { return nil }
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        return Socket(descriptor: accepted)
    }

    /// The next bytes; empty at the end of the stream.
    func read() throws -> Data {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw Failure("nothing came: \(String(cString: strerror(errno)))") }
        return Data(buffer.prefix(count))
    }

    func write(_ data: Data) throws {
        var rest = [UInt8](data)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Failure("cannot send: \(String(cString: strerror(errno)))") }
            rest = rest.dropFirst(count)
        }
    }

    /// Wakes whoever waits in ``accept()`` or ``read()``.
    func shutDown() {
        _ = shutdown(descriptor, Int32(SHUT_RDWR))
    }

    func close() {
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
    }
}

/// Ports of this machine.
enum Ports {
    /// A port that nobody listens on, neither at 127.0.0.1 nor at ::1.
    static func free() throws -> Int {
        for _ in 0..<20 {
            let ipv4 = try Socket.listen(on: .ipv4, port: 0)
            defer { ipv4.close() }
            let port = try ipv4.port
            guard let ipv6 = try? Socket.listen(on: .ipv6, port: port) else { continue }
            ipv6.close()
            return port
        }
        throw Failure("no port is free at 127.0.0.1 and at ::1 at once; does this machine have ::1?")
    }

    /// The addresses that somebody listens at on `port`, written as the kernel does: hexadecimal words in the
    /// machine's byte order.
    static func listeningAddresses(_ port: Int) throws -> Set<String> {
        Set(try addresses(port, state: "0A"))
    }

    /// How many connections to `port` stand.
    static func connections(_ port: Int) throws -> Int {
        try addresses(port, state: "01").count
    }

    /// The addresses of all sockets on `port` that are in `state`, a hexadecimal number of the kernel's.
    private static func addresses(_ port: Int, state: String) throws -> [String] {
        let wanted = String(port, radix: 16, uppercase: true)
        let suffix = ":" + String(repeating: "0", count: 4 - wanted.count) + wanted
        var addresses: [String] = []
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            for line in try whole(table).split(separator: "\n") {
                let columns = line.split(separator: " ")
                guard columns.count > 3, columns[3] == state, columns[1].hasSuffix(suffix) else { continue }
                addresses.append(String(columns[1].dropLast(suffix.count)))
            }
        }
        return addresses
    }

    /// A table of the kernel's to its end: each read of one gives a page at most, and Foundation stops after the first.
    private static func whole(_ table: String) throws -> String {
        let descriptor = open(table, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure("cannot open \(table): \(String(cString: strerror(errno)))") }
        defer { _ = Glibc.close(descriptor) }
        var content: [UInt8] = []
        var page = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = read(descriptor, &page, page.count)
            guard count >= 0 else { throw Failure("cannot read \(table): \(String(cString: strerror(errno)))") }
            guard count > 0 else { return String(decoding: content, as: UTF8.self) }
            content += page[..<count]
        }
    }

    /// 127.0.0.1 as the kernel writes it.
    static let kernelIPv4 = "0100007F"
    /// ::1 as the kernel writes it.
    static let kernelIPv6 = "00000000000000000000000001000000"

    /// Waits until nobody listens on `port` any more.
    static func waitUntilFree(_ port: Int) async throws {
        try await waitUntil(
            "port \(port) to be free",
            within: Patience.portRelease,
            evidence: { "listening: \((try? listeningAddresses(port)) ?? [])" },
            until: { try listeningAddresses(port).isEmpty }
        )
    }
}
