import Glibc
import HobSystem

/// Notices when a broker has gone and when it is back, without the client under test: it connects every few
/// milliseconds, on a thread of its own, until somebody greets it.
final class ListenerProbe: Sendable {
    private let isOver = Monitor(false)

    /// Begins to look for the broker's end, and then for its first word, of which it tells on its thread.
    init(_ address: SocketAddress, whenGreeted: @escaping @Sendable (MonotonicTime) -> Void) throws {
        let isOver = isOver
        try Thread.start(name: "listener-probe") {
            let deadline = MonotonicTime.now() + .seconds(300)
            var hasGone = false
            while MonotonicTime.now() < deadline {
                if !hasGone {
                    hasGone = !Self.isGreeted(by: address)
                } else if Self.isGreeted(by: address) {
                    whenGreeted(.now())
                    break
                }
                usleep(5_000)
            }
            isOver.withLock { $0 = true }
            isOver.broadcast()
        }
    }

    /// Waits until it has told, or has given up after five minutes.
    func wait() { _ = isOver.wait { $0 ? true : nil } }

    private static func isGreeted(by address: SocketAddress) -> Bool {
        guard let socket = try? TCPSocket.startConnecting(to: address),
            socket.waitWritable(until: .now() + .seconds(5)), TCPSocket.connectError(of: socket, to: address) == nil
        else { return false }
        let header: [UInt8] = Array("AMQP".utf8) + [0, 0, 9, 1]
        var answer: UInt8 = 0
        guard send(socket.raw, header, header.count, Int32(MSG_NOSIGNAL)) == header.count,
            socket.waitReadable(until: .now() + .seconds(5)), recv(socket.raw, &answer, 1, 0) == 1
        else { return false }
        return answer == 1
    }
}
