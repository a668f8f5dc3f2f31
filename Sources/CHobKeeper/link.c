#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// The keeper's end of the link. A supervisor that does not read holds up nobody: one answer is parked, no request is
// read before it is gone, and news are flags that are sent once there is room.

/// 1: gone or nobody is there to read it; 0: no room now.
static int send_now(const struct hob_keeper_message *message) {
    while (hob_keeper.link >= 0) {
        if (send(hob_keeper.link, message, sizeof *message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return 1;
        if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM) return 0;
        // A peer that closed with messages unread leaves one ECONNRESET behind; after it comes the truth.
        if (errno != EINTR && errno != ECONNRESET) return 1;
    }
    return 1;
}

static void answer(const struct hob_keeper_message *message) {
    if (send_now(message)) return;
    hob_keeper.parked = *message;
    hob_keeper.has_parked = 1;
}

void link_close(void) {
    if (hob_keeper.link >= 0) close(hob_keeper.link);
    hob_keeper.link = -1;
    hob_keeper.has_parked = 0;
}

int link_has_unsent(void) {
    return hob_keeper.has_parked || (hob_keeper.signals_wanted & ~hob_keeper.signals_sent) != 0
        || (hob_keeper.bell_wanted && !hob_keeper.bell_sent);
}

void link_flush(void) {
    struct hob_keeper_message message;
    if (hob_keeper.link < 0) return;
    if (hob_keeper.has_parked) {
        if (!send_now(&hob_keeper.parked)) return;
        hob_keeper.has_parked = 0;
    }
    for (int number = 1; number < 32; number++) {
        unsigned bit = 1u << number;
        if (!(hob_keeper.signals_wanted & ~hob_keeper.signals_sent & bit)) continue;
        memset(&message, 0, sizeof message);
        message.kind = HOB_KEEPER_SIGNAL;
        message.status = number;
        if (!send_now(&message)) return;
        hob_keeper.signals_sent |= bit;
    }
    if (hob_keeper.bell_wanted && !hob_keeper.bell_sent) {
        memset(&message, 0, sizeof message);
        message.kind = HOB_KEEPER_CHILD;
        if (!send_now(&message)) return;
        hob_keeper.bell_wanted = 0;
        hob_keeper.bell_sent = 1;
    }
}

// MARK: Children

/// Fills in what became of a child, which stays a zombie.
static void look_at(int pid, struct hob_keeper_message *message) {
    siginfo_t info;
    info.si_pid = 0;
    int result;
    do {
        result = waitid(pid == 0 ? P_ALL : P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT);
    } while (result < 0 && errno == EINTR);
    message->pid = pid;
    if (result < 0) {
        message->flags = HOB_KEEPER_NO_CHILD;
    } else if (info.si_pid == 0) {
        message->flags = HOB_KEEPER_ALIVE;
    } else {
        message->flags = HOB_KEEPER_EXITED;
        message->pid = info.si_pid;
        message->status = info.si_code == CLD_EXITED ? (info.si_status & 0xff) << 8
                                                     : info.si_status | (info.si_code == CLD_DUMPED ? 0x80 : 0);
    }
}

static void release(int pid) {
    siginfo_t info;
    // The supervisor's end is the keeper's own business; anything below 1 would mean a group or everybody.
    if (pid < 1 || pid == hob_keeper.supervisor) return;
    while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG) < 0 && errno == EINTR) {}
}

// MARK: Requests

static void take_store(const struct hob_keeper_message *request, int descriptor, int lost) {
    struct hob_keeper_message reply = {
        .kind = HOB_KEEPER_STORED, .role = request->role, .slot = request->slot, .index = request->index};
    if (descriptor < 0) {
        reply.status = lost ? EMFILE : EBADF;
    } else {
        reply.status = held_store(request->role, request->slot, request->index, request->label, descriptor);
        if (reply.status != 0) close(descriptor);
    }
    answer(&reply);
}

static void take_upgrade(int descriptor, int lost) {
    struct hob_keeper_message reply = {.kind = HOB_KEEPER_UPGRADED};
    if (descriptor < 0) {
        reply.status = lost ? EMFILE : EBADF;
    } else {
        if (hob_keeper.upgrade >= 0) close(hob_keeper.upgrade);
        fcntl(descriptor, F_SETFD, FD_CLOEXEC);
        hob_keeper.upgrade = descriptor;
    }
    answer(&reply);
}

static void take_ready(void) {
    hob_keeper.is_first = 0;
    hob_keeper.alone_since = 0;
    if (hob_keeper.ready_descriptor >= 0) close(hob_keeper.ready_descriptor);
    hob_keeper.ready_descriptor = -1;
    if (!hob_keeper.has_announced) keeper_notify("READY=1\nMAINPID=%d", getpid());
    hob_keeper.has_announced = 1;
}

static void take_taken(int number) {
    if (number == 0) {
        hob_keeper.bell_sent = 0;
    } else if (number > 0 && number < 32) {
        hob_keeper.signals_wanted &= ~(1u << number);
        hob_keeper.signals_sent &= ~(1u << number);
    }
    link_flush();
}

static void take(const struct hob_keeper_message *request, int descriptor, int lost) {
    struct hob_keeper_message reply;
    memset(&reply, 0, sizeof reply);
    switch (request->kind) {
    case HOB_KEEPER_STORE: take_store(request, descriptor, lost); return;
    case HOB_KEEPER_UPGRADE: take_upgrade(descriptor, lost); return;
    case HOB_KEEPER_DROP: held_drop(request->role, request->slot, request->index); break;
    case HOB_KEEPER_ASK:
        reply.kind = HOB_KEEPER_STATUS;
        if (request->pid > 0) {
            look_at(request->pid, &reply);
        } else {
            reply.pid = request->pid;
            reply.flags = HOB_KEEPER_NO_CHILD;
        }
        answer(&reply);
        break;
    case HOB_KEEPER_ASK_ANY:
        reply.kind = HOB_KEEPER_STATUS_ANY;
        look_at(0, &reply);
        answer(&reply);
        break;
    case HOB_KEEPER_RELEASE: release(request->pid); break;
    case HOB_KEEPER_READY: take_ready(); break;
    case HOB_KEEPER_STOPPING: keeper_notify("STOPPING=1"); break;
    case HOB_KEEPER_RESUMED:
        hob_keeper.is_safe = 0;
        hob_keeper.death_count = 0;
        break;
    case HOB_KEEPER_TAKEN: take_taken(request->status); break;
    case HOB_KEEPER_FAILED: hob_keeper.start_error = request->status; break;
    default: keeper_say("the supervisor sent a message of unknown kind %d", request->kind);
    }
    if (descriptor >= 0) close(descriptor);
}

// MARK: Receiving

/// Answers recvmsg's count; the first descriptor that came, and whether any was lost on the way.
static ssize_t receive_one(struct hob_keeper_message *request, int *descriptor, int *lost) {
    enum { MOST = 4 };
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int) * MOST)];
    } control;
    struct iovec vector = {.iov_base = request, .iov_len = sizeof *request};
    struct msghdr message = {
        .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    *descriptor = -1;
    ssize_t count = recvmsg(hob_keeper.link, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (count < 0) return count;
    *lost = (message.msg_flags & MSG_CTRUNC) != 0;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        size_t found = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t index = 0; index < found; index++) {
            int number;
            memcpy(&number, CMSG_DATA(header) + index * sizeof number, sizeof number);
            if (*descriptor < 0 && !*lost) {
                *descriptor = number;
            } else {
                close(number);
            }
        }
    }
    return count;
}

void link_receive(int to_the_end) {
    // Bounded, so that a supervisor that sends without end does not keep the signals waiting.
    for (int turn = 0; hob_keeper.link >= 0 && (to_the_end || turn < 256); turn++) {
        struct hob_keeper_message request;
        int descriptor, lost;
        // Nobody reads what was parked for a supervisor that is gone.
        if (to_the_end) hob_keeper.has_parked = 0;
        if (hob_keeper.has_parked) return;
        ssize_t count = receive_one(&request, &descriptor, &lost);
        if (count < 0 && (errno == EINTR || errno == ECONNRESET)) continue;
        if (count < 0 && (errno == EAGAIN || errno == ENOMEM || errno == ENOBUFS)) return;
        if (count <= 0) {
            link_close();
        } else if (count == sizeof request) {
            take(&request, descriptor, lost);
        } else if (descriptor >= 0) {
            close(descriptor);
        }
    }
}
