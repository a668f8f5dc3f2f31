// A timer of the clock on the wall.
#ifndef C_HOB_CALENDAR_H
#define C_HOB_CALENDAR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Readable when its time has come, and when somebody has set the clock; then a read fails with ECANCELED.
int hob_calendar_timer(void);
/// Milliseconds since 1970; 0 stops it. ECANCELED: it is set, and the clock was set before.
int hob_calendar_timer_set(int timer, int64_t milliseconds);

#ifdef __cplusplus
}
#endif
#endif
