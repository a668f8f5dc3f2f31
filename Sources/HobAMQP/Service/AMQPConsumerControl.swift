#if AMQP
import HobAMQPCore
import HobPolicy
import Synchronization

/// Makes a running consumer quiet, lets it go on, and changes how much it does at once.
///
///     let orders = AMQPConsumerService(queue: "orders", url: url) { … }
///     orders.control.pause()                 // from a signal, a route, a schedule
///     orders.control.setConcurrency(50)
///     orders.control.resume()
///
/// All calls return at once; ``status`` says how far it is. What is set stays set: through broken connections, and from
/// one run of the service to the next. A service that is paused before it runs does not connect before it is resumed.
public final class AMQPConsumerControl: Sendable {
    private struct State {
        var intake: IntakeMachine
        var runner: AMQPConsumerRunner?
    }

    private let state: Mutex<State>

    /// A control of a service that is made later.
    public init() {
        state = Mutex(State(intake: IntakeMachine(seed: .random(in: .min ... .max))))
    }

    /// Takes no more messages. Those under way are finished, and what had been sent ahead goes back to the queue.
    public func pause() { handle(.pause) }

    /// Takes messages again.
    public func resume() { handle(.resume) }

    /// Changes how many messages are handled at once, and the prefetch with it.
    ///
    /// The broker is asked anew with the new prefetch. Meanwhile, too, no more than the larger number are handled at
    /// once, and no handler begins while as many as the new number run.
    ///
    /// - Parameter count: how many; less than 1 is 1.
    public func setConcurrency(_ count: Int) { handle(.setConcurrency(count)) }

    /// Where the service stands now.
    public var status: AMQPConsumerStatus {
        state.withLock { state in
            AMQPConsumerStatus(
                phase: AMQPConsumerStatus.Phase(state.intake.phase), isPaused: state.intake.isPaused,
                concurrency: state.intake.concurrency, handlersUnderWay: state.intake.active)
        }
    }

    // MARK: The runner's side

    /// A run begins.
    ///
    /// - Throws: when another one is under way.
    func begin(_ runner: AMQPConsumerRunner, _ limits: IntakeLimits) throws(AMQPError) {
        let actions = state.withLock { state -> [IntakeAction]? in
            guard !state.intake.isRunning else { return nil }
            state.runner = runner
            return state.intake.handle(.begin(limits), at: SessionState.now())
        }
        guard let actions else {
            throw AMQPError(
                .invalidArgument, "this consumer service runs already; make another one, with a control of its own")
        }
        for action in actions { runner.perform(action) }
    }

    /// - Parameter sender: whose event it is; one of a run that is over is not listened to. nil is the application.
    func handle(_ event: IntakeEvent, from sender: AMQPConsumerRunner? = nil) {
        let (actions, runner) = state.withLock { state -> ([IntakeAction], AMQPConsumerRunner?) in
            guard sender == nil || sender === state.runner else {
                return (Self.whenOver(event), sender)
            }
            let actions = state.intake.handle(event, at: SessionState.now())
            let runner = state.runner
            if !state.intake.isRunning { state.runner = nil }
            return (actions, runner)
        }
        for action in actions { runner?.perform(action) }
    }

    /// A run that is over still sees the end of its messages, and gives back what it has fetched.
    private static func whenOver(_ event: IntakeEvent) -> [IntakeAction] {
        switch event {
        case .asked: [.pull]
        case .delivered: [.giveBack]
        case .subscribed: [.unsubscribe]
        case .begin, .pause, .resume, .setConcurrency, .refused, .ended, .handled, .stop, .cancel, .expired: []
        }
    }
}
#endif
