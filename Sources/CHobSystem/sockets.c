#define _GNU_SOURCE
#include "CHobSystem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

static socklen_t fill_address(const struct hob_address *from, struct sockaddr_storage *to) {
    memset(to, 0, sizeof *to);
    if (from->kind == HOB_ADDRESS_IPV4) {
        struct sockaddr_in *address = (struct sockaddr_in *)to;
        address->sin_family = AF_INET;
        address->sin_port = htons(from->port);
        memcpy(&address->sin_addr, from->bytes, 4);
        return sizeof *address;
    }
    if (from->kind == HOB_ADDRESS_IPV6) {
        struct sockaddr_in6 *address = (struct sockaddr_in6 *)to;
        address->sin6_family = AF_INET6;
        address->sin6_port = htons(from->port);
        memcpy(&address->sin6_addr, from->bytes, 16);
        address->sin6_scope_id = from->scope;
        return sizeof *address;
    }
    struct sockaddr_un *address = (struct sockaddr_un *)to;
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, from->path, sizeof address->sun_path);
    size_t length = strnlen(from->path, sizeof from->path);
    // "@name", as the rest of the world writes a socket that is in no directory; no path of ours is relative.
    if (length > 1 && from->path[0] == '@') {
        address->sun_path[0] = 0;
        return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    }
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (length < sizeof from->path ? 1 : 0));
}

int hob_socket(int kind, int datagram) {
    int family = kind == HOB_ADDRESS_IPV4 ? AF_INET : kind == HOB_ADDRESS_IPV6 ? AF_INET6 : AF_UNIX;
    return socket(family, (datagram ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}
int hob_bind(int socket, const struct hob_address *address) {
    struct sockaddr_storage storage;
    socklen_t length = fill_address(address, &storage);
    return bind(socket, (struct sockaddr *)&storage, length);
}
int hob_connect(int socket, const struct hob_address *address) {
    struct sockaddr_storage storage;
    socklen_t length = fill_address(address, &storage);
    return connect(socket, (struct sockaddr *)&storage, length);
}
int hob_listen(int socket, int backlog) { return listen(socket, backlog); }
int hob_accept(int socket) { return accept4(socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK); }

int hob_local_address(int socket, struct hob_address *address) {
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;
    if (getsockname(socket, (struct sockaddr *)&storage, &length) < 0) return -1;
    memset(address, 0, sizeof *address);
    if (storage.ss_family == AF_INET) {
        const struct sockaddr_in *from = (const struct sockaddr_in *)&storage;
        address->kind = HOB_ADDRESS_IPV4;
        address->port = ntohs(from->sin_port);
        memcpy(address->bytes, &from->sin_addr, 4);
    } else if (storage.ss_family == AF_INET6) {
        const struct sockaddr_in6 *from = (const struct sockaddr_in6 *)&storage;
        address->kind = HOB_ADDRESS_IPV6;
        address->port = ntohs(from->sin6_port);
        address->scope = from->sin6_scope_id;
        memcpy(address->bytes, &from->sin6_addr, 16);
    } else {
        const struct sockaddr_un *from = (const struct sockaddr_un *)&storage;
        address->kind = HOB_ADDRESS_UNIX;
        memcpy(address->path, from->sun_path, sizeof address->path);
    }
    return 0;
}

static int get_int(int socket, int option, int *value) {
    socklen_t length = sizeof *value;
    return getsockopt(socket, SOL_SOCKET, option, value, &length);
}
static int set_int(int socket, int level, int option, int value) {
    return setsockopt(socket, level, option, &value, sizeof value);
}
int hob_socket_error(int socket) {
    int code = 0;
    return get_int(socket, SO_ERROR, &code) < 0 ? -1 : code;
}
int hob_set_reuse_address(int socket) { return set_int(socket, SOL_SOCKET, SO_REUSEADDR, 1); }
int hob_set_v6_only(int socket, int on) { return set_int(socket, IPPROTO_IPV6, IPV6_V6ONLY, on); }
int hob_set_no_delay(int socket) { return set_int(socket, IPPROTO_TCP, TCP_NODELAY, 1); }
int hob_set_pass_credentials(int socket) { return set_int(socket, SOL_SOCKET, SO_PASSCRED, 1); }
int hob_set_receive_buffer(int socket, int bytes) { return set_int(socket, SOL_SOCKET, SO_RCVBUF, bytes); }
int hob_shutdown_writing(int socket) { return shutdown(socket, SHUT_WR); }

int hob_parse_numeric(const char *text, struct hob_address *address) {
    if (inet_pton(AF_INET, text, address->bytes) == 1) {
        address->kind = HOB_ADDRESS_IPV4;
        return 0;
    }
    if (inet_pton(AF_INET6, text, address->bytes) == 1) {
        address->kind = HOB_ADDRESS_IPV6;
        return 0;
    }
    errno = EINVAL;
    return -1;
}
int hob_format_numeric(const struct hob_address *address, char *text, size_t capacity) {
    int family = address->kind == HOB_ADDRESS_IPV4 ? AF_INET : AF_INET6;
    return inet_ntop(family, address->bytes, text, (socklen_t)capacity) == NULL ? -1 : 0;
}

int hob_peer_credentials(int socket, struct hob_credentials *credentials) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) return -1;
    credentials->pid = peer.pid;
    credentials->user = peer.uid;
    credentials->group = peer.gid;
    return 0;
}
int hob_peer_pidfd(int socket) {
    int pidfd = -1;
    return get_int(socket, SO_PEERPIDFD, &pidfd) < 0 ? -1 : pidfd;
}

// MARK: Messages with descriptors and credentials

union control_buffer {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int) * HOB_MOST_DESCRIPTORS) + CMSG_SPACE(sizeof(struct ucred))];
};

long hob_send(int socket, const void *bytes, size_t count, const int *descriptors, size_t descriptor_count) {
    union control_buffer control;
    struct iovec vector = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = count};
    struct msghdr message;
    memset(&message, 0, sizeof message);
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    if (descriptor_count > HOB_MOST_DESCRIPTORS) {
        errno = EINVAL;
        return -1;
    }
    if (descriptor_count > 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * descriptor_count);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * descriptor_count);
        memcpy(CMSG_DATA(header), descriptors, sizeof(int) * descriptor_count);
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL);
}

long hob_receive(int socket, void *bytes, size_t capacity, struct hob_received *received) {
    union control_buffer control;
    struct iovec vector = {.iov_base = bytes, .iov_len = capacity};
    struct msghdr message;
    memset(&message, 0, sizeof message);
    memset(received, 0, sizeof *received);
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    ssize_t count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (count < 0) return -1;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header != NULL; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET) continue;
        if (header->cmsg_type == SCM_RIGHTS) {
            size_t found = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            for (size_t index = 0; index < found; index++) {
                int descriptor;
                memcpy(&descriptor, CMSG_DATA(header) + index * sizeof(int), sizeof(int));
                if (received->descriptor_count < HOB_MOST_DESCRIPTORS) {
                    received->descriptors[received->descriptor_count++] = descriptor;
                } else {
                    close(descriptor);
                }
            }
        } else if (header->cmsg_type == SCM_CREDENTIALS) {
            struct ucred sender;
            memcpy(&sender, CMSG_DATA(header), sizeof sender);
            received->has_credentials = 1;
            received->credentials.pid = sender.pid;
            received->credentials.user = sender.uid;
            received->credentials.group = sender.gid;
        }
    }
    received->truncated_bytes = (message.msg_flags & MSG_TRUNC) != 0;
    received->truncated_control = (message.msg_flags & MSG_CTRUNC) != 0;
    if (received->truncated_control) {
        // Some descriptors are lost without a word: half a set is worse than none.
        for (size_t index = 0; index < received->descriptor_count; index++) close(received->descriptors[index]);
        received->descriptor_count = 0;
    }
    return count;
}

// MARK: Regular expressions

struct hob_regex {
    regex_t compiled;
};

struct hob_regex *hob_regex_compile(const char *pattern, char *message, size_t capacity) {
    struct hob_regex *regex = malloc(sizeof *regex);
    if (regex == NULL) {
        strncpy(message, "out of memory", capacity);
        return NULL;
    }
    int code = regcomp(&regex->compiled, pattern, REG_EXTENDED);
    if (code != 0) {
        regerror(code, &regex->compiled, message, capacity);
        free(regex);
        return NULL;
    }
    return regex;
}
int hob_regex_matches(const struct hob_regex *regex, const char *text, size_t count) {
    regmatch_t range = {.rm_so = 0, .rm_eo = (regoff_t)count};
    return regexec(&regex->compiled, text, 1, &range, REG_STARTEND) == 0;
}
void hob_regex_free(struct hob_regex *regex) {
    regfree(&regex->compiled);
    free(regex);
}
