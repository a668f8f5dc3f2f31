#define _GNU_SOURCE
#include "CHobSystem.h"

#include <errno.h>
#include <grp.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

// MARK: Injected faults

int hob_faults_armed_count = 0;
static __thread void *faults_of_thread;

void hob_faults_arm(int difference) { __atomic_add_fetch(&hob_faults_armed_count, difference, __ATOMIC_SEQ_CST); }
void *hob_faults_of_thread(void) { return faults_of_thread; }
void hob_faults_set_of_thread(void *plan) { faults_of_thread = plan; }

// MARK: Names

const char *hob_errno_name(int code) { return strerrorname_np(code); }
const char *hob_errno_text(int code) { return strerrordesc_np(code); }
const char *hob_signal_name(int number) { return sigabbrev_np(number); }
int hob_signal_real_time_first(void) { return SIGRTMIN; }
int hob_signal_real_time_last(void) { return SIGRTMAX; }

// MARK: pidfd

int hob_pidfd_open(int pid, unsigned flags) { return (int)syscall(SYS_pidfd_open, pid, flags); }
int hob_pidfd_send_signal(int pidfd, int signal, unsigned flags) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, flags);
}
int hob_pidfd_getfd(int pidfd, int target) { return (int)syscall(SYS_pidfd_getfd, pidfd, target, 0); }
unsigned hob_pidfd_group_flag(void) { return 1U << 2; }

static void fill_exit(const siginfo_t *information, struct hob_exit *result) {
    result->exited = information->si_pid != 0;
    result->pid = information->si_pid;
    result->code = information->si_status;
    result->signaled = information->si_code == CLD_KILLED || information->si_code == CLD_DUMPED;
    result->core_dumped = information->si_code == CLD_DUMPED;
}

int hob_wait_pidfd(int pidfd, int reap, int block, struct hob_exit *result) {
    siginfo_t information;
    memset(&information, 0, sizeof information);
    memset(result, 0, sizeof *result);
    int options = WEXITED | (reap ? 0 : WNOWAIT) | (block ? 0 : WNOHANG);
    if (waitid((idtype_t)P_PIDFD, (id_t)pidfd, &information, options) < 0) return -1;
    fill_exit(&information, result);
    return 0;
}

int hob_wait_pid(int pid, int reap, struct hob_exit *result) {
    siginfo_t information;
    memset(&information, 0, sizeof information);
    memset(result, 0, sizeof *result);
    if (pid <= 0) {
        errno = EINVAL;
        return -1;
    }
    if (waitid(P_PID, (id_t)pid, &information, WEXITED | WNOHANG | (reap ? 0 : WNOWAIT)) < 0) return -1;
    fill_exit(&information, result);
    return 0;
}

// Our own copy of the kernel's 64-byte first version: Debian 12's headers do not have it.
struct kernel_pidfd_info {
    uint64_t mask;
    uint64_t cgroupid;
    uint32_t pid, tgid, ppid;
    uint32_t ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
    int32_t exit_code;
};
_Static_assert(sizeof(struct kernel_pidfd_info) == 64, "PIDFD_GET_INFO's first version has 64 bytes");
enum { PIDFD_INFO_PID_BIT = 1, PIDFD_INFO_CREDS_BIT = 2, PIDFD_INFO_CGROUP_BIT = 4, PIDFD_INFO_EXIT_BIT = 8 };

int hob_pidfd_info(int pidfd, struct hob_pidfd_info *info) {
    struct kernel_pidfd_info kernel;
    memset(&kernel, 0, sizeof kernel);
    kernel.mask = PIDFD_INFO_PID_BIT | PIDFD_INFO_CREDS_BIT | PIDFD_INFO_EXIT_BIT;
    if (ioctl(pidfd, _IOWR(0xFF, 11, struct kernel_pidfd_info), &kernel) < 0) return -1;
    info->mask = kernel.mask;
    info->cgroup_id = kernel.cgroupid;
    info->pid = kernel.pid;
    info->tgid = kernel.tgid;
    info->ppid = kernel.ppid;
    info->ruid = kernel.ruid;
    info->rgid = kernel.rgid;
    info->euid = kernel.euid;
    info->egid = kernel.egid;
    info->suid = kernel.suid;
    info->sgid = kernel.sgid;
    info->fsuid = kernel.fsuid;
    info->fsgid = kernel.fsgid;
    info->exit_code = kernel.exit_code;
    return 0;
}

int hob_pidfd_info_has_exit(const struct hob_pidfd_info *info) { return (info->mask & PIDFD_INFO_EXIT_BIT) != 0; }

// MARK: The calling process and thread

int hob_set_subreaper(int on) { return prctl(PR_SET_CHILD_SUBREAPER, on, 0, 0, 0); }
int hob_is_subreaper(void) {
    int on = 0;
    return prctl(PR_GET_CHILD_SUBREAPER, &on, 0, 0, 0) < 0 ? -1 : on;
}
int hob_set_parent_death_signal(int signal) { return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0); }
int hob_set_thread_name(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }
int hob_get_thread_name(char *name) { return prctl(PR_GET_NAME, name, 0, 0, 0); }
int hob_set_dumpable(int on) { return prctl(PR_SET_DUMPABLE, on, 0, 0, 0); }
int hob_is_dumpable(void) { return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0); }
int hob_gettid(void) { return (int)syscall(SYS_gettid); }

int hob_set_user(uint32_t user) { return setresuid(user, user, user); }
int hob_set_group(uint32_t group) { return setresgid(group, group, group); }
int hob_set_groups(const uint32_t *groups, size_t count) { return setgroups(count, groups); }
int hob_is_user_and_group(uint32_t user, uint32_t group) {
    uid_t users[3];
    gid_t groups[3];
    if (getresuid(&users[0], &users[1], &users[2]) < 0 || getresgid(&groups[0], &groups[1], &groups[2]) < 0) return 0;
    for (int index = 0; index < 3; index++) {
        if (users[index] != user || groups[index] != group) return 0;
    }
    return 1;
}
int hob_get_groups(uint32_t *groups, int capacity) { return getgroups(capacity, groups); }
int hob_can_become_root(void) { return setresuid((uid_t)-1, 0, (uid_t)-1) == 0; }

int hob_block_all_signals(uint64_t *previous) {
    sigset_t all, before;
    sigfillset(&all);
    int code = pthread_sigmask(SIG_SETMASK, &all, &before);
    if (code != 0) {
        errno = code;
        return -1;
    }
    memcpy(previous, &before, sizeof *previous);
    return 0;
}

int hob_restore_signals(uint64_t previous) {
    sigset_t set;
    sigemptyset(&set);
    memcpy(&set, &previous, sizeof previous);
    int code = pthread_sigmask(SIG_SETMASK, &set, NULL);
    if (code != 0) errno = code;
    return code == 0 ? 0 : -1;
}

static int change_mask(int how, const int *signals, size_t count) {
    sigset_t set;
    sigemptyset(&set);
    for (size_t index = 0; index < count; index++) {
        if (sigaddset(&set, signals[index]) < 0) return -1;
    }
    int code = pthread_sigmask(how, &set, NULL);
    if (code != 0) errno = code;
    return code == 0 ? 0 : -1;
}

int hob_block_signals(const int *signals, size_t count) { return change_mask(SIG_BLOCK, signals, count); }
int hob_unblock_signals(const int *signals, size_t count) { return change_mask(SIG_UNBLOCK, signals, count); }

int hob_ignores_signal(int signal) {
    struct sigaction action;
    if (sigaction(signal, NULL, &action) < 0) return -1;
    return (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_IGN;
}

int hob_prlimit(int pid, int resource, const uint64_t *set_soft, const uint64_t *set_hard, uint64_t *soft,
                uint64_t *hard) {
    struct rlimit64 limit;
    if (prlimit64(pid, resource, NULL, &limit) < 0) return -1;
    if (soft != NULL) *soft = limit.rlim_cur;
    if (hard != NULL) *hard = limit.rlim_max;
    if (set_soft == NULL && set_hard == NULL) return 0;
    if (set_hard != NULL) limit.rlim_max = *set_hard;
    if (set_soft != NULL) limit.rlim_cur = *set_soft;
    return prlimit64(pid, resource, &limit, NULL);
}

int hob_get_nice(void) { return getpriority(PRIO_PROCESS, 0); }
