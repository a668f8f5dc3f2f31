import Glibc
package import HobProtocol
package import HobSystem
import Synchronization

/// Plays a supervisor on a control socket: a test says what it answers, and reads what it was asked.
package final class ScriptedSupervisor: Sendable {
    /// A request as it came in.
    package struct Received: Sendable {
        /// The request.
        package var request: Request
        /// The lines behind it.
        package var lines: [JSONValue]
    }

    /// The way back to one client.
    package struct Client: Sendable {
        let descriptor: Descriptor
        let id: String

        /// Sends a reply to the request at hand.
        package func send(_ body: Reply.Body) {
            sendRaw(Reply(id: id, body: body).json.line)
        }

        /// Sends a line as it is.
        package func sendRaw(_ line: String) {
            // The client may have gone; that is its right.
            try? descriptor.writeAll(line + "\n")
        }

        /// Ends the request at hand with outcomes.
        package func done(_ outcomes: [Outcome] = [], changes: [Change] = [], revision: Int? = nil) {
            send(.done(outcomes: outcomes, changes: changes, revision: revision))
        }

        /// Closes the connection.
        package func hangUp() {
            shutdown(descriptor.raw, Int32(SHUT_RDWR))
        }
    }

    /// Answers one request.
    package typealias Answer = @Sendable (Received, Client) -> Void

    /// What came in, shared with the threads that serve.
    private final class Record: Sendable {
        let received = Mutex<[Received]>([])
        let news: Descriptor

        init() throws {
            news = try Descriptor.eventCounter()
        }

        func note(_ received: Received) {
            self.received.withLock { $0.append(received) }
            try? news.writeAll([1, 0, 0, 0, 0, 0, 0, 0])
        }
    }

    private let record: Record
    private let stop: Descriptor
    private let listener: UnixListener

    /// Listens in a directory; `greeting` nil greets as a supervisor of this version, "" says nothing at all.
    package init(in directory: Descriptor, greeting: String? = nil, answer: @escaping Answer) throws {
        listener = try UnixListener(in: directory, name: "control.sock")
        record = try Record()
        stop = try Descriptor.eventCounter()
        let line = greeting ?? Greeting(version: HobVersion.current, pid: getpid(), revision: 1).json.line
        try Thread.start(name: "scripted") { [listener, stop, record] in
            while Self.wait(for: listener.descriptor, or: stop) {
                guard let connection = try? listener.accept() else { continue }
                if !line.isEmpty { try? connection.descriptor.writeAll(line + "\n") }
                try? Thread.start(name: "scripted") {
                    Self.serve(connection.descriptor, stop) { received, client in
                        record.note(received)
                        answer(received, client)
                    }
                }
            }
        }
    }

    deinit {
        try? stop.writeAll([1, 0, 0, 0, 0, 0, 0, 0])
    }

    /// What was asked so far.
    package var received: [Received] { record.received.withLock { $0 } }

    /// Waits until a request satisfies the condition; nil when none did in time.
    package func waitForRequest(
        within patience: Duration = .seconds(30), where condition: (Request) -> Bool
    ) -> Received? {
        let deadline = MonotonicTime.now() + patience
        while true {
            if let found = received.first(where: { condition($0.request) }) { return found }
            guard record.news.waitReadable(until: deadline) else { return nil }
            _ = try? record.news.readCounter()
        }
    }

    private static func serve(_ descriptor: Descriptor, _ stop: Descriptor, _ answer: Answer) {
        var framer = LineFramer(limit: 4 << 20)
        var pending: (request: Request, lines: [JSONValue])?
        while wait(for: descriptor, or: stop) {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            guard let count = try? chunk.withUnsafeMutableBytes({ try descriptor.read(into: $0) }) ?? -1, count != 0
            else { return }
            if count < 0 { continue }
            for frame in framer.receive(chunk[..<count]) {
                guard case .line(let line) = frame, let json = try? JSONReader.read(line) else { return }
                if pending == nil {
                    guard let request = try? Request(json: json) else { return }
                    pending = (request, [])
                } else {
                    pending?.lines.append(json)
                }
                guard let whole = pending, whole.lines.count >= whole.request.count ?? 0 else { continue }
                pending = nil
                answer(
                    Received(request: whole.request, lines: whole.lines),
                    Client(descriptor: descriptor, id: whole.request.id))
            }
        }
    }

    /// Waits until the descriptor can be read; false when it is time to end.
    private static func wait(for descriptor: Descriptor, or stop: Descriptor) -> Bool {
        var entries = [
            pollfd(fd: descriptor.raw, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stop.raw, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&entries, 2, -1) < 0, errno == EINTR {}
        return entries[1].revents == 0
    }
}

extension Descriptor {
    /// Takes an event counter back to zero.
    fileprivate func readCounter() throws -> Int? {
        var bytes: UInt64 = 0
        return try withUnsafeMutableBytes(of: &bytes) { try read(into: $0) }
    }
}
