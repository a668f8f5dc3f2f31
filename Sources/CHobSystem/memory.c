#define _GNU_SOURCE
#include "CHobSystem.h"

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

void hob_be_lean(void) {
    // One arena: the threads besides the control thread allocate little, and each arena keeps pages of its own.
    mallopt(M_ARENA_MAX, 1);
    // Fixed, so that one large request does not send all that follow to the heap, where they leave holes.
    mallopt(M_MMAP_THRESHOLD, 64 * 1024);
    mallopt(M_TRIM_THRESHOLD, 256 * 1024);
}

static int drop_clean_pages(struct dl_phdr_info *object, size_t size, void *context) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    (void)size;
    (void)context;
    for (int index = 0; index < object->dlpi_phnum; index++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[index];
        // Only what nobody can have written: dropping a changed page would lose the change.
        if (part->p_type != PT_LOAD || (part->p_flags & PF_W) != 0) continue;
        uintptr_t start = (object->dlpi_addr + part->p_vaddr + page - 1) / page * page;
        uintptr_t end = (object->dlpi_addr + part->p_vaddr + part->p_memsz) / page * page;
        if (end > start) madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void hob_give_back_memory(void) {
    malloc_trim(0);
    dl_iterate_phdr(drop_clean_pages, NULL);
}
