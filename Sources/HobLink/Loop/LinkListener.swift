import HobSystem

/// A listening socket on the link's thread.
final class LinkListener {
    /// The file of a Unix socket.
    struct File {
        var directory: Descriptor
        var name: String
        var status: FileStatus

        /// Removes it, if it is still ours.
        func remove() {
            guard let now = try? FileStatus.of(name, in: directory), now.inode == status.inode,
                now.device == status.device
            else { return }
            _ = try? directory.remove(name)
        }
    }

    /// What it listens with.
    struct Socket {
        var descriptor: Descriptor
        var address: LinkAddress
        var file: File?
    }

    let socket: Socket
    private let loop: EventLoop
    private let accepted: (Descriptor) -> Void
    private let failed: (SystemError) -> Void
    private var watch: Watch?
    private static let mostAccepts = 64
    private static let pause: Duration = .milliseconds(100)

    init(
        _ socket: Socket, on loop: EventLoop, accepted: @escaping (Descriptor) -> Void,
        failed: @escaping (SystemError) -> Void
    ) throws(SystemError) {
        self.socket = socket
        self.loop = loop
        self.accepted = accepted
        self.failed = failed
        try start()
    }

    private func start() throws(SystemError) {
        watch = try loop.watch(socket.descriptor.raw, events: .read) { [weak self] _ in self?.accept() }
    }

    private func accept() {
        do throws(SystemError) {
            for _ in 0..<Self.mostAccepts {
                guard let descriptor = try TCPSocket.accept(on: socket.descriptor) else { return }
                accepted(descriptor)
            }
        } catch {
            failed(error)
            // Out of descriptors, it would be told at once again: a pause.
            stop()
            loop.schedule(after: Self.pause) { [weak self] in
                guard let self, !socket.descriptor.isClosed else { return }
                do throws(SystemError) { try start() } catch { failed(error) }
            }
        }
    }

    private func stop() {
        if let watch { loop.cancel(watch) }
        watch = nil
    }

    /// Ends it, with its file.
    func close() {
        stop()
        socket.file?.remove()
        socket.descriptor.close()
    }
}
