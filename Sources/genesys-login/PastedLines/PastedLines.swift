import Dispatch
import Glibc
import OAuth
import SignIn
import Synchronization

/// Lines on standard input while a sign-in waits: the address that a browser elsewhere ended on, pasted or piped.
///
/// Nothing is read before there is a listener, so that a line can be judged when it comes. The end of the input is no
/// error: the wait goes on without it; but the end of a terminal is the program's, as if it had hung up (SIGHUP).
final class PastedLines: Sendable {
    /// How often to look whether the program has been given the terminal, in milliseconds: nothing tells a program in the
    /// background, and what is pasted before is shown.
    private static let glance: Int32 = 50
    /// For how long after that to look as often: a shell gives the terminal first, and sets it up then.
    private static let unrest = Duration.seconds(2)
    /// How often to look else, in milliseconds, for somebody who has made the terminal echo, and for the end of the reading.
    private static let look: Int32 = 500

    private enum Stage {
        case notBegun, reading, ended
    }

    private let stage = Mutex(Stage.notBegun)
    private let isToGoOn = Atomic(true)
    private let judged = DispatchSemaphore(value: 0)
    private let lines: AsyncStream<Secret>
    private let continuation: AsyncStream<Secret>.Continuation
    private let take: @Sendable (Secret) async -> Bool

    /// Lines that go to `take`, one after another; it returns whether to go on. Until then nothing more is read.
    init(_ take: @escaping @Sendable (Secret) async -> Bool) {
        self.take = take
        (lines, continuation) = AsyncStream.makeStream()
    }

    /// Whether a line can come at all: not from `/dev/null`, and not where standard input is closed.
    static var canCome: Bool {
        var status = stat()
        guard fstat(STDIN_FILENO, &status) == 0 else { return false }
        return status.st_mode & S_IFMT != S_IFCHR || isatty(STDIN_FILENO) == 1
    }

    /// Begins to read once `state` waits for a callback, and ends when it does no longer.
    func follow(_ state: State) {
        guard case .awaitingCallback(let attempt) = state else { return end() }
        guard attempt.boundRedirectURI != nil else { return }
        let begins = stage.withLock { stage in
            defer { if stage == .notBegun { stage = .reading } }
            return stage == .notBegun
        }
        guard begins, Self.canCome else { return }
        let isTerminal = QuietTerminal.begin()
        // A thread of its own, which may wait for ever; it does not keep the program from ending.
        DispatchQueue(label: "pasted lines").async { [self] in read(isTerminal: isTerminal) }
        Task { [self] in
            for await line in lines {
                isToGoOn.store(await take(line), ordering: .sequentiallyConsistent)
                judged.signal()
            }
        }
    }

    /// Reads no more, and puts the terminal back as it was.
    func end() {
        stage.withLock { $0 = .ended }
        continuation.finish()
        QuietTerminal.end()
    }

    private func read(isTerminal: Bool) {
        var assembler = LineAssembler(isTerminal: isTerminal)
        // Of a pipe not a byte more than the line is taken: what follows may be somebody else's.
        var buffer = [UInt8](repeating: 0, count: isTerminal ? 4_096 : 1)
        var unrestEnds = ContinuousClock.now
        while waitForInput(isTerminal: isTerminal, &unrestEnds) {
            let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else {
                if isTerminal, isOver { hangUp() }
                if let rest = assembler.finish() { continuation.yield(rest) }
                break
            }
            for byte in buffer[..<count] {
                switch assembler.take(byte) {
                case .line(let line):
                    continuation.yield(line)
                    judged.wait()
                    guard isToGoOn.load(ordering: .sequentiallyConsistent) else { return continuation.finish() }
                case .end: return continuation.finish()
                case nil: break
                }
            }
        }
        continuation.finish()
    }

    /// Whether the terminal is gone, or whoever gave it.
    private var isOver: Bool {
        var ask = pollfd(fd: STDIN_FILENO, events: 0, revents: 0)
        return QuietTerminal.isLost || poll(&ask, 1, 0) > 0 && ask.revents & Int16(POLLHUP | POLLERR) != 0
    }

    /// Ends the program as the kernel does where the terminal is the one of its session; the wait goes on where that is
    /// ignored.
    private func hangUp() {
        if !EndWish.isIgnored(SIGHUP) { kill(getpid(), SIGHUP) }
    }

    /// Returns once there is something to read, or the end of it; `false` when nothing is to be read any more. In the
    /// background nothing is read: the input is the shell's, and whoever reads it is stopped.
    private func waitForInput(isTerminal: Bool, _ unrestEnds: inout ContinuousClock.Instant) -> Bool {
        // Under the lock, so that the terminal is not made quiet again in the moment that the reading ends.
        while let grip = stage.withLock({ $0 == .reading ? isTerminal ? QuietTerminal.settle() : .firm : nil }) {
            if grip == .none {
                if isOver {
                    hangUp()
                    return false
                }
                poll(nil, 0, Self.glance)
                continue
            }
            if grip == .new { unrestEnds = .now + Self.unrest }
            var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            if poll(&input, 1, .now < unrestEnds ? Self.glance : Self.look) > 0 { return true }
        }
        return false
    }
}
