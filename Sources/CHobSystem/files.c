#define _GNU_SOURCE
#include "CHobSystem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#ifndef RAMFS_MAGIC
#define RAMFS_MAGIC 0x858458f6
#endif

int hob_open_at(int directory, const char *path, int flags, unsigned mode) {
    return openat(directory, path, flags | O_CLOEXEC | O_NOCTTY, mode);
}
// The file system's user and group are each thread's own; with them go root's rights over files.
int hob_open_as(uint32_t user, uint32_t group, const char *path, int flags, unsigned mode) {
    int group_before = setfsgid(group);
    int user_before = setfsuid(user);
    int code = EPERM, descriptor = -1;
    if ((uint32_t)setfsuid((uid_t)-1) == user && (uint32_t)setfsgid((gid_t)-1) == group) {
        descriptor = hob_open_at(AT_FDCWD, path, flags, mode);
        code = errno;
    }
    setfsuid((uid_t)user_before);
    setfsgid((gid_t)group_before);
    errno = code;
    return descriptor;
}
int hob_pipe(int *descriptors, int non_blocking) {
    return pipe2(descriptors, O_CLOEXEC | (non_blocking ? O_NONBLOCK : 0));
}
int hob_socketpair(int *descriptors, int kind, int non_blocking) {
    int type = kind == 1 ? SOCK_DGRAM : kind == 2 ? SOCK_SEQPACKET : SOCK_STREAM;
    return socketpair(AF_UNIX, type | SOCK_CLOEXEC | (non_blocking ? SOCK_NONBLOCK : 0), 0, descriptors);
}
int hob_dup_cloexec(int descriptor, int lowest) { return fcntl(descriptor, F_DUPFD_CLOEXEC, lowest); }
int hob_dup3(int from, int to, int cloexec) { return dup3(from, to, cloexec ? O_CLOEXEC : 0); }

int hob_set_non_blocking(int descriptor, int on) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return -1;
    int wanted = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    return wanted == flags ? 0 : fcntl(descriptor, F_SETFL, wanted);
}
int hob_set_cloexec(int descriptor, int on) { return fcntl(descriptor, F_SETFD, on ? FD_CLOEXEC : 0); }
int hob_close_range(unsigned first, unsigned last, int only_cloexec) {
    return (int)syscall(SYS_close_range, first, last, only_cloexec ? CLOSE_RANGE_CLOEXEC : 0);
}
int hob_memfd(const char *name) { return memfd_create(name, MFD_CLOEXEC); }
int hob_eventfd(unsigned initial) { return eventfd(initial, EFD_CLOEXEC | EFD_NONBLOCK); }
int hob_available(int descriptor) {
    int count = 0;
    return ioctl(descriptor, FIONREAD, &count) < 0 ? -1 : count;
}
int hob_open_path_flag(void) { return O_PATH; }
int hob_open_nameless_flag(void) { return O_TMPFILE; }
int hob_rename_no_replace(int old_directory, const char *old_path, int new_directory, const char *new_path) {
    return renameat2(old_directory, old_path, new_directory, new_path, RENAME_NOREPLACE);
}
int hob_is_tmpfs(int descriptor) {
    struct statfs status;
    if (fstatfs(descriptor, &status) < 0) return -1;
    return status.f_type == TMPFS_MAGIC || (unsigned long)status.f_type == RAMFS_MAGIC;
}
int hob_make_fifo(int directory, const char *name, unsigned mode) { return mkfifoat(directory, name, mode); }

static int lock_call(int descriptor, int command, short type, struct flock *lock) {
    memset(lock, 0, sizeof *lock);
    lock->l_type = type;
    lock->l_whence = SEEK_SET;
    return fcntl(descriptor, command, lock);
}
int hob_lock_description(int descriptor, int exclusive, int block) {
    struct flock lock;
    int result = lock_call(descriptor, block ? F_OFD_SETLKW : F_OFD_SETLK, exclusive ? F_WRLCK : F_RDLCK, &lock);
    if (result < 0 && errno == EACCES) errno = EAGAIN;
    return result;
}
int hob_unlock_description(int descriptor) {
    struct flock lock;
    return lock_call(descriptor, F_OFD_SETLK, F_UNLCK, &lock);
}
int hob_lock_is_held(int descriptor, int exclusive) {
    struct flock lock;
    if (lock_call(descriptor, F_OFD_GETLK, exclusive ? F_WRLCK : F_RDLCK, &lock) < 0) return -1;
    return lock.l_type != F_UNLCK;
}

static void fill_status(const struct stat *from, struct hob_file_status *status) {
    status->device = from->st_dev;
    status->inode = from->st_ino;
    status->size = (uint64_t)from->st_size;
    status->links = from->st_nlink;
    status->mode = from->st_mode;
    status->user = from->st_uid;
    status->group = from->st_gid;
    status->modified_seconds = from->st_mtim.tv_sec;
    status->modified_nanoseconds = from->st_mtim.tv_nsec;
}
int hob_status_of_descriptor(int descriptor, struct hob_file_status *status) {
    struct stat from;
    if (fstat(descriptor, &from) < 0) return -1;
    fill_status(&from, status);
    return 0;
}
int hob_status_at(int directory, const char *path, int follow, struct hob_file_status *status) {
    struct stat from;
    if (fstatat(directory, path, &from, follow ? 0 : AT_SYMLINK_NOFOLLOW) < 0) return -1;
    fill_status(&from, status);
    return 0;
}
int hob_known_file(const char *path, uint64_t *device, uint64_t *inode) {
    struct statx status;
    if (statx(AT_FDCWD, path, AT_STATX_DONT_SYNC, STATX_INO, &status) < 0) return -1;
    *device = makedev(status.stx_dev_major, status.stx_dev_minor);
    *inode = status.stx_ino;
    return 0;
}
long hob_file_attribute(int descriptor, const char *name, void *value, size_t capacity) {
    return fgetxattr(descriptor, name, value, capacity);
}
int hob_file_kind_is_directory(uint32_t mode) { return S_ISDIR(mode); }
int hob_file_kind_is_regular(uint32_t mode) { return S_ISREG(mode); }
int hob_file_kind_is_fifo(uint32_t mode) { return S_ISFIFO(mode); }
int hob_file_kind_is_socket(uint32_t mode) { return S_ISSOCK(mode); }
int hob_file_kind_is_link(uint32_t mode) { return S_ISLNK(mode); }

const void *hob_find(const void *haystack, size_t haystack_count, const void *needle, size_t needle_count) {
    return memmem(haystack, haystack_count, needle, needle_count);
}

struct directory_entry {
    uint64_t inode;
    int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[];
};

int hob_each_name(int directory, void *context, int (*each)(void *context, const char *name)) {
    _Alignas(struct directory_entry) char buffer[8192];
    for (;;) {
        long count = syscall(SYS_getdents64, directory, buffer, sizeof buffer);
        if (count < 0) return -1;
        if (count == 0) return 0;
        for (long at = 0; at < count;) {
            const struct directory_entry *entry = (const struct directory_entry *)(const void *)(buffer + at);
            at += entry->length;
            if (strcmp(entry->name, ".") == 0 || strcmp(entry->name, "..") == 0) continue;
            if (each(context, entry->name) != 0) return 0;
        }
    }
}
