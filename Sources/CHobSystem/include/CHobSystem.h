// The few system calls Swift cannot reach, and the child's side of a spawn.
// Plain ints and own structs only: _GNU_SOURCE and system structs in a public header clash with the Glibc module.
// Unless said otherwise a function answers like the system call: -1 and errno on failure.
#ifndef C_HOB_SYSTEM_H
#define C_HOB_SYSTEM_H
#if !defined(__linux__)
#error "Hob runs on Linux; on a Mac use the dev container."
#endif

#include <stddef.h>
#include <stdint.h>

#include "HobClocks.h"
#include "HobSockets.h"
#include "HobStaging.h"

#ifdef __cplusplus
extern "C" {
#endif

// MARK: Injected faults

extern int hob_faults_armed_count;
/// How many fault plans are armed in this process; 0 nearly always, so one relaxed load is all a system call pays.
static inline int hob_faults_armed(void) { return __atomic_load_n(&hob_faults_armed_count, __ATOMIC_RELAXED); }
void hob_faults_arm(int difference);
void *_Nullable hob_faults_of_thread(void);
void hob_faults_set_of_thread(void *_Nullable plan);

// MARK: Errors and signals

const char *_Nullable hob_errno_name(int code);
const char *_Nullable hob_errno_text(int code);
const char *_Nullable hob_signal_name(int number);
int hob_signal_real_time_first(void);
int hob_signal_real_time_last(void);

// MARK: Processes

int hob_pidfd_open(int pid, unsigned flags);
int hob_pidfd_send_signal(int pidfd, int signal, unsigned flags);
int hob_pidfd_getfd(int pidfd, int target);
/// The flag of pidfd_send_signal for a whole process group (Linux 6.9).
unsigned hob_pidfd_group_flag(void);

struct hob_exit {
    int exited;       // 0: still running
    int pid;
    int code;         // exit code, or the signal's number
    int signaled;
    int core_dumped;
};
/// waitid(P_PIDFD, WEXITED|WNOHANG) and, with `reap` 0, WNOWAIT.
int hob_wait_pidfd(int pidfd, int reap, int block, struct hob_exit *_Nonnull result);
/// waitid(P_PID …) of one child by its number; for children that have no pidfd.
int hob_wait_pid(int pid, int reap, struct hob_exit *_Nonnull result);

struct hob_pidfd_info {
    uint64_t mask;
    uint64_t cgroup_id;
    uint32_t pid, tgid, ppid;
    uint32_t ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
    int32_t exit_code;
};
/// PIDFD_GET_INFO. `exit_code` is a raw wait status and is true only when hob_pidfd_info_has_exit says so.
int hob_pidfd_info(int pidfd, struct hob_pidfd_info *_Nonnull info);
int hob_pidfd_info_has_exit(const struct hob_pidfd_info *_Nonnull info);

int hob_set_subreaper(int on);
int hob_is_subreaper(void);
int hob_set_parent_death_signal(int signal);
int hob_set_thread_name(const char *_Nonnull name);
// At least 16 bytes.
int hob_get_thread_name(char *_Nonnull name);
int hob_set_dumpable(int on);
int hob_is_dumpable(void);
int hob_gettid(void);
// Of all threads (the C library sees to that); each of the first two the real, effective and saved one.
int hob_set_user(uint32_t user);
int hob_set_group(uint32_t group);
int hob_set_groups(const uint32_t *_Nonnull groups, size_t count);
int hob_is_user_and_group(uint32_t user, uint32_t group);
int hob_get_groups(uint32_t *_Nonnull groups, int capacity);
// When it answers yes, the process is.
int hob_can_become_root(void);
int hob_block_all_signals(uint64_t *_Nonnull previous);
int hob_restore_signals(uint64_t previous);
int hob_block_signals(const int *_Nonnull signals, size_t count);
// Takes these signals out of the calling thread's mask.
int hob_unblock_signals(const int *_Nonnull signals, size_t count);
// 1: the signal's disposition is SIG_IGN; 0: it is not; -1: there is no such signal.
int hob_ignores_signal(int signal);

/// prlimit; a null pointer leaves that side alone. `pid` 0 is the caller.
int hob_prlimit(int pid, int resource, const uint64_t *_Nullable set_soft, const uint64_t *_Nullable set_hard,
                uint64_t *_Nullable soft, uint64_t *_Nullable hard);
/// getpriority of the calling process; an error cannot be told from -1, and there is none for oneself.
int hob_get_nice(void);

// MARK: Memory

/// One arena for all threads, and thresholds that do not move; to be called before the first thread.
void hob_be_lean(void);
/// Returns free heap pages to the system, and lets the next hob_epoll_rest find the program's pages.
void hob_give_back_memory(void);

// MARK: Files

int hob_open_at(int directory, const char *_Nonnull path, int flags, unsigned mode);
// The same with the rights of another user and group, for this thread and this call; root only. EPERM when it cannot.
int hob_open_as(uint32_t user, uint32_t group, const char *_Nonnull path, int flags, unsigned mode);
int hob_pipe(int *_Nonnull descriptors, int non_blocking);
int hob_socketpair(int *_Nonnull descriptors, int kind, int non_blocking);
int hob_dup_cloexec(int descriptor, int lowest);
int hob_dup3(int from, int to, int cloexec);
int hob_set_non_blocking(int descriptor, int on);
int hob_set_cloexec(int descriptor, int on);
int hob_close_range(unsigned first, unsigned last, int only_cloexec);
int hob_memfd(const char *_Nonnull name);
int hob_eventfd(unsigned initial);
int hob_available(int descriptor);
int hob_open_path_flag(void);
/// From now on each of these signals writes its number, one byte, to a pipe; whatever thread it comes to.
int hob_signals_to_pipe(int pipe, const int *_Nonnull numbers, size_t count);
int hob_open_nameless_flag(void);
int hob_rename_no_replace(int old_directory, const char *_Nonnull old_path, int new_directory,
                          const char *_Nonnull new_path);
int hob_is_tmpfs(int descriptor);
int hob_make_fifo(int directory, const char *_Nonnull name, unsigned mode);

/// Open-file-description lock over the whole file. `exclusive` 0 asks for a shared one; EAGAIN when held elsewhere.
int hob_lock_description(int descriptor, int exclusive, int block);
int hob_unlock_description(int descriptor);
/// 1 when another description holds a lock that would refuse ours, 0 when not.
int hob_lock_is_held(int descriptor, int exclusive);

struct hob_file_status {
    uint64_t device, inode, size, links;
    uint32_t mode, user, group;
    int64_t modified_seconds, modified_nanoseconds;
};
int hob_status_of_descriptor(int descriptor, struct hob_file_status *_Nonnull status);
int hob_status_at(int directory, const char *_Nonnull path, int follow, struct hob_file_status *_Nonnull status);
/// Which file a path leads to, as far as this machine knows without asking a file server, which may not answer.
int hob_known_file(const char *_Nonnull path, uint64_t *_Nonnull device, uint64_t *_Nonnull inode);
/// fgetxattr: how long the value is.
long hob_file_attribute(int descriptor, const char *_Nonnull name, void *_Nonnull value, size_t capacity);
int hob_file_kind_is_directory(uint32_t mode);
int hob_file_kind_is_regular(uint32_t mode);
int hob_file_kind_is_fifo(uint32_t mode);
int hob_file_kind_is_socket(uint32_t mode);
int hob_file_kind_is_link(uint32_t mode);

/// Reads a directory's names; calls `each` with the name and stops when that answers non-zero.
int hob_each_name(int directory, void *_Nullable context,
                  int (*_Nonnull each)(void *_Nullable context, const char *_Nonnull name));

/// memmem: where the needle begins in the haystack, or null.
const void *_Nullable hob_find(const void *_Nonnull haystack, size_t haystack_count, const void *_Nonnull needle,
                               size_t needle_count);

// MARK: Waiting

struct hob_event {
    uint32_t events;
    uint64_t data;
};
enum {
    HOB_EVENT_READ = 1,
    HOB_EVENT_PRIORITY = 2,
    HOB_EVENT_WRITE = 4,
    HOB_EVENT_ERROR = 8,
    HOB_EVENT_HANG_UP = 16,
    HOB_EVENT_READ_HANG_UP = 0x2000,
};
int hob_epoll_create(void);
int hob_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t data);
int hob_epoll_modify(int epoll, int descriptor, uint32_t events, uint64_t data);
int hob_epoll_remove(int epoll, int descriptor);
/// epoll_pwait2; `nanoseconds` below 0 waits for ever. At most 256 events.
int hob_epoll_wait(int epoll, struct hob_event *_Nonnull events, int capacity, int64_t nanoseconds);
/// Drops the read-only pages of the program, which come back from its file when they are needed, and waits for one event.
int hob_epoll_rest(int epoll, struct hob_event *_Nonnull event, int64_t nanoseconds);

int hob_signalfd(const int *_Nonnull signals, size_t count);
struct hob_signal {
    int number, code, pid, status;
    uint32_t user;
};
/// 1: one signal read, 0: none pending.
int hob_signalfd_read(int descriptor, struct hob_signal *_Nonnull signal);

int hob_inotify(void);
int hob_inotify_add(int descriptor, const char *_Nonnull path, uint32_t mask);
int hob_inotify_remove(int descriptor, int watch);

/// A one-shot SIGABRT timer on CLOCK_MONOTONIC aimed at the process; the guard of a stuck control thread.
int hob_abort_timer_create(void *_Nullable *_Nonnull timer);
int hob_abort_timer_set(void *_Nullable timer, int64_t nanoseconds);
int hob_abort_timer_delete(void *_Nullable timer);

// MARK: Threads

/// A detached thread with all signals blocked. The function runs once with its context.
int hob_thread_start(const char *_Nonnull name, size_t stack, void *_Nullable context,
                     void (*_Nonnull body)(void *_Nullable context));

struct hob_monitor;
struct hob_monitor *_Nullable hob_monitor_create(void);
void hob_monitor_destroy(struct hob_monitor *_Nonnull monitor);
void hob_monitor_lock(struct hob_monitor *_Nonnull monitor);
void hob_monitor_unlock(struct hob_monitor *_Nonnull monitor);
void hob_monitor_signal(struct hob_monitor *_Nonnull monitor);
void hob_monitor_broadcast(struct hob_monitor *_Nonnull monitor);
/// 0 when woken, 1 when the absolute CLOCK_MONOTONIC deadline (below 0: none) has passed.
int hob_monitor_wait(struct hob_monitor *_Nonnull monitor, int64_t deadline);

// MARK: Regular expressions (POSIX extended)

struct hob_regex;
/// Null on a bad pattern, whose reason goes to `message`.
struct hob_regex *_Nullable hob_regex_compile(const char *_Nonnull pattern, char *_Nonnull message, size_t capacity);
int hob_regex_matches(const struct hob_regex *_Nonnull regex, const char *_Nonnull text, size_t count);
void hob_regex_free(struct hob_regex *_Nonnull regex);

// MARK: Spawning

enum hob_spawn_stage {
    HOB_STAGE_CLONE = 1,
    HOB_STAGE_CGROUP,
    HOB_STAGE_SESSION,
    HOB_STAGE_DESCRIPTORS,
    HOB_STAGE_LIMITS,
    HOB_STAGE_TAG,
    HOB_STAGE_NICE,
    HOB_STAGE_UMASK,
    HOB_STAGE_OOM,
    HOB_STAGE_CHROOT,
    HOB_STAGE_GROUPS,
    HOB_STAGE_GROUP,
    HOB_STAGE_USER,
    HOB_STAGE_DIRECTORY,
    HOB_STAGE_PARENT_DEATH,
    HOB_STAGE_NO_NEW_PRIVILEGES,
    HOB_STAGE_BIRTH,
    HOB_STAGE_EXEC,
};
enum { HOB_SESSION_NEW = 0, HOB_SESSION_NEW_GROUP = 1, HOB_SESSION_INHERIT = 2 };

struct hob_spawn_limit {
    int resource;
    int has_soft, has_hard;
    uint64_t soft, hard;
};
struct hob_spawn_mapping {
    int source, target;
};
struct hob_spawn_request {
    /// Candidates for execve in order, null-terminated: one when the name has a slash, else one per search directory.
    const char *_Nullable const *_Nullable executables;
    char *_Nullable const *_Nullable argv;
    char *_Nullable const *_Nullable envp;
    /// Room for the child's pid inside an environment entry (LISTEN_PID=); at least 12 bytes.
    char *_Nullable listen_pid;
    const char *_Nullable directory;
    const char *_Nullable root;
    int has_user, has_group, has_groups;
    uint32_t user, group;
    const uint32_t *_Nullable groups;
    size_t group_count;
    int has_umask;
    uint32_t umask;
    const struct hob_spawn_limit *_Nullable limits;
    size_t limit_count;
    int has_tag;
    uint64_t tag;
    int has_nice, nice;
    int has_oom, oom;
    int no_new_privileges;
    int parent_death_signal;
    int session;
    int controlling_terminal;
    /// Filled up with /dev/null for 0, 1 and 2; every other descriptor is closed in the child.
    const struct hob_spawn_mapping *_Nullable mappings;
    size_t mapping_count;
    int cgroup;  // directory descriptor or -1
    /// A word of shared memory in which the child enters its pid just before exec; NULL for none. The caller has stored
    /// `birth_ticket << 32` there; a child that finds anything else is not wanted any more, and goes.
    uint64_t *_Nullable birth;
    uint32_t birth_ticket;
};
/// Written while the child runs before its exec; other threads may read it then.
struct hob_spawn_result {
    int pid;
    int pidfd;
    int stage;  // the step the child is at, or failed at
    int error;  // errno of that step, 0 on success
    int detail; // which limit, descriptor or candidate failed
};
/// Takes low descriptor numbers for spawns, to be called while the process has one thread and few descriptors: with them,
/// a child shares our descriptor table until it has a small one of its own, instead of copying and closing all of ours.
/// Signals must have the actions by then that they will keep. 0, or -1 with errno; spawns work without, too.
int hob_spawn_reserve(void);
/// Makes room in the descriptor table for numbers below `count`. A table that grows when the process has threads makes
/// the kernel wait for all processors, 10 to 20 ms long.
int hob_grow_descriptor_table(int count);
/// Words of shared memory that a spawned child, or a next life of ours, looks at: all orders are sequentially consistent.
uint64_t hob_word_load(const uint64_t *_Nonnull word);
void hob_word_store(uint64_t *_Nonnull word, uint64_t value);
/// 1 when the word held `expected` and holds `value` now, else 0.
int hob_word_replace(uint64_t *_Nonnull word, uint64_t expected, uint64_t value);

/// Clones, sets up and execs. 0 on success; -1 when it failed: `stage` and `error` say where, nothing is left behind.
int hob_spawn(const struct hob_spawn_request *_Nonnull request, struct hob_spawn_result *_Nonnull result);
/// Reads `pid` or `pidfd` of a spawn that another thread is in; 0 and -1 when there is none yet.
int hob_spawn_pid(const struct hob_spawn_result *_Nonnull result);
int hob_spawn_pidfd(const struct hob_spawn_result *_Nonnull result);

// MARK: Spawning apart: a child that is not a child of this process

enum hob_stand_in_phase {
    HOB_STAND_IN_STARTING = 0,
    HOB_STAND_IN_CANCELLED,  // released before anything was spawned
    HOB_STAND_IN_FAILED,     // `result` says where
    HOB_STAND_IN_RUNNING,    // the child has reached its exec
    HOB_STAND_IN_ENDED,      // `exit` is the child's
};
/// The memory that a stand-in parent shares with this process. All zero at first but for the descriptors.
struct hob_stand_in {
    int report;   // an eventfd, to which the stand-in writes when `phase` has changed
    int release;  // an eventfd: readable means that the stand-in shall go, and leave the child to whoever inherits it
    uint32_t phase;
    uint32_t called_off;
    struct hob_spawn_result result;
    struct hob_exit exit;
};
/// Starts a stand-in parent which spawns; returns when it is gone, which may be as late as the child's end. To be called
/// on a thread of its own with all signals blocked. -1 and errno when there could be no stand-in.
int hob_stand_in_run(const struct hob_spawn_request *_Nonnull request, struct hob_stand_in *_Nonnull shared);
uint32_t hob_stand_in_phase(const struct hob_stand_in *_Nonnull shared);
/// From now on a child that has not stored its `result.pid` yet never will exec.
void hob_stand_in_call_off(struct hob_stand_in *_Nonnull shared);

#ifdef __cplusplus
}
#endif
#endif
