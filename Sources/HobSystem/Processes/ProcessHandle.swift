import CHobSystem
import Glibc

/// A process held by its pidfd: the number cannot come to mean somebody else.
package final class ProcessHandle: Sendable {
    /// The process's number; an identity only as long as this handle's pidfd is asked, too.
    package let pid: Int32
    /// The pidfd.
    package let descriptor: Descriptor

    /// Takes over a pidfd.
    package init(pid: Int32, owning raw: Int32) {
        self.pid = pid
        descriptor = Descriptor(owning: raw)
    }

    /// The pidfd's number, for an event loop: it becomes readable when the process ends.
    package var raw: Int32 { descriptor.raw }

    /// Opens a handle on a running process; compare a ``ProcessIdentity`` afterwards when the pid came from a file.
    package static func open(pid: Int32) throws(SystemError) -> ProcessHandle {
        guard pid > 0 else { throw .process("open", pid, EINVAL) }
        let raw = invoke(.pidfdOpen) { hob_pidfd_open(pid, 0) }
        guard raw >= 0 else { throw .process("open", pid, -raw) }
        return ProcessHandle(pid: pid, owning: raw)
    }

    /// Sends a signal; false when the process has ended (and been reaped).
    @discardableResult
    package func signal(_ signal: SignalNumber) throws(SystemError) -> Bool {
        try send(signal, 0)
    }

    /// Sends a signal to the process group this process leads; false when the group is empty.
    ///
    /// Linux 6.9 and newer. Older kernels answer EINVAL: keep the leader as a zombie and use kill(2) on its group,
    /// or walk the tree; there is no fallback here, because a reaped leader's number may be a stranger's group.
    @discardableResult
    package func signalGroup(_ signal: SignalNumber) throws(SystemError) -> Bool {
        try send(signal, hob_pidfd_group_flag())
    }

    /// Whether the process has ended, be it reaped or not.
    package var hasExited: Bool {
        var entry = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
        while true {
            let count = poll(&entry, 1, 0)
            if count < 0 && errno == EINTR { continue }
            return count > 0
        }
    }

    /// Waits for the end; false when the deadline passed first.
    package func waitForExit(until deadline: MonotonicTime? = nil) -> Bool {
        descriptor.waitReadable(until: deadline)
    }

    /// The exit status of an ended child, which stays a zombie; nil while it runs.
    package func peekExit() throws(SystemError) -> ExitStatus? {
        try wait(reaping: false)
    }

    /// Reaps an ended child; nil while it runs.
    package func reap() throws(SystemError) -> ExitStatus? {
        try wait(reaping: true)
    }

    /// What the kernel keeps of a process that somebody else has reaped (PIDFD_GET_INFO, Linux 6.15); nil when it
    /// runs, is a zombie still, or the kernel cannot say.
    package func exitInfo() throws(SystemError) -> ExitStatus? {
        var info = hob_pidfd_info()
        let result = invoke(.pidfdInfo) { hob_pidfd_info(raw, &info) }
        if [-ENOTTY, -EINVAL, -ESRCH, -ENOSYS].contains(result) { return nil }
        guard result >= 0 else { throw .process("ask for the end of", pid, -result) }
        return hob_pidfd_info_has_exit(&info) != 0 ? ExitStatus(waitStatus: info.exit_code) : nil
    }

    /// A copy of a descriptor of that process; needs the right to trace it.
    package func copyDescriptor(_ number: Int32) throws(SystemError) -> Descriptor {
        let copy = invoke(.pidfdGetDescriptor) { hob_pidfd_getfd(raw, number) }
        guard copy >= 0 else { throw .process("copy file descriptor \(number) of", pid, -copy) }
        return Descriptor(owning: copy)
    }

    private func send(_ signal: SignalNumber, _ flags: UInt32) throws(SystemError) -> Bool {
        let result = invoke(.pidfdSendSignal) { hob_pidfd_send_signal(raw, signal.rawValue, flags) }
        if result == -ESRCH { return false }
        guard result >= 0 else { throw .process("send \(signal) to", pid, -result) }
        return true
    }

    private func wait(reaping: Bool) throws(SystemError) -> ExitStatus? {
        var exit = hob_exit()
        let result = invoke(.waitid) { hob_wait_pidfd(raw, reaping ? 1 : 0, 0, &exit) }
        guard result >= 0 else { throw .process("wait for", pid, -result) }
        guard exit.exited != 0 else { return nil }
        return exit.signaled != 0
            ? .signaled(signal: exit.code, coreDumped: exit.core_dumped != 0) : .exited(code: exit.code)
    }
}
