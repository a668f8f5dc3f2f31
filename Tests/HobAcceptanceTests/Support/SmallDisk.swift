import Glibc
import HobSystem
import HobTestKit

/// A tmpfs of a given size in a mount namespace of hobd's own: it is gone with hobd, whatever becomes of the test.
struct SmallDisk {
    /// Whether this machine lets the tests mount something; why not is said where a test is skipped.
    static let isPossible: Bool = {
        let request = SpawnRequest("/usr/bin/unshare", ["-m", "mount", "-t", "tmpfs", "none", "/mnt"])
        guard let child = try? TestChild(request) else { return false }
        return (try? child.waitForExit()) == .exited(code: 0)
    }()

    /// The shell words that start hobd with the disk on these directories of the project.
    static func launch(_ directories: [String], size: String) -> (Sandbox) -> String {
        { sandbox in
            let mounts = directories.map { directory in
                let path = sandbox.file(directory)
                return "mkdir -p '\(path)' && mount -t tmpfs -o size=\(size),mode=700 none '\(path)' && "
            }
            return "exec unshare -m /bin/sh -c \"\(mounts.joined())exec \\\"\\$@\\\"\" hobd-here"
        }
    }

    let pid: Int32
    /// The directory as hobd sees it.
    let path: String

    init(of bench: FaultBench, at directory: String) {
        pid = bench.pid
        path = "/proc/\(bench.pid)/root\(bench.sandbox.file(directory))"
    }

    /// Leaves so many bytes free.
    func fill(leaving free: Int) throws {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw SystemError.open(path, errno) }
        let room = Int(status.f_bavail) * Int(status.f_frsize) - free
        let file = try Descriptor.open("\(path)/filler", flags: [.writeOnly, .create])
        let code = posix_fallocate(file.raw, 0, off_t(max(0, room)))
        guard code == 0 else { throw SystemError.file("fill", path, code) }
    }

    /// Gives the room back.
    func free() throws {
        guard unlink("\(path)/filler") == 0 else { throw SystemError.file("remove", "\(path)/filler", errno) }
    }

    /// Makes the disk read-only, or writable again.
    func remount(_ mode: String) throws {
        let target = String(path.dropFirst("/proc/\(pid)/root".count))
        let request = SpawnRequest(
            "/usr/bin/nsenter", ["-t", String(pid), "-m", "mount", "-o", "remount,\(mode)", target])
        let status = try TestChild(request).waitForExit()
        guard status == .exited(code: 0) else {
            throw SystemError(code: EPERM, message: "cannot remount \(target) \(mode): \(status)")
        }
    }

    /// The text of a file on it.
    func read(_ name: String) -> String {
        guard let file = try? Descriptor.open("\(path)/\(name)", flags: [.readOnly]),
            let bytes = try? file.readAll(limit: 16 << 20)
        else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }
}
