import CProcess
import Dispatch
import FoundationEssentials
import Glibc
import NIOCore

/// Whose program sent a callback. `state` alone does not tell: it stands in the URL that the browser is given, and what a
/// program is given other users of the machine can read. One of them who opens that URL too would bring a code of their own,
/// and put their session in the place of this person's (RFC 9700 §2.1, CSRF).
enum CallbackSender: Equatable {
    /// A program of this user.
    case user(uid_t)
    /// Nobody can tell: it has closed its end, where a browser waits for the answer; or the tables cannot be read now.
    case untold
    /// Another network namespace, or a virtual machine's host, whose connection ends here.
    case elsewhere
    /// The system does not tell of connections at all.
    case unknown

    /// The sender at the other end of a connection, where the kernel finds it at once: a browser that waits.
    init?(near: SocketAddress?, far: SocketAddress?) {
        guard let near, let far, near.protocol == far.protocol, near.protocol != .unix else { return nil }
        var (user, inode) = (UInt32(0), UInt32(0))
        let outcome = near.withSockAddr { here, _ in
            far.withSockAddr { there, _ in process_find_socket(there, here, &user, &inode) }
        }
        guard outcome == 1, inode != 0 else { return nil }
        self = .user(user)
    }

    /// The sender at the other end of a connection, among the sockets at the port; `nil` where they could not be read.
    init(near: SocketAddress?, far: SocketAddress?, among sockets: [TCPTables.Socket]?) {
        self = .untold
        // A connection that has ended has no ends.
        guard let near, let far, let sockets else { return }
        let (here, there) = (TCPTables.names(of: near), TCPTables.names(of: far))
        if let sender = sockets.first(where: { there.contains($0.near) && here.contains($0.far) }) {
            if sender.isHeld { self = .user(sender.user) }
        } else if let ours = sockets.first(where: { here.contains($0.near) && there.contains($0.far) }) {
            // Where somebody has closed or reset it, ours knows.
            if ours.state == .established { self = .elsewhere }
        } else if !sockets.contains(where: { here.contains($0.near) && $0.state == .listening }) {
            self = .unknown
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
        case .untold: false
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

/// Looks for the senders of a listener's callbacks: first where one is found at once, then among all sockets. One such look at a
/// time, on a thread of its own, for it takes long where there are very many; who comes meanwhile shares the next one.
actor CallbackSenders {
    /// How long a sender that is not found is given to prove that it is there: one that is gone answers what its machine is
    /// sent by a reset.
    private static let moment = Duration.milliseconds(100)

    private let tables = TCPTables()
    private let thread = DispatchQueue(label: "callback senders")
    private var current: Task<[TCPTables.Socket]?, Never>?
    private var next: Task<[TCPTables.Socket]?, Never>?

    /// Nobody is looked for any more. A look that is under way ends first.
    func close() async {
        await withCheckedContinuation { continuation in
            thread.async { [tables] in
                tables.close()
                continuation.resume()
            }
        }
    }

    /// The sender at the other end of a connection.
    func sender(on channel: any Channel) async -> CallbackSender {
        if let sender = CallbackSender(near: channel.localAddress, far: channel.remoteAddress) { return sender }
        let sender = await look(channel)
        guard sender == .elsewhere || sender == .untold else { return sender }
        try? await Task.sleep(for: Self.moment)
        return await look(channel)
    }

    private func look(_ channel: any Channel) async -> CallbackSender {
        guard !tables.areAbsent else { return .unknown }
        // One that has ended has no port to look at, and must not set what others share.
        guard let near = channel.localAddress, let far = channel.remoteAddress, let port = near.port else {
            return .untold
        }
        return CallbackSender(near: near, far: far, among: await sockets(at: port))
    }

    private func sockets(at port: Int) async -> [TCPTables.Socket]? {
        if let next { return await next.value }
        let task = Task { [before = current] in
            _ = await before?.value
            return await read(port)
        }
        next = task
        return await task.value
    }

    private func read(_ port: Int) async -> [TCPTables.Socket]? {
        // Who comes from here on has what is read now only by half.
        (current, next) = (next, nil)
        return await withCheckedContinuation { continuation in
            thread.async { [tables] in continuation.resume(returning: tables.sockets(at: port)) }
        }
    }
}
