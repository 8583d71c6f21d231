/* What the importer cannot see: prctl(2) takes any number of arguments, prlimit(2) hides from C that asks for no GNU
   extensions. And what is shorter in C. */
#ifndef GENESYS_LOGIN_CPROCESS_SHIM_H
#define GENESYS_LOGIN_CPROCESS_SHIM_H

#include <errno.h>
#include <linux/futex.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
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

/* What the kernel tells of one TCP socket of this network namespace, which is found by both its ends (sock_diag(7)). Nobody
   has the socket any more where `inode` is 0, and `user` means nothing then. 1 where it was found, 0 where there is none,
   negative where the kernel does not tell. The ends are a `sockaddr_in` or a `sockaddr_in6` each. */
static inline int process_find_socket(const void *near, const void *far, uint32_t *user, uint32_t *inode, int *state) {
    struct {
        struct nlmsghdr head;
        struct inet_diag_req_v2 body;
    } question;
    /* The answer has more to it than what is read, and is cut. */
    struct {
        struct nlmsghdr head;
        union {
            struct inet_diag_msg socket;
            struct nlmsgerr error;
        } body;
    } answer;
    struct timeval patience = {.tv_sec = 1};
    const struct sockaddr *end = near;
    ssize_t count = -1;
    memset(&question, 0, sizeof question);
    question.head.nlmsg_len = sizeof question;
    question.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    question.head.nlmsg_flags = NLM_F_REQUEST;
    question.body.sdiag_family = (unsigned char)end->sa_family;
    question.body.sdiag_protocol = IPPROTO_TCP;
    question.body.idiag_states = ~0u;
    question.body.id.idiag_cookie[0] = question.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    if (end->sa_family == AF_INET) {
        const struct sockaddr_in *here = near, *there = far;
        question.body.id.idiag_src[0] = here->sin_addr.s_addr;
        question.body.id.idiag_dst[0] = there->sin_addr.s_addr;
        question.body.id.idiag_sport = here->sin_port;
        question.body.id.idiag_dport = there->sin_port;
    } else {
        const struct sockaddr_in6 *here = near, *there = far;
        memcpy(question.body.id.idiag_src, &here->sin6_addr, sizeof here->sin6_addr);
        memcpy(question.body.id.idiag_dst, &there->sin6_addr, sizeof there->sin6_addr);
        question.body.id.idiag_sport = here->sin6_port;
        question.body.id.idiag_dport = there->sin6_port;
    }
    int link = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (link < 0) return -1;
    setsockopt(link, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (send(link, &question, sizeof question, 0) == (ssize_t)sizeof question)
        do count = recv(link, &answer, sizeof answer, 0);
        while (count < 0 && errno == EINTR);
    close(link);
    if (count < (ssize_t)(sizeof answer.head + sizeof answer.body.error.error)) return -1;
    if (answer.head.nlmsg_type == NLMSG_ERROR) return answer.body.error.error == -ENOENT ? 0 : -1;
    if (answer.head.nlmsg_type != SOCK_DIAG_BY_FAMILY) return -1;
    if (count < (ssize_t)(sizeof answer.head + sizeof answer.body.socket)) return -1;
    /* Where there is no such connection the kernel looks for somebody who listens. */
    if (answer.body.socket.id.idiag_dport != question.body.id.idiag_dport) return 0;
    *user = answer.body.socket.idiag_uid;
    *inode = answer.body.socket.idiag_inode;
    *state = answer.body.socket.idiag_state;
    return 1;
}

#endif
