import Glibc
import HobTestKit
import Testing

@testable import HobSystem

@Suite(.blocking) struct OwnCgroupTests {
    /// Our own cgroup, where the machine lets us divide it; a test elsewhere sees that nothing is claimed.
    private func withChild(_ body: (OwnCgroup, ChildCgroup) throws -> Void) throws {
        guard let own = OwnCgroup.delegated() else {
            #expect(geteuid() != 0 || !String(decoding: Self.ownLine(), as: UTF8.self).contains("0::/\n"))
            return
        }
        let name = "hob-own-\(getpid())-\(MonotonicTime.now().nanoseconds)"
        let child = try own.makeChild(name)
        defer {
            _ = try? child.kill()
            #expect(waitFor { (try? own.removeChild(name)) != nil ? true : nil } == true)
        }
        try body(own, child)
    }

    private static func ownLine() -> [UInt8] {
        (try? Descriptor.open("/proc/self/cgroup").readAll(limit: 65_536)) ?? []
    }

    @Test func `row 74: a tree in a cgroup is found and killed, nested cgroups included`() throws {
        try withChild { own, group in
            #expect(try group.isEmpty())
            #expect(try own.makeChild(group.name).processes() == [])
            let first = try TestChild(fixture: "sleep") { $0.cgroup = group.directory.raw }
            try group.directory.makeDirectory("below")
            let below = try Descriptor.open("below", in: group.directory, flags: [.readOnly, .directory])
            let second = try TestChild(fixture: "sleep") { $0.cgroup = below.raw }
            #expect(try Set(group.processes()) == [first.pid, second.pid])
            #expect(throws: SystemError.self) { try own.removeChild(group.name) }
            try #require(try own.child(group.name)).kill()
            #expect(try first.waitForExit() == .signaled(signal: SIGKILL, coreDumped: false))
            #expect(try second.waitForExit() == .signaled(signal: SIGKILL, coreDumped: false))
            #expect(try group.isEmpty())
            #expect(try own.removeChild(group.name))
            #expect(try own.child(group.name) == nil && own.removeChild(group.name) == false)
        }
    }

    @Test func `without cgroup.kill everybody gets a signal`() throws {
        try withChild { _, group in
            let children = try (0..<5).map { _ in try TestChild(fixture: "deaf") { $0.cgroup = group.directory.raw } }
            try FaultPlan.during(FaultPlan([FaultRule(.open, 1, ENOENT)])) { try group.kill() }
            for child in children {
                #expect(try child.waitForExit() == .signaled(signal: SIGKILL, coreDumped: false))
            }
        }
    }

    @Test func `a stand-in's process starts in its cgroup`() throws {
        try withChild { _, group in
            let standIn = try StandIn.fixture("sleep") { $0.cgroup = group.directory.raw }
            let process = try standIn.spawned()
            #expect(try group.processes() == [process.pid])
            try group.kill()
            #expect(try standIn.ended() == .signaled(signal: SIGKILL, coreDumped: false))
        }
    }

    @Test func `a name that leads elsewhere is refused`() throws {
        try withChild { own, _ in
            for name in ["", ".", "..", "a/b", "/a", "a\0b"] {
                #expect(throws: SystemError.self) { try own.makeChild(name) }
                #expect(throws: SystemError.self) { try own.removeChild(name) }
            }
        }
    }

    @Test func `what root owns is not delegated, unless it is marked or the namespace's root`() throws {
        guard geteuid() == 0 else { return }
        let directory = try TestDirectory()
        try directory.descriptor.makeDirectory("group")
        #expect(OwnCgroup.delegated(name: "/group", mount: directory.path) == nil)
        #expect(OwnCgroup.delegated(name: "/", mount: directory.path)?.path == directory.path)
        #expect(OwnCgroup.delegated(name: "/missing", mount: directory.path) == nil)
        // The Glibc module leaves these calls out.
        typealias SetAttribute =
            @convention(c) (
                UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafePointer<CChar>, Int, Int32
            ) -> Int32
        let symbol = try #require(dlsym(nil, "setxattr"))
        let setxattr = unsafeBitCast(symbol, to: SetAttribute.self)
        // A file system without attributes has nothing to show.
        guard setxattr(directory.path(of: "group"), "trusted.delegate", "0", 1, 0) == 0 else { return }
        #expect(OwnCgroup.delegated(name: "/group", mount: directory.path) == nil)
        #expect(setxattr(directory.path(of: "group"), "trusted.delegate", "1", 1, 0) == 0)
        #expect(OwnCgroup.delegated(name: "/group", mount: directory.path) != nil)
    }

    @Test func `the mount point is found, with any name`() {
        let lines = [
            "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755",
            "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime shared:9 - cgroup cgroup rw,cpu",
            "40 31 0:31 /some/where /mnt/part rw - cgroup2 cgroup2 rw",
            "41 31 0:31 / /mnt/with\\040space\\134 rw,relatime shared:4 master:2 - cgroup2 cgroup2 rw",
        ]
        #expect(OwnCgroup.mountPoint(inMountInfo: lines.joined(separator: "\n")) == "/mnt/with space\\")
        #expect(OwnCgroup.mountPoint(inMountInfo: lines[..<3].joined(separator: "\n")) == nil)
        #expect(OwnCgroup.mountPoint(inMountInfo: "- cgroup2\n\n36") == nil)
    }
}
