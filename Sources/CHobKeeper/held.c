#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// The held descriptors. None is close-on-exec: whatever the keeper executes is to have them all.

struct held {
    int32_t descriptor;  // -1: free, `next` leads to the next free one
    uint32_t role, slot, index;
    uint32_t next;   // in its bucket, plus 1
    uint32_t label;  // plus 1; 0: none
};
static struct held held[HOB_KEEPER_MOST_HELD];
static uint32_t held_top, held_free;

// Apart from the entries, as most have none: then these pages stay untouched.
static char labels[HOB_KEEPER_MOST_HELD][HOB_KEEPER_LABEL];
static uint32_t labels_top, labels_free;

// Neighbouring slots share a page of buckets, so a thousand of them touch one page a role, not a thousand.
enum { BUCKETS = 65536 };
static uint32_t buckets[BUCKETS];

static uint32_t *bucket(uint32_t role, uint32_t slot, uint32_t index) {
    return &buckets[(slot + index * 40503u + role * 8209u) % BUCKETS];
}

/// The link that leads to the entry, or to the end of its bucket.
static uint32_t *find(uint32_t role, uint32_t slot, uint32_t index) {
    uint32_t *link = bucket(role, slot, index);
    while (*link != 0) {
        struct held *entry = &held[*link - 1];
        if (entry->role == role && entry->slot == slot && entry->index == index) break;
        link = &entry->next;
    }
    return link;
}

static void set_label(struct held *entry, const char *label) {
    if (label[0] == 0) {
        if (entry->label == 0) return;
        memcpy(labels[entry->label - 1], &labels_free, sizeof labels_free);
        labels_free = entry->label;
        entry->label = 0;
        return;
    }
    if (entry->label == 0) {
        // There are as many labels as entries: one is left.
        if (labels_free != 0) {
            entry->label = labels_free;
            memcpy(&labels_free, labels[entry->label - 1], sizeof labels_free);
        } else {
            entry->label = ++labels_top;
        }
    }
    memcpy(labels[entry->label - 1], label, HOB_KEEPER_LABEL);
}

int held_store(uint32_t role, uint32_t slot, uint32_t index, const char *label, int descriptor) {
    uint32_t *link = find(role, slot, index);
    struct held *entry;
    if (*link != 0) {
        entry = &held[*link - 1];
        close(entry->descriptor);
    } else {
        uint32_t place;
        if (held_free != 0) {
            place = held_free;
            held_free = held[place - 1].next;
        } else if (held_top < HOB_KEEPER_MOST_HELD) {
            place = ++held_top;
        } else {
            return EMFILE;
        }
        entry = &held[place - 1];
        *entry = (struct held){.role = role, .slot = slot, .index = index};
        *link = place;
    }
    entry->descriptor = descriptor;
    set_label(entry, label);
    fcntl(descriptor, F_SETFD, 0);
    return 0;
}

void held_drop(uint32_t role, uint32_t slot, uint32_t index) {
    uint32_t *link = find(role, slot, index), place = *link;
    if (place == 0) return;
    struct held *entry = &held[place - 1];
    *link = entry->next;
    close(entry->descriptor);
    set_label(entry, "");
    entry->descriptor = -1;
    entry->next = held_free;
    held_free = place;
}

// MARK: The table

static int write_all(int descriptor, const void *bytes, size_t count) {
    const char *rest = bytes;
    while (count > 0) {
        ssize_t written = write(descriptor, rest, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return written < 0 ? errno : EIO;
        rest += written;
        count -= (size_t)written;
    }
    return 0;
}

int held_write_table(void) {
    enum { BATCH = 64 };
    struct hob_keeper_record records[BATCH];
    struct hob_keeper_table head = {
        .magic = HOB_KEEPER_TABLE_MAGIC,
        .record_size = sizeof *records,
        .original_mask = hob_keeper.original_mask,
        .original_files = hob_keeper.original_files,
        .pending_signals = hob_keeper.signals_wanted,
        .original_oom = hob_keeper.original_oom,
    };
    size_t filled = 0;
    for (uint32_t place = 0; place < held_top; place++) head.count += held[place].descriptor >= 0;
    int table = memfd_create("hobd-held", 0);
    if (table < 0) return -errno;
    int error = write_all(table, &head, sizeof head);
    for (uint32_t place = 0; place < held_top && error == 0; place++) {
        const struct held *entry = &held[place];
        if (entry->descriptor >= 0) {
            struct hob_keeper_record *record = &records[filled++];
            *record = (struct hob_keeper_record){
                .descriptor = entry->descriptor, .role = entry->role, .slot = entry->slot, .index = entry->index};
            if (entry->label != 0) memcpy(record->label, labels[entry->label - 1], sizeof record->label);
        }
        if (filled == BATCH) {
            error = write_all(table, records, filled * sizeof *records);
            filled = 0;
        }
    }
    if (error == 0) error = write_all(table, records, filled * sizeof *records);
    if (error == 0 && lseek(table, 0, SEEK_SET) < 0) error = errno;
    if (error == 0) return table;
    close(table);
    return -error;
}

void held_read_table(int table) {
    struct hob_keeper_table head;
    if (pread(table, &head, sizeof head, 0) != sizeof head || head.magic != HOB_KEEPER_TABLE_MAGIC
        || head.record_size < sizeof(struct hob_keeper_record)) {
        keeper_say("the table of held descriptors is damaged: going on without them");
        close(table);
        return;
    }
    hob_keeper.original_mask = head.original_mask;
    hob_keeper.original_files = head.original_files;
    hob_keeper.signals_wanted = head.pending_signals;
    hob_keeper.original_oom = head.original_oom;
    uint32_t missing = 0;
    for (uint32_t number = 0; number < head.count; number++) {
        struct hob_keeper_record record;
        off_t place = (off_t)(sizeof head + (size_t)number * head.record_size);
        if (pread(table, &record, sizeof record, place) != sizeof record || record.descriptor < 3
            || record.descriptor == table || fcntl(record.descriptor, F_GETFD) < 0
            || held_store(record.role, record.slot, record.index, record.label, record.descriptor) != 0) {
            missing++;
        }
    }
    if (missing > 0) keeper_say("%d of %d held descriptors did not come over", (int)missing, (int)head.count);
    close(table);
}
