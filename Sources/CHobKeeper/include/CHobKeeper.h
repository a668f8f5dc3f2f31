#ifndef C_HOB_KEEPER_H
#define C_HOB_KEEPER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// The keeper: the small parent of the supervisor, in the same executable, entered before Swift's main.
//
//   hobd [--keeper [--keeper-table FD] [--keeper-patience SECONDS] [--keeper-safe]] ARGUMENT…
//
// It becomes a keeper when the first word is --keeper, or when the executable is called hobd and no word is
// --keeper-link, --no-keeper, --help, -h, --version or --self-check. It starts the same executable as
//
//   hobd ARGUMENT… --keeper-link FD --held FD [--safe]
//
// (in later lives without --ready-fd N), and again when that ends with anything but 0; with --safe after the fifth
// death in ten seconds, unless the environment has HOB_SAFE_MODE=never.

enum {
    HOB_KEEPER_MOST_HELD = 65536,
    HOB_KEEPER_LABEL = 64,
    /// The exit status of a supervisor that has sent UPGRADE and wants the new executable in both places.
    HOB_KEEPER_UPGRADE_STATUS = 75,
};

// MARK: The link: SOCK_SEQPACKET, one message a packet, a new socket pair for each life

enum hob_keeper_kind {
    // Supervisor to keeper.
    HOB_KEEPER_STORE = 1,     // role, slot, index, label and one descriptor: kept in place of an older one of that key
    HOB_KEEPER_DROP = 2,      // role, slot, index: closed; no answer
    HOB_KEEPER_ASK = 3,       // pid: what became of that child; answered by STATUS
    HOB_KEEPER_ASK_ANY = 4,   // some child that has ended and is not released; answered by STATUS_ANY
    HOB_KEEPER_RELEASE = 5,   // pid: reaped if it has ended; no answer
    HOB_KEEPER_READY = 6,     // the life is through its beginning
    HOB_KEEPER_STOPPING = 7,  // everything is being stopped
    HOB_KEEPER_RESUMED = 8,   // safe mode is over
    HOB_KEEPER_UPGRADE = 9,   // one descriptor of a new executable; answered by UPGRADED
    HOB_KEEPER_TAKEN = 10,    // status: the signal that was handled, 0 for CHILD; the next one may come

    // Keeper to supervisor.
    HOB_KEEPER_STORED = 32,     // role, slot, index, status: 0 or an errno
    HOB_KEEPER_STATUS = 33,     // pid, flags: hob_keeper_fate, status: the raw wait status of an ended one
    HOB_KEEPER_STATUS_ANY = 34, // the same; HOB_KEEPER_ALIVE or _NO_CHILD and pid 0 when none has ended
    HOB_KEEPER_CHILD = 35,      // some child besides the supervisor has ended; not repeated before TAKEN
    HOB_KEEPER_SIGNAL = 36,     // status: TERM, INT, QUIT or HUP; repeated in the next life when not TAKEN
    HOB_KEEPER_UPGRADED = 37,   // status: 0 or an errno

    // From the child that was to become the supervisor: status is the errno, pid is 1 when fork's child got no further
    // than its preparations.
    HOB_KEEPER_FAILED = 64,
};

enum hob_keeper_fate {
    HOB_KEEPER_EXITED = 1,
    HOB_KEEPER_ALIVE = 2,
    HOB_KEEPER_NO_CHILD = 3,
};

struct hob_keeper_message {
    uint16_t kind;
    uint16_t role;
    uint32_t slot;
    uint32_t index;
    int32_t pid;
    int32_t status;
    uint32_t flags;
    char label[HOB_KEEPER_LABEL];  // zero-padded, not always terminated
};

// MARK: The key of a held descriptor; the keeper only compares

enum hob_keeper_role {
    HOB_KEEPER_ROLE_LOCK = 1,
    HOB_KEEPER_ROLE_LISTENER = 2,
    HOB_KEEPER_ROLE_FIFO = 3,
    HOB_KEEPER_ROLE_NOTIFY = 4,
    HOB_KEEPER_ROLE_READINESS = 5,
    HOB_KEEPER_ROLE_STORED = 6,
};

// MARK: The table of held descriptors: a memfd behind --held and --keeper-table, a header and its records

#define HOB_KEEPER_TABLE_MAGIC 0x31544b424f48ULL  // "HOBKT1"

struct hob_keeper_table {
    uint64_t magic;
    uint32_t record_size;      // of this writer; a longer record's rest is skipped
    uint32_t count;
    uint64_t original_mask;    // blocked signals hobd was started with, as the kernel counts them
    uint64_t original_files;   // soft RLIMIT_NOFILE hobd was started with; the supervisor begins with the raised one
    uint32_t pending_signals;  // 1 << number, not taken yet
    uint32_t original_oom;     // oom_score_adj that hobd was started with, + 1001; 0: it still has that one
};
struct hob_keeper_record {
    int32_t descriptor;
    uint32_t role;
    uint32_t slot;
    uint32_t index;
    char label[HOB_KEEPER_LABEL];
};

/// Becomes the keeper when the words say so, and never returns then; runs by itself before main.
void hob_keeper_enter(int argc, char *_Nullable *_Nonnull argv, char *_Nullable *_Nonnull envp);

/// The blocked signals of the calling thread, as the kernel counts them: signal N is bit N - 1.
uint64_t hob_keeper_signal_mask(void);

#ifdef __cplusplus
}
#endif
#endif
