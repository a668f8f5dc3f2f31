import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct DescriptorTests {
    @Test func `closing twice closes once`() async {
        await #expect(processExitsWith: .success) {
            let first = try Descriptor.memory(named: "first")
            let number = first.raw
            first.close()
            #expect(first.isClosed && first.raw == -1)
            // Somebody else gets the number; it must stay theirs.
            #expect(dup2(0, number) == number)
            first.close()
            #expect(fcntl(number, F_GETFD) >= 0)
        }
    }

    @Test func `what this module opens is closed in programs it does not start itself`() throws {
        let directory = try TestDirectory()
        let pipe = try Descriptor.pipe()
        let pair = try Descriptor.socketPair()
        let all = [
            directory.descriptor, pipe.read, pipe.write, pair.0, pair.1, try Descriptor.eventCounter(),
            try Descriptor.memory(named: "m"), try pipe.read.duplicate(),
        ]
        for descriptor in all { #expect(fcntl(descriptor.raw, F_GETFD) & FD_CLOEXEC != 0) }
    }

    @Test func `an empty pipe says nil, a closed one 0`() throws {
        let pipe = try Descriptor.pipe(nonBlocking: true)
        var buffer = [UInt8](repeating: 0, count: 16)
        func read() throws -> Int? { try buffer.withUnsafeMutableBytes { try pipe.read.read(into: $0) } }
        #expect(try read() == nil)
        try pipe.write.writeAll("hello")
        #expect(try pipe.read.available() == 5)
        #expect(try read() == 5)
        pipe.write.close()
        #expect(try read() == 0)
    }

    @Test func `a full non-blocking pipe makes writeAll wait, not fail`() throws {
        let pipe = try Descriptor.pipe(nonBlocking: true)
        let total = 1 << 20
        let result = Monitor<Bool?>(nil)
        try Thread.start(name: "writer") {
            let worked = (try? pipe.write.writeAll([UInt8](repeating: 7, count: total))) != nil
            pipe.write.close()
            result.withLock { $0 = worked }
            result.signal()
        }
        var received = 0
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while pipe.read.waitReadable(until: patience) {
            guard let count = try buffer.withUnsafeMutableBytes({ try pipe.read.read(into: $0) }) else { continue }
            if count == 0 { break }
            received += count
        }
        #expect(received == total)
        #expect(result.wait(until: patience) { $0 } == true)
    }

    @Test func `interrupted writes lose nothing and double nothing`() throws {
        let pipe = try Descriptor.pipe()
        try FaultPlan.during(FaultPlan([FaultRule(.write, 1...3, EINTR)])) { () throws(SystemError) in
            try pipe.write.writeAll("once")
        }
        pipe.write.close()
        #expect(try pipe.read.readAll(limit: 100) == Array("once".utf8))
    }

    @Test func `more than the limit is refused`() throws {
        let directory = try TestDirectory()
        try directory.write("0123456789", to: "file")
        #expect(try Descriptor.open("file", in: directory.descriptor).readAll(limit: 10).count == 10)
        let error = #expect(throws: SystemError.self) {
            try Descriptor.open("file", in: directory.descriptor).readAll(limit: 9)
        }
        #expect(error?.code == EFBIG)
    }

    @Test func `a directory lists, makes, renames and removes by its descriptor`() throws {
        let directory = try TestDirectory()
        #expect(try directory.descriptor.makeDirectory("inner"))
        #expect(try !directory.descriptor.makeDirectory("inner"))
        try directory.write("x", to: "a")
        try directory.descriptor.rename("a", to: "b")
        #expect(try Set(directory.descriptor.names()) == ["inner", "b"])
        // Listing again starts from the beginning.
        #expect(try Set(directory.descriptor.names()) == ["inner", "b"])
        #expect(try directory.descriptor.remove("b"))
        #expect(try !directory.descriptor.remove("b"))
        #expect(try directory.descriptor.removeDirectory("inner"))
        let error = #expect(throws: SystemError.self) { try directory.descriptor.rename("gone", to: "b") }
        #expect(error?.message.contains("gone to b") == true)
    }

    @Test func `positioned reads and writes leave the position alone`() throws {
        let file = try Descriptor.memory(named: "positions")
        try file.writeAll("0123456789")
        try Array("xy".utf8).withUnsafeBytes { try file.writeAll($0, at: 4) }
        var buffer = [UInt8](repeating: 0, count: 4)
        #expect(try buffer.withUnsafeMutableBytes { try file.read(into: $0, at: 3) } == 4)
        #expect(buffer == Array("3xy6".utf8))
        #expect(try FileStatus.of(file).size == 10)
    }
}
