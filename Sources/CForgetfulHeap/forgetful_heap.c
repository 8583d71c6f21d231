/*
 * Memory is overwritten when it is given back to the heap, whoever had it: a token passes through strings, JSON and
 * network buffers that have no place to wipe them, and what was freed would otherwise stay readable for as long as the
 * program runs.
 *
 * free and realloc stand in front of glibc's own, for the whole process and every library in it. The rest of malloc is
 * glibc's: the __libc_ names are its own second names for them, kept for just this.
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* The sanitizers bring a heap of their own. */
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)

extern void __libc_free(void *block);
extern void *__libc_malloc(size_t size);

void free(void *block) {
    if (block == NULL) return;
    explicit_bzero(block, malloc_usable_size(block));
    __libc_free(block);
}

/* glibc's may leave the old block as it was. */
void *realloc(void *block, size_t size) {
    if (block == NULL) return __libc_malloc(size);
    if (size == 0) {
        free(block);
        return NULL;
    }
    size_t room = malloc_usable_size(block);
    if (size <= room && size >= room / 2) return block;
    void *moved = __libc_malloc(size);
    if (moved == NULL) return NULL;
    memcpy(moved, block, size < room ? size : room);
    free(block);
    return moved;
}

#endif
