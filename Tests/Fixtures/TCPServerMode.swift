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
            guard let socket = Listener.unix(path, mode: "tcp-server") else { return 71 }
            writeText("listening on \(path)\n")
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
            guard let socket = Listener.tcp("127.0.0.1", port: port, mode: "tcp-server") else { return nil }
            port = Listener.port(of: socket)
            writeText("listening on 127.0.0.1:\(port)\n")
            sockets.append(socket)
        }
        if !options.has("--ipv4-only") {
            // Without --ipv6-only a machine that has no IPv6 is served by the other socket alone.
            let quiet = !options.has("--ipv6-only")
            if let socket = Listener.tcp("::1", port: port, mode: "tcp-server", quiet: quiet) {
                writeText("listening on [::1]:\(Listener.port(of: socket))\n")
                sockets.append(socket)
            } else if options.has("--ipv6-only") {
                return nil
            }
        }
        return sockets
    }
}
