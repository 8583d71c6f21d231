import FoundationEssentials
import Glibc
import NIOCore
import Synchronization

/// The TCP sockets of this network namespace, as `/proc/net/tcp` and `/proc/net/tcp6` tell of them (proc(5)). The files are
/// open from the start: later there may be no room for them.
final class TCPTables: Sendable {
    /// A socket.
    struct Socket {
        /// Its own end, and the other one; as ``TCPTables/names(of:)`` writes them.
        let near, far: Substring
        let state: State
        /// Whose it is, by number. Means nothing where nobody has it any more.
        let user: uid_t
        /// The number of its file; 0 where nobody has it any more.
        let inode: Substring

        /// Whether a process has it.
        var isHeld: Bool { inode != "0" }
    }

    /// The states that matter here.
    enum State {
        case established, listening, other
    }

    /// Whether the system has no such tables (another kind of Linux, or a `/proc` with little in it).
    let areAbsent: Bool
    private let files: Mutex<[Int32]>
    /// Whether every table that there is was opened.
    private let isWhole: Bool

    init() {
        var (files, missing, failures) = ([Int32](), 0, 0)
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            let file = open(table, O_RDONLY | O_CLOEXEC)
            if file >= 0 { files.append(file) } else if errno == ENOENT { missing += 1 } else { failures += 1 }
        }
        self.files = Mutex(files)
        areAbsent = missing == 2
        isWhole = failures == 0 && !files.isEmpty
    }

    deinit {
        close()
    }

    /// Nothing is read any more.
    func close() {
        files.withLock { files in
            files.forEach { Glibc.close($0) }
            files = []
        }
    }

    /// The sockets at `port`, on this side or the other; `nil` where that cannot be read. Takes its time where there are very
    /// many sockets, and blocks the thread.
    func sockets(at port: Int) -> [Socket]? {
        guard isWhole else { return nil }
        return files.withLock { $0.isEmpty ? nil : Self.sockets(at: port, in: $0) }
    }

    private static func sockets(at port: Int, in files: [Int32]) -> [Socket]? {
        var sockets: [Socket] = []
        let needle = ":\(hexadecimal(UInt32(port), digits: 4)) "
        for file in files {
            guard let table = contents(of: file) else { return nil }
            for line in lines(with: needle, in: table) {
                let columns = line.split(separator: " ")
                guard columns.count > 9, let user = uid_t(columns[7]) else { continue }
                let state: State =
                    switch columns[3] {
                    case "01": .established
                    case "0A": .listening
                    default: .other
                    }
                sockets.append(
                    Socket(near: columns[1], far: columns[2], state: state, user: user, inode: columns[9])
                )
            }
        }
        return sockets
    }

    /// An address and port as the tables write them: in words of the machine's order, in hexadecimal. Of an IPv4 address
    /// there is a second form, for an IPv6 socket that speaks IPv4.
    static func names(of address: SocketAddress) -> [Substring] {
        address.withSockAddr { pointer, size in
            let bytes = UnsafeRawBufferPointer(start: pointer, count: size)
            let port = hexadecimal(UInt32(address.port ?? 0), digits: 4)
            // `sockaddr_in` and `sockaddr_in6`: family, port, in the latter the flow, then the address.
            func words(from offset: Int, _ count: Int) -> String {
                guard bytes.count >= offset + 4 * count else { return "" }
                return (0..<count).map { index in
                    hexadecimal(bytes.loadUnaligned(fromByteOffset: offset + 4 * index, as: UInt32.self), digits: 8)
                }.joined()
            }
            switch address.protocol {
            case .inet:
                let ipv4 = words(from: 4, 1)
                let mapped = [0, 0, UInt32(bigEndian: 0xFFFF)].map { hexadecimal($0, digits: 8) }.joined() + ipv4
                return ["\(ipv4):\(port)", "\(mapped):\(port)"]
            case .inet6: return ["\(words(from: 8, 4)):\(port)"]
            default: return []
            }
        }
    }

    private static func hexadecimal(_ number: UInt32, digits: Int) -> String {
        let text = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    /// The lines of a text, which ends with a zero, that have `needle` in them, each once. The others are not looked at one by
    /// one.
    private static func lines(with needle: String, in text: [CChar]) -> [String] {
        text.withUnsafeBufferPointer { text in
            guard let base = text.baseAddress else { return [] }
            var (lines, place) = ([String](), base)
            while let found = strstr(place, needle) {
                var begin = UnsafePointer(found)
                while begin > place, begin[-1] != 0x0A { begin -= 1 }
                let end = strchr(found, 0x0A).map { UnsafePointer($0) } ?? base + text.count - 1
                lines.append(
                    String(
                        decoding: UnsafeRawBufferPointer(start: begin, count: end - begin),
                        as: UTF8.self
                    )
                )
                place = end
            }
            return lines
        }
    }

    /// All of a file of `/proc`, from its beginning, and a zero: it comes in pieces, and says that it is empty.
    private static func contents(of file: Int32) -> [CChar]? {
        var bytes: [CChar] = []
        var piece = [CChar](repeating: 0, count: 262_144)
        while true {
            let count = pread(file, &piece, piece.count, off_t(bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { return bytes + [0] }
            bytes += piece.prefix(count)
        }
    }
}
