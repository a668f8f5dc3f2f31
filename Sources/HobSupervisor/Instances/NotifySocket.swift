import Glibc
import HobSupervisorCore
import HobSystem

/// The datagram socket at which one instance says how it is.
final class NotifySocket {
    /// What `$NOTIFY_SOCKET` is set to.
    let path: String
    private let socket: DatagramSocket
    private let directory: Descriptor
    private let name: String
    private let loop: EventLoop
    private var watch: Watch?

    /// Binds the socket, gives it to the service's user, and listens on the loop.
    init(
        named name: String, in directory: Descriptor, at directoryPath: String, owner: (user: UInt32, group: UInt32)?,
        adopting descriptor: Descriptor? = nil, on loop: EventLoop,
        receive: @escaping (NotifyMessage, [Descriptor], _ sender: Int32) -> Void
    ) throws(SystemError) {
        self.name = name
        self.directory = directory
        self.loop = loop
        path = "\(directoryPath)/\(name)"
        if let descriptor {
            socket = try DatagramSocket(adopting: descriptor)
        } else {
            socket = try DatagramSocket(in: directory, name: name, mode: 0o600)
        }
        if descriptor == nil, let owner { try directory.changeOwner(of: name, user: owner.user, group: owner.group) }
        let socket = socket
        watch = try loop.watch(socket.descriptor.raw, events: .read) { _ in Self.drain(socket, receive) }
    }

    /// The socket itself.
    var descriptor: Descriptor { socket.descriptor }

    /// Hears what has been sent and not yet read; a last word must count although its sender is gone.
    func drain(_ receive: (NotifyMessage, [Descriptor], _ sender: Int32) -> Void) {
        Self.drain(socket, receive)
    }

    private static func drain(
        _ socket: DatagramSocket, _ receive: (NotifyMessage, [Descriptor], _ sender: Int32) -> Void
    ) {
        // Bounded: a service that talks without end must not keep the others from being heard.
        for _ in 0..<64 {
            guard let message = (try? socket.receive()) ?? nil, let sender = message.sender else { return }
            receive(NotifyMessage(message.bytes), message.descriptors, sender.pid)
        }
    }

    /// Removes the socket.
    func close() {
        if let watch { loop.cancel(watch) }
        watch = nil
        // It is in a directory of ours; somebody else's removing it first is no harm.
        _ = try? directory.remove(name)
    }
}

extension Descriptor {
    /// Gives a file in a directory of ours to a user.
    func changeOwner(of name: String, user: UInt32, group: UInt32) throws(SystemError) {
        let result = invoke(.chown) { fchownat(raw, name, user, group, Int32(AT_SYMLINK_NOFOLLOW)) }
        guard result >= 0 else { throw .file("change the owner of", name, -result) }
    }
}
