import FoundationEssentials
import Glibc
import NIOCore

/// Whose program sent a callback. `state` alone does not tell: it stands in the URL that the browser is given, and what a
/// program is given other users of the machine can read. One of them who opens that URL too would bring a code of their own,
/// and put their session in the place of this person's (RFC 9700 §2.1, CSRF).
enum CallbackSender: Equatable {
    /// A program of this user.
    case user(uid_t)
    /// Nobody can tell any more: it has closed its end. A browser waits for the answer.
    case gone
    /// Another network namespace, or a virtual machine's host, whose connection ends here.
    case elsewhere
    /// The kernel does not tell.
    case unknown

    /// How long a sender that is not found is given to prove that it is there: one that is gone answers what its machine is
    /// sent by a reset.
    private static let moment = Duration.milliseconds(100)

    /// The sender at the other end of a connection.
    static func of(_ channel: any Channel) async -> CallbackSender {
        let sender = CallbackSender(near: channel.localAddress, far: channel.remoteAddress)
        guard sender == .elsewhere || sender == .gone else { return sender }
        try? await Task.sleep(for: moment)
        return CallbackSender(near: channel.localAddress, far: channel.remoteAddress)
    }

    /// The sender at the other end of a connection, as it is now.
    init(near: SocketAddress?, far: SocketAddress?) {
        // A connection that has ended has no ends.
        guard let near, let far else {
            self = .gone
            return
        }
        let table = TCPTable(port: near.port ?? 0)
        let (here, there) = (TCPTable.end(of: near).map { Substring($0) }, TCPTable.end(of: far).map { Substring($0) })
        if let sender = table.sockets.first(where: { there.contains($0.near) && here.contains($0.far) }) {
            self = sender.isHeld ? .user(sender.user) : .gone
        } else if let ours = table.sockets.first(where: { here.contains($0.near) && there.contains($0.far) }) {
            // Where somebody has closed or reset it, ours knows.
            self = ours.state == .established ? .elsewhere : .gone
        } else {
            self = table.sockets.contains { here.contains($0.near) && $0.state == .listening } ? .gone : .unknown
        }
    }

    /// The user by number, where that is known.
    var user: uid_t? {
        if case .user(let user) = self { user } else { nil }
    }

    /// Whether the person may have sent it. Root can do everything else too, and forwards for others (a container's or a
    /// virtual machine's ports).
    func isTrusted(_ users: Set<uid_t>) -> Bool {
        switch self {
        case .user(let user): user == 0 || users.contains(user)
        case .gone: false
        case .elsewhere, .unknown: true
        }
    }

    /// The users that this person is here: the program's, and the one who logged in and became that one (su(1), sudo(8)), whose
    /// browser it may be.
    static let person: Set<uid_t> = {
        let loginUser = (try? String(contentsOfFile: "/proc/self/loginuid", encoding: .utf8)).flatMap {
            uid_t($0.prefix { $0.isNumber })
        }
        let sudoUser = getenv("SUDO_UID").flatMap { uid_t(String(cString: $0)) }
        // Where nobody logged in the kernel says 2³²-1.
        return Set([getuid(), geteuid()] + [loginUser, sudoUser].compactMap { $0 }.filter { $0 != .max })
    }()
}
