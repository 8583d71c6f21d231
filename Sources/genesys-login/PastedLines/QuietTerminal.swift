import Glibc
import Synchronization

/// The terminal on standard input while an address may be pasted: nothing is echoed, for the address holds a code, and
/// a line may be longer than the 4096 bytes of a terminal's own line editing. Keys that mean a signal keep meaning it.
///
/// When the program ends the terminal is as it was: by ``end()``, and by a handler for the signals that end or stop it,
/// all but SIGKILL, which no program can catch. What has been pasted and not read is dropped then, so that no shell
/// takes it for a command.
enum QuietTerminal {
    /// What the handler needs. Written before the handler is there, and from then on by whoever holds the terminal.
    private struct Memory: ~Copyable {
        var before = termios()
        let isQuiet = Atomic(false)
        /// Whether it was given back, for good or until the program is continued.
        let isGivenBack = Atomic(false)
        /// How many threads are about to make it quiet.
        let settling = Atomic(0)
    }

    /// Every signal that ends a program which does nothing about it, by others' wish or by a fault of its own; but
    /// SIGINT, which ends the attempt first, SIGPIPE, which is ignored, and SIGKILL.
    private static let ending =
        [
            SIGTERM, SIGHUP, SIGQUIT, SIGSEGV, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSYS, SIGUSR1, SIGUSR2,
            SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGXFSZ, SIGPOLL, SIGPWR, SIGSTKFLT,
        ] + (__libc_current_sigrtmin()...__libc_current_sigrtmax())

    // Signal handlers can reach a global variable alone; the pointer itself never changes.
    nonisolated(unsafe) private static let memory = {
        let memory = UnsafeMutablePointer<Memory>.allocate(capacity: 1)
        memory.initialize(to: Memory())
        return memory
    }()

    /// Makes the terminal quiet where the program has it; see ``settle()``.
    ///
    /// - Returns: whether standard input is a terminal.
    static func begin() -> Bool {
        guard tcgetattr(STDIN_FILENO, &memory.pointee.before) == 0 else { return false }
        for number in ending { handle(number) { QuietTerminal.endedBy($0) } }
        handle(SIGTSTP) { QuietTerminal.stoppedBy($0) }
        _ = settle()
        return true
    }

    /// Whether the program has the terminal. In a session that has another one, or none (setsid), nobody gives it and takes
    /// it.
    private static var isForeground: Bool {
        let group = tcgetpgrp(STDIN_FILENO)
        return group == getpgrp() || group < 0 && errno == ENOTTY
    }

    /// Makes the terminal quiet where the program has come to the foreground in the meantime, or where somebody has made
    /// it echo again. How it is to be given back is noted then, not before: a shell has it otherwise while it is typed to.
    ///
    /// - Returns: whether the program has the terminal, and may read from it.
    static func settle() -> Bool {
        memory.pointee.settling.add(1, ordering: .sequentiallyConsistent)
        defer { memory.pointee.settling.subtract(1, ordering: .sequentiallyConsistent) }
        guard !memory.pointee.isGivenBack.load(ordering: .sequentiallyConsistent),
            isForeground
        else { return false }
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return false }
        let wasQuiet = memory.pointee.isQuiet.exchange(true, ordering: .sequentiallyConsistent)
        if !wasQuiet { memory.pointee.before = settings }
        let loud = tcflag_t(ICANON | ECHO | ECHONL)
        guard !wasQuiet || settings.c_lflag & loud != 0 else { return true }
        settings.c_lflag &= ~loud
        // VMIN and VTIME: a read waits for one byte.
        settings.c_cc.6 = 1
        settings.c_cc.5 = 0
        return tcsetattr(STDIN_FILENO, TCSANOW, &settings) == 0
    }

    /// Puts the terminal back as it was. Does nothing where it was not changed, or is another program's by now. Safe in
    /// a signal handler.
    static func end() {
        memory.pointee.isGivenBack.store(true, ordering: .sequentiallyConsistent)
        // Not for ever: this may be a handler on the very thread that it waits for.
        for _ in 0..<1_000 where memory.pointee.settling.load(ordering: .sequentiallyConsistent) > 0 { sched_yield() }
        guard isForeground,
            memory.pointee.isQuiet.exchange(false, ordering: .sequentiallyConsistent)
        else { return }
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &memory.pointee.before)
    }

    /// Has `handler` called where the signal is not ignored (as under `nohup`).
    private static func handle(_ number: Int32, with handler: @escaping @convention(c) (Int32) -> Void) {
        var before = sigaction()
        guard sigaction(number, nil, &before) == 0 else { return }
        let isIgnored = unsafeBitCast(before.__sigaction_handler.sa_handler, to: Int.self) == 1
        if !isIgnored { install(number, handler) }
    }

    private static func install(_ number: Int32, _ handler: (@convention(c) (Int32) -> Void)?) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = handler
        action.sa_flags = SA_RESTART
        sigaction(number, &action, nil)
    }

    /// Restores, then lets the signal do what it would have done.
    private static func endedBy(_ number: Int32) {
        end()
        install(number, SIG_DFL)
        raise(number)
    }

    /// Restores, stops as the person asked, and goes on quietly once continued.
    private static func stoppedBy(_ number: Int32) {
        let wasQuiet = memory.pointee.isQuiet.load(ordering: .sequentiallyConsistent)
        end()
        install(number, SIG_DFL)
        raise(number)
        var one = sigset_t()
        sigemptyset(&one)
        sigaddset(&one, number)
        // Here the program stops.
        pthread_sigmask(SIG_UNBLOCK, &one, nil)
        install(number) { QuietTerminal.stoppedBy($0) }
        memory.pointee.isGivenBack.store(false, ordering: .sequentiallyConsistent)
        if wasQuiet { _ = settle() }
    }
}
