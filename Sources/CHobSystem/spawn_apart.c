#define _GNU_SOURCE
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

// A child must have a parent that hears of its end, and for a guest in somebody's process that cannot be this process:
// its SIGCHLD handler, its wait for any child and its SIGCHLD=SIG_IGN are the host's own. execve gives every child the
// exit signal SIGCHLD again. So a stand-in becomes the parent: a process without exit signal, on our memory, that only
// one thread waits for, by its pidfd and with __WALL.
//
// The stand-in runs on that thread's TLS (errno), as a vfork child does. But the thread does not stand still in a vfork:
// that wait counts as load, and a host's setuid() would wait for it until the child's end, since glibc interrupts all
// threads for that. Instead it stays in one system call, made without glibc, for as long as the stand-in lives.

static long raw_call(long number, long a, long b, long c, long d, long e) {
#if defined(__x86_64__)
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = 0;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory", "cc");
    return result;
#elif defined(__aarch64__)
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = 0;
    register long x8 __asm__("x8") = number;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5), "r"(x8) : "memory", "cc");
    return x0;
#else
    long result = syscall(number, a, b, c, d, e, 0L);
    return result < 0 ? -errno : result;
#endif
}

struct stand_in_context {
    const struct hob_spawn_request *request;
    struct hob_stand_in *shared;
    struct spawn_place place;
    int host;
};

uint32_t hob_stand_in_phase(const struct hob_stand_in *shared) {
    return __atomic_load_n(&shared->phase, __ATOMIC_ACQUIRE);
}
void hob_stand_in_call_off(struct hob_stand_in *shared) {
    __atomic_store_n(&shared->called_off, 1, __ATOMIC_SEQ_CST);
}

// MARK: The stand-in's side

static void announce(struct hob_stand_in *shared, uint32_t phase) {
    uint64_t one = 1;
    __atomic_store_n(&shared->phase, phase, __ATOMIC_RELEASE);
    syscall(SYS_write, shared->report, &one, sizeof one);
}

static _Noreturn void leave(void) {
    for (;;) syscall(SYS_exit_group, 0);
}

static int is_readable(int descriptor) {
    struct timespec none = {0, 0};
    struct pollfd entry = {.fd = descriptor, .events = POLLIN};
    return syscall(SYS_ppoll, &entry, 1, &none, NULL, 0) > 0;
}

// The host's descriptors are none of our business: what it closes shall be closed. Two are kept, in a table of our own.
static void leave_shared_table(int first, int second) {
    unsigned low = (unsigned)(first < second ? first : second), high = (unsigned)(first < second ? second : first);
    if (syscall(SYS_close_range, high + 1, ~0U, CLOSE_RANGE_UNSHARE) < 0) return;
    if (low > 0) syscall(SYS_close_range, 0, low - 1, 0);
    if (high > low + 1) syscall(SYS_close_range, low + 1, high - 1, 0);
}

static int stand_in(void *argument) {
    const struct stand_in_context *context = argument;
    struct hob_stand_in *shared = context->shared;
    const unsigned long standard[4] = {0, 0, 0, 0};
    siginfo_t information;
    int child;

    // It must not outlive the thread on whose memory it stands.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || (int)syscall(SYS_getppid) != context->host) leave();
    // A host that ignores SIGCHLD has no zombies; its actions were copied, so this changes only ours.
    syscall(SYS_rt_sigaction, SIGCHLD, standard, NULL, sizeof(uint64_t));
    if (is_readable(shared->release)) {
        announce(shared, HOB_STAND_IN_CANCELLED);
        leave();
    }
    if (hob_spawn_at(context->request, &shared->result, &context->place) < 0) {
        announce(shared, HOB_STAND_IN_FAILED);
        leave();
    }
    child = shared->result.pid;
    announce(shared, HOB_STAND_IN_RUNNING);

    leave_shared_table(shared->report, shared->release);
    // Nor shall it keep a file system from being unmounted.
    if (chdir("/") < 0) { /* then it stays where the host was */ }
    struct pollfd entries[2] = {
        {.fd = (int)syscall(SYS_pidfd_open, child, 0), .events = POLLIN}, {.fd = shared->release, .events = POLLIN}};
    if (entries[0].fd < 0) leave();
    for (;;) {
        long count = syscall(SYS_ppoll, entries, 2, NULL, NULL, 0);
        if (count < 0 && errno != EINTR) leave();
        if (count > 0 && entries[0].revents != 0) break;
        if (count > 0 && entries[1].revents != 0) leave();
    }
    memset(&information, 0, sizeof information);
    if (syscall(SYS_waitid, P_PID, child, &information, WEXITED, NULL) < 0) leave();
    shared->exit.exited = 1;
    shared->exit.pid = child;
    shared->exit.code = information.si_status;
    shared->exit.signaled = information.si_code == CLD_KILLED || information.si_code == CLD_DUMPED;
    shared->exit.core_dumped = information.si_code == CLD_DUMPED;
    announce(shared, HOB_STAND_IN_ENDED);
    leave();
}

// MARK: The waiting thread's side

// Somebody else has killed the stand-in while it was spawning: what it began may still run on our memory.
static void wait_for_child_to_leave(struct hob_stand_in *shared, uint32_t *left) {
    struct timespec pause = {0, 1000000};
    // No descriptor announces whether there is a child whose first instruction is to come; it has a second for that.
    for (int tries = 0; hob_spawn_pid(&shared->result) == 0; tries++) {
        if (tries == 1000) return;
        raw_call(SYS_nanosleep, (long)&pause, 0, 0, 0, 0);
    }
    for (uint32_t value; (value = __atomic_load_n(left, __ATOMIC_SEQ_CST)) != 0;) {
        // Not a private one: the kernel clears the word with the kind that is for everybody.
        raw_call(SYS_futex, (long)left, FUTEX_WAIT, (long)value, 0, 0);
    }
}

int hob_stand_in_run(const struct hob_spawn_request *request, struct hob_stand_in *shared) {
    uint64_t all = ~(uint64_t)0, previous = 0;
    uint32_t left = 0;
    siginfo_t information;
    int pidfd = -1, pid, code;
    struct stand_in_context context = {.request = request, .shared = shared, .host = getpid()};
    char *top = hob_spawn_map_stack();
    hob_spawn_prepare();
    hob_spawn_clear(&shared->result);
    context.place = (struct spawn_place){
        .top = hob_spawn_map_stack(), .left = &left, .called_off = &shared->called_off, .may_borrow = 0};
    if (top == NULL || context.place.top == NULL) {
        code = errno;
        pid = -1;
    } else {
        // It starts with these signals blocked, glibc's own two as well, and never unblocks one: the handlers are the
        // host's, and so is the memory.
        syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &previous, sizeof all);
        pid = clone(stand_in, top, CLONE_VM | CLONE_FILES | CLONE_PIDFD, &context, &pidfd);
        code = errno;
        syscall(SYS_rt_sigprocmask, SIG_SETMASK, &previous, NULL, sizeof previous);
    }
    if (pid >= 0) {
        // ECHILD: a host that waits for children of every kind (__WALL) has reaped it.
        while (raw_call(SYS_waitid, P_PIDFD, pidfd, (long)&information, WEXITED | __WALL, 0) == -EINTR) {}
        close(pidfd);
        if (hob_stand_in_phase(shared) == HOB_STAND_IN_STARTING) wait_for_child_to_leave(shared, &left);
        // As in hob_spawn, which may not have come to it.
        if (request->has_user || request->has_group) hob_spawn_restore_dumpable();
    }
    if (top != NULL) hob_spawn_unmap_stack(top);
    if (context.place.top != NULL) hob_spawn_unmap_stack(context.place.top);
    errno = code;
    return pid >= 0 ? 0 : -1;
}
