import CHobSystem
import Glibc

/// Facts of the calling process that prctl(2) sets.
package enum ProcessControl {
    /// Makes orphans below us our children instead of init's.
    package static func becomeSubreaper(_ on: Bool = true) throws(SystemError) {
        let result = invoke(.prctl) { hob_set_subreaper(on ? 1 : 0) }
        guard result >= 0 else { throw .process("become the reaper of orphans as", getpid(), -result) }
    }

    /// Whether orphans below us come to us.
    package static var isSubreaper: Bool { hob_is_subreaper() == 1 }

    /// Whether a crash of this process may leave a core file, and its own user may look into /proc/self.
    package static var isDumpable: Bool { hob_is_dumpable() == 1 }

    /// Lets a crash leave a core file and its own user look into /proc/self, which a change of user has ended.
    package static func makeDumpable() throws(SystemError) {
        let result = invoke(.prctl) { hob_set_dumpable(1) }
        guard result >= 0 else { throw .process("allow core files of", getpid(), -result) }
    }

    /// Asks for a signal when the thread that made us ends.
    package static func setParentDeathSignal(_ signal: SignalNumber?) throws(SystemError) {
        let result = invoke(.prctl) { hob_set_parent_death_signal(signal?.rawValue ?? 0) }
        guard result >= 0 else { throw .process("set the parent-death signal of", getpid(), -result) }
    }

    /// The exit status of a child that is known by its number only (an orphan); nil while it runs.
    package static func peekExit(pid: Int32) throws(SystemError) -> ExitStatus? {
        try wait(pid, reaping: false)
    }

    /// Reaps a child that is known by its number only (an orphan); nil while it runs.
    package static func reap(pid: Int32) throws(SystemError) -> ExitStatus? {
        try wait(pid, reaping: true)
    }

    private static func wait(_ pid: Int32, reaping: Bool) throws(SystemError) -> ExitStatus? {
        var exit = hob_exit()
        let result = invoke(.waitid) { hob_wait_pid(pid, reaping ? 1 : 0, &exit) }
        guard result >= 0 else { throw .process("wait for", pid, -result) }
        guard exit.exited != 0 else { return nil }
        return exit.signaled != 0
            ? .signaled(signal: exit.code, coreDumped: exit.core_dumped != 0) : .exited(code: exit.code)
    }
}
