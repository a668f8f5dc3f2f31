import CHobSystem
import Glibc

/// Sends and receives open descriptors over a Unix socket (SCM_RIGHTS).
package enum DescriptorPassing {
    /// How many descriptors fit in one message.
    package static let mostDescriptors = Int(HOB_MOST_DESCRIPTORS)

    /// A message as it came.
    package struct Message: Sendable {
        /// What was sent.
        package var bytes: [UInt8]
        /// The descriptors that came with it, close-on-exec.
        package var descriptors: [Descriptor]
        /// Set when the socket asks for credentials.
        package var sender: PeerCredentials?
        /// Whether a datagram was longer than the limit.
        package var isTruncated: Bool
    }

    /// Sends bytes (at least one) with descriptors; answers how many bytes went, nil when there is no room now.
    package static func send(
        _ bytes: [UInt8], descriptors: [Int32], over socket: Descriptor
    ) throws(SystemError) -> Int? {
        precondition(!bytes.isEmpty || descriptors.isEmpty, "descriptors travel with at least one byte")
        let count = bytes.withUnsafeBytes { buffer in
            invoke(.sendmsg) {
                hob_send(socket.raw, buffer.baseAddress, buffer.count, descriptors, descriptors.count)
            }
        }
        if count == -Int(EAGAIN) { return nil }
        guard count >= 0 else { throw .socket("send to", "socket \(socket.raw)", Int32(-count)) }
        return count
    }

    /// Receives bytes and descriptors; nil when nothing is there, no bytes at the end of a stream.
    ///
    /// A message whose descriptors did not all fit into our limit is an error: the kernel drops the rest silently.
    package static func receive(over socket: Descriptor, limit: Int = 4096) throws(SystemError) -> Message? {
        var received = hob_received()
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return -Int(EINVAL) }
            return invoke(.recvmsg) { hob_receive(socket.raw, base, buffer.count, &received) }
        }
        if count == -Int(EAGAIN) { return nil }
        guard count >= 0 else { throw .socket("receive from", "socket \(socket.raw)", Int32(-count)) }
        guard received.truncated_control == 0 else {
            throw SystemError(
                code: EMFILE,
                message: "descriptors sent over socket \(socket.raw) were lost: \(SystemError.fileReason(EMFILE))")
        }
        bytes.removeSubrange(count...)
        let descriptors = withUnsafeBytes(of: &received.descriptors) { raw in
            raw.bindMemory(to: Int32.self).prefix(received.descriptor_count).map { Descriptor(owning: $0) }
        }
        return Message(
            bytes: bytes, descriptors: descriptors,
            sender: received.has_credentials != 0 ? PeerCredentials(received.credentials) : nil,
            isTruncated: received.truncated_bytes != 0)
    }
}
