#define _GNU_SOURCE
#include "CHobSystem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#ifndef TCP_LISTEN
#define TCP_LISTEN 10
#endif

// Asks for the listening sockets of one family, and adds the inodes of those on the port.
static int ask(int netlink, int family, uint16_t port, uint64_t *inodes, int capacity, int count) {
    struct {
        struct nlmsghdr head;
        struct inet_diag_req_v2 body;
    } request = {
        {.nlmsg_len = sizeof request, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        {.sdiag_family = (uint8_t)family, .sdiag_protocol = IPPROTO_TCP, .idiag_states = 1U << TCP_LISTEN},
    };
    _Alignas(struct nlmsghdr) char answer[16384];
    if (send(netlink, &request, sizeof request, MSG_NOSIGNAL) < 0) return -1;
    for (;;) {
        ssize_t size = recv(netlink, answer, sizeof answer, 0);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return -1;
        unsigned int left = (unsigned int)size;
        for (struct nlmsghdr *head = (void *)answer; NLMSG_OK(head, left); head = NLMSG_NEXT(head, left)) {
            if (head->nlmsg_type == NLMSG_DONE) return count;
            if (head->nlmsg_type == NLMSG_ERROR) return errno = EOPNOTSUPP, -1;
            if (head->nlmsg_len < NLMSG_LENGTH(sizeof(struct inet_diag_msg))) continue;
            const struct inet_diag_msg *found = NLMSG_DATA(head);
            if (found->id.idiag_sport != htons(port) || found->idiag_state != TCP_LISTEN) continue;
            if (count == capacity) return errno = E2BIG, -1;
            inodes[count++] = found->idiag_inode;
        }
        if (size == 0) return errno = EPROTO, -1;
    }
}

int hob_listening_inodes(uint16_t port, uint64_t *inodes, int capacity) {
    int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (netlink < 0) return -1;
    // The kernel answers at once; this is for one that is not the kernel we know.
    struct timeval patience = {.tv_sec = 1};
    setsockopt(netlink, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    int count = ask(netlink, AF_INET, port, inodes, capacity, 0);
    if (count >= 0) count = ask(netlink, AF_INET6, port, inodes, capacity, count);
    int code = errno;
    close(netlink);
    errno = code;
    return count;
}
