import CProcess
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

    /// The sender at the other end of a connection.
    init(near: SocketAddress?, far: SocketAddress?) {
        // The connection has ended meanwhile.
        guard let near, let far else {
            self = .gone
            return
        }
        switch Socket.find(far, near) {
        case .found(let user, isHeld: true, _): self = .user(user)
        case .found: self = .gone
        case .notTold: self = .unknown
        case .none:
            // One that was reset is nowhere any more; and so is our end.
            if case .found(_, _, isConnected: true) = Socket.find(near, far) { self = .elsewhere } else { self = .gone }
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

/// A TCP socket of this machine, as the kernel tells of it.
private enum Socket {
    case found(user: uid_t, isHeld: Bool, isConnected: Bool)
    case none
    case notTold

    private static let established = 1

    /// The socket with these ends.
    static func find(_ near: SocketAddress, _ far: SocketAddress) -> Socket {
        var (user, inode, state) = (UInt32(0), UInt32(0), Int32(0))
        guard near.protocol == far.protocol, near.protocol != .unix else { return .notTold }
        let outcome = near.withSockAddr { here, _ in
            far.withSockAddr { there, _ in process_find_socket(here, there, &user, &inode, &state) }
        }
        return switch outcome {
        case 1: .found(user: user, isHeld: inode != 0, isConnected: state == established)
        case 0: .none
        default: .notTold
        }
    }
}
