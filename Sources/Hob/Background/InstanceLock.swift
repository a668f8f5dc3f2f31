import Glibc
import HobSystem

/// The pid file of a daemon in the foreground: held for its whole life, so that there is never a second one.
///
/// Who starts it in the background writes the file itself; then only the lock is taken.
final class InstanceLock: Sendable {
    private let file: Descriptor
    private let path: String
    private let isOwner: Bool

    /// Takes the pid file.
    ///
    /// - Throws: a sentence with the pid when another one runs.
    init(_ path: String, writes: Bool, mode: UInt32 = 0o640) throws(SystemError) {
        self.path = path
        isOwner = writes
        file = try Descriptor.open(path, flags: [.readWrite, .create], mode: mode)
        guard try flockExclusive(file) else {
            let pid = ((try? PIDFile(path).read()) ?? nil).map { " (pid \($0.pid))" } ?? ""
            throw SystemError(code: EEXIST, message: "it is already running\(pid): \(path) is locked")
        }
        guard writes else { return }
        try file.changeMode(mode)
        try file.truncate(to: 0)
        try file.writeAll("\(getpid())\n")
    }

    /// Lets a group read the file, for who becomes another user.
    func handOver(toGroup group: UInt32) throws(SystemError) {
        try file.changeOwner(user: .max, group: group)
    }

    /// Removes the file, if it is ours to remove; empties it where the directory is not ours any more.
    func remove() {
        guard isOwner, let there = try? FileStatus.of(path), let own = try? FileStatus.of(file),
            there.inode == own.inode, there.device == own.device
        else { return }
        if unlink(path) != 0 { try? file.truncate(to: 0) }
    }
}
