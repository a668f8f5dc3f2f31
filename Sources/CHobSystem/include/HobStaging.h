// What memory shared with the next life of a process needs: stores that are not reordered, and a file's age.
#ifndef C_HOB_STAGING_H
#define C_HOB_STAGING_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Stores a word after everything stored before: who finds the word (after a SIGKILL, too) finds the rest.
static inline void hob_store_release(void *_Nonnull place, uint64_t value) {
    __atomic_store_n((uint64_t *)place, value, __ATOMIC_RELEASE);
}

/// Loads a word before everything loaded after.
static inline uint64_t hob_load_acquire(const void *_Nonnull place) {
    return __atomic_load_n((const uint64_t *)place, __ATOMIC_ACQUIRE);
}

/// The wall-clock nanoseconds at which the open file was made, or 0 where the file system does not keep it.
int64_t hob_birth_time(int descriptor);

/// Gives the pages of a range of a shared mapping back to its file system (MADV_REMOVE).
int hob_discard_pages(void *_Nonnull start, uint64_t size);

#ifdef __cplusplus
}
#endif
#endif
