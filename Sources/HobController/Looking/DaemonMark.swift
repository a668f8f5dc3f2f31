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

    /// All living processes that carry it.
    func holders() -> [Int32] { mark.holders() }
}
