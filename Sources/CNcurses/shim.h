/*
 * ncurses for Swift: what the importer cannot see (macros, the FILE pointers), and the little that must be C because a
 * signal handler runs it. Include it from one Swift file only: the guard's storage is static, one copy per file.
 */
#ifndef GENESYS_LOGIN_CNCURSES_SHIM_H
#define GENESYS_LOGIN_CNCURSES_SHIM_H

#define _XOPEN_SOURCE_EXTENDED 1
#define NCURSES_WIDECHAR 1
#define NCURSES_NOMACROS 1
#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>
#include "guard.h"

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

/* A file that can be read from once the process has ended; negative where the system has no such files. */
static inline int terminal_process(pid_t process) { return (int)syscall(SYS_pidfd_open, process, 0); }

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
