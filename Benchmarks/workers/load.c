// Asks a line-echo server without pause: load PORT SECONDS CLIENTS REQUESTS_PER_CONNECTION
// Prints: answered failed
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static atomic_long answered, failed;
static int port, requests;
static double deadline;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int ask(int socket) {
    static const char line[] = "a line of forty bytes, the last is an lf\n";
    char answer[128];
    size_t got = 0;
    if (write(socket, line, sizeof line - 1) != (ssize_t)(sizeof line - 1)) return -1;
    while (got < sizeof line - 1) {
        ssize_t count = read(socket, answer + got, sizeof answer - got);
        if (count <= 0) return -1;
        got += (size_t)count;
    }
    return memcmp(line, answer, sizeof line - 1) == 0 ? 0 : -1;
}

static void *client(void *unused) {
    (void)unused;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    while (now() < deadline) {
        int one = 1, connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (connect(connection, (struct sockaddr *)&address, sizeof address) != 0) {
            atomic_fetch_add(&failed, 1);
            close(connection);
            continue;
        }
        for (int number = 0; number < requests && now() < deadline; number++) {
            if (ask(connection) != 0) {
                atomic_fetch_add(&failed, 1);
                break;
            }
            atomic_fetch_add(&answered, 1);
        }
        // No TIME_WAIT of ours: ports are few.
        struct linger linger = {.l_onoff = 1, .l_linger = 0};
        if (requests == 1) setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
        close(connection);
    }
    return NULL;
}

int main(int count, char **words) {
    if (count != 5) return 64;
    port = atoi(words[1]);
    deadline = now() + atof(words[2]);
    requests = atoi(words[4]);
    int clients = atoi(words[3]);
    pthread_t threads[256];
    if (clients < 1 || clients > 256) return 64;
    for (int index = 0; index < clients; index++) pthread_create(&threads[index], NULL, client, NULL);
    for (int index = 0; index < clients; index++) pthread_join(threads[index], NULL);
    printf("%ld %ld\n", (long)answered, (long)failed);
    return 0;
}
