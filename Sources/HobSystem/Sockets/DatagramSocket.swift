import CHobSystem
import Glibc

/// A Unix datagram socket that is told who sent each message; for sd_notify.
package final class DatagramSocket: Sendable {
    /// A message as it came.
    package struct Message: Sendable {
        /// What was sent.
        package var bytes: [UInt8]
        /// Who sent it, by the kernel's word.
        package var sender: PeerCredentials?
        /// The descriptors that came with it.
        package var descriptors: [Descriptor]
        /// Whether the message was longer than the buffer.
        package var isTruncated: Bool
    }

    /// The socket, non-blocking.
    package let descriptor: Descriptor

    /// Binds in a directory. What has the name is removed first.
    package init(in directory: Descriptor, name: String, mode: UInt32 = 0o600) throws(SystemError) {
        descriptor = try UnixSocket.bound(in: directory, name: name, mode: mode, datagram: true)
        try Self.passCredentials(descriptor)
    }

    /// Takes over a bound socket.
    package init(adopting descriptor: Descriptor) throws(SystemError) {
        self.descriptor = descriptor
        try Self.passCredentials(descriptor)
    }

    /// The next message; nil when none waits. One whose descriptors do not fit in our limit is an error, and is gone.
    package func receive(limit: Int = 8192) throws(SystemError) -> Message? {
        guard let message = try DescriptorPassing.receive(over: descriptor, limit: limit) else { return nil }
        return Message(
            bytes: message.bytes, sender: message.sender, descriptors: message.descriptors,
            isTruncated: message.isTruncated)
    }

    /// Sends one message to the socket of this name; false when its queue is full.
    package static func send(
        _ bytes: [UInt8], in directory: Descriptor, name: String
    ) throws(SystemError) -> Bool {
        var address = try UnixSocketPath.address(of: name, in: directory)
        let socket = try UnixSocket.make(datagram: true)
        let connected = invoke(.connect) { hob_connect(socket.raw, &address) }
        guard connected >= 0 else { throw .socket("connect to", name, -connected) }
        return try DescriptorPassing.send(bytes, descriptors: [], over: socket) != nil
    }

    /// A socket whose messages go to the one of this path, or of this abstract name after an `@`; non-blocking.
    package static func connected(to path: String) throws(SystemError) -> Descriptor {
        var address = try UnixSocketPath.address(of: path)
        let socket = try UnixSocket.make(datagram: true)
        let result = invoke(.connect) { hob_connect(socket.raw, &address) }
        guard result >= 0 else { throw .socket("connect to", path, -result) }
        return socket
    }

    private static func passCredentials(_ descriptor: Descriptor) throws(SystemError) {
        let result = invoke(.sockopt) { hob_set_pass_credentials(descriptor.raw) }
        guard result >= 0 else { throw .socket("ask for senders on", "socket \(descriptor.raw)", -result) }
    }
}
