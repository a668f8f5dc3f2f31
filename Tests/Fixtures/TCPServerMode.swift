import Glibc

/// `tcp-server --port P [--delay MS] [--unix PATH] [--ipv4-only | --ipv6-only] [--http STATUS]`: a server on loopback.
///
/// It binds after the delay, prints one line per address, and greets every connection with its pid, or answers HTTP
/// requests with the given status. Port 0 takes any free one. SIGTERM ends it with 0 and removes its socket file.
enum TCPServerMode {
    static func run(_ arguments: [String]) -> Int32 {
        let options = ModeOptions(
            arguments, mode: "tcp-server", values: ["--port", "--delay", "--unix", "--http"],
            flags: ["--ipv4-only", "--ipv6-only"])
        ServiceSignals.limitLifetime()
        // Taken by sigtimedwait during the delay, then by the server's handler: a TERM between the two is not lost.
        ServiceSignals.block([SIGTERM])
        let bindAt = monotonicMilliseconds() + options.number("--delay")
        if ServiceSignals.wait(for: [SIGTERM], until: bindAt) != nil { return 0 }
        signal(SIGPIPE, SIG_IGN)
        var listeners: [Int32] = []
        if options["--port"] != nil {
            guard let sockets = listenOnLoopback(options) else { return 71 }
            listeners += sockets
        }
        if let path = options["--unix"] {
            guard let socket = listen(onUnix: path) else { return 71 }
            listeners.append(socket)
        }
        guard !listeners.isEmpty else { ModeOptions.refuse("tcp-server", "--port or --unix is missing") }
        var server = TCPServer(listeners: listeners, status: options["--http"])
        server.serve()
        if let path = options["--unix"] { unlink(path) }
        return 0
    }

    private static func listenOnLoopback(_ options: ModeOptions) -> [Int32]? {
        var port = UInt16(clamping: options.number("--port"))
        var sockets: [Int32] = []
        if !options.has("--ipv6-only") {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            guard let socket = bound(AF_INET, &address, "127.0.0.1:\(port)") else { return nil }
            port = localPort(of: socket)
            writeText("listening on 127.0.0.1:\(port)\n")
            sockets.append(socket)
        }
        if !options.has("--ipv4-only") {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            address.sin6_addr = in6addr_loopback
            // Without --ipv6-only a machine that has no IPv6 is served by the other socket alone.
            if let socket = bound(AF_INET6, &address, "[::1]:\(port)", quiet: !options.has("--ipv6-only")) {
                writeText("listening on [::1]:\(localPort(of: socket))\n")
                sockets.append(socket)
            } else if options.has("--ipv6-only") {
                return nil
            }
        }
        return sockets
    }

    private static func bound<Address>(
        _ family: Int32, _ address: inout Address, _ name: String, quiet: Bool = false
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
        guard descriptor >= 0, result == 0, Glibc.listen(descriptor, 128) == 0 else {
            if !quiet { complain(name) }
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private static func listen(onUnix path: String) -> Int32? {
        unlink(path)
        let descriptor = socket(AF_UNIX, streamType, 0)
        guard let address = UnixAddress([UInt8](path.utf8)), descriptor >= 0,
            address.withSocketAddress({ bind(descriptor, $0, $1) }) == 0, Glibc.listen(descriptor, 128) == 0
        else {
            complain(path)
            return nil
        }
        writeText("listening on \(path)\n")
        return descriptor
    }

    private static let streamType =
        Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)

    private static func localPort(of descriptor: Int32) -> UInt16 {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        // The port stands at the same place in both families' addresses.
        return UInt16(bigEndian: address.sin6_port)
    }

    private static func complain(_ name: String) {
        writeText("hob-fixture tcp-server: cannot listen on \(name): \(String(cString: strerror(errno)))\n", to: 2)
    }
}
