import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct TCPSocketTests {
    @Test(arguments: ["127.0.0.1:80", "[::1]:8080", "0.0.0.0:0", "[fe80::1]:65535", "/run/x.sock"])
    func `addresses are read and written alike`(text: String) throws {
        #expect(try SocketAddress(parsing: text).description == text)
    }

    @Test(arguments: [
        "", "80", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:8 0", "::1:80",
        "[127.0.0.1]:80", "[::1]", "localhost:80", "127.1:80", "[::1%lo]:80", "/" + String(repeating: "x", count: 108),
    ])
    func `what is no address is refused`(text: String) {
        #expect(throws: SystemError.self) { try SocketAddress(parsing: text) }
    }

    @Test func `a connection is made and refused without waiting`() throws {
        let listener = try TCPSocket.listen(on: .loopback(port: 0))
        let address = try SocketAddress.local(of: listener)
        let socket = try TCPSocket.startConnecting(to: address)
        #expect(socket.waitWritable(until: patience))
        #expect(TCPSocket.connectError(of: socket, to: address) == nil)
        listener.close()
        let outcome: SystemError?
        do throws(SystemError) {
            let refused = try TCPSocket.startConnecting(to: address)
            #expect(refused.waitWritable(until: patience))
            outcome = TCPSocket.connectError(of: refused, to: address)
        } catch {
            // Loopback may refuse before connect returns.
            outcome = error
        }
        #expect(outcome?.code == ECONNREFUSED)
    }

    @Test func `a held port is not free, and its holder is named`() throws {
        let listener = try TCPSocket.listen(on: .loopback(port: 0))
        let address = try SocketAddress.local(of: listener)
        #expect(try !TCPSocket.isPortFree(address))
        let holder = try #require(try PortHolder.find(port: address.port))
        #expect(holder.pid == getpid())
        #expect(holder.name == ProcessFacts.name(of: getpid()))
        #expect(try PortHolder.isListening(port: address.port, anyOf: [getpid()]) == true)
        #expect(try PortHolder.isListening(port: address.port, anyOf: []) == false)
    }

    @Test func `listeners are the same from the kernel's answer and from its table`() throws {
        let listener = try TCPSocket.listen(on: .loopback(port: 0))
        let port = try SocketAddress.local(of: listener).port
        let both = try? TCPSocket.listen(on: .loopback6(port: port))
        let inodes = try PortHolder.listenerInodes(port: port).sorted()
        #expect(inodes.count == (both == nil ? 1 : 2))
        #expect(try PortHolder.inodesFromTable(port: port).sorted() == inodes)
    }

    @Test func `a freed port is free at once, connections in TIME_WAIT or not`() async {
        // In a process of its own: a test that spawns meanwhile would hold a copy of the listener for a moment.
        await #expect(processExitsWith: .success) {
            let listener = try TCPSocket.listen(on: .loopback(port: 0))
            let address = try SocketAddress.local(of: listener)
            let client = try TCPSocket.startConnecting(to: address)
            #expect(client.waitWritable(until: patience))
            #expect(listener.waitReadable(until: patience))
            // The side that closes first is the one that waits: the listener's.
            let served = accept(listener.raw, nil, nil)
            #expect(served >= 0 && close(served) == 0)
            client.close()
            listener.close()
            #expect(try TCPSocket.isPortFree(address))
            #expect(try PortHolder.find(port: address.port) == nil)
        }
    }

    @Test func `the port of another process is told by its pid and name`() throws {
        let port: UInt16 = try {
            let probe = try TCPSocket.listen(on: .loopback(port: 0))
            return try SocketAddress.local(of: probe).port
        }()
        let child = try TestChild(fixture: "tcp-server", "--port", "\(port)")
        let holder = waitFor { () -> PortHolder? in try? PortHolder.find(port: port) }
        #expect(holder == PortHolder(pid: child.pid, name: "hob-fixture"))
        #expect(try PortHolder.isListening(port: port, anyOf: [child.pid]) == true)
        #expect(try PortHolder.isListening(port: port, anyOf: [getpid()]) == false)
    }

    @Test func `IPv6 alone does not take the IPv4 port`() throws {
        guard let listener = try? TCPSocket.listen(on: .loopback6(port: 0)) else { return }
        let port = try SocketAddress.local(of: listener).port
        #expect(try !TCPSocket.isPortFree(.loopback6(port: port)))
    }
}
