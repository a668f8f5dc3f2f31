import Glibc
import HobSystem
import HobTestKit

/// Asks servers of this machine questions.
enum LoopbackClient {
    /// Sends a text and reads the first piece of the answer; the empty text when nobody listens.
    static func ask(_ port: UInt16, _ question: String) throws -> String {
        guard let socket = try connect(port) else { return "" }
        try socket.writeAll(question)
        var answer = [UInt8](repeating: 0, count: 4096)
        guard socket.waitReadable(until: .now() + .seconds(10)) else { return "" }
        let count = try answer.withUnsafeMutableBytes { try socket.read(into: $0) } ?? 0
        return String(decoding: answer[..<count], as: UTF8.self)
    }

    /// Reads everything that GET / answers; the empty text when nobody listens.
    static func get(_ port: UInt16) throws -> String {
        guard let socket = try connect(port) else { return "" }
        try socket.writeAll("GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        return try String(decoding: socket.readAll(limit: 1 << 20), as: UTF8.self)
    }

    /// What a program prints.
    static func run(_ executable: String, _ arguments: [String]) throws -> String {
        let child = try TestChild(SpawnRequest(executable: executable, arguments: arguments))
        let output = try child.readToEnd()
        _ = try child.waitForExit()
        return output
    }

    private static func connect(_ port: UInt16) throws -> Descriptor? {
        let raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { throw SystemError(code: errno, message: "no socket") }
        let descriptor = Descriptor(owning: raw)
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(raw, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return result == 0 ? descriptor : nil
    }
}
