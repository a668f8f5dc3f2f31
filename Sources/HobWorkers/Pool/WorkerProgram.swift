import Glibc
import HobSystem

/// The executable that a pool's workers run.
struct WorkerProgram: Sendable {
    /// What is executed.
    let path: String
    /// Where a newer build would lie; nil when that cannot be told.
    let installed: String?
    /// The build that every worker must be of.
    let build: BuildID

    /// The running program itself, even if its file was replaced meanwhile.
    static func ofSelf() throws(SystemError) -> WorkerProgram {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = invoke(.readlink) { readlink("/proc/self/exe", &buffer, buffer.count) }
        var path: String?
        if count > 0 { path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) }
        let suffix = " (deleted)"
        if let name = path, name.hasSuffix(suffix) { path = String(name.dropLast(suffix.count)) }
        return WorkerProgram(path: "/proc/self/exe", installed: path, build: try BuildID.ofSelf())
    }

    /// Another executable.
    static func at(_ path: String) throws(SystemError) -> WorkerProgram {
        WorkerProgram(path: path, installed: path, build: try BuildID.of(path))
    }

    /// What is wrong with a restart now: the file is of another build than the pool.
    var mismatch: String? {
        guard let installed, let now = try? BuildID.of(installed), now.hash != build.hash else { return nil }
        return
            "\(installed) is of build \(now.hash) by now, and the pool of build \(build.hash): restart the whole program; its workers go on with the old one meanwhile"
    }
}
