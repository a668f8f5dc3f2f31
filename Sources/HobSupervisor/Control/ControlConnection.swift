import Glibc
import HobProtocol
import HobSupervisorCore
import HobSystem

/// One client on the control socket.
final class ControlConnection {
    /// A client that does not read is cut off when so much waits for it.
    private static let mostUnsent = 8 << 20

    private static let fullPacket = 64 << 10

    /// Called once when the connection is over.
    var onClose: (() -> Void)?
    /// Whether this client ties what runs to its own life (foreground `hob up`).
    var isAttached = false

    /// When the client last said something, or came.
    private(set) var lastHeard = MonotonicTime.now()

    private let descriptor: Descriptor
    private let peer: PeerCredentials
    private let loop: EventLoop
    private unowned let supervisor: Supervisor
    private var watch: Watch?
    private var framer = LineFramer()
    private var unsent: [UInt8] = []
    private var sent = 0
    private var isWatchingWrites = false
    /// Answers of many lines are sent together.
    private var isCollecting = false
    private var isClosed = false
    private var closesWhenFlushed = false
    /// An apply whose definitions are still coming in.
    private var incoming: IncomingSet?
    /// The id of the request that follows events.
    private var following: String?

    init(_ descriptor: Descriptor, peer: PeerCredentials, on loop: EventLoop, supervisor: Supervisor) {
        self.descriptor = descriptor
        self.peer = peer
        self.loop = loop
        self.supervisor = supervisor
    }

    /// Greets the client, or tells a stranger that it is one.
    func begin() {
        do throws(SystemError) {
            watch = try loop.watch(descriptor.raw, events: .read) { [unowned self] events in ready(events) }
        } catch {
            close()
            return
        }
        guard peer.user == geteuid() || peer.user == 0 else {
            let failure = Failure(.notPermitted, "user \(peer.user) may not command this supervisor")
            // First of all: nothing that this peer sends is read from now on.
            closesWhenFlushed = true
            send(Reply(id: "", body: .failed(failure)).json)
            return
        }
        send(
            Greeting(
                version: HobVersion.current, pid: getpid(), keeper: supervisor.keeperNumber,
                revision: supervisor.supervision.revision
            ).json)
    }

    private func ready(_ events: IOEvents) {
        if events.contains(.write) { flush() }
        if watch != nil, !events.isDisjoint(with: [.read, .hangUp, .error]) { receive() }
    }

    private func receive() {
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 16) { buffer in
            let count: Int
            do throws(SystemError) {
                guard let read = try descriptor.read(into: buffer) else { return }
                count = read
            } catch {
                close()
                return
            }
            guard count > 0 else {
                close()
                return
            }
            lastHeard = .now()
            // Who has been told that it is over is not listened to.
            guard !closesWhenFlushed else { return }
            for frame in framer.receive(buffer.prefix(count)) {
                switch frame {
                case .line(let line): take(line)
                case .tooLong:
                    reply("", .failed(Failure(.badRequest, "a line is longer than \(framer.limit) bytes")))
                    closesWhenFlushed = true
                }
                if watch == nil || closesWhenFlushed { return }
            }
        }
        if closesWhenFlushed, isFlushed { close() }
    }

    private func take(_ line: [UInt8]) {
        do throws(JSONError) {
            let value = try JSONReader.read(line)
            if incoming != nil {
                takeDefinition(value, line)
                return
            }
            let request = try Request(json: value)
            switch request.verb {
            case .apply, .plan:
                let count = request.count ?? 0
                incoming = IncomingSet(request: request, remaining: count)
                if count == 0 { finishIncoming() }
            case .events:
                supervisor.replay(request, to: self)
                if request.follow { following = request.id }
            case .start, .stop, .restart, .reload, .signal, .scale, .status, .flush, .down, .attach, .resume, .upgrade:
                supervisor.handle(request, from: self)
            }
        } catch {
            reply("", .failed(Failure(.badRequest, error.description)))
            closesWhenFlushed = true
        }
    }

    private func takeDefinition(_ value: JSONValue, _ line: [UInt8]) {
        incoming?.take(value, line)
        if incoming?.remaining == 0 { finishIncoming() }
    }

    private func finishIncoming() {
        guard let whole = incoming else { return }
        incoming = nil
        if let failure = whole.failure {
            reply(whole.request.id, .failed(Failure(.badRequest, failure.description)))
        } else {
            supervisor.apply(whole.set, whole.bytes, whole.request, from: self)
        }
    }

    // MARK: Sending

    /// Answers a request.
    func reply(_ id: String, _ body: Reply.Body) {
        send(Reply(id: id, body: body).json)
    }

    /// Answers a request that was carried out, and says what of it is not on the disk.
    func reply(
        _ id: String, done outcomes: [Outcome], changes: [Change], revision: Int?, unstored error: SystemError?,
        notes: [String] = []
    ) {
        var reply = Reply(id: id, body: .done(outcomes: outcomes, changes: changes, revision: revision))
        reply.unstored = error?.message
        reply.notes = notes
        send(reply.json)
    }

    /// Passes on an event, if this client follows.
    func follow(_ event: EventRecord) {
        guard let following else { return }
        reply(following, .event(event))
    }

    /// Passes on a step towards what the client waits for.
    func sendProgress(_ event: EventRecord, _ order: WaitingOrder) {
        reply(order.request.id, .progress(event))
    }

    private func send(_ value: JSONValue) {
        guard watch != nil else { return }
        unsent.append(contentsOf: JSONWriter.line(of: value))
        if unsent.count - sent > Self.mostUnsent {
            DaemonLog.write("a client (pid \(peer.pid)) does not read its answers: cut off")
            close()
            return
        }
        // What is being written goes on when the socket has room.
        if !isWatchingWrites, !isCollecting || unsent.count - sent >= Self.fullPacket { flush() }
    }

    /// Sends what the body replies in few large writes: each small one would wake the client.
    func collect(_ body: () -> Void) {
        isCollecting = true
        body()
        isCollecting = false
        if watch != nil, !isWatchingWrites { flush() }
    }

    private func flush() {
        while sent < unsent.count {
            let written: Int?
            do throws(SystemError) {
                written = try writeUnsent()
            } catch {
                close()
                return
            }
            guard let written else {
                watchWrites(true)
                return
            }
            sent += written
        }
        unsent.removeAll(keepingCapacity: unsent.capacity < 65_536)
        sent = 0
        watchWrites(false)
        if closesWhenFlushed { close() }
        if supervisor.isShuttingDown { supervisor.endIfDone() }
    }

    private func writeUnsent() throws(SystemError) -> Int? {
        let result: Result<Int?, SystemError> = unsent.withUnsafeBytes { bytes in
            do throws(SystemError) {
                return .success(try descriptor.write(UnsafeRawBufferPointer(rebasing: bytes[sent...])))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func watchWrites(_ on: Bool) {
        guard isWatchingWrites != on, let watch else { return }
        isWatchingWrites = on
        do throws(SystemError) {
            try loop.modify(watch, events: on ? [.read, .write] : .read)
        } catch {
            close()
        }
    }

    /// Whether the client neither follows nor sends anything, and has all that it asked for so far.
    var isIdle: Bool {
        following == nil && !isAttached && incoming == nil && !framer.hasPartialLine && isFlushed
    }

    /// Whether everything has been sent.
    var isFlushed: Bool { sent == unsent.count }

    /// Ends the connection.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        if let watch { loop.cancel(watch) }
        watch = nil
        descriptor.close()
        onClose?()
        onClose = nil
    }
}
