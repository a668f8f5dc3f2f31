import CHobSystem
import Glibc

/// Joins a connected socket to an input and an output: bytes go both ways until the peer has no more to say.
///
/// The end of the input closes the socket's writing side only, so the peer's answer still comes through. Input and
/// output are left in the mode they are in, since other processes share them, and are never waited for in read(2) or
/// write(2): neither way can hold up the other. The thread must ignore or block SIGPIPE.
package struct StreamJoin {
    /// Who ended it.
    package enum Ending: Sendable, Hashable {
        /// The peer has closed its writing side, and all it sent is in the output.
        case peer
        /// Nobody reads the output any more.
        case output
    }

    /// Bytes on their way from one descriptor to another.
    private struct Flow {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        var pending = 0..<0
        /// Whether more may come.
        var isOpen = true
        var wantsInput: Bool { isOpen && pending.isEmpty }
        var wantsOutput: Bool { !pending.isEmpty }
    }

    /// What can be said of a write without waiting in it.
    private enum Kind {
        /// send(2) can be told not to wait.
        case socket
        /// Always ready.
        case file
        /// Has room for PIPE_BUF bytes when poll(2) says that it is writable.
        case other
    }

    private let socket: Descriptor
    private let input: Int32
    private let output: Int32
    private let outputKind: Kind
    private var sending = Flow()
    private var receiving = Flow()

    /// Joins them until it is over; nothing bounds the time, which belongs to the two ends.
    ///
    /// - Parameters:
    ///   - socket: A connected stream, non-blocking.
    ///   - input: Where the bytes for the peer come from.
    ///   - output: Where the bytes of the peer go.
    package static func run(socket: Descriptor, input: Int32, output: Int32) throws(SystemError) -> Ending {
        var join = StreamJoin(socket, input, output)
        while true {
            if let ending = try join.turn() { return ending }
        }
    }

    private init(_ socket: Descriptor, _ input: Int32, _ output: Int32) {
        self.socket = socket
        self.input = input
        self.output = output
        outputKind = Self.kind(of: output)
    }

    private static func kind(of descriptor: Int32) -> Kind {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return .other }
        switch status.st_mode & S_IFMT {
        case S_IFSOCK: return .socket
        case S_IFREG, S_IFBLK: return .file
        default: return .other
        }
    }

    /// One wait and what it made possible.
    private mutating func turn() throws(SystemError) -> Ending? {
        var socketEvents: Int32 = 0
        if receiving.wantsInput { socketEvents |= POLLIN }
        if sending.wantsOutput { socketEvents |= POLLOUT }
        // An entry of -1 is passed over: an end that has hung up would end every wait. Not so the output's: that
        // nobody reads it any more is news.
        var entries = [
            pollfd(fd: sending.wantsInput ? input : -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: socketEvents == 0 ? -1 : socket.raw, events: Int16(socketEvents), revents: 0),
            pollfd(fd: output, events: receiving.wantsOutput ? Int16(POLLOUT) : 0, revents: 0),
        ]
        guard poll(&entries, nfds_t(entries.count), -1) >= 0 else {
            if errno == EINTR { return nil }
            throw .transfer("wait on", socket.raw, errno)
        }
        if entries[0].revents != 0 { try readInput() }
        if entries[1].revents != 0 {
            if sending.wantsOutput { try send() }
            if receiving.wantsInput { try receive() }
        }
        if entries[2].revents != 0 {
            if receiving.wantsOutput {
                if try !writeOutput() { return .output }
            } else {
                return .output
            }
        }
        return !receiving.isOpen && receiving.pending.isEmpty ? .peer : nil
    }

    // MARK: To the peer

    private mutating func readInput() throws(SystemError) {
        let count = sending.buffer.withUnsafeMutableBytes { buffer in
            invoke(.read) { Glibc.read(input, buffer.baseAddress, buffer.count) }
        }
        if count == -Int(EAGAIN) { return }
        // A terminal that is gone has nothing more to say, either.
        guard count >= 0 || count == -Int(EIO) else { throw .transfer("read from", input, Int32(-count)) }
        sending.pending = 0..<max(0, count)
        if count <= 0 { endSending() } else { try send() }
    }

    private mutating func send() throws(SystemError) {
        let count = Self.send(sending.buffer, sending.pending, to: socket.raw)
        switch -count {
        case ...0: sending.pending.removeFirst(count)
        case Int(EAGAIN): return
        // It does not listen any more, and may still speak.
        case Int(EPIPE), Int(ECONNRESET): endSending()
        default: throw .transfer("write to", socket.raw, Int32(-count))
        }
    }

    private mutating func endSending() {
        sending.isOpen = false
        sending.pending = 0..<0
        _ = hob_shutdown_writing(socket.raw)
    }

    // MARK: From the peer

    private mutating func receive() throws(SystemError) {
        let count = receiving.buffer.withUnsafeMutableBytes { buffer in
            invoke(.read) { Glibc.read(socket.raw, buffer.baseAddress, buffer.count) }
        }
        if count == -Int(EAGAIN) { return }
        guard count >= 0 else { throw .transfer("read from", socket.raw, Int32(-count)) }
        receiving.pending = 0..<count
        receiving.isOpen = count > 0
    }

    /// False when nobody reads it any more.
    private mutating func writeOutput() throws(SystemError) -> Bool {
        let count: Int
        if outputKind == .socket {
            count = Self.send(receiving.buffer, receiving.pending, to: output)
        } else {
            let length = outputKind == .file ? receiving.pending.count : min(receiving.pending.count, Int(PIPE_BUF))
            let part = receiving.pending.prefix(length)
            count = receiving.buffer[part].withUnsafeBytes { bytes in
                invoke(.write) { Glibc.write(output, bytes.baseAddress, bytes.count) }
            }
        }
        switch -count {
        case ...0: receiving.pending.removeFirst(count)
        case Int(EAGAIN): break
        case Int(EPIPE), Int(ECONNRESET): return false
        default: throw .transfer("write to", output, Int32(-count))
        }
        return true
    }

    private static func send(_ bytes: [UInt8], _ range: Range<Int>, to socket: Int32) -> Int {
        bytes[range].withUnsafeBytes { part in
            invoke(.sendmsg) {
                Glibc.send(
                    socket, part.baseAddress, part.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
            }
        }
    }
}
