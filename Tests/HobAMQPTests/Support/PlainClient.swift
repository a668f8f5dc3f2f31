import Glibc
import HobSystem

/// A client of bytes; for the tests of the proxy.
final class PlainClient {
    /// How a read ended.
    enum Ending: Sendable, Hashable {
        /// As many bytes as asked for have come.
        case enough
        /// The peer has ended (FIN).
        case end
        /// The peer has reset the connection (RST).
        case reset
        /// Nothing came within the patience.
        case silence
    }

    private let socket: Descriptor
    // The kernel tells a reset once, to whoever asks first.
    private var isReset = false

    /// Connects.
    init(to address: SocketAddress) throws {
        socket = try TCPSocket.startConnecting(to: address)
        _ = socket.waitWritable(until: MonotonicTime.now() + .seconds(30))
        if let error = TCPSocket.connectError(of: socket, to: address) {
            // It was connected, and the reset came before we looked.
            guard error.code == ECONNRESET else { throw error }
            isReset = true
        }
    }

    /// Sends bytes; false when the connection is reset.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(socket.raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count > 0 {
                rest.removeFirst(count)
            } else {
                if errno == ECONNRESET || errno == EPIPE { isReset = true }
                guard errno == EAGAIN, socket.waitWritable(until: MonotonicTime.now() + .seconds(30)) else {
                    return false
                }
            }
        }
        return true
    }

    /// How many bytes a peer that does not read takes before nothing goes any more.
    func sendUntilFull(patience: Duration) -> Int {
        let chunk = [UInt8](repeating: 7, count: 65536)
        var total = 0
        while true {
            let count = Glibc.send(socket.raw, chunk, chunk.count, Int32(MSG_NOSIGNAL))
            if count > 0 {
                total += count
            } else {
                guard errno == EAGAIN, socket.waitWritable(until: MonotonicTime.now() + patience) else { return total }
            }
        }
    }

    /// Sends an end.
    func endSending() { _ = shutdown(socket.raw, Int32(SHUT_WR)) }

    /// Ends it.
    func close() { socket.close() }

    /// Reads until so many bytes are there, or it is over, or nothing comes for this long.
    func read(_ count: Int = .max, patience: Duration = .seconds(30)) -> (bytes: [UInt8], ending: Ending, reads: Int) {
        var bytes: [UInt8] = []
        var reads = 0
        var buffer = [UInt8](repeating: 0, count: 65536)
        while bytes.count < count {
            guard socket.waitReadable(until: MonotonicTime.now() + patience) else { return (bytes, .silence, reads) }
            let got = recv(socket.raw, &buffer, min(buffer.count, count - bytes.count), 0)
            if got == 0 { return (bytes, isReset ? .reset : .end, reads) }
            if got < 0 {
                if errno == EAGAIN { continue }
                return (bytes, .reset, reads)
            }
            bytes += buffer[..<got]
            reads += 1
        }
        return (bytes, .enough, reads)
    }
}
