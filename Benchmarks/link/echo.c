// The least that a call over a Unix socket can cost: "serve PATH" sends back every 64 bytes it gets, "call PATH CALLS"
// prints calls per second and the 50th and 99th percentile in microseconds. One connection, one call at a time.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 64 };

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}
static int all(int socket, char *bytes, int writing) {
    for (int done = 0; done < SIZE;) {
        ssize_t count = writing ? write(socket, bytes + done, SIZE - done) : read(socket, bytes + done, SIZE - done);
        if (count <= 0) return 0;
        done += count;
    }
    return 1;
}
static int by_size(const void *left, const void *right) {
    long long a = *(const long long *)left, b = *(const long long *)right;
    return (a > b) - (a < b);
}

int main(int count, char **words) {
    if (count < 3) return 64;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, words[2], sizeof address.sun_path - 1);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    char bytes[SIZE] = {0};
    if (strcmp(words[1], "serve") == 0) {
        if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 8) < 0) return 1;
        puts("ready");
        fflush(stdout);
        int client = accept(fd, NULL, NULL);
        while (all(client, bytes, 0) && all(client, bytes, 1)) {}
        return 0;
    }
    int calls = count > 3 ? atoi(words[3]) : 20000;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) return 1;
    long long *times = calloc((size_t)calls, sizeof *times);
    for (int index = 0; index < 1000; index++)
        if (!all(fd, bytes, 1) || !all(fd, bytes, 0)) return 1;
    long long start = now();
    for (int index = 0; index < calls; index++) {
        long long before = now();
        if (!all(fd, bytes, 1) || !all(fd, bytes, 0)) return 1;
        times[index] = now() - before;
    }
    double took = (double)(now() - start) / 1e9;
    qsort(times, (size_t)calls, sizeof *times, by_size);
    printf("%d %lld %lld\n", (int)(calls / took), times[calls / 2] / 1000, times[(long long)calls * 99 / 100] / 1000);
    return 0;
}
