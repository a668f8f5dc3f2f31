#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// The keeper's beginning and its one loop.

struct keeper hob_keeper;

uint64_t hob_keeper_signal_mask(void) {
    uint64_t mask = 0;
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, sizeof mask);
    return mask;
}

// MARK: Signals and children

static int is_order_to_stop(int number) { return number == SIGTERM || number == SIGINT || number == SIGQUIT; }

static void check_children(void) {
    siginfo_t info;
    info.si_pid = 0;
    if (hob_keeper.supervisor > 0
        && waitid(P_PID, (id_t)hob_keeper.supervisor, &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0) {
        life_ended(info.si_code, info.si_status);
    }
    info.si_pid = 0;
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) hob_keeper.bell_wanted = 1;
}

static void take_signals(void) {
    struct signalfd_siginfo info;
    while (read(hob_keeper.signals, &info, sizeof info) == sizeof info) {
        int number = (int)info.ssi_signo;
        if (number == SIGCHLD) {
            check_children();
        } else {
            hob_keeper.signals_wanted |= 1u << number;
            if (is_order_to_stop(number) && hob_keeper.told_at == 0) hob_keeper.told_at = keeper_now();
        }
    }
    link_flush();
}

// MARK: PID 1 without a supervisor

/// When PID 1 must end everything itself, or 0.
static int64_t stop_deadline(void) {
    if (hob_keeper.told_at == 0 || hob_keeper.supervisor > 0 || getpid() != 1) return 0;
    int64_t since = hob_keeper.told_at > hob_keeper.alone_since ? hob_keeper.told_at : hob_keeper.alone_since;
    return since + hob_keeper.patience;
}

static void begin_to_end(void) {
    hob_keeper.is_ending = 1;
    hob_keeper.retry_at = 0;
    hob_keeper.kill_at = keeper_now() + hob_keeper.patience / 3;
    keeper_say("told to stop, and no supervisor could be started: sending SIGTERM to all processes");
    // Of PID 1 this means exactly the processes of its own PID namespace.
    kill(-1, SIGTERM);
    kill(-1, SIGCONT);
}

static void go_on_ending(int64_t now) {
    siginfo_t info;
    do {
        info.si_pid = 0;
    } while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0);
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD) keeper_end(1);
    if (now < hob_keeper.kill_at) return;
    keeper_say("some are still there: sending SIGKILL");
    kill(-1, SIGKILL);
    keeper_end(1);
}

// MARK: The loop

static int sooner(int64_t first, int64_t second) { return first != 0 && (second == 0 || first < second); }

static int milliseconds_to_wait(void) {
    int64_t until = 0, deadline = stop_deadline();
    if (hob_keeper.is_ending) {
        until = hob_keeper.kill_at;
    } else {
        if (sooner(hob_keeper.retry_at, until)) until = hob_keeper.retry_at;
        if (sooner(deadline, until)) until = deadline;
    }
    if (until == 0) return -1;
    int64_t left = until - keeper_now();
    return left <= 0 ? 0 : (int)((left + MILLISECOND - 1) / MILLISECOND);
}

static void keep_time(void) {
    int64_t now = keeper_now(), deadline = stop_deadline();
    if (hob_keeper.is_ending) {
        go_on_ending(now);
    } else if (deadline != 0 && now >= deadline) {
        begin_to_end();
    } else if (hob_keeper.retry_at != 0 && now >= hob_keeper.retry_at) {
        life_start();
    }
}

extern char __executable_start[], etext[];

/// The pages of the program that the start has touched, 64 KB around each: the kernel has them anyway, and a keeper that
/// sleeps needs none of them.
static void drop_program_pages(void) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t start = ((uintptr_t)__executable_start + page - 1) / page * page;
    uintptr_t end = (uintptr_t)etext / page * page;
    if (end > start) madvise((void *)start, end - start, MADV_DONTNEED);
}

/// Waits for news or for the time that is due; once, a second after the last news, it makes itself small.
static int wait_for(struct pollfd *places) {
    static int is_small;
    int limit = milliseconds_to_wait();
    int count = poll(places, 2, limit < 0 && !is_small ? 1000 : limit);
    if (count == 0 && limit < 0) {
        is_small = 1;
        drop_program_pages();
    } else if (count > 0) {
        is_small = 0;
    }
    return count;
}

static _Noreturn void run(void) {
    check_children();
    life_start();
    for (;;) {
        struct pollfd places[2] = {
            {.fd = hob_keeper.signals, .events = POLLIN},
            {.fd = hob_keeper.link, .events = hob_keeper.has_parked ? 0 : POLLIN},
        };
        if (link_has_unsent()) places[1].events |= POLLOUT;
        if (wait_for(places) < 0) places[0].revents = places[1].revents = 0;
        if (places[1].revents & POLLOUT) link_flush();
        // After a hang-up nobody waits for the parked answer.
        if (places[1].revents & ~POLLOUT) link_receive((places[1].revents & POLLHUP) != 0);
        if (places[0].revents) take_signals();
        keep_time();
    }
}

// MARK: Beginning

static int number_of(const char *text) {
    char *end;
    long number = strtol(text, &end, 10);
    return *text == 0 || *end != 0 || number < 0 || number > 1000000 ? -1 : (int)number;
}

static _Noreturn void refuse(const char *what, const char *word) {
    keeper_say("%s '%s'; see hobd --help", what, word);
    keeper_end(64);
}

/// Takes the keeper's own words, which come first; answers the descriptor of the table or -1.
static int take_words(int argc, char **argv) {
    int index = 1, table = -1;
    for (; index < argc; index++) {
        char *word = argv[index], *value = index + 1 < argc ? argv[index + 1] : NULL;
        if (strcmp(word, "--keeper") == 0) continue;
        if (strcmp(word, "--keeper-safe") == 0) {
            hob_keeper.is_safe = 1;
        } else if (strcmp(word, "--keeper-table") == 0 && value != NULL) {
            table = number_of(value);
            index++;
        } else if (strcmp(word, "--keeper-patience") == 0 && value != NULL) {
            int seconds = number_of(value);
            if (seconds < 0) refuse("--keeper-patience needs seconds, not", value);
            hob_keeper.patience = seconds * SECOND;
            keeper_decimal(hob_keeper.patience_word, (uint64_t)seconds);
            index++;
        } else {
            break;
        }
    }
    if (argc - index >= MOST_WORDS) refuse("too many words after", argv[0]);
    for (; index < argc; index++) {
        hob_keeper.words[hob_keeper.word_count++] = argv[index];
        if (strcmp(argv[index], "--ready-fd") != 0 || index + 1 == argc) continue;
        int number = number_of(argv[index + 1]);
        if (number > 2) hob_keeper.ready_descriptor = number;
    }
    return table;
}

static void prepare_descriptors(int table) {
    for (int standard = 0; standard <= 2; standard++) {
        // The lowest free number is this one.
        if (fcntl(standard, F_GETFD) < 0) open("/dev/null", O_RDWR);
    }
    if (table < 0) {
        // What a shell left open would live as long as the keeper. With a table there is nothing else.
        unsigned ready = hob_keeper.ready_descriptor < 0 ? 2 : (unsigned)hob_keeper.ready_descriptor;
        if (ready > 3) syscall(SYS_close_range, 3u, ready - 1, 0u);
        syscall(SYS_close_range, ready + 1, ~0u, 0u);
    }
    hob_keeper.executable = open("/proc/self/exe", O_PATH | O_CLOEXEC);
    if (hob_keeper.executable < 0) {
        keeper_say("cannot open its own executable (%e)", errno);
        keeper_end(71);
    }
}

static void prepare_limits(void) {
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) < 0) return;
    hob_keeper.original_files = files.rlim_cur;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

/// When memory runs out, the kernel shall choose neither the keeper nor the supervisor, which inherits this: what they
/// keep alive would be nobody's. Only root may; else everything stays as it is.
static void prepare_oom_score(void) {
    static const char wanted[] = "-900";
    char text[16];
    int file = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    ssize_t count = pread(file, text, sizeof text - 1, 0);
    text[count > 0 ? count : 0] = 0;
    long now = strtol(text, NULL, 10);
    if (count > 0 && now > -900 && pwrite(file, wanted, sizeof wanted - 1, 0) > 0 && hob_keeper.original_oom == 0) {
        hob_keeper.original_oom = (uint32_t)(now + 1001);
    }
    close(file);
}

static void prepare_signals(void) {
    // A parent that ignores its children's end would have ours reaped by the kernel.
    struct sigaction action = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDSTOP};
    sigaction(SIGCHLD, &action, NULL);
    hob_keeper.original_mask = hob_keeper_signal_mask();
    sigset_t set;
    sigfillset(&set);
    // Only the keeper's own mistakes may end it.
    int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS};
    for (size_t index = 0; index < sizeof faults / sizeof *faults; index++) sigdelset(&set, faults[index]);
    sigprocmask(SIG_SETMASK, &set, NULL);
    int wanted[] = {SIGCHLD, SIGTERM, SIGINT, SIGQUIT, SIGHUP};
    sigemptyset(&set);
    for (size_t index = 0; index < sizeof wanted / sizeof *wanted; index++) sigaddset(&set, wanted[index]);
    hob_keeper.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (hob_keeper.signals < 0) {
        keeper_say("cannot listen for signals (%e)", errno);
        keeper_end(71);
    }
}

static _Noreturn void become_keeper(int argc, char **argv, char **envp) {
    hob_keeper.environment = envp;
    hob_keeper.link = hob_keeper.upgrade = hob_keeper.ready_descriptor = -1;
    hob_keeper.patience = 30 * SECOND;
    for (char **entry = envp; *entry != NULL; entry++) {
        if (strncmp(*entry, "NOTIFY_SOCKET=", 14) == 0) hob_keeper.notify_socket = *entry + 14;
    }
    int table = take_words(argc, argv);
    prepare_descriptors(table);
    prepare_limits();
    prepare_signals();
    prctl(PR_SET_NAME, "hobd");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    hob_keeper.is_first = table < 0;
    hob_keeper.alone_since = keeper_now();
    if (table >= 0) held_read_table(table);
    prepare_oom_score();
    for (int number = 1; number < 32; number++) {
        if ((hob_keeper.signals_wanted & 1u << number) && is_order_to_stop(number)) {
            hob_keeper.told_at = hob_keeper.alone_since;
        }
    }
    run();
}

/// Whether the executable is called hobd, removed from the disk or not.
static int is_called_hobd(void) {
    static const char removed[] = " (deleted)";
    char path[4097];
    ssize_t count = readlink("/proc/self/exe", path, sizeof path - 1);
    if (count <= 0) return 0;
    path[count] = 0;
    size_t length = (size_t)count, tail = sizeof removed - 1;
    if (length > tail && strcmp(path + length - tail, removed) == 0) path[length - tail] = 0;
    const char *slash = strrchr(path, '/');
    return strcmp(slash == NULL ? path : slash + 1, "hobd") == 0;
}

void hob_keeper_enter(int argc, char **argv, char **envp) {
    static const char *const others[] = {"--no-keeper", "--help", "-h", "--version", "--self-check"};
    if (argc < 1 || argv == NULL || envp == NULL) return;
    if (argc > 1 && strcmp(argv[1], "--keeper") == 0) become_keeper(argc, argv, envp);
    for (int index = 1; index < argc; index++) {
        if (strcmp(argv[index], "--keeper-link") == 0) {
            // execveat by descriptor names a process after the number on kernels before 6.14.
            prctl(PR_SET_NAME, "hobd");
            return;
        }
        for (size_t other = 0; other < sizeof others / sizeof *others; other++) {
            if (strcmp(argv[index], others[other]) == 0) return;
        }
    }
    if (is_called_hobd()) become_keeper(argc, argv, envp);
}

// Before the constructors of Swift and C++, which have no number: none of their pages is touched.
__attribute__((constructor(101))) static void enter_before_main(int argc, char **argv, char **envp) {
    hob_keeper_enter(argc, argv, envp);
}
