import HobSystem

/// A listener's socket, as its pool holds it.
final class BoundListener: Sendable {
    let name: String
    let socket: Descriptor
    /// Where it listens; nil when the kernel cannot say.
    let address: String?
    private let file: (name: String, directory: Descriptor, inode: UInt64?)?

    init(_ name: String, _ socket: Descriptor, address: String?) {
        self.name = name
        self.socket = socket
        self.address = address
        file = nil
    }

    /// A Unix socket, which has left a file.
    init(_ name: String, _ socket: Descriptor, address: String, file: String, in directory: Descriptor) {
        self.name = name
        self.socket = socket
        self.address = address
        self.file = (file, directory, (try? FileStatus.of(file, in: directory))?.inode)
    }

    /// Listens no more; whoever waits in the queue is refused.
    func close() {
        guard !socket.isClosed else { return }
        socket.close()
        // The name may be another pool's by now.
        guard let file, let found = try? FileStatus.of(file.name, in: file.directory), found.inode == file.inode else {
            return
        }
        _ = try? file.directory.remove(file.name)
    }
}
