import HobSystem

/// A number that no process has now.
package enum DeadProcess {
    /// The pid of a process that has come and gone.
    package static func pid() throws -> Int32 {
        let standIn = try StandIn.start(SpawnRequest("/bin/true"))
        while let event = standIn.next(until: MonotonicTime.now() + .seconds(20)) {
            if case .ended = event, let pid = standIn.process?.pid { return pid }
        }
        throw Unexpected(description: "/bin/true did not end")
    }
}

/// A TCP port that nobody listens on.
package enum FreePort {
    /// One that was free a moment ago; the kernel gives it to nobody else soon.
    package static func choose() throws -> UInt16 {
        let socket = try TCPSocket.listen(on: .loopback(port: 0))
        return try SocketAddress.local(of: socket).port
    }
}
