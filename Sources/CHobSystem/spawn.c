#define _GNU_SOURCE
#include "CHobSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
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

// The child runs on the parent's memory until its exec (CLONE_VM): no malloc, no stdio, no locks in anything it calls,
// and credentials only by raw system calls, because glibc's wrappers would change every thread of the parent.

enum { MOST_MAPPINGS = 64, CHILD_STACK = 64 * 1024 };

struct child_context {
    const struct hob_spawn_request *request;
    struct hob_spawn_result *result;
    int parent;
    int last_shared;  // of the descriptors that the child takes over of our table, while it shares it; -1: it does not
};

// MARK: Words of shared memory

uint64_t hob_word_load(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST); }
void hob_word_store(uint64_t *word, uint64_t value) { __atomic_store_n(word, value, __ATOMIC_SEQ_CST); }
int hob_word_replace(uint64_t *word, uint64_t expected, uint64_t value) {
    return __atomic_compare_exchange_n(word, &expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

// MARK: The child's side

static void at_stage(struct child_context *context, int stage) {
    __atomic_store_n(&context->result->stage, stage, __ATOMIC_RELAXED);
}

static _Noreturn void fail(struct child_context *context, int code) {
    context->result->error = code != 0 ? code : EIO;
    for (;;) syscall(SYS_exit_group, 127);
}

static _Noreturn void fail_at(struct child_context *context, int detail) {
    context->result->detail = detail;
    fail(context, errno);
}

static size_t write_decimal(char *text, uint64_t number) {
    char digits[24];
    size_t count = 0, length;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    for (length = 0; length < count; length++) text[length] = digits[count - 1 - length];
    text[length] = 0;
    return length;
}

static void enter_session(struct child_context *context) {
    at_stage(context, HOB_STAGE_SESSION);
    if (context->request->session == HOB_SESSION_NEW && setsid() < 0) fail(context, errno);
    if (context->request->session == HOB_SESSION_NEW_GROUP && setpgid(0, 0) < 0) fail(context, errno);
}

// Until here the table is our parent's: nothing may be opened or closed before. Only the low numbers are copied.
static void leave_shared_table(struct child_context *context) {
    if (context->last_shared < 0) return;
    at_stage(context, HOB_STAGE_DESCRIPTORS);
    if (syscall(SYS_close_range, (unsigned)context->last_shared + 1, ~0U, CLOSE_RANGE_UNSHARE) < 0) {
        fail_at(context, context->last_shared + 1);
    }
}

// Sources are first lifted above every target, so that no dup2 destroys a source that is still needed.
static void map_descriptors(struct child_context *context) {
    const struct hob_spawn_request *request = context->request;
    struct hob_spawn_mapping map[MOST_MAPPINGS + 3];
    size_t count = 0, index;
    int top = 3, standard;
    at_stage(context, HOB_STAGE_DESCRIPTORS);
    for (index = 0; index < request->mapping_count; index++) {
        map[count++] = request->mappings[index];
        if (request->mappings[index].target >= top) top = request->mappings[index].target + 1;
    }
    for (standard = 0; standard <= 2; standard++) {
        int mapped = 0;
        for (index = 0; index < request->mapping_count; index++) mapped |= request->mappings[index].target == standard;
        if (!mapped) map[count++] = (struct hob_spawn_mapping){-1, standard};
    }
    for (index = 0; index < count; index++) {
        int source = map[index].source;
        if (source < 0) {
            source = open("/dev/null", O_RDWR | O_CLOEXEC);
            if (source < 0) fail_at(context, -1);
        }
        map[index].source = fcntl(source, F_DUPFD_CLOEXEC, top);
        if (map[index].source < 0) fail_at(context, source);
    }
    for (index = 0; index < count; index++) {
        if (dup2(map[index].source, map[index].target) < 0) fail_at(context, map[index].target);
    }
    // All that is not a target goes now and not at exec: a child whose exec hangs must not keep our pipes and locks.
    for (int descriptor = 3; descriptor < top; descriptor++) {
        int wanted = 0;
        for (index = 0; index < count; index++) wanted |= map[index].target == descriptor;
        if (!wanted) close(descriptor);
    }
    if (syscall(SYS_close_range, (unsigned)top, ~0U, 0) < 0) fail_at(context, top);
    if (request->controlling_terminal) {
        at_stage(context, HOB_STAGE_SESSION);
        if (ioctl(0, TIOCSCTTY, 0) < 0) fail_at(context, 0);
    }
}

static int set_limit(int resource, int has_soft, uint64_t soft, int has_hard, uint64_t hard) {
    struct rlimit64 limit;
    if (prlimit64(0, resource, NULL, &limit) < 0) return -1;
    if (has_hard) limit.rlim_max = hard;
    if (has_soft) limit.rlim_cur = soft;
    else if (limit.rlim_cur > limit.rlim_max) limit.rlim_cur = limit.rlim_max;
    return prlimit64(0, resource, &limit, NULL);
}

static void set_limits(struct child_context *context) {
    const struct hob_spawn_request *request = context->request;
    at_stage(context, HOB_STAGE_LIMITS);
    for (size_t index = 0; index < request->limit_count; index++) {
        const struct hob_spawn_limit *limit = &request->limits[index];
        if (set_limit(limit->resource, limit->has_soft, limit->soft, limit->has_hard, limit->hard) < 0) {
            fail_at(context, limit->resource);
        }
    }
    at_stage(context, HOB_STAGE_TAG);
    if (request->has_tag && set_limit(RLIMIT_LOCKS, 1, request->tag, 1, request->tag) < 0) fail(context, errno);
}

static void set_scheduling(struct child_context *context) {
    const struct hob_spawn_request *request = context->request;
    at_stage(context, HOB_STAGE_NICE);
    if (request->has_nice && setpriority(PRIO_PROCESS, 0, request->nice) < 0) fail(context, errno);
    at_stage(context, HOB_STAGE_UMASK);
    if (request->has_umask) umask((mode_t)request->umask);
    at_stage(context, HOB_STAGE_OOM);
    if (request->has_oom) {
        char text[26];
        size_t length = 0;
        int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
        if (file < 0) fail(context, errno);
        if (request->oom < 0) text[length++] = '-';
        length += write_decimal(text + length, (uint64_t)(request->oom < 0 ? -(int64_t)request->oom : request->oom));
        if (write(file, text, length) != (ssize_t)length) fail(context, errno);
        close(file);
    }
}

static void set_credentials(struct child_context *context) {
    const struct hob_spawn_request *request = context->request;
    at_stage(context, HOB_STAGE_CHROOT);
    if (request->root != NULL && (chroot(request->root) < 0 || chdir("/") < 0)) fail(context, errno);
    at_stage(context, HOB_STAGE_GROUPS);
    if (request->has_groups && syscall(SYS_setgroups, request->group_count, request->groups) < 0) fail(context, errno);
    at_stage(context, HOB_STAGE_GROUP);
    if (request->has_group && syscall(SYS_setresgid, request->group, request->group, request->group) < 0) {
        fail(context, errno);
    }
    at_stage(context, HOB_STAGE_USER);
    if (request->has_user && syscall(SYS_setresuid, request->user, request->user, request->user) < 0) {
        fail(context, errno);
    }
    at_stage(context, HOB_STAGE_DIRECTORY);
    if (request->directory != NULL && chdir(request->directory) < 0) fail(context, errno);
}

// After the uid: a change of uid clears the parent-death signal.
static void bind_to_parent(struct child_context *context) {
    const struct hob_spawn_request *request = context->request;
    at_stage(context, HOB_STAGE_PARENT_DEATH);
    if (request->parent_death_signal > 0) {
        if (prctl(PR_SET_PDEATHSIG, request->parent_death_signal, 0, 0, 0) < 0) fail(context, errno);
        // The parent may have been killed before the signal was asked for; then nobody would send it.
        if ((int)syscall(SYS_getppid) != context->parent) fail(context, ECHILD);
    }
    at_stage(context, HOB_STAGE_NO_NEW_PRIVILEGES);
    if (request->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) fail(context, errno);
}

// From here on a next life of the parent can find the child; and one that was called off meanwhile never execs.
static void enter_birth(struct child_context *context) {
    const struct hob_spawn_request *request = context->request;
    uint64_t wanted = (uint64_t)request->birth_ticket << 32;
    at_stage(context, HOB_STAGE_BIRTH);
    if (request->birth == NULL) return;
    if (!hob_word_replace(request->birth, wanted, wanted | (uint32_t)syscall(SYS_getpid))) fail(context, ECANCELED);
}

// Raw calls: glibc refuses to touch 32 and 33, which its own posix_spawn leaves ignored in its children.
static void reset_signals(void) {
    const unsigned long standard[4] = {0, 0, 0, 0};  // handler SIG_DFL, flags, restorer, mask
    uint64_t empty = 0;
    for (int number = 1; number <= 64; number++) {
        unsigned long action[4] = {0, 0, 0, 0};
        if (syscall(SYS_rt_sigaction, number, NULL, action, sizeof empty) < 0 || action[0] == 0) continue;
        syscall(SYS_rt_sigaction, number, standard, NULL, sizeof empty);
    }
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &empty, NULL, sizeof empty);
}

static _Noreturn void run_executable(struct child_context *context) {
    const struct hob_spawn_request *request = context->request;
    int code = ENOENT, detail = 0;
    at_stage(context, HOB_STAGE_EXEC);
    if (request->listen_pid != NULL) write_decimal(request->listen_pid, (uint64_t)syscall(SYS_getpid));
    for (int index = 0; request->executables[index] != NULL; index++) {
        execve(request->executables[index], request->argv, request->envp);
        // As execvp: a missing file means the next directory, a forbidden one is remembered, all else is final.
        if (errno == EACCES) {
            if (code != EACCES) detail = index;
            code = EACCES;
        } else if (errno != ENOENT && errno != ENOTDIR && errno != ESTALE && errno != ENODEV && errno != ETIMEDOUT) {
            code = errno;
            detail = index;
            break;
        } else if (request->executables[1] == NULL) {
            code = errno;
        }
    }
    context->result->detail = detail;
    fail(context, code);
}

static int child_main(void *argument) {
    struct child_context *context = argument;
    __atomic_store_n(&context->result->pid, (int)syscall(SYS_getpid), __ATOMIC_RELEASE);
    leave_shared_table(context);
    enter_session(context);
    map_descriptors(context);
    set_limits(context);
    set_scheduling(context);
    set_credentials(context);
    bind_to_parent(context);
    enter_birth(context);
    reset_signals();
    run_executable(context);
}

// MARK: The parent's side

struct child_stack {
    void *base;
    size_t size;
};

static pthread_once_t stack_once = PTHREAD_ONCE_INIT;
static pthread_key_t stack_key;
static int dumpable_at_start = 1;

static void free_stack(void *pointer) {
    struct child_stack *stack = pointer;
    munmap(stack->base, stack->size);
    free(stack);
}

static void prepare_once(void) {
    int dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
    dumpable_at_start = dumpable;
    pthread_key_create(&stack_key, free_stack);
}

// One stack per spawning thread, with a guard page below it, kept for the thread's life.
static void *stack_top(void) {
    struct child_stack *stack;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    pthread_once(&stack_once, prepare_once);
    stack = pthread_getspecific(stack_key);
    if (stack == NULL) {
        stack = malloc(sizeof *stack);
        if (stack == NULL) return NULL;
        stack->size = CHILD_STACK + page;
        stack->base = mmap(NULL, stack->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
        if (stack->base == MAP_FAILED) {
            free(stack);
            return NULL;
        }
        if (mprotect(stack->base, page, PROT_NONE) < 0 || pthread_setspecific(stack_key, stack) != 0) {
            free_stack(stack);
            errno = ENOMEM;
            return NULL;
        }
    }
    return (char *)stack->base + stack->size;
}

// clone(2) cannot place the child in a cgroup and glibc has no clone3: the call itself, with a stack of our own.
static long clone_into_cgroup(int cgroup, uint64_t flags, int *pidfd, char *top, struct child_context *context) {
    struct clone_args arguments;
    memset(&arguments, 0, sizeof arguments);
    arguments.flags = flags | CLONE_INTO_CGROUP;
    arguments.pidfd = (uint64_t)(uintptr_t)pidfd;
    arguments.exit_signal = SIGCHLD;
    arguments.stack = (uint64_t)(uintptr_t)(top - CHILD_STACK);
    arguments.stack_size = CHILD_STACK;
    arguments.cgroup = (uint64_t)cgroup;
#if defined(__x86_64__)
    long result;
    register int (*body)(void *) __asm__("r12") = child_main;
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
    register int (*body)(void *) __asm__("x19") = child_main;
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

// MARK: Reserved descriptors

enum { RESERVED = 12 };

// Low numbers that hold /dev/null between spawns. A child that copies our whole table takes and drops a reference on
// every file in it: half a millisecond with two thousand of them.
static struct {
    pthread_mutex_t lock;
    int numbers[RESERVED];
    int last;
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

struct spawn_descriptors {
    struct hob_spawn_mapping map[MOST_MAPPINGS];
    int used;  // how many reserved numbers hold a source of this spawn; -1: the child copies our table
};

// Puts the sources under reserved numbers. Another spawn that hangs in its exec keeps them; then the slow way serves.
static void borrow(struct spawn_descriptors *descriptors, const struct hob_spawn_request *request) {
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
    return;
unsuited:
    for (slot = 0; slot < descriptors->used; slot++) {
        dup3(reserve.numbers[RESERVED - 1], reserve.numbers[slot], O_CLOEXEC);
    }
    descriptors->used = -1;
    pthread_mutex_unlock(&reserve.lock);
}

// A source that stayed would keep its pipe open and its lock held for ever.
static void give_back(const struct spawn_descriptors *descriptors) {
    if (descriptors->used < 0) return;
    for (int slot = 0; slot < descriptors->used; slot++) {
        dup3(reserve.numbers[RESERVED - 1], reserve.numbers[slot], O_CLOEXEC);
    }
    pthread_mutex_unlock(&reserve.lock);
}

// MARK: Spawning

int hob_spawn(const struct hob_spawn_request *asked, struct hob_spawn_result *result) {
    struct hob_spawn_request request = *asked;
    struct spawn_descriptors descriptors;
    struct child_context context = {.request = &request, .result = result, .parent = getpid(), .last_shared = -1};
    uint64_t all = ~(uint64_t)0, previous = 0;
    uint64_t flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD;
    int pid, code;
    char *top;

    // Other threads may be looking already, so these words are only ever stored atomically.
    __atomic_store_n(&result->pid, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&result->pidfd, -1, __ATOMIC_RELAXED);
    at_stage(&context, HOB_STAGE_CLONE);
    result->error = 0;
    result->detail = 0;
    if (request.mapping_count > MOST_MAPPINGS) return refuse(result, HOB_STAGE_DESCRIPTORS, E2BIG);
    top = stack_top();
    if (top == NULL) return refuse(result, HOB_STAGE_CLONE, ENOMEM);
    borrow(&descriptors, &request);
    if (descriptors.used >= 0) {
        request.mappings = descriptors.map;
        context.last_shared = reserve.last;
        flags |= CLONE_FILES;
    }

    // No handler of ours may run in the child, which has our memory.
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &previous, sizeof all);
    if (request.cgroup >= 0) {
        at_stage(&context, HOB_STAGE_CGROUP);
        pid = (int)clone_into_cgroup(request.cgroup, flags, &result->pidfd, top, &context);
        code = errno;
    } else {
        pid = clone(child_main, top, (int)(flags | SIGCHLD), &context, &result->pidfd);
        code = errno;
    }
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &previous, NULL, sizeof previous);
    give_back(&descriptors);
    // A change of uid in the child makes the shared memory undumpable: ours, too. Undo that.
    if ((request.has_user || request.has_group) && dumpable_at_start == 1) prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);

    if (pid < 0) {
        __atomic_store_n(&result->pid, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&result->pidfd, -1, __ATOMIC_RELAXED);
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
