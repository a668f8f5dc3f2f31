import HobPolicy
import HobSystem
import Logging

/// A client's connection on the link's thread: does what ``ServedStateMachine`` decides.
final class ServedLink {
    let number: UInt64
    private let engine: LinkEngine
    private let socket: LinkSocket
    private var machine: ServedStateMachine
    private var timers: [ServedTimer: TimerToken] = [:]
    private var tasks: [UInt64: Task<Void, Never>] = [:]
    /// Frames before the greeting are small.
    private static let greetingBytes = 4_096
    private static let mostOutput = 4 << 20

    init(_ descriptor: Descriptor, _ client: String, number: UInt64, engine: LinkEngine) {
        self.number = number
        self.engine = engine
        socket = LinkSocket(descriptor, on: engine.loop, limit: Self.greetingBytes, mostOutput: Self.mostOutput)
        machine = ServedStateMachine(
            client: client, hello: engine.hello, concurrency: engine.configuration.concurrency,
            greetingLimit: engine.configuration.greetingLimit)
    }

    /// How many calls run.
    var runningCount: Int { machine.runningCount }
    /// Whether the connection is gone; its calls may still run.
    var isClosed: Bool { socket.isClosed }

    func start() {
        socket.start(
            LinkSocket.Handlers(
                found: { [weak self] in self?.handle(.received($0)) },
                closed: { [weak self] in self?.handle(.closed($0)) },
                ended: { [weak self] in self?.forgetWhenOver() },
                isDirty: { [weak self] in self?.engine.flushLater(self?.socket) }))
        handle(.opened)
    }

    func handle(_ event: ServedEvent) {
        if case .finished(let id, _) = event { tasks[id] = nil }
        for action in machine.handle(event, at: engine.now) { perform(action) }
        forgetWhenOver()
    }

    private func forgetWhenOver() {
        if socket.isClosed, machine.runningCount == 0 { engine.forget(self) }
    }

    /// Tells the client why it is not served, and ends.
    func refuse(_ reason: String) {
        socket.start(LinkSocket.Handlers(found: { _ in }, closed: { _ in }, isDirty: {}))
        socket.send(.refusal(reason))
        socket.closeWhenWritten()
        socket.flush()
        socket.close()
    }

    private func perform(_ action: ServedAction) {
        switch action {
        case .send(let frame): socket.send(frame)
        case .run(let id, let call, let deadline): run(id, call, deadline)
        case .cancelRun(let id): tasks[id]?.cancel()
        case .setTimer(let timer, let moment):
            cancel(timer)
            timers[timer] = engine.loop.schedule(at: MonotonicTime(nanoseconds: moment.nanoseconds)) { [weak self] in
                self?.timers[timer] = nil
                self?.handle(.timer(timer))
            }
        case .cancelTimer(let timer): cancel(timer)
        case .pauseReading: socket.pause()
        case .resumeReading:
            // Not from within the action: what is read leads to the next events.
            engine.later { [weak self] in self?.socket.resume() }
        case .liftLimit: socket.limit = engine.configuration.frameLimit
        case .close:
            socket.closeWhenWritten()
            guard !socket.isClosed else { break }
            engine.flushLater(socket)
            // Who does not read what is left for him is not waited for.
            engine.loop.schedule(after: engine.configuration.greetingLimit) { [weak self] in
                self?.socket.close()
                self?.forgetWhenOver()
            }
        case .log(let note): log(note)
        }
    }

    private func cancel(_ timer: ServedTimer) {
        if let token = timers.removeValue(forKey: timer) { engine.loop.cancel(token) }
    }

    private func run(_ id: UInt64, _ call: Frame.Call, _ deadline: MonotonicInstant) {
        let runner = engine.runner
        let inbox = engine.inbox
        let number = number
        let deadline = MonotonicTime(nanoseconds: deadline.nanoseconds)
        tasks[id] = Task.detached {
            let reply = await runner.run(call, deadline)
            inbox.post(.finished(connection: number, id: id, reply))
        }
    }

    private func log(_ note: ServedNote) {
        let logger = engine.logger
        let client = machine.client
        switch note {
        case .greeted(let client): logger.debug("\(client) is connected")
        case .refused(let reason): logger.warning("\(client) is refused: \(reason)")
        case .broken(let reason): logger.warning("\(client) does not speak the link's protocol: \(reason)")
        case .gone(let reason, 0): logger.debug("\(client) is gone: \(reason)")
        case .gone(let reason, let count):
            logger.info("\(client) is gone, \(count) of its calls are cancelled: \(reason)")
        case .ended(let count): logger.warning("\(client) is cut off with \(count) calls running")
        }
    }
}
