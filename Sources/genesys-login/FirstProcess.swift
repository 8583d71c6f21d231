import Glibc

/// A container's first process, for which the kernel drops every signal that it has no handler for (pid_namespaces(7)):
/// nothing would end it but SIGKILL.
enum FirstProcess {
    /// Has the signals that ask a program to end do so. Call it before others take them.
    static func begin() {
        guard getpid() == 1 else { return }
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] where !EndWish.isIgnored(number) {
            signal(number) { _exit(128 + $0) }
        }
    }
}
