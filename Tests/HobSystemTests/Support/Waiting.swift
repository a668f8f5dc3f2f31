import Glibc
import HobSystem
import HobTestKit

/// Looks again and again, at rising intervals, for what no descriptor announces; nil after half a minute.
func waitFor<Answer>(_ look: () -> Answer?) -> Answer? {
    let deadline = patience
    var pause: UInt32 = 200
    while MonotonicTime.now() < deadline {
        if let answer = look() { return answer }
        usleep(pause)
        pause = min(pause * 2, 20_000)
    }
    return look()
}

/// The pid that `hob-fixture double-fork` wrote to the file "pid" of this directory.
func grandchild(in directory: TestDirectory) throws -> Int32 {
    let pid = waitFor { () -> Int32? in
        guard let pid = directory.read("pid").flatMap({ Int32($0.prefix { $0 != "\n" }) }) else { return nil }
        // Not before its exec: what it inherits across that is what the tests are about.
        let line = try? Descriptor.open("/proc/\(pid)/cmdline").readAll(limit: 4096)
        return line?.starts(with: Array("hob-fixture".utf8)) == true ? pid : nil
    }
    guard let pid else { throw SystemError(code: ETIMEDOUT, message: "no grandchild appeared") }
    return pid
}

/// Waits for the end of an orphan that was handed to this process, and reaps it.
func reapOrphan(_ pid: Int32) throws {
    var failure: SystemError?
    let status = waitFor { () -> ExitStatus? in
        do throws(SystemError) { return try ProcessControl.reap(pid: pid) } catch {
            failure = error
            return nil
        }
    }
    if status == nil { throw failure ?? SystemError(code: ETIMEDOUT, message: "process \(pid) did not end") }
}
