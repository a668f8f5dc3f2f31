// The daemon that controllers start and stop in the comparison; it notes when it can be used and when it ends.
//
//   daemon RECORD PIDFILE daemon|foreground START_MS STOP_MS tcp:PORT|unix:PATH|notify
//
// RECORD gets two numbers of eight bytes, CLOCK_MONOTONIC in nanoseconds: right after listen(2) (for notify: right before
// READY=1 is sent), and right before _exit(2). A "daemon" forks twice, its first process ends at once; the pid file is
// written before the START_MS that it takes until it listens; "300+100" is something from 300 to 399, another each time.
// SIGTERM ends it, after STOP_MS.
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void wait_milliseconds(long milliseconds) {
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    if (milliseconds > 0) clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
}

static long milliseconds(const char *text) {
    char *rest;
    long base = strtol(text, &rest, 10);
    long spread = *rest == '+' ? atol(rest + 1) : 0;
    return base + (spread > 0 ? getpid() * 61L % spread : 0);
}

static struct sockaddr_un path_address(const char *path) {
    struct sockaddr_un place = {.sun_family = AF_UNIX};
    strncpy(place.sun_path, path, sizeof place.sun_path - 1);
    return place;
}

static int listen_on(const char *address) {
    int file, yes = 1;
    if (strncmp(address, "tcp:", 4) == 0) {
        struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(address + 4))};
        place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        file = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        if (bind(file, (struct sockaddr *)&place, sizeof place) < 0) return -1;
    } else {
        struct sockaddr_un place = path_address(address + 5);
        unlink(address + 5);
        file = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (bind(file, (struct sockaddr *)&place, sizeof place) < 0) return -1;
    }
    return listen(file, 128) < 0 ? -1 : file;
}

static void go_into_background(void) {
    if (fork() != 0) _exit(0);
    setsid();
    if (fork() != 0) _exit(0);
    int null = open("/dev/null", O_RDWR);
    for (int file = 0; file <= 2; file++) dup2(null, file);
    close(null);
    if (chdir("/") < 0) _exit(71);
}

int main(int count, char **words) {
    if (count != 7) return 64;
    int file = open(words[1], O_RDWR | O_CREAT, 0644);
    if (file < 0 || ftruncate(file, 16) < 0) return 73;
    volatile int64_t *record = mmap(NULL, 16, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    if (strcmp(words[3], "daemon") == 0) go_into_background();
    // A stray one ends by itself.
    alarm(120);

    char pid[20];
    int length = snprintf(pid, sizeof pid, "%d\n", getpid());
    file = open(words[2], O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file < 0 || write(file, pid, (size_t)length) != length) return 73;
    close(file);
    wait_milliseconds(milliseconds(words[4]));

    struct pollfd entries[2] = {{signalfd(-1, &set, 0), POLLIN, 0}, {-1, POLLIN, 0}};
    const char *notify = getenv("NOTIFY_SOCKET");
    if (strcmp(words[6], "notify") != 0) {
        entries[1].fd = listen_on(words[6]);
        if (entries[1].fd < 0) return 71;
        record[0] = now();
    } else if (notify != NULL) {
        struct sockaddr_un place = path_address(notify);
        file = socket(AF_UNIX, SOCK_DGRAM, 0);
        record[0] = now();
        if (sendto(file, "READY=1", 7, 0, (struct sockaddr *)&place, sizeof place) < 0) return 71;
        close(file);
    }
    while (poll(entries, 2, -1) < 0 || !entries[0].revents) {
        int connection = accept(entries[1].fd, NULL, NULL);
        if (connection >= 0) close(connection);
    }
    wait_milliseconds(milliseconds(words[5]));
    unlink(words[2]);
    record[1] = now();
    _exit(0);
}
