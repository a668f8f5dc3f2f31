import Glibc
import HobSystem

/// The mark that every process of the daemon has from its start command: a variable, its stdin, and a resource limit.
///
/// All three are made of the lock file's number, so every controller of this daemon knows them.
struct DaemonMark: Sendable {
    /// The variable that carries the mark.
    static let variable = ProcessMark.variable

    let mark: ProcessMark

    /// The mark of the daemon with this lock file; nil when there is no such file yet, and so no daemon of ours.
    init?(lockPath: String) {
        guard let status = try? FileStatus.of(lockPath, followingLinks: true) else { return nil }
        self.init(status)
    }

    init(_ status: FileStatus) {
        let token = "\(String(status.device, radix: 16)).\(String(status.inode, radix: 16))"
        mark = ProcessMark(
            token: token, lockFile: .init(device: status.device, inode: status.inode), tag: ProcessMark.tag(for: token))
    }

    /// Whether a process carries it.
    func isCarried(by pid: Int32) -> Bool { mark.marks(pid) }

    /// All living processes that carry it, or are in the daemon's cgroup.
    func holders() -> [Int32] {
        let inCgroup = (try? OwnCgroup.delegated()?.child(cgroup)?.processes()) ?? []
        return Array(Set(mark.holders()).union(inCgroup.filter { $0 != getpid() && isAlive($0) }))
    }

    /// The name of the daemon's cgroup, below that of the process that starts it, where that may be divided.
    var cgroup: String { "hob-\(mark.token)" }

    /// Kills everybody in the daemon's cgroup, also who is being forked just now.
    func killCgroup() { try? OwnCgroup.delegated()?.child(cgroup)?.kill() }

    /// Removes the daemon's cgroup, when nobody is left in it.
    func removeCgroup() {
        // One that is still in use goes with the next stop; without it there is nothing to do.
        _ = try? OwnCgroup.delegated()?.removeChild(cgroup)
    }

    private func isAlive(_ pid: Int32) -> Bool { !(ProcessFacts.of(pid: pid)?.isZombie ?? true) }
}
