import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct MappedFileTests {
    @Test func `a store is in the file at once, for every mapping`() throws {
        let directory = try TestDirectory()
        let first = try MappedFile("slots", in: directory.descriptor, size: 10_000)
        first.withBytes { $0[5000] = 42 }
        let second = try MappedFile("slots", in: directory.descriptor, size: 10_000)
        #expect(second.withBytes { $0[5000] } == 42)
        var byte = [UInt8](repeating: 0, count: 1)
        #expect(try byte.withUnsafeMutableBytes { try first.descriptor.read(into: $0, at: 5000) } == 1)
        #expect(byte == [42])
    }

    @Test func `a store survives the process that is killed after it`() async throws {
        let directory = try TestDirectory()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = directory.path as String] in
            let place = try Descriptor.open(path, flags: [.readOnly, .directory])
            let file = try MappedFile("slots", in: place, size: 4096)
            file.withBytes { $0[0] = 7 }
            kill(getpid(), SIGKILL)
        }
        let file = try MappedFile("slots", in: directory.descriptor, size: 4096)
        #expect(file.withBytes { $0[0] } == 7)
    }

    @Test func `another size is grown or cut to what is asked`() throws {
        let directory = try TestDirectory()
        try directory.write(String(repeating: "x", count: 100), to: "slots")
        let file = try MappedFile("slots", in: directory.descriptor, size: 50)
        #expect(try FileStatus.of(file.descriptor).size == 50)
        #expect(file.withBytes { $0[49] } == UInt8(ascii: "x"))
    }

    @Test(arguments: [SystemCall.open, .ftruncate, .mmap])
    func `a failing step is an error`(call: SystemCall) throws {
        let directory = try TestDirectory()
        let error = #expect(throws: SystemError.self) {
            try FaultPlan.during(FaultPlan([FaultRule(call, 1, ENOSPC)])) { () throws(SystemError) in
                try MappedFile("slots", in: directory.descriptor, size: 50)
            }
        }
        #expect(error?.code == ENOSPC)
    }

    @Test func `a link or a FIFO in its place is refused`() throws {
        let directory = try TestDirectory()
        #expect(symlink("/etc/passwd", directory.path(of: "link")) == 0)
        #expect(throws: SystemError.self) { try MappedFile("link", in: directory.descriptor, size: 50) }
        _ = try FIFO.make(at: "fifo", in: directory.descriptor)
        #expect(throws: SystemError.self) { try MappedFile("fifo", in: directory.descriptor, size: 50) }
    }
}
