#define _GNU_SOURCE
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { RESERVED = 12 };

// Low numbers that hold /dev/null between spawns. A child that copies our whole table takes and drops a reference on
// every file in it: half a millisecond with two thousand of them.
static struct {
    pthread_mutex_t lock;
    int numbers[RESERVED];
    int last;
    uint64_t handled;  // the signals that had another action than the default one
    int is_there;
} reserve = {.lock = PTHREAD_MUTEX_INITIALIZER};

int hob_spawn_reserve(void) {
    int index, result = 0;
    pthread_mutex_lock(&reserve.lock);
    for (index = 0; index < RESERVED && !reserve.is_there; index++) {
        int file = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (file < 0) {
            int code = errno;
            while (--index >= 0) close(reserve.numbers[index]);
            errno = code;
            result = -1;
            break;
        }
        reserve.numbers[index] = file;
        if (file > reserve.last) reserve.last = file;
    }
    // glibc gives its own two, 32 and 33, a handler whenever it needs one.
    reserve.handled = (uint64_t)3 << 31;
    for (int number = 1; number <= 64; number++) {
        unsigned long action[4] = {0, 0, 0, 0};
        if (syscall(SYS_rt_sigaction, number, NULL, action, sizeof reserve.handled) == 0 && action[0] != 0) {
            reserve.handled |= (uint64_t)1 << (number - 1);
        }
    }
    if (result == 0) reserve.is_there = 1;
    pthread_mutex_unlock(&reserve.lock);
    return result;
}

int hob_grow_descriptor_table(int count) {
    int file = fcntl(0, F_DUPFD_CLOEXEC, count - 1);
    if (file < 0) return -1;
    close(file);
    return 0;
}

// Puts the sources under reserved numbers. Another spawn that hangs in its exec keeps them; then the slow way serves.
void hob_spawn_borrow(
    struct spawn_descriptors *descriptors, const struct hob_spawn_request *request, struct child_context *context) {
    int sources[RESERVED];
    int slot;
    descriptors->used = -1;
    if (pthread_mutex_trylock(&reserve.lock) != 0) return;
    if (!reserve.is_there) goto unsuited;
    descriptors->used = 0;
    for (size_t index = 0; index < request->mapping_count; index++) {
        int source = request->mappings[index].source;
        for (slot = 0; slot < descriptors->used && sources[slot] != source; slot++) {}
        if (slot == descriptors->used) {
            // The last one always holds /dev/null, with which the others are filled again.
            if (slot == RESERVED - 1) goto unsuited;
            descriptors->used = slot + 1;
            sources[slot] = source;
            if (dup3(source, reserve.numbers[slot], O_CLOEXEC) < 0) goto unsuited;
        }
        descriptors->map[index] = (struct hob_spawn_mapping){reserve.numbers[slot], request->mappings[index].target};
    }
    context->last_shared = reserve.last;
    context->null = reserve.numbers[RESERVED - 1];
    context->handled = reserve.handled;
    return;
unsuited:
    for (slot = 0; slot < descriptors->used; slot++) {
        dup3(reserve.numbers[RESERVED - 1], reserve.numbers[slot], O_CLOEXEC);
    }
    descriptors->used = -1;
    pthread_mutex_unlock(&reserve.lock);
}

// A source that stayed would keep its pipe open and its lock held for ever.
void hob_spawn_give_back(const struct spawn_descriptors *descriptors) {
    if (descriptors->used < 0) return;
    for (int slot = 0; slot < descriptors->used; slot++) {
        dup3(reserve.numbers[RESERVED - 1], reserve.numbers[slot], O_CLOEXEC);
    }
    pthread_mutex_unlock(&reserve.lock);
}
