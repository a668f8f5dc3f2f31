import CHobSystem
import Glibc

/// Which process it is, beyond doubt: a pid alone comes back.
package struct ProcessIdentity: Sendable, Hashable, CustomStringConvertible {
    /// The number, as counted in `pidNamespace`.
    package var pid: Int32
    /// Clock ticks from boot to its start.
    package var startTime: UInt64
    /// Which boot of the machine.
    package var bootID: String
    /// Inode of the pid namespace in which `pid` was read: host and container share a boot id but not their pids.
    package var pidNamespace: UInt64

    /// An identity from its parts.
    package init(pid: Int32, startTime: UInt64, bootID: String, pidNamespace: UInt64) {
        self.pid = pid
        self.startTime = startTime
        self.bootID = bootID
        self.pidNamespace = pidNamespace
    }

    /// The identity of a process that exists now, zombies included; nil when there is none.
    package static func of(pid: Int32) throws(SystemError) -> ProcessIdentity? {
        guard let facts = ProcessFacts.of(pid: pid) else { return nil }
        return ProcessIdentity(
            pid: pid, startTime: facts.startTime, bootID: try Boot.identifier(), pidNamespace: try Boot.pidNamespace())
    }

    /// The identity of the calling process.
    package static func current() throws(SystemError) -> ProcessIdentity {
        guard let own = try of(pid: getpid()) else {
            throw SystemError(code: ENOENT, message: "cannot read /proc/self/stat: mount /proc")
        }
        return own
    }

    /// Whether this very process runs now; a zombie does not.
    package var isAlive: Bool {
        guard isOfThisBoot, let facts = ProcessFacts.of(pid: pid) else { return false }
        return facts.startTime == startTime && !facts.isZombie
    }

    /// Whether its number means anything here: the same boot and the same pid namespace.
    package var isOfThisBoot: Bool {
        guard let boot = try? Boot.identifier(), let namespace = try? Boot.pidNamespace() else { return false }
        return boot == bootID && namespace == pidNamespace
    }

    /// A handle on this very process; nil when it is gone or a zombie.
    ///
    /// The pidfd is opened first and the identity compared after, so no successor of the number can slip between.
    package func open() throws(SystemError) -> ProcessHandle? {
        let handle: ProcessHandle
        do {
            handle = try ProcessHandle.open(pid: pid)
        } catch {
            if error.code == ESRCH || error.code == EINVAL { return nil }
            throw error
        }
        return isAlive ? handle : nil
    }

    /// For messages: pid and start.
    package var description: String { "process \(pid) started at tick \(startTime)" }
}
