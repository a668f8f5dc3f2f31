import Glibc

/// Sends back whatever its clients send; with HTTP, a request's first line is answered with status 200.
struct EchoServer {
    private struct Client {
        let descriptor: Int32
        var request: [UInt8] = []
        /// No HTTP: what comes goes back at once.
        var isEcho: Bool
    }

    private let listeners: [Int32]
    private let answersHTTP: Bool
    private var clients: [Client] = []

    init(listeners: [Int32], answersHTTP: Bool) {
        self.listeners = listeners
        self.answersHTTP = answersHTTP
    }

    /// What to wait for.
    var entries: [pollfd] {
        (listeners + clients.map(\.descriptor)).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    }

    /// Serves those that the wait has found.
    mutating func handle(_ entries: [pollfd]) {
        for entry in entries where entry.revents != 0 {
            if listeners.contains(entry.fd) {
                welcome(entry.fd)
            } else if let index = clients.firstIndex(where: { $0.descriptor == entry.fd }), !serve(&clients[index]) {
                close(entry.fd)
                clients.remove(at: index)
            }
        }
    }

    private mutating func welcome(_ listener: Int32) {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { return }
            _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
            clients.append(Client(descriptor: connection, isEcho: !answersHTTP))
        }
    }

    /// False when the connection is over.
    private func serve(_ client: inout Client) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = read(client.descriptor, &bytes, bytes.count)
        guard count > 0 else { return count < 0 && (errno == EINTR || errno == EAGAIN) }
        client.request += bytes[..<count]
        if !client.isEcho {
            let get = Array("GET ".utf8)
            if client.request.starts(with: get) {
                guard client.request.count < 65536 else { return false }
                // Unread bytes would turn the close into a reset, so the whole request is awaited.
                guard client.request.suffix(4) == Array("\r\n\r\n".utf8)[...] else { return true }
                let body = "\(getpid())\n"
                writeText(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: \(body.utf8.count)\r\n"
                        + "Connection: close\r\n\r\n" + body, to: client.descriptor)
                return false
            }
            guard client.request.count >= get.count || !get.starts(with: client.request) else { return true }
            client.isEcho = true
        }
        let sent = client.request.withUnsafeBytes { writeAll($0, to: client.descriptor) }
        client.request.removeAll()
        return sent
    }
}
