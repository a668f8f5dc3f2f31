import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct DescriptorPassingTests {
    @Test func `descriptors arrive in order, with the bytes`() throws {
        let (left, right) = try Descriptor.socketPair(.sequencedPacket, nonBlocking: true)
        #expect(try DescriptorPassing.receive(over: right) == nil)
        let files = try ["a", "b", "c"].map { name in
            let file = try Descriptor.memory(named: name)
            try file.writeAll(name)
            return file
        }
        #expect(try DescriptorPassing.send(Array("three".utf8), descriptors: files.map(\.raw), over: left) == 5)
        let message = try #require(try DescriptorPassing.receive(over: right))
        #expect(message.bytes == Array("three".utf8))
        #expect(message.descriptors.count == 3)
        for (file, received) in zip(files, message.descriptors) {
            #expect(try FileStatus.of(file).inode == FileStatus.of(received).inode)
            #expect(fcntl(received.raw, F_GETFD) & FD_CLOEXEC != 0)
        }
    }

    @Test func `the largest message passes`() throws {
        let (left, right) = try Descriptor.socketPair()
        let many = [Int32](repeating: left.raw, count: DescriptorPassing.mostDescriptors)
        #expect(try DescriptorPassing.send([1], descriptors: many, over: left) == 1)
        #expect(try DescriptorPassing.receive(over: right)?.descriptors.count == many.count)
        #expect(throws: SystemError.self) { try DescriptorPassing.send([1], descriptors: many + [0], over: left) }
    }

    @Test func `descriptors that do not fit into the limit are an error, and none leaks`() async {
        await #expect(processExitsWith: .success) {
            let (left, right) = try Descriptor.socketPair()
            let file = try Descriptor.memory(named: "file")
            _ = try DescriptorPassing.send([1], descriptors: [Int32](repeating: file.raw, count: 10), over: left)
            // Of this file only: the test runner's own threads open and close others meanwhile.
            func copies() -> Int {
                (0..<1_000).filter { number in
                    var link = [CChar](repeating: 0, count: 64)
                    let count = readlink("/proc/self/fd/\(number)", &link, link.count)
                    let bytes = link.prefix(max(0, count)).map { UInt8(bitPattern: $0) }
                    return String(decoding: bytes, as: UTF8.self).hasPrefix("/memfd:file")
                }.count
            }
            #expect(copies() == 1)
            // Room for some of the ten only.
            let lowest = try #require((3..<200).first { fcntl(Int32($0), F_GETFD) < 0 })
            try ProcessLimits.set(ResourceLimit(.openFiles, soft: UInt64(lowest) + 3))
            let error = #expect(throws: SystemError.self) { try DescriptorPassing.receive(over: right) }
            #expect(error?.code == EMFILE)
            #expect(error?.message.contains("were lost") == true)
            #expect(copies() == 1)
        }
    }

    @Test func `a closed end is no bytes, not nothing`() throws {
        let (left, right) = try Descriptor.socketPair(nonBlocking: true)
        left.close()
        #expect(try DescriptorPassing.receive(over: right)?.bytes == [])
    }
}
