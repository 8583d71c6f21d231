/* What the importer cannot see: prctl(2) takes any number of arguments, prlimit(2) hides from C that asks for no GNU
   extensions. */
#ifndef GENESYS_LOGIN_CPROCESS_SHIM_H
#define GENESYS_LOGIN_CPROCESS_SHIM_H

#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/types.h>

/* No core dump, no ptrace by others, and /proc/PID belongs to root. 0 where that was done. */
static inline int process_hide(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

/* Takes the signals of a crash back from whoever handles them; what is ignored stays ignored. */
static inline void process_forget_crash_handlers(void) {
    static const int crashes[] = {SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS};
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
        if (signal(crashes[i], SIG_DFL) == SIG_IGN) signal(crashes[i], SIG_IGN);
}

extern int prlimit(pid_t process, int resource, const struct rlimit *limit, struct rlimit *before);
static inline int process_set_core_limit(pid_t process, struct rlimit limit) {
    return prlimit(process, RLIMIT_CORE, &limit, NULL);
}

#endif
