import Glibc

/// Where SIGTERM's handler leaves a byte for the poll below; set before the handler is.
private nonisolated(unsafe) var stopPipe: Int32 = -1

/// Serves any number of connections on one thread until SIGTERM.
struct TCPServer {
    private var descriptors: [pollfd]
    private let listenerCount: Int
    private let answer: String?

    init(listeners: [Int32], status: String?) {
        descriptors = listeners.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        listenerCount = listeners.count
        let body = "\(getpid())\n"
        answer = status.map {
            "HTTP/1.1 \($0) Fixture\r\nContent-Type: text/plain\r\nContent-Length: \(body.utf8.count)\r\n"
                + "Connection: close\r\n\r\n" + body
        }
    }

    mutating func serve() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        stopPipe = ends[1]
        descriptors.insert(pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0), at: 0)
        signal(SIGTERM) { _ in write(stopPipe, "T", 1) }
        var term = ServiceSignals.set([SIGTERM])
        sigprocmask(SIG_UNBLOCK, &term, nil)
        while true {
            guard poll(&descriptors, nfds_t(descriptors.count), -1) >= 0 else { continue }
            if descriptors[0].revents != 0 { return }
            for index in descriptors.indices.reversed() where descriptors[index].revents != 0 {
                if index <= listenerCount {
                    welcome(descriptors[index].fd)
                } else {
                    respond(at: index)
                }
            }
        }
    }

    private mutating func welcome(_ listener: Int32) {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { return }
            if answer == nil {
                writeText("\(getpid())\n", to: connection)
                close(connection)
            } else {
                descriptors.append(pollfd(fd: connection, events: Int16(POLLIN), revents: 0))
            }
        }
    }

    /// One read is taken for the whole request: the clients are probes, whose requests fit into a packet.
    private mutating func respond(at index: Int) {
        let connection = descriptors.remove(at: index).fd
        var request = [UInt8](repeating: 0, count: 4096)
        if read(connection, &request, request.count) > 0, let answer { writeText(answer, to: connection) }
        close(connection)
    }
}
