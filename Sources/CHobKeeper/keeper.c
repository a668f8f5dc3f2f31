#define _GNU_SOURCE
#include "CHobKeeper.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

uint64_t hob_keeper_signal_mask(void) {
    uint64_t mask = 0;
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, sizeof mask);
    return mask;
}
