import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct UnixSocketTests {
    @Test func `a socket in a directory of 270 bytes can be bound and reached`() throws {
        let base = try TestDirectory()
        var place = base.descriptor
        for part in 0..<3 {
            let name = String(repeating: "d", count: 90) + "\(part)"
            try place.makeDirectory(name)
            place = try Descriptor.open(name, in: place, flags: [.readOnly, .directory])
        }
        let listener = try UnixListener(in: place, name: "control.sock")
        let client = try UnixSocket.connect(in: place, name: "control.sock")
        let connection = try #require(try listener.accept())
        try client.writeAll("hello")
        client.close()
        try connection.descriptor.setNonBlocking(false)
        #expect(try connection.descriptor.readAll(limit: 100) == Array("hello".utf8))
    }

    @Test func `the listener knows who calls`() throws {
        let directory = try TestDirectory()
        let listener = try UnixListener(in: directory.descriptor, name: "control.sock", mode: 0o660)
        #expect(try FileStatus.of("control.sock", in: directory.descriptor).permissions == 0o660)
        #expect(try listener.accept() == nil)
        let client = try UnixSocket.connect(in: directory.descriptor, name: "control.sock")
        let connection = try #require(try listener.accept())
        let own = PeerCredentials(pid: getpid(), user: geteuid(), group: getegid())
        #expect(connection.peer == own)
        let handle = try PeerCredentials.handle(of: connection.descriptor)
        #expect(handle == nil || handle?.hasExited == false)
        withExtendedLifetime(client) {}
    }

    @Test func `nobody there, no socket there and too long a name are told apart`() throws {
        let directory = try TestDirectory()
        func code(_ name: String) -> Int32? {
            let error = #expect(throws: SystemError.self) {
                try UnixSocket.connect(in: directory.descriptor, name: name)
            }
            return error?.code
        }
        #expect(code("none") == ENOENT)
        try UnixListener(in: directory.descriptor, name: "dead").descriptor.close()
        #expect(code("dead") == ECONNREFUSED)
        #expect(code(String(repeating: "x", count: 83)) == ENAMETOOLONG)
        #expect(code("a/b") == EINVAL)
        let longest = String(repeating: "x", count: UnixSocketPath.longestName)
        let listener = try UnixListener(in: directory.descriptor, name: longest)
        #expect(throws: Never.self) { try UnixSocket.connect(in: directory.descriptor, name: longest) }
        withExtendedLifetime(listener) {}
    }

    @Test func `an old socket is replaced, anything else is not`() throws {
        let directory = try TestDirectory()
        _ = try UnixListener(in: directory.descriptor, name: "control.sock")
        #expect(throws: Never.self) { try UnixListener(in: directory.descriptor, name: "control.sock") }
        try directory.write("precious", to: "file")
        #expect(throws: SystemError.self) { try UnixListener(in: directory.descriptor, name: "file") }
        #expect(directory.read("file") == "precious")
    }

    @Test func `datagrams tell who sent them`() throws {
        let directory = try TestDirectory(mode: 0o755)
        let socket = try DatagramSocket(in: directory.descriptor, name: "notify", mode: 0o666)
        #expect(try socket.receive() == nil)
        #expect(try DatagramSocket.send(Array("READY=1".utf8), in: directory.descriptor, name: "notify"))
        let message = try #require(try socket.receive())
        #expect(message.bytes == Array("READY=1".utf8))
        #expect(message.sender == PeerCredentials(pid: getpid(), user: geteuid(), group: getegid()))
        #expect(!message.isTruncated)
        #expect(try DatagramSocket.send([UInt8](repeating: 65, count: 100), in: directory.descriptor, name: "notify"))
        let cut = try #require(try socket.receive(limit: 10))
        #expect(cut.isTruncated && cut.bytes.count == 10)
    }
}
