import Glibc

/// Sockets that listen, without blocking.
enum Listener {
    /// A TCP socket on a numeric address; nil, with the reason on stderr unless quiet, when that is not possible.
    static func tcp(_ host: String, port: UInt16, mode: String, quiet: Bool = false) -> Int32? {
        let name = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        var ipv4 = sockaddr_in()
        if inet_pton(AF_INET, host, &ipv4.sin_addr) == 1 {
            ipv4.sin_family = sa_family_t(AF_INET)
            ipv4.sin_port = port.bigEndian
            return bound(AF_INET, &ipv4, name, mode, quiet)
        }
        var ipv6 = sockaddr_in6()
        guard inet_pton(AF_INET6, host, &ipv6.sin6_addr) == 1 else {
            ModeOptions.refuse(mode, "'\(host)' is no numeric address")
        }
        ipv6.sin6_family = sa_family_t(AF_INET6)
        ipv6.sin6_port = port.bigEndian
        return bound(AF_INET6, &ipv6, name, mode, quiet)
    }

    /// A Unix socket at a path, from which an old one is removed; nil, with the reason on stderr, when it cannot be.
    static func unix(_ path: String, mode: String) -> Int32? {
        unlink(path)
        let descriptor = socket(AF_UNIX, streamType, 0)
        guard let address = UnixAddress([UInt8](path.utf8)), descriptor >= 0,
            address.withSocketAddress({ bind(descriptor, $0, $1) }) == 0, listen(descriptor, 128) == 0
        else {
            complain(path, mode)
            return nil
        }
        return descriptor
    }

    /// The port that a TCP socket has got.
    static func port(of descriptor: Int32) -> UInt16 {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        // The port stands at the same place in both families' addresses.
        return UInt16(bigEndian: address.sin6_port)
    }

    private static func bound<Address>(
        _ family: Int32, _ address: inout Address, _ name: String, _ mode: String, _ quiet: Bool
    ) -> Int32? {
        let descriptor = socket(family, streamType, 0)
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        if family == AF_INET6 {
            setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &on, socklen_t(MemoryLayout<Int32>.size))
        }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        guard descriptor >= 0, result == 0, listen(descriptor, 128) == 0 else {
            if !quiet { complain(name, mode) }
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private static let streamType =
        Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)

    private static func complain(_ name: String, _ mode: String) {
        writeText("hob-fixture \(mode): cannot listen on \(name): \(String(cString: strerror(errno)))\n", to: 2)
    }
}
