import HobPolicy
import HobSystem
import Logging

/// The way to one address on the link's thread: does what ``PeerStateMachine`` decides.
final class PeerLink {
    private let engine: LinkEngine
    private let address: LinkAddress
    private var machine: PeerStateMachine
    private var generator = SystemRandomNumberGenerator()
    private var socket: LinkSocket?
    /// A TCP socket whose connection is not decided yet.
    private var connecting: (descriptor: Descriptor, watch: Watch)?
    private var timers: [PeerTimer: TimerToken] = [:]
    private var waiting: [UInt64: CheckedContinuation<CallOutcome, Never>] = [:]
    private(set) var isEnded = false

    init(_ address: LinkAddress, engine: LinkEngine) {
        self.engine = engine
        self.address = address
        machine = PeerStateMachine(
            address: address.description, hello: engine.hello, backoff: engine.configuration.backoff,
            greetingLimit: engine.configuration.greetingLimit)
    }

    /// How many calls have not ended.
    var callCount: Int { machine.callCount }

    func call(
        _ id: UInt64, _ call: Frame.Call, deadline: MonotonicTime,
        _ continuation: CheckedContinuation<CallOutcome, Never>
    ) {
        waiting[id] = continuation
        handle(.call(id: id, call, deadline: MonotonicInstant(nanoseconds: deadline.nanoseconds)))
    }

    func handle(_ event: PeerEvent) {
        for action in machine.handle(event, at: engine.now, using: &generator) { perform(action) }
    }

    private func perform(_ action: PeerAction) {
        switch action {
        case .connect: connect()
        case .send(let frame): socket?.send(frame)
        case .disconnect: disconnect()
        case .complete(let id, let outcome): waiting.removeValue(forKey: id)?.resume(returning: outcome)
        case .setTimer(let timer, let moment):
            cancel(timer)
            timers[timer] = engine.loop.schedule(at: MonotonicTime(nanoseconds: moment.nanoseconds)) { [weak self] in
                self?.timers[timer] = nil
                self?.handle(.timer(timer))
            }
        case .cancelTimer(let timer): cancel(timer)
        case .log(let note): log(note)
        case .ended:
            isEnded = true
            engine.settle()
        }
    }

    private func cancel(_ timer: PeerTimer) {
        if let token = timers.removeValue(forKey: timer) { engine.loop.cancel(token) }
    }

    // MARK: The connection

    private func connect() {
        do throws(SystemError) {
            let descriptor = try LinkPlace.connect(to: address)
            switch address.place {
            case .unix: try greet(descriptor)
            case .tcp(let place):
                let watch = try engine.loop.watch(descriptor.raw, events: .write) { [weak self] _ in
                    self?.decided(place)
                }
                connecting = (descriptor, watch)
            }
        } catch {
            // Not from within the action: its machine is at work.
            engine.later { [weak self] in self?.handle(.connectFailed(error.message)) }
        }
    }

    private func decided(_ place: SocketAddress) {
        guard let (descriptor, watch) = connecting else { return }
        connecting = nil
        engine.loop.cancel(watch)
        if let error = TCPSocket.connectError(of: descriptor, to: place) {
            return handle(.connectFailed(error.message))
        }
        do throws(SystemError) { try greet(descriptor) } catch { handle(.connectFailed(error.message)) }
    }

    private func greet(_ descriptor: Descriptor) throws(SystemError) {
        if case .unix(let path) = address.place {
            let peer = try PeerCredentials.of(descriptor)
            // Root may do anything in our name anyway; another user may have put a socket there to be called.
            guard peer.user == 0 || engine.isAllowed(peer.user) else {
                throw SystemError(
                    code: 0,
                    message: "\(path) belongs to process \(peer.pid) of user \(peer.user), who is not among the users "
                        + "of this link")
            }
        }
        let socket = LinkSocket(descriptor, on: engine.loop, limit: engine.configuration.frameLimit, mostOutput: nil)
        self.socket = socket
        engine.later { [weak self, weak socket] in
            guard let self, let socket, self.socket === socket else { return }
            socket.start(
                LinkSocket.Handlers(
                    found: { [weak self] in self?.handle(.received($0)) },
                    closed: { [weak self] reason in
                        self?.socket = nil
                        self?.handle(.closed(reason))
                    }, isDirty: { [weak self, weak socket] in self?.engine.flushLater(socket) }))
            handle(.connected)
        }
    }

    private func disconnect() {
        if let (descriptor, watch) = connecting {
            engine.loop.cancel(watch)
            descriptor.close()
            connecting = nil
        }
        // A last word, as a goodbye, may still be on its way.
        if let socket {
            socket.flush()
            socket.close()
        }
        socket = nil
    }

    private func log(_ note: PeerNote) {
        let logger = engine.logger
        switch note {
        case .connected(let peer): logger.debug("connected to \(peer)")
        case .lost(let reason, 0): logger.debug("the connection to \(machine.peer) ended: \(reason)")
        case .lost(let reason, let count):
            logger.warning("the connection to \(machine.peer) ended with \(count) calls in flight: \(reason)")
        case .refused(let reason): logger.error("\(machine.peer) and this process cannot talk: \(reason)")
        case .retrying(let delay, let reason):
            logger.info("\(machine.peer) is tried again in \(delay.brief), as calls wait for it: \(reason)")
        }
    }
}
