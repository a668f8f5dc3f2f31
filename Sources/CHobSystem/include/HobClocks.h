// The clocks, and a timer of the one on the wall.
#ifndef C_HOB_CLOCKS_H
#define C_HOB_CLOCKS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

int64_t hob_monotonic_now(void);
int64_t hob_boot_time_now(void);
// Milliseconds of Unix time.
int64_t hob_wall_clock(void);
// Nanoseconds of it.
int64_t hob_wall_clock_now(void);

/// A timer of the clock on the wall: readable when its time has come, and when somebody has set the clock; then a read fails with ECANCELED.
int hob_calendar_timer(void);
/// Milliseconds since 1970; 0 stops it. ECANCELED: it is set, and the clock was set before.
int hob_calendar_timer_set(int timer, int64_t milliseconds);

#ifdef __cplusplus
}
#endif
#endif
