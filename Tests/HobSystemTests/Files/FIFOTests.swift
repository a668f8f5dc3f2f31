import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct FIFOTests {
    @Test func `row 34: a kept pipe gives no end of file`() throws {
        let directory = try TestDirectory()
        let fifo = try FIFO.make(at: "out", in: directory.descriptor)
        let reader = try fifo.openReadWrite()
        let writer = try fifo.openReadWrite()
        try writer.writeAll("last words")
        writer.close()
        var buffer = [UInt8](repeating: 0, count: 64)
        #expect(try buffer.withUnsafeMutableBytes { try reader.read(into: $0) } == 10)
        #expect(try buffer.withUnsafeMutableBytes { try reader.read(into: $0) } == nil)
    }

    @Test func `each opening has flags of its own`() throws {
        let directory = try TestDirectory()
        let fifo = try FIFO.make(at: "out", in: directory.descriptor)
        let reader = try fifo.openReadWrite()
        let writer = try fifo.openReadWrite(nonBlocking: false)
        #expect(fcntl(writer.raw, F_GETFL) & O_NONBLOCK == 0)
        #expect(fcntl(reader.raw, F_GETFL) & O_NONBLOCK != 0)
    }

    @Test func `making it again takes the one that is there, but nothing else`() throws {
        let directory = try TestDirectory()
        let first = try FIFO.make(at: "out", in: directory.descriptor)
        let held = try first.openReadWrite()
        try held.writeAll("kept")
        let again = try FIFO.make(at: "out", in: directory.descriptor)
        #expect(try again.openReadWrite().available() == 4)
        try directory.write("", to: "file")
        let error = #expect(throws: SystemError.self) { try FIFO.make(at: "file", in: directory.descriptor) }
        #expect(error?.message.contains("no FIFO") == true)
        #expect(symlink(directory.path(of: "out"), directory.path(of: "link")) == 0)
        #expect(throws: SystemError.self) { try FIFO.make(at: "link", in: directory.descriptor) }
    }

    @Test func `a service that dropped root may open its own stdout after fchown`() throws {
        guard geteuid() == 0 else { return }
        let directory = try TestDirectory()
        let fifo = try FIFO.make(at: "out", in: directory.descriptor)
        let description = try fifo.openReadWrite(nonBlocking: false)
        func run() throws -> HobSystem.ExitStatus {
            var request = SpawnRequest("/bin/sh", ["-c", "echo x > /dev/stdout"])
            request.user = 33
            request.group = 33
            request.supplementaryGroups = []
            request.descriptors = [DescriptorMapping(source: description.raw, target: 1)]
            return try TestChild(request).waitForExit()
        }
        #expect(try run() != .exited(code: 0))
        try fifo.changeOwner(user: 33, group: 33)
        #expect(try run() == .exited(code: 0))
        #expect(try description.available() == 2)
    }

    @Test func `a fault while making it is an error with the name`() throws {
        let directory = try TestDirectory()
        let error = #expect(throws: SystemError.self) {
            try FaultPlan.during(FaultPlan([FaultRule(.mkfifo, 1, EROFS)])) { () throws(SystemError) in
                try FIFO.make(at: "out", in: directory.descriptor)
            }
        }
        #expect(error?.description == "cannot make the FIFO out: the file system is read-only (EROFS)")
    }
}
