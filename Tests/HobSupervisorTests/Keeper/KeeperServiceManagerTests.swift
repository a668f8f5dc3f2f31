import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct KeeperServiceManagerTests {
    @Test func `the service manager hears of readiness once, and of the end`() throws {
        let directory = try TestDirectory("hob-notify")
        let socket = try DatagramSocket(in: directory.descriptor, name: "socket")
        let kept = try KeptSupervisor { $0.environment.append("NOTIFY_SOCKET=\(directory.path(of: "socket"))") }
        _ = try kept.begin()
        #expect(try message(from: socket.descriptor) == "READY=1\nMAINPID=\(kept.pid)")
        _ = try kept.dieAndReturn()
        try kept.tell("ready")
        try kept.tell("stopping")
        #expect(try message(from: socket.descriptor) == "STOPPING=1")
    }

    @Test func `an abstract address is understood`() throws {
        let name = "hob-keeper-test-\(getpid())-\(UInt32.random(in: .min ... .max))"
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: [0] + Array(name.utf8)) }
        let listener = Descriptor(
            owning: socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0))
        let bound = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener.raw, $0, socklen_t(3 + name.utf8.count))
            }
        }
        try #require(bound == 0)
        let kept = try KeptSupervisor { $0.environment.append("NOTIFY_SOCKET=@\(name)") }
        _ = try kept.begin()
        #expect(try message(from: listener) == "READY=1\nMAINPID=\(kept.pid)")
    }

    @Test func `the descriptor of --ready-fd belongs to the first life alone`() throws {
        let pipe = try Descriptor.pipe()
        let kept = try KeptSupervisor(more: ["--ready-fd", "9"]) {
            $0.descriptors.append(DescriptorMapping(source: pipe.write.raw, target: 9))
        }
        pipe.write.close()
        #expect(try kept.begin()["ready-fd"] == "9")
        #expect(try kept.dieAndReturn()["ready-fd"] == "none")
        // Nobody has the other end any more.
        #expect(pipe.read.waitReadable(until: .now() + .seconds(30)))
        #expect(try pipe.read.readAll(limit: 10).isEmpty)
    }

    private func message(from socket: Descriptor) throws -> String {
        guard socket.waitReadable(until: .now() + .seconds(30)),
            let message = try DescriptorPassing.receive(over: socket)
        else { throw SystemError(code: ETIMEDOUT, message: "no message came") }
        return String(decoding: message.bytes, as: UTF8.self)
    }
}
