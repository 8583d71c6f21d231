/*
 * The guard: puts the terminal right when the program ends without having done so. Two take turns, since neither can do
 * all: a handler in the program, which is there at once; and the guardian, a process that waits
 * for the program's end, for what no handler sees (SIGKILL, a stack that overflows on another thread than the first).
 * Part of shim.h; C, because a signal handler and a forked process may call little more than system calls.
 */
#ifndef GENESYS_LOGIN_CNCURSES_GUARD_H
#define GENESYS_LOGIN_CNCURSES_GUARD_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { TERMINAL_SIGNALS = 32, TERMINAL_STACK = 65536 };

/* What both need to know, in memory that they share. */
struct terminal_guard {
    volatile sig_atomic_t armed;
    int fd;
    size_t length;
    char restore[512];
    /* The terminal's modes before the program, and while its screen is shown. */
    struct termios before, during;
};

/* Storage inside functions, because Swift does not emit a header's own variables. */
static inline struct terminal_guard *terminal_guard(void) {
    static struct terminal_guard *guard, alone;
    if (!guard) {
        void *shared = mmap(NULL, sizeof *guard, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        guard = shared == MAP_FAILED ? &alone : shared;
    }
    return guard;
}
static inline struct sigaction *terminal_guard_before(void) {
    static struct sigaction before[TERMINAL_SIGNALS];
    return before;
}

/* Async-signal-safe, like all that it calls. */
static inline void terminal_guard_write(int fd) {
    size_t done = 0;
    while (done < terminal_guard()->length) {
        ssize_t count = write(fd, terminal_guard()->restore + done, terminal_guard()->length - done);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        done += (size_t)count;
    }
}

static inline void terminal_guard_restore(void) {
    if (!terminal_guard()->armed) return;
    terminal_guard()->armed = 0;
    terminal_guard_write(terminal_guard()->fd);
    tcsetattr(terminal_guard()->fd, TCSANOW, &terminal_guard()->before);
}

/* Restores the terminal, then lets the signal do what it would have done: end the program, with its exit status. */
static inline void terminal_guard_crashed(int number) {
    int kept = errno;
    terminal_guard_restore();
    if (number > 0 && number < TERMINAL_SIGNALS) sigaction(number, &terminal_guard_before()[number], NULL);
    errno = kept;
    raise(number);
}

/* Whether the terminal's modes are still the program's own: a shell that was quicker has set others. */
static inline int terminal_guard_owns_modes(int fd) {
    struct termios now, *during = &terminal_guard()->during;
    return tcgetattr(fd, &now) == 0 && now.c_iflag == during->c_iflag &&
           now.c_oflag == during->c_oflag && now.c_lflag == during->c_lflag &&
           memcmp(now.c_cc, during->c_cc, sizeof now.c_cc) == 0;
}

/* Whether the terminal echoes and edits lines, as no screen has it: somebody else has set all its modes. A single flag may
   be a terminal emulator's doing, or that of a person in another window. */
static inline int terminal_guard_is_cooked(int fd) {
    struct termios now;
    return tcgetattr(fd, &now) == 0 && (now.c_lflag & ICANON) != 0 && (now.c_lflag & ECHO) != 0;
}

/* The guardian's life. It keeps nothing but the terminal and the pipe's end, which says that the program is gone. */
static inline void terminal_guardian(int link) {
    char byte;
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    setsid();
    prctl(PR_SET_NAME, "terminal-guard");
    if (dup2(terminal_guard()->fd, 1) < 0 || dup2(link, 0) < 0) _exit(1);
    if (syscall(SYS_close_range, 2u, ~0u, 0u) != 0)
        for (int fd = 2; fd < 1024; fd++) close(fd);
    if (chdir("/") != 0) _exit(1);
    while (read(0, &byte, 1) < 0 && errno == EINTR) continue;
    if (terminal_guard()->armed) {
        terminal_guard()->armed = 0;
        if (terminal_guard_owns_modes(1)) tcsetattr(1, TCSANOW, &terminal_guard()->before);
        terminal_guard_write(1);
    }
    _exit(0);
}

/* Starts the guardian: a grandchild, so that it is nobody's to wait for. It gets a copy of the program's memory, so it
   must start before there is a secret, and after the first frame, which would wait for the copy. Without it the program
   goes on; the handlers are there. */
static inline void terminal_guardian_start(void) {
    int link[2];
    pid_t child;
    if (pipe(link) != 0) return;
    fcntl(link[0], F_SETFD, FD_CLOEXEC);
    fcntl(link[1], F_SETFD, FD_CLOEXEC);
    child = fork();
    if (child == 0) {
        child = fork();
        if (child != 0) _exit(0);
        close(link[1]);
        terminal_guardian(link[0]);
    }
    close(link[0]);
    if (child < 0)
        close(link[1]);
    else
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
}

/* Notes how the terminal is now, before anything changes it. 0 where `fd` is no terminal. */
static inline int terminal_guard_save(int fd) {
    terminal_guard()->fd = fd;
    if (tcgetattr(fd, &terminal_guard()->before) != 0) return 0;
    terminal_guard()->during = terminal_guard()->before;
    return 1;
}

/* Notes the modes of the screen, once it is shown. */
static inline void terminal_guard_note(void) { tcgetattr(terminal_guard()->fd, &terminal_guard()->during); }

/* Sets the modes from before the program, but for these: nothing is echoed, a line may be longer than the 4096 bytes of
   the terminal's own line editing, and a read does not wait. */
static inline void terminal_guard_quiet(void) {
    struct termios quiet = terminal_guard()->before;
    quiet.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL);
    quiet.c_cc[VMIN] = 0;
    quiet.c_cc[VTIME] = 0;
    tcsetattr(terminal_guard()->fd, TCSADRAIN, &quiet);
}

/* Arms the guard: `restore` is what the terminal must be sent. */
static inline void terminal_guard_arm(const char *restore, size_t length) {
    static int installed = 0;
    static char room[TERMINAL_STACK];
    if (length > sizeof terminal_guard()->restore) length = sizeof terminal_guard()->restore;
    memcpy(terminal_guard()->restore, restore, length);
    terminal_guard()->length = length;
    terminal_guard()->armed = 1;
    if (installed) return;
    installed = 1;
    atexit(terminal_guard_restore);
    /* A stack of its own, so that a stack overflow is handled too, on the thread that this is called from. */
    stack_t stack = {.ss_sp = room, .ss_size = sizeof room};
    sigaltstack(&stack, NULL);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = terminal_guard_crashed;
    action.sa_flags = SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    static const int fatal[] = {SIGSEGV, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSYS, SIGQUIT};
    for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++)
        sigaction(fatal[i], &action, &terminal_guard_before()[fatal[i]]);
}

/* The terminal is in order: nothing is to be restored. */
static inline void terminal_guard_disarm(void) { terminal_guard()->armed = 0; }

/* Puts the terminal's modes back as they were at `terminal_guard_save`. */
static inline void terminal_guard_reset_modes(void) {
    tcsetattr(terminal_guard()->fd, TCSADRAIN, &terminal_guard()->before);
}

#endif
