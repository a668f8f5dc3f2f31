import Glibc
import HobSystem

/// One question to the fixture's echo workers, over TCP or a Unix socket.
enum EchoClient {
    struct Answer: Sendable, Equatable {
        var pid: Int32
        var text: String
    }

    /// The answer; nil when the connection ended without one.
    static func ask(_ text: String, at address: String, within patience: Duration = .seconds(30)) throws -> Answer? {
        let deadline = MonotonicTime.now() + patience
        let target = try SocketAddress(parsing: address)
        let socket =
            address.hasPrefix("/") ? try UnixSocket.connect(path: address) : try TCPSocket.startConnecting(to: target)
        guard socket.waitWritable(until: deadline) else { throw timeout("connect") }
        if let error = TCPSocket.connectError(of: socket, to: target) { throw error }
        do throws(SystemError) { try socket.writeAll(text + "\n") } catch {
            if [EPIPE, ECONNRESET].contains(error.code) { return nil }
            throw error
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while !bytes.contains(10) {
            guard socket.waitReadable(until: deadline) else { throw timeout("answer") }
            do {
                let count = try chunk.withUnsafeMutableBytes { try socket.read(into: $0) ?? 0 }
                if count == 0 { return nil }
                bytes += chunk[..<count]
            } catch let error as SystemError where error.code == ECONNRESET { return nil }
        }
        let words = String(decoding: bytes.dropLast(), as: UTF8.self).split(separator: " ", maxSplits: 1)
        guard words.count == 2, let pid = Int32(words[0]) else { return nil }
        return Answer(pid: pid, text: String(words[1]))
    }

    private static func timeout(_ what: String) -> SystemError {
        SystemError(code: ETIMEDOUT, message: "no \(what) in time")
    }
}
