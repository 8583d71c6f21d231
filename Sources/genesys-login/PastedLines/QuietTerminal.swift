import Glibc
import Synchronization
import TerminalUI

/// The terminal on standard input while an address may be pasted: nothing is echoed, for the address holds a code, and
/// a line may be longer than the 4096 bytes of a terminal's own line editing. Keys that mean a signal keep meaning it.
///
/// When the program ends the terminal is as it was: by ``end()``, and by a handler for the signals that end or stop it,
/// all but SIGKILL, which no program can catch. What has been pasted and not read is dropped then, so that no shell
/// takes it for a command.
enum QuietTerminal {
    /// How the terminal is to be given back. Whoever makes it quiet has the lock, and no signal meanwhile: a handler takes
    /// the lock too, and must not wait for the thread that it runs on.
    private static let before = Mutex(termios())
    private static let isQuiet = Atomic(false)
    /// Whether it was given back, for good or until the program is continued.
    private static let isGivenBack = Atomic(false)
    /// Whether the terminal is the program's where it is another session's.
    private static let isGiven = Atomic(true)
    /// See ``TerminalGiver/ancestor(file:)``; negative where there is none.
    private static let giver = Atomic<Int32>(-1)

    /// The signals that stop a program which does nothing about them, but SIGSTOP.
    private static let stopping = [SIGTSTP, SIGTTIN, SIGTTOU]

    /// Every signal that ends a program which does nothing about it, by others' wish or by a fault of its own; but
    /// SIGINT, which ends the attempt first, SIGPIPE, which is ignored, and SIGKILL.
    private static let ending =
        [
            SIGTERM, SIGHUP, SIGQUIT, SIGSEGV, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSYS, SIGUSR1, SIGUSR2,
            SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGXFSZ, SIGPOLL, SIGPWR, SIGSTKFLT,
        ] + (__libc_current_sigrtmin()...__libc_current_sigrtmax())

    /// What the program has of the terminal.
    enum Grip {
        /// Nothing: it is somebody else's, and not to be read from.
        case none
        /// It is quiet, as it was the last time.
        case firm
        /// It has been made quiet just now.
        case new
    }

    /// Makes the terminal quiet where the program has it; see ``settle()``.
    ///
    /// - Returns: whether standard input is a terminal.
    static func begin() -> Bool {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return false }
        // What a handler uses is made before there is one.
        before.withLock { $0 = settings }
        switch TerminalGiver(of: STDIN_FILENO) {
        case .session, .nobody: break
        case .ancestor(let file): giver.store(file, ordering: .sequentiallyConsistent)
        case .shell: isGiven.store(false, ordering: .sequentiallyConsistent)
        }
        isQuiet.store(false, ordering: .sequentiallyConsistent)
        isGivenBack.store(false, ordering: .sequentiallyConsistent)
        for number in ending { handle(number) { QuietTerminal.endedBy($0) } }
        for number in stopping { handle(number) { QuietTerminal.stoppedBy($0) } }
        _ = settle()
        return true
    }

    /// Whether the program has the terminal. In a session that has another one, or none (setsid, su), nobody gives it and takes
    /// it; it is the program's as long as whoever started it is there.
    private static var isForeground: Bool {
        let group = tcgetpgrp(STDIN_FILENO)
        return group == getpgrp()
            || group < 0 && errno == ENOTTY && !isAlone && isGiven.load(ordering: .sequentiallyConsistent)
    }

    private static var isAlone: Bool {
        let file = giver.load(ordering: .sequentiallyConsistent)
        return file >= 0 && TerminalGiver.hasEnded(file)
    }

    /// Whether nobody is there any more who could give the terminal: whoever started the program in another session than the
    /// terminal's has ended.
    static var isLost: Bool { isAlone && tcgetpgrp(STDIN_FILENO) < 0 && errno == ENOTTY }

    /// Makes the terminal quiet where the program has come to the foreground in the meantime, or where somebody has made
    /// it echo again. How it is to be given back is noted each time that it echoes and edits lines: a shell has it otherwise
    /// while it is typed to. Where only one of the two was changed, that is somebody's try from elsewhere.
    static func settle() -> Grip {
        withoutSignals {
            before.withLock { before in
                guard !isGivenBack.load(ordering: .sequentiallyConsistent), isForeground else {
                    // Nobody else will.
                    if isLost, isQuiet.exchange(false, ordering: .sequentiallyConsistent) {
                        tcsetattr(STDIN_FILENO, TCSANOW, &before)
                    }
                    return .none
                }
                var settings = termios()
                guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return .none }
                let loud = tcflag_t(ICANON | ECHO | ECHONL)
                // VMIN and VTIME: a read waits for one byte. Where nothing is to be done, another program has done it, and
                // gives the terminal back itself: what it has made is not how the terminal is to be left.
                guard settings.c_lflag & loud != 0 || settings.c_cc.6 != 1 || settings.c_cc.5 != 0 else { return .firm }
                let cooked = tcflag_t(ICANON | ECHO)
                if settings.c_lflag & cooked == cooked { before = settings }
                isQuiet.store(true, ordering: .sequentiallyConsistent)
                settings.c_lflag &= ~loud
                settings.c_cc.6 = 1
                settings.c_cc.5 = 0
                return tcsetattr(STDIN_FILENO, TCSANOW, &settings) == 0 ? .new : .none
            }
        }
    }

    /// Puts the terminal back as it was. Does nothing where it was not changed, or is another program's by now. Safe in
    /// a signal handler.
    static func end() {
        isGivenBack.store(true, ordering: .sequentiallyConsistent)
        // Not within the lock: a terminal whose output is held up takes its time.
        if var settings = withoutSignals(settingsToRestore) { tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings) }
    }

    /// `nil` where there is nothing to restore. Does not wait for ever: a fault may have struck the thread that has the lock.
    private static func settingsToRestore() -> termios? {
        for _ in 0..<1_000 {
            let settings: termios?? = before.withLockIfAvailable { before in
                isForeground && isQuiet.exchange(false, ordering: .sequentiallyConsistent) ? before : nil
            }
            if let settings { return settings }
            sched_yield()
        }
        return nil
    }

    /// Runs `body` with signals kept waiting on this thread; but SIGTTOU, which stops a program that would change a terminal
    /// that is the shell's by now.
    private static func withoutSignals<Result>(_ body: () -> Result) -> Result {
        var (all, before) = (sigset_t(), sigset_t())
        sigfillset(&all)
        sigdelset(&all, SIGTTOU)
        pthread_sigmask(SIG_BLOCK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        return body()
    }

    /// Has `handler` called where the signal is not ignored (as under `nohup`).
    private static func handle(_ number: Int32, with handler: @escaping @convention(c) (Int32) -> Void) {
        if !EndWish.isIgnored(number) { install(number, handler) }
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
        var one = sigset_t()
        sigemptyset(&one)
        sigaddset(&one, number)
        pthread_sigmask(SIG_UNBLOCK, &one, nil)
        raise(number)
        // Only a container's first process is still here.
        _exit(128 + number)
    }

    /// Restores, stops as the person asked, and goes on quietly once continued.
    private static func stoppedBy(_ number: Int32) {
        let isOver = isGivenBack.load(ordering: .sequentiallyConsistent)
        end()
        install(number, SIG_DFL)
        raise(number)
        var one = sigset_t()
        sigemptyset(&one)
        sigaddset(&one, number)
        // Here the program stops.
        pthread_sigmask(SIG_UNBLOCK, &one, nil)
        install(number) { QuietTerminal.stoppedBy($0) }
        guard !isOver else { return }
        isGivenBack.store(false, ordering: .sequentiallyConsistent)
        // SIGTTOU may have come from within ``settle()``; the next look does it.
        if number != SIGTTOU { _ = settle() }
    }
}
