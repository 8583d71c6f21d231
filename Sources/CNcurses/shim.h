/*
 * ncurses for Swift: what the importer cannot see (macros, the FILE pointers), and the little that must be C because a
 * signal handler runs it. Include it from one Swift file only: the guard's storage is static, one copy per file.
 */
#ifndef GENESYS_LOGIN_CNCURSES_SHIM_H
#define GENESYS_LOGIN_CNCURSES_SHIM_H

#define _XOPEN_SOURCE_EXTENDED 1
#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

static inline FILE *terminal_stdin(void) { return stdin; }
static inline FILE *terminal_stdout(void) { return stdout; }

static inline attr_t terminal_attributes(bool bold, bool dim, bool reverse) {
    return A_NORMAL | (bold ? A_BOLD : 0) | (dim ? A_DIM : 0) | (reverse ? A_REVERSE : 0);
}

static inline int terminal_colors(void) { return COLORS; }

/* The left button going down; the terminal is asked for no more. 0 where it has no mouse. */
static inline mmask_t terminal_enable_mouse(void) {
    mouseinterval(0);
    return mousemask(BUTTON1_PRESSED, NULL);
}
static inline int terminal_next_click(int *row, int *column) {
    MEVENT event;
    if (getmouse(&event) != OK || !(event.bstate & BUTTON1_PRESSED)) return 0;
    *row = event.y;
    *column = event.x;
    return 1;
}

/* Declared by hand: <wchar.h> hides it from C that asks for no XSI extensions. */
extern int wcwidth(wchar_t character);
static inline int terminal_columns(wchar_t character) { return wcwidth(character); }

static inline int terminal_is_utf8(void) { return strcmp(nl_langinfo(CODESET), "UTF-8") == 0; }

/* A capability's string, NULL where the terminal has none. */
static inline const char *terminal_capability(const char *name) {
    const char *value = tigetstr(name);
    return value == (const char *)-1 ? NULL : value;
}

/* --- The guard: puts the terminal right when the program ends without having done so. --- */

enum { TERMINAL_SIGNALS = 32, TERMINAL_STACK = 65536 };

struct terminal_guard {
    volatile sig_atomic_t armed;
    int fd;
    size_t length;
    char restore[512];
    struct termios saved;
    struct sigaction before[TERMINAL_SIGNALS];
    char stack[TERMINAL_STACK];
};

/* Storage inside a function, because Swift does not emit a header's own variables. */
static inline struct terminal_guard *terminal_guard(void) {
    static struct terminal_guard guard;
    return &guard;
}

/* Async-signal-safe: write and tcsetattr alone. */
static inline void terminal_guard_restore(void) {
    if (!terminal_guard()->armed) return;
    terminal_guard()->armed = 0;
    size_t done = 0;
    while (done < terminal_guard()->length) {
        ssize_t count = write(terminal_guard()->fd, terminal_guard()->restore + done, terminal_guard()->length - done);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        done += (size_t)count;
    }
    tcsetattr(terminal_guard()->fd, TCSANOW, &terminal_guard()->saved);
}

/* Restores the terminal, then lets the signal do what it would have done: end the program, with its exit status. */
static inline void terminal_guard_crashed(int number) {
    int kept = errno;
    terminal_guard_restore();
    if (number > 0 && number < TERMINAL_SIGNALS) sigaction(number, &terminal_guard()->before[number], NULL);
    errno = kept;
    raise(number);
}

/* Notes how the terminal is now, before anything changes it. 0 where `fd` is no terminal. */
static inline int terminal_guard_save(int fd) {
    terminal_guard()->fd = fd;
    return tcgetattr(fd, &terminal_guard()->saved) == 0;
}

/* Arms the guard: `restore` is what the terminal must be sent. */
static inline void terminal_guard_arm(const char *restore, size_t length) {
    static int installed = 0;
    if (length > sizeof terminal_guard()->restore) length = sizeof terminal_guard()->restore;
    memcpy(terminal_guard()->restore, restore, length);
    terminal_guard()->length = length;
    terminal_guard()->armed = 1;
    if (installed) return;
    installed = 1;
    atexit(terminal_guard_restore);
    /* A stack of its own, so that a stack overflow is handled too. */
    stack_t stack = {.ss_sp = terminal_guard()->stack, .ss_size = sizeof terminal_guard()->stack};
    sigaltstack(&stack, NULL);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = terminal_guard_crashed;
    action.sa_flags = SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    static const int fatal[] = {SIGSEGV, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE};
    for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++)
        sigaction(fatal[i], &action, &terminal_guard()->before[fatal[i]]);
}

/* The terminal is in order: nothing is to be restored. */
static inline void terminal_guard_disarm(void) { terminal_guard()->armed = 0; }

/* Puts the terminal's modes back as they were at `terminal_guard_save`. */
static inline void terminal_guard_reset_modes(void) {
    tcsetattr(terminal_guard()->fd, TCSADRAIN, &terminal_guard()->saved);
}

/* Stops the whole process group, as Ctrl-Z on a cooked terminal would: a shell that waits for `make demo` must see that
   `make` stops too. SIGTSTP and not SIGSTOP: where nobody could continue us (no job control), the kernel ignores it.
   The others get it while we ignore it; then we raise it on this very thread, which is stopped before `raise` returns.
   Sent to the process, it could reach another thread only after the default action is gone again. */
static inline void terminal_stop(void) {
    struct sigaction action, before;
    sigset_t one, mask;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = SIG_IGN;
    sigaction(SIGTSTP, &action, &before);
    kill(0, SIGTSTP);
    action.sa_handler = SIG_DFL;
    sigaction(SIGTSTP, &action, NULL);
    sigemptyset(&one);
    sigaddset(&one, SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &one, &mask);
    raise(SIGTSTP);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    sigaction(SIGTSTP, &before, NULL);
}

#endif
