import Glibc
import HobSystem
import Synchronization

/// Ports of this machine that nobody has, and a client for those that somebody should have.
enum LoopbackPort {
    private static let given = Mutex<Set<UInt16>>([])

    /// A port that is free on both loopback addresses and given to no other test of this process.
    static func free() throws -> UInt16 {
        for _ in 0..<100 {
            let socket = try Self.socket()
            var address = Self.address(port: 0)
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let result = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(socket.raw, $0, length) == 0 ? getsockname(socket.raw, $0, &length) : -1
                }
            }
            let port = UInt16(bigEndian: address.sin_port)
            if result == 0, given.withLock({ $0.insert(port).inserted }) { return port }
        }
        throw SystemError(code: EADDRINUSE, message: "no free port on loopback")
    }

    /// What a server on 127.0.0.1 says to a new connection; nil when nobody listens.
    static func greeting(from port: UInt16) throws -> String? {
        let socket = try Self.socket()
        var address = Self.address(port: port)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket.raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { return nil }
        guard socket.waitReadable(until: .now() + .seconds(5)) else { return "" }
        return try String(decoding: socket.readAll(limit: 4096), as: UTF8.self)
    }

    private static func socket() throws -> Descriptor {
        let raw = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { throw SystemError(code: errno, message: "no socket") }
        return Descriptor(owning: raw)
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }
}
