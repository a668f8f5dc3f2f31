import CHobSystem
import Glibc

// One factory per system call (or family that fails alike): errno in, a sentence with the remedy out.
extension SystemError {
    /// Of open(2) and its kind.
    package static func open(_ path: String, _ code: Int32) -> SystemError {
        SystemError(code: code, message: "cannot open \(path): \(fileReason(code))")
    }

    /// Of a call that changes or asks for a file: mkdir, rename, unlink, chmod, chown, stat, mkfifo …
    package static func file(_ verb: String, _ path: String, _ code: Int32) -> SystemError {
        SystemError(code: code, message: "cannot \(verb) \(path): \(fileReason(code))")
    }

    /// Of read(2), write(2) and other calls on an open descriptor.
    package static func transfer(_ verb: String, _ descriptor: Int32, _ code: Int32) -> SystemError {
        let reason =
            switch code {
            case ENOSPC: "the file system is full: free some space"
            case EDQUOT: "the disk quota is used up: free some space or raise it"
            case EPIPE: "the other end is closed"
            case EFBIG: "the file would pass RLIMIT_FSIZE or the file system's limit"
            case EBADF: "the descriptor is closed or not open for this"
            case EIO: "the device reported an input/output error: look into the kernel log"
            default: text(of: code)
            }
        return SystemError(code: code, message: "cannot \(verb) file descriptor \(descriptor): \(reason)")
    }

    /// Of a call that makes new descriptors: pipe, socketpair, eventfd, epoll_create, inotify_init, memfd, dup …
    package static func descriptor(_ kind: String, _ code: Int32) -> SystemError {
        SystemError(code: code, message: "cannot make \(kind): \(fileReason(code))")
    }

    /// Of a call about a process: pidfd_open, pidfd_send_signal, waitid, prlimit …
    package static func process(_ verb: String, _ pid: Int32, _ code: Int32) -> SystemError {
        let reason =
            switch code {
            case ESRCH: "there is no such process any more"
            case EPERM: "not permitted: it belongs to another user or runs setuid"
            case ECHILD: "it is not a child of this process, or has been reaped already"
            case EMFILE, ENFILE: fileReason(code)
            case ENOSYS: "this kernel is too old: Linux 5.10 or newer is needed"
            default: text(of: code)
            }
        return SystemError(code: code, message: "cannot \(verb) process \(pid): \(reason)")
    }

    /// Of socket, bind, listen, accept, connect, sendmsg, recvmsg.
    package static func socket(_ verb: String, _ address: String, _ code: Int32) -> SystemError {
        let reason =
            switch code {
            case EADDRINUSE: "the address is in use by another process"
            case EADDRNOTAVAIL: "this machine has no such address"
            case ECONNREFUSED: "nobody listens there"
            case ENOENT: "there is no such socket"
            case EACCES: "not permitted: a port below 1024 needs root, a socket file needs write access"
            case EPROTOTYPE: "the socket is of another kind (stream or datagram)"
            case EAFNOSUPPORT: "this machine has no such address family (is IPv6 off?)"
            case EMFILE, ENFILE: fileReason(code)
            case ENAMETOOLONG: "a socket's name may have at most \(UnixSocketPath.longestName) bytes"
            default: text(of: code)
            }
        return SystemError(code: code, message: "cannot \(verb) \(address): \(reason)")
    }

    /// The words for an errno of calls on files and descriptors, with the remedy where there is one.
    package static func fileReason(_ code: Int32) -> String {
        switch code {
        case EMFILE:
            var soft: UInt64 = 0
            let limit = hob_prlimit(0, Resource.openFiles.number, nil, nil, &soft, nil) == 0 ? " (limit \(soft))" : ""
            return "too many open files\(limit): raise RLIMIT_NOFILE"
        case ENFILE: return "too many open files in the whole system: raise fs.file-max"
        case ENOENT: return "no such file or directory"
        case ENOTDIR: return "a part of the path is not a directory"
        case EISDIR: return "it is a directory"
        case EACCES: return "permission denied for user \(geteuid())"
        case EPERM: return "not permitted for user \(geteuid())"
        case EEXIST: return "it exists already"
        case ELOOP: return "it is a symbolic link, and links are not followed here"
        case ENOSPC: return "the file system is full: free some space or inodes"
        case EROFS: return "the file system is read-only"
        case ENXIO: return "nobody has its other end open, or the device is missing"
        case ETXTBSY: return "it is being written or executed just now"
        default: return text(of: code)
        }
    }
}
