/* Loaded into the program by LD_PRELOAD: lets the stack of a thread that is not the first overflow, once the file that
   OVERFLOW_WHEN names is there. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static int deeper(volatile char *above) {
    volatile char here[4096];
    here[0] = above[0];
    return deeper(here) + here[0];
}

static void *wait(void *file) {
    char first = 1;
    while (access(file, F_OK) != 0) usleep(10000);
    return (void *)(long)deeper(&first);
}

__attribute__((constructor)) static void start(void) {
    pthread_t thread;
    char *file = getenv("OVERFLOW_WHEN");
    if (file) pthread_create(&thread, NULL, wait, file);
}
