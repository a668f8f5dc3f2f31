#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// The supervisor's lives: how one begins, what its end means, and the keeper's own exec into a new executable.

static const int64_t shortest_life = SECOND, crash_window = 10 * SECOND;
static const int64_t first_delay = 100 * MILLISECOND, longest_delay = SECOND;

static char *arguments[MOST_WORDS + 16];
static char numbers[3][24];

_Noreturn void keeper_end(int status) {
    for (;;) _exit(status);
}

static void execute(int executable) {
    syscall(SYS_execveat, executable, "", arguments, hob_keeper.environment, AT_EMPTY_PATH);
}

static int add_words(int count) {
    for (int index = 0; index < hob_keeper.word_count; index++) {
        // Its reader was told in the first life; the number may mean something else by now.
        if (hob_keeper.ready_descriptor < 0 && strcmp(hob_keeper.words[index], "--ready-fd") == 0) {
            index++;
            continue;
        }
        arguments[count++] = hob_keeper.words[index];
    }
    return count;
}

static int add_option(int count, char *name, int value, int number) {
    keeper_decimal(numbers[number], (uint64_t)value);
    arguments[count++] = name;
    arguments[count++] = numbers[number];
    return count;
}

// MARK: Beginning

static _Noreturn void fail(int link) {
    struct hob_keeper_message message;
    memset(&message, 0, sizeof message);
    message.kind = HOB_KEEPER_FAILED;
    message.status = errno;
    send(link, &message, sizeof message, MSG_NOSIGNAL);
    keeper_end(127);
}

/// In fork's child: the keeper's memory is still here, but its copies count no more.
static _Noreturn void become_supervisor(int link) {
    int table = held_write_table();
    if (table < 0) {
        errno = -table;
        fail(link);
    }
    if (fcntl(link, F_SETFD, 0) < 0) fail(link);
    // The limit of open files stays raised: with more held than the original limit, the new process could open nothing,
    // and Swift reads its arguments from a file. The table says what the supervisor's children are to get.

    int count = 0;
    arguments[count++] = (char *)(uintptr_t)"hobd";
    count = add_words(count);
    count = add_option(count, (char *)(uintptr_t)"--keeper-link", link, 0);
    count = add_option(count, (char *)(uintptr_t)"--held", table, 1);
    if (hob_keeper.is_safe) arguments[count++] = (char *)(uintptr_t)"--safe";
    arguments[count] = NULL;
    if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, &hob_keeper.original_mask, NULL, sizeof(uint64_t)) < 0) fail(link);
    execute(hob_keeper.executable);
    fail(link);
}

static int is_passing(int error) {
    return error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE;
}

static void start_later(void) {
    hob_keeper.retry_delay = hob_keeper.retry_delay == 0 ? first_delay : hob_keeper.retry_delay * 2;
    if (hob_keeper.retry_delay > longest_delay) hob_keeper.retry_delay = longest_delay;
    hob_keeper.retry_at = keeper_now() + hob_keeper.retry_delay;
}

static void could_not_start(int error) {
    if (hob_keeper.is_first && !is_passing(error)) {
        keeper_say("cannot start the supervisor (%e)", error);
        keeper_end(71);
    }
    // Once a series, not once a second.
    if (hob_keeper.retry_delay == 0) keeper_say("cannot start the supervisor (%e): trying again", error);
    start_later();
}

void life_start(void) {
    int pair[2];
    hob_keeper.retry_at = 0;
    hob_keeper.start_error = 0;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0) {
        could_not_start(errno);
        return;
    }
    int pid = fork();
    if (pid == 0) become_supervisor(pair[1]);
    int error = errno;
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        could_not_start(error);
        return;
    }
    hob_keeper.supervisor = pid;
    hob_keeper.born = keeper_now();
    hob_keeper.link = pair[0];
    hob_keeper.signals_sent = 0;
    hob_keeper.bell_sent = 0;
    link_flush();
}

// MARK: The end

/// Executes the new hobd in this process; comes back only when that is refused.
static void upgrade(void) {
    int table = held_write_table(), error = -table;
    if (table >= 0) {
        int count = 0;
        arguments[count++] = (char *)(uintptr_t)"hobd";
        arguments[count++] = (char *)(uintptr_t)"--keeper";
        count = add_option(count, (char *)(uintptr_t)"--keeper-table", table, 0);
        if (hob_keeper.patience_word[0] != 0) {
            arguments[count++] = (char *)(uintptr_t)"--keeper-patience";
            arguments[count++] = hob_keeper.patience_word;
        }
        if (hob_keeper.is_safe) arguments[count++] = (char *)(uintptr_t)"--keeper-safe";
        count = add_words(count);
        arguments[count] = NULL;
        execute(hob_keeper.upgrade);
        error = errno;
        close(table);
    }
    keeper_say("the new hobd cannot be executed (%e): going on with the old one", error);
    close(hob_keeper.upgrade);
    hob_keeper.upgrade = -1;
}

/// Whether this was the fifth death within ten seconds.
static int is_crash_loop(int64_t now) {
    hob_keeper.deaths[hob_keeper.death_count++ % MOST_DEATHS] = now;
    return hob_keeper.death_count >= MOST_DEATHS
        && now - hob_keeper.deaths[hob_keeper.death_count % MOST_DEATHS] <= crash_window;
}

/// HOB_SAFE_MODE=never: for tests that kill on purpose. The environment outlives every exec, so the next keeper has it.
static int never_safe(void) {
    const char *choice = getenv("HOB_SAFE_MODE");
    return choice != NULL && strcmp(choice, "never") == 0;
}

static void start_anew(int64_t now) {
    int64_t lasted = now - hob_keeper.born;
    int was_safe = hob_keeper.is_safe;
    if (lasted >= crash_window) {
        hob_keeper.is_safe = 0;
        hob_keeper.death_count = 0;
        was_safe = 0;
    }
    if (lasted >= shortest_life) hob_keeper.retry_delay = 0;
    if (is_crash_loop(now) && !was_safe && !never_safe()) {
        hob_keeper.is_safe = 1;
        keeper_say("the supervisor has ended %d times in 10 s: the next one is started in safe mode", MOST_DEATHS);
    }
    // Even safe mode fails: no use to burn the processor with it.
    if (was_safe && lasted < shortest_life) {
        start_later();
    } else {
        life_start();
    }
}

void life_ended(int code, int status) {
    int pid = hob_keeper.supervisor;
    int64_t now = keeper_now();
    // What it sent before its end still counts.
    link_receive(1);
    link_close();
    hob_keeper.supervisor = 0;
    if (hob_keeper.alone_since == 0) hob_keeper.alone_since = now;
    if (hob_keeper.is_ending) return;
    if (hob_keeper.start_error != 0) {
        could_not_start(hob_keeper.start_error);
        return;
    }
    if (code == CLD_EXITED && status == 0) keeper_end(0);
    if (hob_keeper.is_first) keeper_end(code == CLD_EXITED ? status : 128 + status);
    if (code == CLD_EXITED && status == HOB_KEEPER_UPGRADE_STATUS && hob_keeper.upgrade >= 0) {
        upgrade();
        life_start();
        return;
    }
    if (code == CLD_EXITED) {
        keeper_say("the supervisor (pid %d) exited with status %d: starting it anew", pid, status);
    } else {
        const char *name = sigabbrev_np(status);
        keeper_say("the supervisor (pid %d) was ended by SIG%s: starting it anew", pid, name != NULL ? name : "RT");
    }
    start_anew(now);
}
