import Glibc
import HobSystem

/// Tells the supervisor (hobd, systemd, or whoever set NOTIFY_SOCKET) how the daemon is, by sd_notify(3).
final class Announcer: Sendable {
    private let socket: Descriptor?

    /// Connects to the socket named by the environment, if there is one, and takes the name out of the environment of
    /// our own children.
    init() {
        socket = getenv("NOTIFY_SOCKET").flatMap { Self.connect(String(cString: $0)) }
        unsetenv("NOTIFY_SOCKET")
    }

    /// Sends one message; nobody is waited for.
    func send(_ lines: String) {
        guard let socket else { return }
        // A supervisor that is just being replaced misses it; the next message comes.
        _ = try? DescriptorPassing.send(Array(lines.utf8), descriptors: [], over: socket)
    }

    /// A reload begins: since when, so that the READY of an earlier one is not taken for its end.
    func sendReloading() {
        send("RELOADING=1\nMONOTONIC_USEC=\(MonotonicTime.now().nanoseconds / 1_000)")
    }

    private static func connect(_ name: String) -> Descriptor? {
        guard name.hasPrefix("/") || name.hasPrefix("@") else { return nil }
        return try? DatagramSocket.connected(to: name)
    }
}
