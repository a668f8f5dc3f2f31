import Glibc
import HobSystem
import Synchronization

/// Answers each connection with the next of its texts, the last one for ever; nil accepts and says nothing.
final class CannedServer: Sendable {
    let address: SocketAddress
    private let listener: Descriptor
    private let loop: LoopOfThread
    private let mailbox: Mailbox
    private let stopping: Monitor<Bool>
    private let requestsSeen = Mutex<[String]>([])

    /// What clients have sent.
    var requests: [String] { requestsSeen.withLock { $0 } }

    init(on address: SocketAddress = .loopback(port: 0), answers: [String?]) throws {
        let listener = try TCPSocket.listen(on: address)
        self.listener = listener
        self.address = try SocketAddress.local(of: listener)
        let loop = LoopOfThread(try EventLoop())
        self.loop = loop
        mailbox = loop.value.mailbox
        stopping = Monitor(false)
        try Thread.start(name: "canned") { [self] in
            var rest = answers
            var held: [Descriptor] = []
            _ = try? loop.value.watch(listener.raw, events: .read) { _ in
                let raw = accept(listener.raw, nil, nil)
                guard raw >= 0 else { return }
                let connection = Descriptor(owning: raw)
                held.append(connection)
                let answer = rest.first ?? nil
                if rest.count > 1 { rest.removeFirst() }
                guard let answer else { return }
                // Unread bytes would turn the close into a reset.
                self.readRequest(of: connection)
                _ = try? connection.writeAll(answer)
                held.removeLast()
            }
            try? loop.value.run()
            stopping.withLock { $0 = true }
            stopping.broadcast()
        }
    }

    /// Closes everything and ends the thread.
    func stop() {
        mailbox.post { [self] in loop.value.stop() }
        _ = stopping.wait(until: MonotonicTime.now() + .seconds(10)) { $0 ? true : nil }
        listener.close()
    }

    private func readRequest(of connection: Descriptor) {
        var text = ""
        let deadline = MonotonicTime.now() + .seconds(10)
        while !text.hasSuffix("\r\n\r\n"), connection.waitReadable(until: deadline) {
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = read(connection.raw, &chunk, chunk.count)
            guard count > 0 else { break }
            text += String(decoding: chunk[..<count], as: UTF8.self)
        }
        requestsSeen.withLock { $0.append(text) }
    }
}

/// @unchecked Sendable: made on one thread, handed over, then used on the other alone.
final class LoopOfThread: @unchecked Sendable {
    let value: EventLoop

    init(_ value: EventLoop) {
        self.value = value
    }
}
