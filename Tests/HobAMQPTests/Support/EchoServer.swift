import Glibc
import HobSystem

/// Sends back what it gets, and an end for an end; for the tests of the proxy.
final class EchoServer: Sendable {
    /// Where it listens.
    let address: SocketAddress
    private let listener: Descriptor

    /// Starts it on a free port; connections have threads of their own.
    init() throws {
        let listener = try TCPSocket.listen(on: .loopback(port: 0))
        try listener.setNonBlocking(false)
        address = try SocketAddress.local(of: listener)
        self.listener = listener
        try Thread.start(name: "echo-server") {
            while true {
                let raw = accept(listener.raw, nil, nil)
                guard raw >= 0 else { return }
                let client = Descriptor(owning: raw)
                try? Thread.start(name: "echo") { Self.echo(client) }
            }
        }
    }

    /// Refuses from now on; connections go on.
    func end() { _ = shutdown(listener.raw, Int32(SHUT_RDWR)) }

    private static func echo(_ client: Descriptor) {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(client.raw, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            var sent = 0
            while sent < count {
                let part = buffer[sent..<count].withUnsafeBytes {
                    send(client.raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard part > 0 else { return }
                sent += part
            }
        }
        _ = shutdown(client.raw, Int32(SHUT_WR))
    }
}
