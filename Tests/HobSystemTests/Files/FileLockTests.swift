import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct FileLockTests {
    @Test func `a second description is refused until the first is closed`() throws {
        let directory = try TestDirectory()
        let first = try FileLock.tryAcquire("lock", in: directory.descriptor)
        #expect(first != nil)
        #expect(try FileLock.tryAcquire("lock", in: directory.descriptor) == nil)
        // Closing any other descriptor of the file would end a POSIX lock here.
        try Descriptor.open("lock", in: directory.descriptor).close()
        let probe = try Descriptor.open("lock", in: directory.descriptor, flags: .readWrite)
        #expect(try FileLock.isHeldElsewhere(probe))
        first?.descriptor.close()
        #expect(try !FileLock.isHeldElsewhere(probe))
        #expect(try FileLock.tryAcquire("lock", in: directory.descriptor) != nil)
    }

    @Test func `shared locks live together and keep an exclusive one out`() throws {
        let directory = try TestDirectory()
        let readers = try (0..<2).map { _ in
            try FileLock.tryAcquire("lock", in: directory.descriptor, exclusive: false)
        }
        #expect(readers.allSatisfy { $0 != nil })
        #expect(try FileLock.tryAcquire("lock", in: directory.descriptor) == nil)
        for reader in readers { try reader?.release() }
        #expect(try FileLock.tryAcquire("lock", in: directory.descriptor) != nil)
    }

    @Test func `another process holds it until it dies`() throws {
        let directory = try TestDirectory()
        let path = directory.path(of: "lock")
        let child = try TestChild(fixture: "hold-lock", path)
        try child.waitForOutput("locked")
        #expect(try FileLock.tryAcquire(path) == nil)
        try child.process.handle.signal(.kill)
        // The blocking form returns when the kernel has closed the dead process's descriptors.
        let mine = try FileLock.acquire(path)
        let second = try TestChild(fixture: "hold-lock", path)
        #expect(try second.waitForExit() == .exited(code: 1))
        withExtendedLifetime(mine) {}
    }

    @Test func `a flock is shared by copies of a description and refused to a new one`() throws {
        let directory = try TestDirectory()
        let fifo = try FIFO.make(at: "out", in: directory.descriptor)
        let first = try fifo.openReadWrite()
        let copy = try first.duplicate()
        #expect(try flockExclusive(first))
        #expect(try flockExclusive(copy))
        let second = try fifo.openReadWrite()
        #expect(try !flockExclusive(second))
        first.close()
        #expect(try !flockExclusive(second))
        copy.close()
        #expect(try flockExclusive(second))
    }

    @Test func `the guard of a FIFO is held by a child that closed all but 1 and 2`() throws {
        let directory = try TestDirectory()
        let fifo = try FIFO.make(at: "out", in: directory.descriptor)
        let child: TestChild
        do {
            let description = try fifo.openReadWrite(nonBlocking: false)
            #expect(try flockExclusive(description))
            child = try TestChild(fixture: "sleep") { request in
                request.descriptors = [
                    DescriptorMapping(source: description.raw, target: 1),
                    DescriptorMapping(source: description.raw, target: 2),
                ]
            }
        }
        let probe = try fifo.openReadWrite()
        #expect(try !flockExclusive(probe))
        try child.process.handle.signal(.kill)
        _ = try child.waitForExit()
        #expect(try flockExclusive(probe))
    }
}
