import Glibc
import HobSystem

/// A socket for sd_notify(3) in a private directory, for as long as a start takes.
final class ReadyNotice {
    private let path: String
    private let directory: Descriptor
    private let socket: DatagramSocket
    private let loop: EventLoop
    private var watch: Watch?

    /// Makes the socket.
    ///
    /// - Parameters:
    ///   - isOurs: Whether the sender is one of the daemon's processes.
    ///   - ready: Called when one of them has said READY=1.
    init(
        on loop: EventLoop, isOurs: @escaping (Int32) -> Bool, ready: @escaping () -> Void
    ) throws(SystemError) {
        self.loop = loop
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        // A socket's path has at most 107 bytes.
        var template = Array((base.utf8.count > 60 ? "/tmp" : base).utf8CString.dropLast())
        template += "/hob-notify-XXXXXX".utf8CString
        guard mkdtemp(&template) != nil else {
            throw .file("make a directory in", base, errno)
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        directory = try Descriptor.open(path, flags: [.readOnly, .directory])
        // A daemon that has become another user must be able to reach it; who sends is checked.
        try directory.changeMode(0o711)
        socket = try DatagramSocket(in: directory, name: "notify", mode: 0o666)
        let socket = socket
        watch = try loop.watch(socket.descriptor.raw, events: .read) { _ in
            while let message = try? socket.receive() {
                guard let sender = message.sender, isOurs(sender.pid) else { continue }
                let lines = message.bytes.split(separator: 10)
                if lines.contains(where: { $0.elementsEqual("READY=1".utf8) }) { ready() }
            }
        }
    }

    /// For the daemon's environment.
    var variable: String { path + "/notify" }

    /// Removes the socket.
    func cancel() {
        guard let watch else { return }
        loop.cancel(watch)
        self.watch = nil
        _ = try? directory.remove("notify")
        rmdir(path)
    }
}
