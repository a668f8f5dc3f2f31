import Glibc
package import HobProtocol
package import HobSystem

/// A connection to a supervisor's control socket, for the use of one thread.
package final class SupervisorConnection {
    /// The socket's name in the runtime directory.
    package static let socketName = "control.sock"

    /// What the supervisor said of itself.
    package let greeting: Greeting
    private let channel: ControlChannel
    private var requests = 0

    private init(_ channel: ControlChannel, _ greeting: Greeting) {
        self.channel = channel
        self.greeting = greeting
    }

    /// Connects to the supervisor of a runtime directory and hears its greeting.
    ///
    /// Throws `noSupervisor` when nobody listens there.
    package static func open(
        in directory: Descriptor, until deadline: MonotonicTime = .now() + .seconds(10)
    ) throws(ClientError) -> SupervisorConnection {
        let channel = ControlChannel(try connect(in: directory, until: deadline))
        guard let line = try channel.line(until: deadline) else {
            throw ClientError(.timedOut, "the supervisor does not answer: it may be stuck; 'hob status' tells its pid")
        }
        guard let json = try? JSONReader.read(line), let spoken = json["hob"]?.integer else {
            throw ClientError(.protocolMismatch, "what listens on the control socket is no supervisor of Hob")
        }
        guard spoken == Int64(Greeting.protocolVersion), let greeting = try? Greeting(json: json) else {
            let version = json["version"]?.text ?? "?"
            throw ClientError(
                .protocolMismatch,
                "the running hobd \(version) speaks protocol \(spoken), this hob \(HobVersion.current) speaks "
                    + "\(Greeting.protocolVersion): use the hob that came with it, or restart the project with this")
        }
        return SupervisorConnection(channel, greeting)
    }

    /// The socket's number, readable when there are replies; wait on it only after ``next(until:)`` had none left.
    package var raw: Int32 { channel.raw }

    /// Whether the supervisor has closed the connection.
    package var hasEnded: Bool { channel.hasEnded }

    /// An identifier for one more request, different from those of all other clients.
    package func makeRequestID() -> String {
        requests += 1
        return "\(getpid())-\(MonotonicTime.now().nanoseconds)-\(requests)"
    }

    /// Sends a request and the lines that belong to it.
    package func send(
        _ request: Request, following lines: [JSONValue] = [], until deadline: MonotonicTime = .now() + .seconds(30)
    ) throws(ClientError) {
        var bytes = JSONWriter.line(of: request.json)
        for line in lines { bytes += JSONWriter.line(of: line) }
        try channel.send(bytes, until: deadline)
    }

    /// The next reply; nil when the deadline passed first.
    package func next(until deadline: MonotonicTime?) throws(ClientError) -> Reply? {
        guard let line = try channel.line(until: deadline) else { return nil }
        return try Self.reply(line)
    }

    /// The replies that are there now, without waiting; nil once the supervisor has closed and none is left.
    package func available() throws(ClientError) -> [Reply]? {
        var replies: [Reply] = []
        while let line = try channel.availableLine() { replies.append(try Self.reply(line)) }
        return replies.isEmpty && channel.hasEnded ? nil : replies
    }

    /// Sends a request and waits for its end; the lines on the way go to `onReply`.
    ///
    /// Throws the supervisor's ``Failure`` as it is.
    package func perform(
        _ request: Request, following lines: [JSONValue] = [], until deadline: MonotonicTime? = nil,
        onReply: (Reply.Body) throws -> Void = { _ in }
    ) throws -> (outcomes: [Outcome], changes: [Change], revision: Int?) {
        try send(request, following: lines)
        while let reply = try next(until: deadline) {
            guard reply.id == request.id else { continue }
            switch reply.body {
            case .progress, .status, .event: try onReply(reply.body)
            case .done(let outcomes, let changes, let revision): return (outcomes, changes, revision)
            case .failed(let failure): throw failure
            }
        }
        throw ClientError(
            .timedOut, "no answer to '\(request.verb.rawValue)' in time; the supervisor (pid \(greeting.pid)) goes on")
    }

    /// Waits until the supervisor closes the connection; false when the deadline passed first.
    package func waitForEnd(until deadline: MonotonicTime?) -> Bool {
        while true {
            do throws(ClientError) {
                guard try channel.line(until: deadline) != nil else { return false }
            } catch {
                return true
            }
        }
    }

    private static func reply(_ line: [UInt8]) throws(ClientError) -> Reply {
        do throws(JSONError) {
            return try Reply(json: try JSONReader.read(line))
        } catch {
            throw ClientError(.protocolMismatch, "the supervisor sent a line that is no reply: \(error)", cause: error)
        }
    }

    private static func connect(in directory: Descriptor, until deadline: MonotonicTime) throws(ClientError)
        -> Descriptor
    {
        while true {
            do throws(SystemError) {
                return try UnixSocket.connect(in: directory, name: socketName)
            } catch {
                switch error.code {
                case EAGAIN where MonotonicTime.now() < deadline:
                    // The queue of connections is full, which no descriptor announces.
                    usleep(2_000)
                case ENOENT, ECONNREFUSED:
                    throw ClientError(.noSupervisor, "no supervisor is running", cause: error)
                case EACCES, EPERM:
                    throw ClientError(.notPermitted, "you may not use the control socket", cause: error)
                default:
                    throw ClientError(.connectionLost, error.message, cause: error)
                }
            }
        }
    }
}
