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
        file = try Self.locked(path, mode)
        guard writes else { return }
        try file.changeMode(mode)
        try file.truncate(to: 0)
        try file.writeAll("\(getpid())\n")
    }

    private static func locked(_ path: String, _ mode: UInt32) throws(SystemError) -> Descriptor {
        while true {
            let file = try Descriptor.open(path, flags: [.readWrite, .create], mode: mode)
            guard try flockExclusive(file) else {
                let pid = ((try? PIDFile(path).read()) ?? nil).map { " (pid \($0.pid))" } ?? ""
                throw SystemError(code: EEXIST, message: "it is already running\(pid): \(path) is locked")
            }
            // Its last owner may have removed it between our open and our lock: then the next one makes another.
            if isAt(path, file) { return file }
        }
    }

    private static func isAt(_ path: String, _ file: Descriptor) -> Bool {
        guard let there = try? FileStatus.of(path, followingLinks: true), let own = try? FileStatus.of(file) else {
            return false
        }
        return there.inode == own.inode && there.device == own.device
    }

    /// Lets a group read the file, for who becomes another user.
    func handOver(toGroup group: UInt32) throws(SystemError) {
        try file.changeOwner(user: .max, group: group)
    }

    /// Removes the file, if it is ours to remove; empties it where the directory is not ours any more.
    func remove() {
        guard isOwner, Self.isAt(path, file) else { return }
        if unlink(path) != 0 { try? file.truncate(to: 0) }
    }
}
