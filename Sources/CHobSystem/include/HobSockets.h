// Sockets: Unix and TCP by numeric address, who is at their other end, and messages that carry descriptors.
#ifndef C_HOB_SOCKETS_H
#define C_HOB_SOCKETS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { HOB_ADDRESS_UNIX = 1, HOB_ADDRESS_IPV4 = 2, HOB_ADDRESS_IPV6 = 3 };
struct hob_address {
    int kind;
    uint16_t port;       // host order
    uint8_t bytes[16];   // network order; 4 used for IPv4
    uint32_t scope;
    char path[108];
};
int hob_socket(int kind, int datagram);
int hob_bind(int socket, const struct hob_address *_Nonnull address);
int hob_connect(int socket, const struct hob_address *_Nonnull address);
int hob_listen(int socket, int backlog);
int hob_accept(int socket);
int hob_local_address(int socket, struct hob_address *_Nonnull address);
int hob_socket_error(int socket);
int hob_set_reuse_address(int socket);
int hob_set_v6_only(int socket, int on);
int hob_set_no_delay(int socket);
int hob_set_pass_credentials(int socket);
int hob_set_receive_buffer(int socket, int bytes);
int hob_shutdown_writing(int socket);
int hob_parse_numeric(const char *_Nonnull text, struct hob_address *_Nonnull address);
int hob_format_numeric(const struct hob_address *_Nonnull address, char *_Nonnull text, size_t capacity);

struct hob_credentials {
    int pid;
    uint32_t user, group;
};
// The inodes of the TCP sockets that listen on the port, by sock_diag(7); their number, or -1 with errno: E2BIG when there
// are more, and whatever a kernel without it says.
int hob_listening_inodes(uint16_t port, uint64_t *_Nonnull inodes, int capacity);
int hob_peer_credentials(int socket, struct hob_credentials *_Nonnull credentials);
/// SO_PEERPIDFD (Linux 6.5).
int hob_peer_pidfd(int socket);

enum { HOB_MOST_DESCRIPTORS = 250 };
long hob_send(int socket, const void *_Nullable bytes, size_t count, const int *_Nullable descriptors,
              size_t descriptor_count);
struct hob_received {
    size_t descriptor_count;
    int descriptors[HOB_MOST_DESCRIPTORS];
    int has_credentials;
    struct hob_credentials credentials;
    int truncated_bytes, truncated_control;
};
/// recvmsg with MSG_CMSG_CLOEXEC. Descriptors that came with a truncated control message are closed already.
long hob_receive(int socket, void *_Nonnull bytes, size_t capacity, struct hob_received *_Nonnull received);

#ifdef __cplusplus
}
#endif
#endif
