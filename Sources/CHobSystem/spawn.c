#define _GNU_SOURCE
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif

// MARK: Words of shared memory

uint64_t hob_word_load(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST); }
void hob_word_store(uint64_t *word, uint64_t value) { __atomic_store_n(word, value, __ATOMIC_SEQ_CST); }
int hob_word_replace(uint64_t *word, uint64_t expected, uint64_t value) {
    return __atomic_compare_exchange_n(word, &expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

// MARK: The parent's side

static pthread_once_t prepared = PTHREAD_ONCE_INIT;
static pthread_key_t stack_key;
static int dumpable_at_start = 1;

char *hob_spawn_map_stack(void) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    int code;
    char *base =
        mmap(NULL, CHILD_STACK + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (base == MAP_FAILED) return NULL;
    if (mprotect(base, page, PROT_NONE) < 0) {
        code = errno;
        munmap(base, CHILD_STACK + page);
        errno = code;
        return NULL;
    }
    return base + page + CHILD_STACK;
}

void hob_spawn_unmap_stack(char *top) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    munmap(top - CHILD_STACK - page, CHILD_STACK + page);
}

static void free_stack(void *top) { hob_spawn_unmap_stack(top); }

static void prepare_once(void) {
    int dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
    dumpable_at_start = dumpable;
    pthread_key_create(&stack_key, free_stack);
}

void hob_spawn_prepare(void) { pthread_once(&prepared, prepare_once); }

void hob_spawn_restore_dumpable(void) {
    if (dumpable_at_start == 1) prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

// One stack per spawning thread, kept for the thread's life.
static char *stack_top(void) {
    char *top;
    hob_spawn_prepare();
    top = pthread_getspecific(stack_key);
    if (top == NULL) {
        top = hob_spawn_map_stack();
        if (top != NULL && pthread_setspecific(stack_key, top) != 0) {
            hob_spawn_unmap_stack(top);
            errno = ENOMEM;
            return NULL;
        }
    }
    return top;
}

// clone(2) cannot place the child in a cgroup and glibc has no clone3: the call itself, with a stack of our own.
static long clone_into_cgroup(
    int cgroup, uint64_t flags, int *pidfd, const struct spawn_place *place, struct child_context *context) {
    struct clone_args arguments;
    memset(&arguments, 0, sizeof arguments);
    arguments.flags = flags | CLONE_INTO_CGROUP;
    arguments.pidfd = (uint64_t)(uintptr_t)pidfd;
    arguments.exit_signal = SIGCHLD;
    arguments.child_tid = (uint64_t)(uintptr_t)place->left;
    arguments.stack = (uint64_t)(uintptr_t)(place->top - CHILD_STACK);
    arguments.stack_size = CHILD_STACK;
    arguments.cgroup = (uint64_t)cgroup;
#if defined(__x86_64__)
    long result;
    register int (*body)(void *) __asm__("r12") = hob_spawn_child;
    register void *argument __asm__("r13") = context;
    __asm__ volatile(
        "syscall\n\t"
        "test %%rax, %%rax\n\t"
        "jnz 1f\n\t"
        "xor %%ebp, %%ebp\n\t"
        "mov %%r13, %%rdi\n\t"
        "call *%%r12\n\t"
        "hlt\n"
        "1:\n\t"
        : "=a"(result)
        : "0"((long)SYS_clone3), "D"(&arguments), "S"(sizeof arguments), "r"(body), "r"(argument)
        : "rcx", "r11", "memory", "cc");
#elif defined(__aarch64__)
    register long result __asm__("x0") = (long)(uintptr_t)&arguments;
    register long size __asm__("x1") = (long)sizeof arguments;
    register long number __asm__("x8") = SYS_clone3;
    register int (*body)(void *) __asm__("x19") = hob_spawn_child;
    register void *argument __asm__("x20") = context;
    __asm__ volatile(
        "svc #0\n\t"
        "cbnz x0, 1f\n\t"
        "mov x29, xzr\n\t"
        "mov x0, x20\n\t"
        "blr x19\n\t"
        "brk #1\n"
        "1:\n\t"
        : "+r"(result)
        : "r"(size), "r"(number), "r"(body), "r"(argument)
        : "memory", "cc", "x30");
#else
    long result = -ENOSYS;
    (void)context;
#endif
    if (result < 0) {
        errno = (int)-result;
        return -1;
    }
    return result;
}

static int refuse(struct hob_spawn_result *result, int stage, int code) {
    result->stage = stage;
    result->error = code;
    errno = code;
    return -1;
}

// MARK: Spawning

void hob_spawn_clear(struct hob_spawn_result *result) {
    // Other threads may be looking already, so these words are only ever stored atomically.
    __atomic_store_n(&result->pid, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&result->pidfd, -1, __ATOMIC_RELAXED);
    __atomic_store_n(&result->stage, HOB_STAGE_CLONE, __ATOMIC_RELAXED);
    result->error = 0;
    result->detail = 0;
}

int hob_spawn(const struct hob_spawn_request *asked, struct hob_spawn_result *result) {
    struct spawn_place place = {.top = stack_top(), .may_borrow = 1};
    hob_spawn_clear(result);
    if (place.top == NULL) return refuse(result, HOB_STAGE_CLONE, ENOMEM);
    return hob_spawn_at(asked, result, &place);
}

int hob_spawn_at(
    const struct hob_spawn_request *asked, struct hob_spawn_result *result, const struct spawn_place *place) {
    struct hob_spawn_request request = *asked;
    struct spawn_descriptors descriptors = {.used = -1};
    struct child_context context = {
        .request = &request, .result = result, .parent = getpid(), .last_shared = -1, .null = -1,
        .handled = ~(uint64_t)0, .called_off = place->called_off};
    uint64_t all = ~(uint64_t)0, previous = 0;
    uint64_t flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD;
    int pid, code;

    hob_spawn_clear(result);
    if (request.mapping_count > MOST_MAPPINGS) return refuse(result, HOB_STAGE_DESCRIPTORS, E2BIG);
    if (place->may_borrow) hob_spawn_borrow(&descriptors, &request, &context);
    if (descriptors.used >= 0) {
        request.mappings = descriptors.map;
        flags |= CLONE_FILES;
    }
    if (place->left != NULL) {
        __atomic_store_n(place->left, 1, __ATOMIC_SEQ_CST);
        flags |= CLONE_CHILD_CLEARTID;
    }

    // No handler of ours may run in the child, which has our memory.
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &previous, sizeof all);
    if (request.cgroup >= 0) {
        hob_at_stage(&context, HOB_STAGE_CGROUP);
        pid = (int)clone_into_cgroup(request.cgroup, flags, &result->pidfd, place, &context);
        code = errno;
    } else {
        pid = clone(hob_spawn_child, place->top, (int)(flags | SIGCHLD), &context, &result->pidfd, NULL, place->left);
        code = errno;
    }
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &previous, NULL, sizeof previous);
    hob_spawn_give_back(&descriptors);
    // A change of uid in the child makes the shared memory undumpable: ours, too. Undo that.
    if (request.has_user || request.has_group) hob_spawn_restore_dumpable();

    if (pid < 0) {
        __atomic_store_n(&result->pid, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&result->pidfd, -1, __ATOMIC_RELAXED);
        if (place->left != NULL) __atomic_store_n(place->left, 0, __ATOMIC_SEQ_CST);
        return refuse(result, result->stage, code);
    }
    __atomic_store_n(&result->pid, pid, __ATOMIC_RELEASE);
    if (result->error == 0) return 0;

    // The child gave up before its exec; its zombie is ours to reap. Who called closes the pidfd, under its lock.
    code = result->error;
    siginfo_t information;
    while (waitid(P_PID, (id_t)pid, &information, WEXITED) < 0 && errno == EINTR) {}
    errno = code;
    return -1;
}

int hob_spawn_pid(const struct hob_spawn_result *result) { return __atomic_load_n(&result->pid, __ATOMIC_ACQUIRE); }
int hob_spawn_pidfd(const struct hob_spawn_result *result) {
    return __atomic_load_n(&result->pidfd, __ATOMIC_ACQUIRE);
}
