#define _GNU_SOURCE
#include "CHobSystem.h"

#include <errno.h>
#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void hob_be_lean(void) {
    // One arena: the threads besides the control thread allocate little, and each arena keeps pages of its own.
    mallopt(M_ARENA_MAX, 1);
    // Fixed, so that one large request does not send all that follow to the heap, where they leave holes.
    mallopt(M_MMAP_THRESHOLD, 64 * 1024);
    mallopt(M_TRIM_THRESHOLD, 256 * 1024);
}

// MARK: The program's own pages

enum { MOST_RANGES = 64 };

static struct {
    uintptr_t start[MOST_RANGES], length[MOST_RANGES];
    int count;
} program;

static int add_range(struct dl_phdr_info *object, size_t size, void *context) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    (void)size;
    (void)context;
    for (int index = 0; index < object->dlpi_phnum && program.count < MOST_RANGES; index++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[index];
        // Only what nobody can have written: dropping a changed page would lose the change.
        if (part->p_type != PT_LOAD || (part->p_flags & PF_W) != 0) continue;
        uintptr_t start = (object->dlpi_addr + part->p_vaddr + page - 1) / page * page;
        uintptr_t end = (object->dlpi_addr + part->p_vaddr + part->p_memsz) / page * page;
        if (end <= start) continue;
        program.start[program.count] = start;
        program.length[program.count++] = end - start;
    }
    return 0;
}

void hob_give_back_memory(void) {
    if (program.count == 0) dl_iterate_phdr(add_range, NULL);
    malloc_trim(0);
}

int hob_epoll_rest(int epoll, struct hob_event *event, int64_t nanoseconds) {
    struct epoll_event from;
    struct timespec timeout = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    // Every function called here brings 64 KB back: these two lines are all.
    for (int index = 0; index < program.count; index++) {
        syscall(SYS_madvise, program.start[index], program.length[index], MADV_DONTNEED);
    }
    int count = (int)syscall(SYS_epoll_pwait2, epoll, &from, 1, nanoseconds < 0 ? NULL : &timeout, NULL, 0);
    if (count < 0 && errno == ENOSYS) return 0;
    if (count <= 0) return count;
    event->events = from.events;
    event->data = from.data.u64;
    return count;
}
