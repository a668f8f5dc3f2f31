import Glibc
import HobSystem
import Synchronization

/// A datagram socket of a log server that may come, go and be full.
///
/// A server that is away is waited for, so that its restart loses nothing; after ``patience`` lines are lost until it
/// is back, each with one look whether it is.
final class DatagramTarget: LogTarget {
    /// So long a server may be away before lines are given up.
    static let patience: Duration = .seconds(10)
    /// So long a full one holds up this sink's thread between two looks.
    private static let fullPatience: Duration = .seconds(1)

    private struct State {
        var socket: Descriptor?
        var awaySince: MonotonicTime?
        var attempts = 0
    }

    private let path: String
    private let state = Mutex(State())

    init(path: String) {
        self.path = path
    }

    func reopen() {
        state.withLock { $0.socket = nil }
    }

    func deliver(_ line: [UInt8]) -> LogDelivery {
        state.withLock { state in
            // A server that was restarted has left us a dead socket: a new one is tried at once.
            for _ in 0..<2 {
                do throws(SystemError) { return try send(line, &state) } catch {
                    if error.code == EMSGSIZE || error.code == ENAMETOOLONG {
                        return .lost("\(line.count) bytes are too many for \(path): \(error.message)")
                    }
                    state.socket = nil
                    if state.attempts > 0 { return away(error, &state) }
                    state.attempts = 1
                }
            }
            return .notNow(.milliseconds(10))
        }
    }

    private func send(_ line: [UInt8], _ state: inout State) throws(SystemError) -> LogDelivery {
        let socket: Descriptor
        if let present = state.socket {
            socket = present
        } else {
            socket = try UnixSocket.connect(path: path, datagram: true)
            state.socket = socket
        }
        guard try DescriptorPassing.send(line, descriptors: [], over: socket) != nil else {
            _ = socket.waitWritable(until: MonotonicTime.now() + Self.fullPatience)
            return .notNow(.zero)
        }
        state.awaySince = nil
        state.attempts = 0
        return .written
    }

    /// Fifty looks a second at first, then fewer.
    private func away(_ error: SystemError, _ state: inout State) -> LogDelivery {
        let now = MonotonicTime.now()
        let since = state.awaySince ?? now
        state.awaySince = since
        state.attempts += 1
        guard now - since < Self.patience else { return .lost(error.message) }
        return .notNow(min(.milliseconds(20 * state.attempts), .milliseconds(500)))
    }
}
