// What every supervisor runs in the comparison: the smallest daemon that can tell when it began.
//
//   service PATH NAME        sends "NAME PID NANOSECONDS" (CLOCK_MONOTONIC, taken first of all) to the datagram socket at
//                            PATH, writes a line to descriptor 3 if READY_FD is set (s6's readiness), and waits for ever.
//   service write BYTES      writes so many bytes of lines of 100 bytes to stdout, one write of 64 lines each, and ends.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 100, LINES = 64 };

static int write_lines(long long left) {
    static char block[LINE * LINES];
    long long number = 0;
    while (left > 0) {
        for (int line = 0; line < LINES; line++, number++) {
            char *at = block + line * LINE;
            memset(at, 'x', LINE);
            snprintf(at, LINE, "%012lld", number % 1000000000000LL);
            at[12] = ' ';
            at[LINE - 1] = '\n';
        }
        for (size_t done = 0; done < sizeof block;) {
            ssize_t count = write(1, block + done, sizeof block - done);
            if (count < 0) return 1;
            done += (size_t)count;
        }
        left -= (long long)sizeof block;
    }
    return 0;
}

int main(int count, char **words) {
    struct timespec now;
    struct sockaddr_un place = {.sun_family = AF_UNIX};
    char text[200];
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (count != 3) return 64;
    if (strcmp(words[1], "write") == 0) return write_lines(atoll(words[2]));
    int length = snprintf(
        text, sizeof text, "%s %d %lld", words[2], getpid(), now.tv_sec * 1000000000LL + now.tv_nsec);
    int file = socket(AF_UNIX, SOCK_DGRAM, 0);
    strncpy(place.sun_path, words[1], sizeof place.sun_path - 1);
    if (sendto(file, text, (size_t)length, 0, (struct sockaddr *)&place, sizeof place) < 0) return 1;
    close(file);
    if (getenv("READY_FD") != NULL && write(3, "\n", 1) == 1) close(3);
    for (;;) pause();
}
