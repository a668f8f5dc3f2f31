import Glibc
import HobProtocol
import HobSystem

/// Lines over a non-blocking stream socket, with deadlines.
final class ControlChannel {
    private let socket: Descriptor
    private var framer = LineFramer(limit: 4 << 20)
    private var lines: ArraySlice<[UInt8]> = []
    private(set) var hasEnded = false

    init(_ socket: Descriptor) {
        self.socket = socket
    }

    var raw: Int32 { socket.raw }

    /// The next line; nil when the deadline passed first.
    func line(until deadline: MonotonicTime?) throws(ClientError) -> [UInt8]? {
        while true {
            if let line = lines.popFirst() { return line }
            guard !hasEnded else { throw Self.lost(nil) }
            if try receive() { continue }
            if let deadline, deadline <= MonotonicTime.now() { return nil }
            _ = socket.waitReadable(until: deadline)
        }
    }

    /// The next line that is there without waiting; nil when there is none.
    func availableLine() throws(ClientError) -> [UInt8]? {
        while lines.isEmpty {
            guard try receive() else { return nil }
        }
        return lines.popFirst()
    }

    /// Sends all bytes; what arrives meanwhile is kept, so that two full buffers cannot block each other.
    func send(_ bytes: [UInt8], until deadline: MonotonicTime) throws(ClientError) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                // A supervisor that is gone is an answer, not a SIGPIPE.
                Glibc.send(socket.raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if count >= 0 {
                sent += count
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                guard MonotonicTime.now() < deadline else {
                    throw ClientError(.timedOut, "the supervisor does not read its control socket: it may be stuck")
                }
                while try receive() {}
                _ = socket.waitWritable(until: deadline)
            case EPIPE, ECONNRESET:
                // The supervisor may have said why before it closed.
                while !hasEnded, try receive() {}
                if lines.isEmpty { throw Self.lost(errno) }
                return
            default: throw Self.lost(errno)
            }
        }
    }

    /// Takes in what is there; false when there is nothing more for now.
    private func receive() throws(ClientError) -> Bool {
        guard !hasEnded else { return false }
        var failure: SystemError?
        var count: Int? = nil
        let chunk = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, length in
            do throws(SystemError) {
                count = try socket.read(into: UnsafeMutableRawBufferPointer(buffer))
            } catch {
                failure = error
            }
            length = count ?? 0
        }
        if let failure, failure.code != ECONNRESET { throw Self.lost(failure.code) }
        if failure == nil, count == nil { return false }
        if chunk.isEmpty {
            hasEnded = true
            return true
        }
        for frame in framer.receive(chunk) {
            switch frame {
            case .line(let line): lines.append(line)
            case .tooLong:
                throw ClientError(.protocolMismatch, "the supervisor sent a line of more than 4 MiB")
            }
        }
        return true
    }

    private static func lost(_ code: Int32?) -> ClientError {
        let reason = code.map { ": " + SystemError.text(of: $0) } ?? ""
        return ClientError(
            .connectionLost, "the supervisor closed the connection before it answered\(reason); see 'hob status'")
    }
}
