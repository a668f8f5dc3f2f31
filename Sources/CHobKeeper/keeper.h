#ifndef HOB_KEEPER_PRIVATE_H
#define HOB_KEEPER_PRIVATE_H

#include "CHobKeeper.h"

#include <stddef.h>
#include <stdint.h>

// Nothing here allocates, opens a file after the start, or waits anywhere but in the one poll of keeper.c. All that
// the keeper knows is static: pages that are never touched cost nothing.

enum { MOST_WORDS = 4096, MOST_DEATHS = 5 };

#define SECOND 1000000000LL
#define MILLISECOND 1000000LL

struct keeper {
    // What it was started with.
    char **environment;
    char *words[MOST_WORDS];
    int word_count;
    int ready_descriptor;  // of --ready-fd; -1 once it has served or was not given
    int executable;
    uint64_t original_mask;
    uint64_t original_files;
    uint32_t original_oom;  // as in the table
    int64_t patience;  // PID 1, told to stop and without a supervisor, waits so long before it ends everything itself
    char patience_word[24];

    // The life under way.
    int supervisor;  // 0: none
    int64_t born;
    int is_first;  // its failure to begin is the failure of the keeper
    int is_safe;
    int start_error;  // errno of a child that did not become the supervisor
    int upgrade;      // descriptor of a new executable or -1

    // Between lives.
    int64_t deaths[MOST_DEATHS];
    unsigned death_count;
    int64_t retry_at;  // 0: not waiting
    int64_t retry_delay;
    int64_t alone_since;  // no life has been ready since then; 0: one is
    int64_t told_at;      // TERM, INT or QUIT came; 0: not
    int is_ending;
    int64_t kill_at;

    // The link.
    int link;
    unsigned signals_wanted, signals_sent;  // 1 << number
    int bell_wanted, bell_sent;
    int has_parked;
    struct hob_keeper_message parked;
    int has_announced;
    const char *notify_socket;

    int signals;  // signalfd
};
extern struct keeper hob_keeper;

// report.c
void keeper_say(const char *format, ...);  // %s, %d, and %e for the name of an errno
void keeper_notify(const char *format, ...);
size_t keeper_decimal(char *text, uint64_t number);
int64_t keeper_now(void);

// held.c
int held_store(uint32_t role, uint32_t slot, uint32_t index, const char *label, int descriptor);
void held_drop(uint32_t role, uint32_t slot, uint32_t index);
/// A new memfd with the table, inherited by an exec; the negated errno when it cannot be made.
int held_write_table(void);
void held_read_table(int descriptor);

// link.c
void link_receive(int to_the_end);
void link_flush(void);
void link_close(void);
int link_has_unsent(void);

// life.c
void life_start(void);
void life_ended(int code, int status);
_Noreturn void keeper_end(int status);

#endif
