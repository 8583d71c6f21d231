import Glibc

/// The terminal on standard input while an address may be pasted: nothing is echoed, for the address holds a code, and
/// a line may be longer than the 4096 bytes of a terminal's own line editing. Keys that mean a signal keep meaning it.
///
/// When the program ends the terminal is as it was: by ``end()``, and by a handler for the signals that end or stop it,
/// all but SIGKILL, which no program can catch. What has been pasted and not read is dropped then, so that no shell
/// takes it for a command.
enum QuietTerminal {
    /// What the handler needs. Written before the handler is there, and from then on by whoever holds the terminal.
    private struct Memory {
        var before = termios()
        var isQuiet: sig_atomic_t = 0
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

    /// Notes how the terminal is, and makes it quiet as soon as the program has it.
    ///
    /// - Returns: whether standard input is a terminal.
    static func begin() -> Bool {
        guard tcgetattr(STDIN_FILENO, &memory.pointee.before) == 0 else { return false }
        for number in ending { handle(number) { QuietTerminal.endedBy($0) } }
        handle(SIGTSTP) { QuietTerminal.stoppedBy($0) }
        _ = settle()
        return true
    }

    /// Makes the terminal quiet where the program has come to the foreground in the meantime.
    ///
    /// - Returns: whether the program has the terminal, and may read from it.
    static func settle() -> Bool {
        guard tcgetpgrp(STDIN_FILENO) == getpgrp() else { return false }
        guard memory.pointee.isQuiet == 0 else { return true }
        var quiet = memory.pointee.before
        quiet.c_lflag &= ~tcflag_t(ICANON | ECHO | ECHONL)
        // VMIN and VTIME: a read waits for one byte.
        quiet.c_cc.6 = 1
        quiet.c_cc.5 = 0
        memory.pointee.isQuiet = 1
        return tcsetattr(STDIN_FILENO, TCSANOW, &quiet) == 0
    }

    /// Puts the terminal back as it was. Does nothing where it was not changed, or is another program's by now. Safe in
    /// a signal handler.
    static func end() {
        guard memory.pointee.isQuiet != 0, tcgetpgrp(STDIN_FILENO) == getpgrp() else { return }
        memory.pointee.isQuiet = 0
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
        let wasQuiet = memory.pointee.isQuiet != 0
        end()
        install(number, SIG_DFL)
        raise(number)
        var one = sigset_t()
        sigemptyset(&one)
        sigaddset(&one, number)
        // Here the program stops.
        pthread_sigmask(SIG_UNBLOCK, &one, nil)
        install(number) { QuietTerminal.stoppedBy($0) }
        if wasQuiet { _ = settle() }
    }
}
