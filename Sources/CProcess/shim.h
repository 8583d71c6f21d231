/* What the importer cannot see: prctl(2) takes any number of arguments, prlimit(2) hides from C that asks for no GNU
   extensions. And what is shorter in C. */
#ifndef GENESYS_LOGIN_CPROCESS_SHIM_H
#define GENESYS_LOGIN_CPROCESS_SHIM_H

#include <errno.h>
#include <linux/futex.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
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

/* A `sockaddr_in` or a `sockaddr_in6`, whose headers would give the library's types to this module. */
struct process_address {
    uint16_t family, port;
    union {
        uint32_t ipv4;
        struct {
            uint32_t flow, bytes[4];
        } ipv6;
    } of;
};

/* What the kernel tells of one TCP socket of this network namespace, which is found by the addresses of both its ends
   (sock_diag(7)): at once, however many sockets there are. Nobody has the socket any more where `inode` is 0, and `user` means
   nothing then. 1 where it was found, 0 where it was not, which means little: one that is tied to an interface is not. By system
   calls, for the headers' sake. */
static inline int process_find_socket(const void *here, const void *there, uint32_t *user, uint32_t *inode) {
    enum { INET = 2, TCP = 6, NETLINK = 16, RAW_AND_CLOSED_ON_EXEC = 3 | 02000000, SOCKET_LEVEL = 1 };
    enum { RECEIVE_TIMEOUT = 20 };
    const struct process_address *near = here, *far = there;
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
    long count = -1;
    __builtin_memset(&question, 0, sizeof question);
    question.head.nlmsg_len = sizeof question;
    question.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    question.head.nlmsg_flags = NLM_F_REQUEST;
    question.body.sdiag_family = (uint8_t)near->family;
    question.body.sdiag_protocol = TCP;
    question.body.idiag_states = ~0u;
    question.body.id.idiag_cookie[0] = question.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    question.body.id.idiag_sport = near->port;
    question.body.id.idiag_dport = far->port;
    if (near->family == INET) {
        question.body.id.idiag_src[0] = near->of.ipv4;
        question.body.id.idiag_dst[0] = far->of.ipv4;
    } else {
        __builtin_memcpy(question.body.id.idiag_src, near->of.ipv6.bytes, sizeof near->of.ipv6.bytes);
        __builtin_memcpy(question.body.id.idiag_dst, far->of.ipv6.bytes, sizeof far->of.ipv6.bytes);
    }
    int link = (int)syscall(SYS_socket, NETLINK, RAW_AND_CLOSED_ON_EXEC, NETLINK_SOCK_DIAG);
    if (link < 0) return 0;
    syscall(SYS_setsockopt, link, SOCKET_LEVEL, RECEIVE_TIMEOUT, &patience, sizeof patience);
    if (syscall(SYS_sendto, link, &question, sizeof question, 0, NULL, 0) == (long)sizeof question)
        do count = syscall(SYS_recvfrom, link, &answer, sizeof answer, 0, NULL, NULL);
        while (count < 0 && errno == EINTR);
    close(link);
    if (count < (long)(sizeof answer.head + sizeof answer.body.error.error)) return 0;
    if (answer.head.nlmsg_type != SOCK_DIAG_BY_FAMILY) return 0;
    if (count < (long)(sizeof answer.head + sizeof answer.body.socket)) return 0;
    /* Where there is no such connection the kernel looks for somebody who listens. */
    if (answer.body.socket.id.idiag_dport != far->port) return 0;
    *user = answer.body.socket.idiag_uid;
    *inode = answer.body.socket.idiag_inode;
    return 1;
}

#endif
