#define _GNU_SOURCE
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// The child runs on the parent's memory until its exec (CLONE_VM): no malloc, no stdio, no locks in anything it calls,
// and credentials only by raw system calls, because glibc's wrappers would change every thread of the parent.

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
    hob_at_stage(context, HOB_STAGE_SESSION);
    if (context->request->session == HOB_SESSION_NEW && setsid() < 0) fail(context, errno);
    if (context->request->session == HOB_SESSION_NEW_GROUP && setpgid(0, 0) < 0) fail(context, errno);
}

// Until here the table is our parent's: nothing may be opened or closed before. Only the low numbers are copied.
static void leave_shared_table(struct child_context *context) {
    if (context->last_shared < 0) return;
    hob_at_stage(context, HOB_STAGE_DESCRIPTORS);
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
    hob_at_stage(context, HOB_STAGE_DESCRIPTORS);
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
            source = context->null >= 0 ? context->null : open("/dev/null", O_RDWR | O_CLOEXEC);
            if (source < 0) fail_at(context, -1);
        }
        // One that is above all targets already stays where it is, if it is there at all.
        map[index].source = source >= top && context->last_shared >= 0 ? source : fcntl(source, F_DUPFD_CLOEXEC, top);
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
        hob_at_stage(context, HOB_STAGE_SESSION);
        if (ioctl(0, TIOCSCTTY, 0) < 0) fail_at(context, 0);
    }
}

static int set_limit(int resource, int has_soft, uint64_t soft, int has_hard, uint64_t hard) {
    struct rlimit64 limit;
    if (!(has_soft && has_hard) && prlimit64(0, resource, NULL, &limit) < 0) return -1;
    if (has_hard) limit.rlim_max = hard;
    if (has_soft) limit.rlim_cur = soft;
    else if (limit.rlim_cur > limit.rlim_max) limit.rlim_cur = limit.rlim_max;
    return prlimit64(0, resource, &limit, NULL);
}

static void set_limits(struct child_context *context) {
    const struct hob_spawn_request *request = context->request;
    hob_at_stage(context, HOB_STAGE_LIMITS);
    for (size_t index = 0; index < request->limit_count; index++) {
        const struct hob_spawn_limit *limit = &request->limits[index];
        if (set_limit(limit->resource, limit->has_soft, limit->soft, limit->has_hard, limit->hard) < 0) {
            fail_at(context, limit->resource);
        }
    }
    hob_at_stage(context, HOB_STAGE_TAG);
    if (request->has_tag && set_limit(RLIMIT_LOCKS, 1, request->tag, 1, request->tag) < 0) fail(context, errno);
}

static void set_scheduling(struct child_context *context) {
    const struct hob_spawn_request *request = context->request;
    hob_at_stage(context, HOB_STAGE_NICE);
    if (request->has_nice && setpriority(PRIO_PROCESS, 0, request->nice) < 0) fail(context, errno);
    hob_at_stage(context, HOB_STAGE_UMASK);
    if (request->has_umask) umask((mode_t)request->umask);
    hob_at_stage(context, HOB_STAGE_OOM);
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
    hob_at_stage(context, HOB_STAGE_CHROOT);
    if (request->root != NULL && (chroot(request->root) < 0 || chdir("/") < 0)) fail(context, errno);
    hob_at_stage(context, HOB_STAGE_GROUPS);
    if (request->has_groups && syscall(SYS_setgroups, request->group_count, request->groups) < 0) fail(context, errno);
    hob_at_stage(context, HOB_STAGE_GROUP);
    if (request->has_group && syscall(SYS_setresgid, request->group, request->group, request->group) < 0) {
        fail(context, errno);
    }
    hob_at_stage(context, HOB_STAGE_USER);
    if (request->has_user && syscall(SYS_setresuid, request->user, request->user, request->user) < 0) {
        fail(context, errno);
    }
    hob_at_stage(context, HOB_STAGE_DIRECTORY);
    if (request->directory != NULL && chdir(request->directory) < 0) fail(context, errno);
}

// After the uid: a change of uid clears the parent-death signal.
static void bind_to_parent(struct child_context *context) {
    const struct hob_spawn_request *request = context->request;
    hob_at_stage(context, HOB_STAGE_PARENT_DEATH);
    if (request->parent_death_signal > 0) {
        if (prctl(PR_SET_PDEATHSIG, request->parent_death_signal, 0, 0, 0) < 0) fail(context, errno);
        // The parent may have been killed before the signal was asked for; then nobody would send it.
        if ((int)syscall(SYS_getppid) != context->parent) fail(context, ECHILD);
    }
    hob_at_stage(context, HOB_STAGE_NO_NEW_PRIVILEGES);
    if (request->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) fail(context, errno);
}

// From here on a next life of the parent can find the child; and one that was called off meanwhile never execs.
static void enter_birth(struct child_context *context) {
    const struct hob_spawn_request *request = context->request;
    uint64_t wanted = (uint64_t)request->birth_ticket << 32;
    hob_at_stage(context, HOB_STAGE_BIRTH);
    if (request->birth == NULL) return;
    if (!hob_word_replace(request->birth, wanted, wanted | (uint32_t)syscall(SYS_getpid))) fail(context, ECANCELED);
}

// Raw calls: glibc refuses to touch 32 and 33, which its own posix_spawn leaves ignored in its children.
static void reset_signals(const struct child_context *context) {
    const unsigned long standard[4] = {0, 0, 0, 0};  // handler SIG_DFL, flags, restorer, mask
    uint64_t empty = 0;
    for (int number = 1; number <= 64; number++) {
        unsigned long action[4] = {0, 0, 0, 0};
        if ((context->handled & (uint64_t)1 << (number - 1)) == 0) continue;
        if (syscall(SYS_rt_sigaction, number, NULL, action, sizeof empty) < 0 || action[0] == 0) continue;
        syscall(SYS_rt_sigaction, number, standard, NULL, sizeof empty);
    }
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &empty, NULL, sizeof empty);
}

static _Noreturn void run_executable(struct child_context *context) {
    const struct hob_spawn_request *request = context->request;
    int code = ENOENT, detail = 0;
    hob_at_stage(context, HOB_STAGE_EXEC);
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

int hob_spawn_child(void *argument) {
    struct child_context *context = argument;
    // Whoever calls the child off either finds this number, or is heard here.
    __atomic_store_n(&context->result->pid, (int)syscall(SYS_getpid), __ATOMIC_SEQ_CST);
    if (context->called_off != NULL && __atomic_load_n(context->called_off, __ATOMIC_SEQ_CST) != 0) {
        fail(context, ECANCELED);
    }
    leave_shared_table(context);
    enter_session(context);
    map_descriptors(context);
    set_limits(context);
    set_scheduling(context);
    set_credentials(context);
    bind_to_parent(context);
    enter_birth(context);
    reset_signals(context);
    run_executable(context);
}
