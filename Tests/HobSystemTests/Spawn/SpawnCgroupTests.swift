import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct SpawnCgroupTests {
    private func hierarchy() -> String? {
        ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"].first { access("\($0)/cgroup.procs", W_OK) == 0 }
    }

    @Test func `row 74: a child starts in its cgroup when there is a writable one`() throws {
        guard let root = hierarchy() else {
            // Nothing to start in: the refusal is all there is to see.
            var request = SpawnRequest("/bin/true")
            let directory = try TestDirectory()
            request.cgroup = directory.descriptor.raw
            let failure = #expect(throws: SpawnFailure.self) { try TestChild(request) }
            #expect(failure?.stage == .cgroup && failure?.message.contains("cgroup") == true)
            return
        }
        let path = "\(root)/hob-test-\(getpid())"
        try #require(mkdir(path, 0o755) == 0 || errno == EEXIST)
        defer { rmdir(path) }
        let group = try Descriptor.open(path, flags: [.readOnly, .directory])
        do {
            var request = SpawnRequest("/bin/sleep", ["60"])
            request.cgroup = group.raw
            request.umask = 0o022
            request.nice = 1
            let child = try TestChild(request)
            let line = String(
                decoding: try Descriptor.open("/proc/\(child.pid)/cgroup").readAll(limit: 65_536), as: UTF8.self)
            #expect(
                line.split(separator: "\n").contains { $0.hasPrefix("0::") && $0.hasSuffix("/hob-test-\(getpid())") })
            // The same stack serves again, and a failing child is reported from there, too.
            var failing = SpawnRequest("/nonexistent")
            failing.cgroup = group.raw
            let failure = #expect(throws: SpawnFailure.self) { try TestChild(failing) }
            #expect(failure?.stage == .exec && failure?.code == ENOENT)
        }
        #expect(waitFor { rmdir(path) == 0 ? true : nil } == true)
    }
}
