#ifndef HOB_SPAWN_PRIVATE_H
#define HOB_SPAWN_PRIVATE_H

#include "CHobSystem.h"

enum { MOST_MAPPINGS = 64 };

struct child_context {
    const struct hob_spawn_request *request;
    struct hob_spawn_result *result;
    int parent;
    int last_shared;  // of the descriptors that the child takes over of our table, while it shares it; -1: it does not
    int null;         // a descriptor of /dev/null among them, or -1
    uint64_t handled; // the signals that may not have their default action, bit 0 being signal 1
};

/// The child's side: sets everything up and execs. `argument` is its child_context.
int hob_spawn_child(void *argument);
static inline void hob_at_stage(struct child_context *context, int stage) {
    __atomic_store_n(&context->result->stage, stage, __ATOMIC_RELAXED);
}

struct spawn_descriptors {
    struct hob_spawn_mapping map[MOST_MAPPINGS];
    int used;  // how many reserved numbers hold a source of this spawn; -1: the child copies our table
};

/// Puts the sources of a spawn under reserved numbers, and fills in what the child needs to know of them.
void hob_spawn_borrow(
    struct spawn_descriptors *descriptors, const struct hob_spawn_request *request, struct child_context *context);
/// To be called when the child has its own.
void hob_spawn_give_back(const struct spawn_descriptors *descriptors);

#endif
