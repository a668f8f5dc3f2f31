#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

// One line each for people, on standard error, and the few words for a service manager.

enum { MOST_TEXT = 512 };

int64_t keeper_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * SECOND + time.tv_nsec;
}

size_t keeper_decimal(char *text, uint64_t number) {
    char digits[24];
    size_t count = 0, length;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    for (length = 0; length < count; length++) text[length] = digits[count - 1 - length];
    text[length] = 0;
    return length;
}

static void append(char *text, size_t *length, const char *part) {
    size_t count = strlen(part);
    if (count > MOST_TEXT - 1 - *length) count = MOST_TEXT - 1 - *length;
    memcpy(text + *length, part, count);
    *length += count;
}

static void append_padded(char *text, size_t *length, uint64_t number, size_t width, const char *rest) {
    char digits[24];
    for (size_t count = keeper_decimal(digits, number); count < width; count++) append(text, length, "0");
    append(text, length, digits);
    append(text, length, rest);
}

static void append_formatted(char *text, size_t *length, const char *format, va_list values) {
    char letter[2] = {0, 0}, digits[24];
    for (; *format != 0; format++) {
        letter[0] = *format;
        if (*format != '%') {
            append(text, length, letter);
            continue;
        }
        format++;
        if (*format == 's') {
            append(text, length, va_arg(values, const char *));
        } else {
            int number = va_arg(values, int);
            const char *name = *format == 'e' ? strerrorname_np(number) : NULL;
            if (number < 0) append(text, length, "-");
            keeper_decimal(digits, (uint64_t)(number < 0 ? -(int64_t)number : number));
            append(text, length, name != NULL ? name : digits);
        }
    }
}

// The stamp of the supervisor's own lines: 2026-01-31T23:59:59.999Z.
static void append_stamp(char *text, size_t *length) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    uint64_t seconds = time.tv_sec < 0 ? 0 : (uint64_t)time.tv_sec;
    // Days counted from the first of March of the year 0, so that a leap day is the last of its year.
    uint64_t days = seconds / 86400 + 719468, rest = seconds % 86400;
    uint64_t era = days / 146097, day = days % 146097;
    uint64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    uint64_t shifted = (5 * day + 2) / 153, month = shifted < 10 ? shifted + 3 : shifted - 9;
    append_padded(text, length, year + era * 400 + (month <= 2), 4, "-");
    append_padded(text, length, month, 2, "-");
    append_padded(text, length, day - (153 * shifted + 2) / 5 + 1, 2, "T");
    append_padded(text, length, rest / 3600, 2, ":");
    append_padded(text, length, rest / 60 % 60, 2, ":");
    append_padded(text, length, rest % 60, 2, ".");
    append_padded(text, length, (uint64_t)time.tv_nsec / MILLISECOND, 3, "Z ");
}

void keeper_say(const char *format, ...) {
    char text[MOST_TEXT];
    size_t length = 0;
    va_list values;
    append_stamp(text, &length);
    append(text, &length, "hobd: ");
    va_start(values, format);
    append_formatted(text, &length, format, values);
    va_end(values);
    text[length++] = '\n';
    // A terminal or pipe that takes nothing now must not hold up the keeper: then the line is lost.
    struct pollfd place = {.fd = 2, .events = POLLOUT};
    if (poll(&place, 1, 0) == 1 && (place.revents & POLLOUT) && write(2, text, length) < 0) return;
}

void keeper_notify(const char *format, ...) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = hob_keeper.notify_socket;
    char text[MOST_TEXT];
    size_t length = 0, count = path == NULL ? 0 : strlen(path);
    if (count < 2 || count > sizeof address.sun_path || (*path != '/' && *path != '@')) return;
    memcpy(address.sun_path, path, count);
    if (*path == '@') address.sun_path[0] = 0;
    va_list values;
    va_start(values, format);
    append_formatted(text, &length, format, values);
    va_end(values);
    int sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (sender < 0) return;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + count);
    if (sendto(sender, text, length, MSG_NOSIGNAL, (struct sockaddr *)&address, size) < 0) {
        keeper_say("cannot tell the service manager at %s (%e)", path, errno);
    }
    close(sender);
}
