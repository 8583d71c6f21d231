import Glibc
import NIOCore

/// The TCP sockets of this network namespace, as `/proc/net/tcp` and `/proc/net/tcp6` tell of them (proc(5)).
struct TCPTable {
    /// A socket.
    struct Socket {
        /// Its own end, and the other one; as ``TCPTable/end(of:)`` writes them.
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

    /// The sockets whose ends have this port.
    let sockets: [Socket]

    /// Looks for the sockets at `port`, on this side or the other.
    init(port: Int) {
        let suffix = ":\(Self.hexadecimal(UInt32(port), digits: 4))"
        sockets = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { table in
            Self.text(of: table).split(separator: "\n").compactMap { line in
                // Most are somebody else's, and there may be very many.
                guard line.utf8.firstRange(of: suffix.utf8) != nil else { return nil }
                let columns = line.split(separator: " ")
                guard columns.count > 9, columns[1].hasSuffix(suffix) || columns[2].hasSuffix(suffix),
                    let user = uid_t(columns[7])
                else { return nil }
                let state: State =
                    switch columns[3] {
                    case "01": .established
                    case "0A": .listening
                    default: .other
                    }
                return Socket(near: columns[1], far: columns[2], state: state, user: user, inode: columns[9])
            }
        }
    }

    /// An address and port as the tables write them: in words of the machine's order, in hexadecimal. Of an IPv4 address
    /// there is a second form, for an IPv6 socket that speaks IPv4.
    static func end(of address: SocketAddress) -> [String] {
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

    /// All of a file of `/proc`: it comes in pieces, and says that it is empty.
    static func text(of path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(file, &piece, piece.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += piece.prefix(count)
        }
    }
}
