import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct RuntimeDirectoryTests {
    @Test func `each level is made private`() throws {
        let base = try TestDirectory()
        let made = try RuntimeDirectory.prepare(
            id: "scope", runtimeDirectoryVariable: base.path, preferringRun: false)
        #expect(made.path == "\(base.path)/hob/scope")
        for name in ["hob", "hob/scope"] {
            let status = try FileStatus.of(name, in: base.descriptor)
            #expect(status.isDirectory && status.permissions == 0o700 && status.user == geteuid())
        }
        let again = try RuntimeDirectory.prepare(
            id: "scope", runtimeDirectoryVariable: base.path, preferringRun: false)
        #expect(try FileStatus.of(again.descriptor).inode == FileStatus.of(made.descriptor).inode)
    }

    @Test func `without the variable it is in the shared memory file system`() throws {
        let id = "hob-test-\(getpid())-\(MonotonicTime.now().nanoseconds)"
        let made = try RuntimeDirectory.prepare(id: id, preferringRun: false)
        #expect(made.path == "/dev/shm/hob-\(geteuid())/\(id)")
        #expect(rmdir(made.path) == 0)
    }

    @Test func `a directory that others may enter is refused with the remedy`() throws {
        let base = try TestDirectory()
        try base.descriptor.makeDirectory("hob")
        #expect(chmod(base.path(of: "hob"), 0o750) == 0)
        let error = #expect(throws: SystemError.self) {
            try RuntimeDirectory.prepare(id: "scope", runtimeDirectoryVariable: base.path, preferringRun: false)
        }
        #expect(error?.message.contains("chmod 700 \(base.path)/hob") == true)
    }

    @Test func `a link in the way is refused, wherever it leads`() throws {
        let base = try TestDirectory()
        try base.descriptor.makeDirectory("real")
        #expect(symlink("real", base.path(of: "hob")) == 0)
        let error = #expect(throws: SystemError.self) {
            try RuntimeDirectory.prepare(id: "scope", runtimeDirectoryVariable: base.path, preferringRun: false)
        }
        #expect(error?.code == ELOOP)
        #expect(error?.message.contains("\(base.path)/hob: it is a symbolic link") == true)
    }

    @Test func `somebody else's directory is refused`() throws {
        guard geteuid() == 0 else {
            let error = #expect(throws: SystemError.self) { try RuntimeDirectory.prepare("/usr") }
            #expect(error?.message.contains("belongs to user 0") == true)
            return
        }
        let base = try TestDirectory()
        try base.descriptor.makeDirectory("hob")
        #expect(chown(base.path(of: "hob"), 33, 33) == 0)
        let error = #expect(throws: SystemError.self) {
            try RuntimeDirectory.prepare(id: "scope", runtimeDirectoryVariable: base.path, preferringRun: false)
        }
        #expect(error?.message.contains("belongs to user 33") == true)
    }

    @Test func `a file in the way is refused`() throws {
        let base = try TestDirectory()
        try base.write("", to: "hob")
        let error = #expect(throws: SystemError.self) { try RuntimeDirectory.prepare(base.path(of: "hob")) }
        #expect(error?.code == ENOTDIR)
    }

    @Test func `an explicit path is taken as it is`() throws {
        let base = try TestDirectory()
        let made = try RuntimeDirectory.prepare(id: "unused", override: base.path(of: "mine/"))
        #expect(made.path == base.path(of: "mine"))
        #expect(throws: SystemError.self) { try RuntimeDirectory.prepare("relative") }
        #expect(throws: SystemError.self) { try RuntimeDirectory.prepare(base.path(of: "no/such/parent")) }
    }

    @Test(arguments: ["", ".", "..", "a/b", String(repeating: "x", count: 201)])
    func `an id that is no plain name is refused`(id: String) {
        #expect(throws: SystemError.self) { try RuntimeDirectory.prepare(id: id) }
    }
}
