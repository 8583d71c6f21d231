/* What the importer cannot see: prctl(2) takes any number of arguments, prlimit(2) hides from C that asks for no GNU
   extensions. And what is shorter in C. */
#ifndef GENESYS_LOGIN_CPROCESS_SHIM_H
#define GENESYS_LOGIN_CPROCESS_SHIM_H

#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

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

/* Ends when *gone is not 0 any more. */
static inline void *process_idle_thread(void *gone) {
    while (!__atomic_load_n((int *)gone, __ATOMIC_ACQUIRE)) syscall(SYS_futex, gone, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    return NULL;
}

/* Whether so many threads, 16 at most, may run at the same time: starts them, and ends them again. 0, or what the system
   said. Small stacks, for these do nothing. */
static inline int process_try_threads(int count) {
    enum { MOST_THREADS = 16, STACK = 65536 };
    pthread_t threads[MOST_THREADS];
    pthread_attr_t attributes;
    int gone = 0, started = 0, error = 0;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    while (started < count && started < MOST_THREADS && error == 0) {
        error = pthread_create(&threads[started], &attributes, process_idle_thread, &gone);
        if (error == 0) started++;
    }
    __atomic_store_n(&gone, 1, __ATOMIC_RELEASE);
    syscall(SYS_futex, &gone, FUTEX_WAKE_PRIVATE, MOST_THREADS, NULL, NULL, 0);
    while (started > 0) pthread_join(threads[--started], NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

#endif
