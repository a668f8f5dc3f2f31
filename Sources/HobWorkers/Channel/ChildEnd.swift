import HobPolicy
import HobSystem

/// How a child has ended, for its channel: that closes a little before the process ends.
///
/// It belongs to the work loop's thread.
final class ChildEnd {
    private static let patience: Duration = .seconds(1)

    private var outcome: ExitOutcome?
    private var waiting: (ExitOutcome) -> Void = { _ in }

    func came(_ outcome: ExitOutcome) {
        self.outcome = outcome
        waiting(outcome)
    }

    /// Tells, once, why the channel is closed.
    func explain(_ pid: Int32, _ name: String, on loop: EventLoop, _ tell: @escaping (String) -> Void) {
        func sentence(_ outcome: ExitOutcome) -> String { "process \(pid) (\(name)) \(outcome)" }
        if let outcome { return tell(sentence(outcome)) }
        let timer = loop.schedule(after: Self.patience) { [weak self] in
            self?.waiting = { _ in }
            tell("process \(pid) (\(name)) has closed the channel, and runs on")
        }
        waiting = { [weak self] outcome in
            loop.cancel(timer)
            self?.waiting = { _ in }
            tell(sentence(outcome))
        }
    }
}
