/// A system call as fault plans name it.
package enum SystemCall: String, CaseIterable, Sendable {
    case open, read, write, dup, fcntl, ioctl, stat, statfs
    case mkdir, mkfifo, rename, unlink, chmod, chown, fsync, ftruncate, fallocate, mmap, getdents, readlink
    case flock, ofdLock
    case pipe, socketpair, eventfd, memfd, signalfd, inotify
    case epollCreate, epollControl, epollWait
    case clone, pidfdOpen, pidfdSendSignal, pidfdGetDescriptor, pidfdInfo, waitid, prctl, prlimit
    case socket, bind, listen, accept, connect, sendmsg, recvmsg, sockopt
    case thread, timer
    case setid
}
