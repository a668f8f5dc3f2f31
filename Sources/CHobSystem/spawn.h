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
    const uint32_t *called_off; // or NULL: not 0 when the child shall go instead of setting up
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

// MARK: Spawning from a place of the caller's choice

enum { CHILD_STACK = 64 * 1024 };

struct spawn_place {
    char *top;       // of CHILD_STACK bytes for the child
    uint32_t *left;  // or NULL: 0 as soon as the child has left our memory, be it by its exec or its end
    const uint32_t *called_off;
    int may_borrow;  // whether the reserved descriptors may be used: not by who can be killed while it has their lock
};

/// Stores that there is no child yet.
void hob_spawn_clear(struct hob_spawn_result *result);
/// What hob_spawn needs to know of the process before the first spawn.
void hob_spawn_prepare(void);
/// A change of uid in a child that had our memory makes that undumpable; undoes it.
void hob_spawn_restore_dumpable(void);
int hob_spawn_at(
    const struct hob_spawn_request *asked, struct hob_spawn_result *result, const struct spawn_place *place);
/// A mapping for a stack of CHILD_STACK bytes with a guard page below; its top, or NULL.
char *hob_spawn_map_stack(void);
void hob_spawn_unmap_stack(char *top);

#endif
