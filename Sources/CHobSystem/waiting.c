#define _GNU_SOURCE
#include "CHobSystem.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

_Static_assert(HOB_EVENT_READ == EPOLLIN && HOB_EVENT_WRITE == EPOLLOUT && HOB_EVENT_ERROR == EPOLLERR, "epoll bits");
_Static_assert(HOB_EVENT_HANG_UP == EPOLLHUP && HOB_EVENT_READ_HANG_UP == EPOLLRDHUP, "epoll bits");
_Static_assert(HOB_EVENT_PRIORITY == EPOLLPRI, "epoll bits");

static const int64_t billion = 1000000000;

static struct timespec timespec_of(int64_t nanoseconds) {
    struct timespec time = {.tv_sec = (time_t)(nanoseconds / billion), .tv_nsec = (long)(nanoseconds % billion)};
    return time;
}

int64_t hob_wall_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t hob_monotonic_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * billion + now.tv_nsec;
}
int64_t hob_boot_time_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * billion + now.tv_nsec;
}
int64_t hob_wall_clock_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * billion + now.tv_nsec;
}

// MARK: epoll

int hob_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int control(int epoll, int operation, int descriptor, uint32_t events, uint64_t data) {
    struct epoll_event event = {.events = events, .data.u64 = data};
    return epoll_ctl(epoll, operation, descriptor, &event);
}
int hob_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t data) {
    return control(epoll, EPOLL_CTL_ADD, descriptor, events, data);
}
int hob_epoll_modify(int epoll, int descriptor, uint32_t events, uint64_t data) {
    return control(epoll, EPOLL_CTL_MOD, descriptor, events, data);
}
int hob_epoll_remove(int epoll, int descriptor) { return control(epoll, EPOLL_CTL_DEL, descriptor, 0, 0); }

int hob_epoll_wait(int epoll, struct hob_event *events, int capacity, int64_t nanoseconds) {
    struct epoll_event from[256];
    int most = capacity < 256 ? capacity : 256;
    struct timespec timeout = timespec_of(nanoseconds < 0 ? 0 : nanoseconds);
    int count = (int)syscall(SYS_epoll_pwait2, epoll, from, most, nanoseconds < 0 ? NULL : &timeout, NULL, 0);
    if (count < 0 && errno == ENOSYS) {
        // Before Linux 5.11: whole milliseconds, rounded up so that a timer is never early.
        int64_t milliseconds = nanoseconds < 0 ? -1 : (nanoseconds + 999999) / 1000000;
        count = epoll_wait(epoll, from, most, milliseconds > 2147483647 ? 2147483647 : (int)milliseconds);
    }
    for (int index = 0; index < count; index++) {
        events[index].events = from[index].events;
        events[index].data = from[index].data.u64;
    }
    return count;
}

// MARK: Signals

int hob_signalfd(const int *signals, size_t count) {
    sigset_t set;
    sigemptyset(&set);
    for (size_t index = 0; index < count; index++) {
        if (sigaddset(&set, signals[index]) < 0) return -1;
    }
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int hob_signalfd_read(int descriptor, struct hob_signal *signal) {
    struct signalfd_siginfo information;
    ssize_t count = read(descriptor, &information, sizeof information);
    if (count < 0) return errno == EAGAIN ? 0 : -1;
    if (count != (ssize_t)sizeof information) return 0;
    signal->number = (int)information.ssi_signo;
    signal->code = information.ssi_code;
    signal->pid = (int)information.ssi_pid;
    signal->status = information.ssi_status;
    signal->user = information.ssi_uid;
    return 1;
}

// MARK: inotify

int hob_inotify(void) { return inotify_init1(IN_CLOEXEC | IN_NONBLOCK); }
int hob_inotify_add(int descriptor, const char *path, uint32_t mask) {
    return inotify_add_watch(descriptor, path, mask);
}
int hob_inotify_remove(int descriptor, int watch) { return inotify_rm_watch(descriptor, watch); }

// MARK: The clock on the wall

int hob_calendar_timer(void) { return timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK); }

int hob_calendar_timer_set(int timer, int64_t milliseconds) {
    struct itimerspec time;
    memset(&time, 0, sizeof time);
    time.it_value.tv_sec = (time_t)(milliseconds / 1000);
    time.it_value.tv_nsec = (long)(milliseconds % 1000 * 1000000);
    return timerfd_settime(timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &time, NULL);
}

// MARK: The guard of a stuck thread

int hob_abort_timer_create(void **timer) {
    struct sigevent event;
    struct sigaction action;
    timer_t made;
    memset(&event, 0, sizeof event);
    memset(&action, 0, sizeof action);
    // No handler may hold the end up: a backtrace of a stuck process can take longer than a new life.
    action.sa_handler = SIG_DFL;
    if (sigaction(SIGABRT, &action, NULL) < 0) return -1;
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGABRT;
    if (timer_create(CLOCK_MONOTONIC, &event, &made) < 0) return -1;
    *timer = made;
    return 0;
}
int hob_abort_timer_set(void *timer, int64_t nanoseconds) {
    struct itimerspec when;
    memset(&when, 0, sizeof when);
    when.it_value = timespec_of(nanoseconds);
    return timer_settime((timer_t)timer, 0, &when, NULL);
}
int hob_abort_timer_delete(void *timer) { return timer_delete((timer_t)timer); }

// MARK: Threads

struct thread_start {
    void (*body)(void *);
    void *context;
    char name[16];
};

static void *run_thread(void *argument) {
    struct thread_start start = *(struct thread_start *)argument;
    free(argument);
    if (start.name[0] != 0) hob_set_thread_name(start.name);
    start.body(start.context);
    return NULL;
}

int hob_thread_start(const char *name, size_t stack, void *context, void (*body)(void *context)) {
    struct thread_start *start = malloc(sizeof *start);
    pthread_attr_t attributes;
    pthread_t thread;
    uint64_t previous;
    int code;
    if (start == NULL) {
        errno = ENOMEM;
        return -1;
    }
    memset(start, 0, sizeof *start);
    start->body = body;
    start->context = context;
    strncpy(start->name, name, sizeof start->name - 1);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (stack != 0) pthread_attr_setstacksize(&attributes, stack);
    // Born with every signal blocked: signals belong to the thread that reads the signalfd.
    hob_block_all_signals(&previous);
    code = pthread_create(&thread, &attributes, run_thread, start);
    hob_restore_signals(previous);
    pthread_attr_destroy(&attributes);
    if (code != 0) {
        free(start);
        errno = code;
        return -1;
    }
    return 0;
}

struct hob_monitor {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
};

struct hob_monitor *hob_monitor_create(void) {
    struct hob_monitor *monitor = malloc(sizeof *monitor);
    pthread_condattr_t attributes;
    if (monitor == NULL) return NULL;
    pthread_mutex_init(&monitor->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&monitor->condition, &attributes);
    pthread_condattr_destroy(&attributes);
    return monitor;
}
void hob_monitor_destroy(struct hob_monitor *monitor) {
    pthread_cond_destroy(&monitor->condition);
    pthread_mutex_destroy(&monitor->mutex);
    free(monitor);
}
void hob_monitor_lock(struct hob_monitor *monitor) { pthread_mutex_lock(&monitor->mutex); }
void hob_monitor_unlock(struct hob_monitor *monitor) { pthread_mutex_unlock(&monitor->mutex); }
void hob_monitor_signal(struct hob_monitor *monitor) { pthread_cond_signal(&monitor->condition); }
void hob_monitor_broadcast(struct hob_monitor *monitor) { pthread_cond_broadcast(&monitor->condition); }
int hob_monitor_wait(struct hob_monitor *monitor, int64_t deadline) {
    if (deadline < 0) {
        pthread_cond_wait(&monitor->condition, &monitor->mutex);
        return 0;
    }
    struct timespec until = timespec_of(deadline);
    return pthread_cond_timedwait(&monitor->condition, &monitor->mutex, &until) == ETIMEDOUT;
}
