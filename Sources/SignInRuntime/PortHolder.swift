import FoundationEssentials
import Glibc
import OAuth

/// Who listens on a port of this machine, as far as `/proc` tells: of other users' programs only root sees the name.
enum PortHolder {
    private struct Socket {
        let inode: Substring
        let user: Substring
    }

    /// The program and its process id, for example `python3 (process 4711)`; `nil` where the system does not tell.
    static func name(ofPort port: Int) -> String? {
        let sockets = sockets(listeningOn: port)
        guard !sockets.isEmpty else { return nil }
        let links = Set(sockets.map { "socket:[\($0.inode)]" })
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        var closed: [Int] = []
        for process in processes.compactMap(Int.init).sorted() {
            guard let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd") else {
                closed.append(process)
                continue
            }
            for file in files where link("/proc/\(process)/fd/\(file)").map(links.contains) == true {
                return words(program(process), process)
            }
        }
        return ownKind(among: closed, of: Set(sockets.map(\.user)))
    }

    /// This program closes its `/proc` (see ``ProcessProtection``), so another one of its kind cannot be looked into.
    /// Where the port's user has just one, that is it.
    private static func ownKind(among closed: [Int], of users: Set<Substring>) -> String? {
        let name = program(Int(getpid()))
        let kin = closed.filter { program($0) == name && user($0).map(users.contains) == true }
        guard let only = kin.first, kin.count == 1 else { return nil }
        return words(name, only)
    }

    /// A program gives itself any name that it likes.
    private static func words(_ name: String, _ process: Int) -> String {
        "\(ServerText(name)) (process \(process))"
    }

    /// The real user of a process, by number.
    private static func user(_ process: Int) -> Substring? {
        text(of: "/proc/\(process)/status").split(separator: "\n").first { $0.hasPrefix("Uid:") }?
            .split(separator: "\t").dropFirst().first
    }

    /// The sockets in the state LISTEN on `port` (`/proc/net/tcp`, `/proc/net/tcp6`).
    private static func sockets(listeningOn port: Int) -> [Socket] {
        let suffix =
            ":" + String(repeating: "0", count: 4 - String(port, radix: 16).count)
            + String(port, radix: 16, uppercase: true)
        return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { table in
            text(of: table).split(separator: "\n").compactMap { line in
                let columns = line.split(separator: " ")
                guard columns.count > 9, columns[1].hasSuffix(suffix), columns[3] == "0A" else { return nil }
                return Socket(inode: columns[9], user: columns[7])
            }
        }
    }

    private static func program(_ process: Int) -> String {
        text(of: "/proc/\(process)/comm").split(separator: "\n").first.map(String.init) ?? "a program"
    }

    /// All of a file of `/proc`: it comes in pieces, and says that it is empty.
    private static func text(of path: String) -> String {
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

    private static func link(_ path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = readlink(path, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
    }
}
