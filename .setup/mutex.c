// Tells the thread sanitizer of the standard library's Mutex, for .setup/sanitize, which loads this before the tests.
//
// A Mutex that is free is taken and given back in code of the program, which the sanitizer sees. One that is not is waited
// for in libswiftSynchronization.so (Swift 6, Linux), where it sees nothing: it then reports the simplest program that
// counts within `Mutex.withLock` as a race. Here those waits stand in front of the library's own, pass on to them, and say
// to the sanitizer what has been acquired, or is being released. Nothing is suppressed by it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

// Missing in a process without the sanitizer: `swift test` itself, and what tests start.
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

// The library's names of `_MutexHandle._lockSlow(_:)`, `_tryLockSlow()` and `_unlockSlow()`.
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

static SWIFT void (*lock_itself)(uint32_t, SELF);
static SWIFT bool (*try_lock_itself)(SELF);
static SWIFT void (*unlock_itself)(SELF);

SWIFT void lock(uint32_t thread, SELF) __asm__(LOCK);
SWIFT bool try_lock(SELF) __asm__(TRY_LOCK);
SWIFT void unlock(SELF) __asm__(UNLOCK);

static void *itself(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (!function && __tsan_acquire) {
        fprintf(stderr, "This Swift has no %s: .setup/mutex.c has to be told of its new name.\n", name);
        exit(66);
    }
    return function;
}

__attribute__((constructor)) static void find(void) {
    lock_itself = itself(LOCK);
    try_lock_itself = itself(TRY_LOCK);
    unlock_itself = itself(UNLOCK);
}

SWIFT void lock(uint32_t thread, SELF) {
    lock_itself(thread, self);
    if (__tsan_acquire) __tsan_acquire(self);
}

SWIFT bool try_lock(SELF) {
    bool taken = try_lock_itself(self);
    if (taken && __tsan_acquire) __tsan_acquire(self);
    return taken;
}

SWIFT void unlock(SELF) {
    if (__tsan_release) __tsan_release(self);
    unlock_itself(self);
}
