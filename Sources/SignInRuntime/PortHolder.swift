import FoundationEssentials
import Glibc
import OAuth

/// Who listens on a port of this machine, as far as `/proc` tells: of other users' programs only root sees the name.
enum PortHolder {
    /// The program and its process id, for example `python3 (process 4711)`; `nil` where the system does not tell.
    static func name(ofPort port: Int) -> String? {
        let sockets = (TCPTables().sockets(at: port) ?? []).filter { $0.state == .listening }
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
        let users = Set(sockets.map(\.user))
        if let kin = ownKind(among: closed, of: users) { return kin }
        return users.first { $0 != getuid() }.map { "a program of user \($0)" }
    }

    /// This program closes its `/proc` (see ``ProcessProtection``), so another one of its kind cannot be looked into.
    /// Where the port's user has some, it is one of them; what they have started of themselves, to guard the terminal, is not.
    private static func ownKind(among closed: [Int], of users: Set<uid_t>) -> String? {
        let name = program(Int(getpid()))
        let kin = closed.filter { program($0) == name && Int(getpid()) != $0 && user($0).map(users.contains) == true }
        let parents = Set(kin + [Int(getpid())])
        let candidates = kin.filter { !(parent($0).map(parents.contains) ?? false) }
        switch candidates.count {
        case 0: return nil
        case 1: return words(name, candidates[0])
        default: return "one of the \(candidates.count) other programs \(ServerText(name))"
        }
    }

    /// A program gives itself any name that it likes.
    private static func words(_ name: String, _ process: Int) -> String {
        "\(ServerText(name)) (process \(process))"
    }

    /// The real user of a process, by number.
    private static func user(_ process: Int) -> uid_t? {
        status("Uid:", of: process).flatMap { uid_t($0) }
    }

    private static func parent(_ process: Int) -> Int? {
        status("PPid:", of: process).flatMap { Int($0) }
    }

    private static func status(_ field: String, of process: Int) -> Substring? {
        text(of: "/proc/\(process)/status").split(separator: "\n").first { $0.hasPrefix(field) }?
            .split(separator: "\t").dropFirst().first
    }

    private static func program(_ process: Int) -> String {
        text(of: "/proc/\(process)/comm").split(separator: "\n").first.map(String.init) ?? "a program"
    }

    /// A file of `/proc` that is short.
    private static func text(of path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }

    private static func link(_ path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = readlink(path, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
    }
}
