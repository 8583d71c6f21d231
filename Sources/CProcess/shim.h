/* What the importer cannot see: prctl(2) takes any number of arguments, prlimit(2) hides from C that asks for no GNU
   extensions. */
#ifndef GENESYS_LOGIN_CPROCESS_SHIM_H
#define GENESYS_LOGIN_CPROCESS_SHIM_H

#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/types.h>

/* No core dump, no ptrace by others, and /proc/PID belongs to root. 0 where that was done. */
static inline int process_hide(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

extern int prlimit(pid_t process, int resource, const struct rlimit *limit, struct rlimit *before);
static inline int process_set_core_limit(pid_t process, struct rlimit limit) {
    return prlimit(process, RLIMIT_CORE, &limit, NULL);
}

#endif
