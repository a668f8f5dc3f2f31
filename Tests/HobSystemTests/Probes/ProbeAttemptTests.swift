import Glibc
import Testing

@testable import HobSystem

@Suite(.blocking) struct ProbeAttemptTests {
    @Test func `one attempt tells whether anybody listens`() throws {
        let listener = try TCPSocket.listen(on: .loopback(port: 0))
        let address = try SocketAddress.local(of: listener)
        #expect(try outcome(of: .tcp([address])) == .succeeded)
        listener.close()
        #expect(try outcome(of: .tcp([address])) == .failed("connection refused"))
        #expect(try outcome(of: .unix("/no/such/directory/s.sock")) == .failed("no such socket"))
        #expect(try outcome(of: .tcp([])) == .failed("no address to try"))
    }

    @Test func `a socket that TCP has connected to itself is no listener`() throws {
        let address = try SocketAddress.local(of: TCPSocket.listen(on: .loopback(port: 0)))
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = address.port.bigEndian
        place.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let socket = Descriptor(owning: Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        let result = withUnsafePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                let size = socklen_t(MemoryLayout<sockaddr_in>.size)
                return bind(socket.raw, pointer, size) == 0 ? connect(socket.raw, pointer, size) : -1
            }
        }
        #expect(result == 0)
        #expect(ProbeAttempt.isConnectedToItself(socket, address))
        let listener = try TCPSocket.listen(on: .loopback(port: 0))
        let other = try SocketAddress.local(of: listener)
        let client = try TCPSocket.startConnecting(to: other)
        #expect(!ProbeAttempt.isConnectedToItself(client, other))
    }

    private func outcome(of target: ProbeTarget) throws -> ProbeAttempt.Outcome? {
        let loop = try EventLoop()
        var outcome: ProbeAttempt.Outcome?
        let attempt = ProbeAttempt(target, userAgent: "test", on: loop) { outcome = $0 }
        attempt.start()
        _ = try loop.run(until: patience) { outcome != nil }
        return outcome
    }
}
