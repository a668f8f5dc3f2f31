#define _GNU_SOURCE
#include "CHobSystem.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile int signal_pipe = -1;

// Only what may be called in a handler; a full pipe holds more of them than anybody has to hear of.
static void write_number(int number) {
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    (void)!write(signal_pipe, &byte, 1);
    errno = saved;
}

int hob_signals_to_pipe(int pipe, const int *numbers, size_t count) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = write_number;
    action.sa_flags = SA_RESTART;
    sigfillset(&action.sa_mask);
    signal_pipe = pipe;
    for (size_t index = 0; index < count; index++) {
        if (sigaction(numbers[index], &action, NULL) < 0) return -1;
    }
    return 0;
}
